"""Replacements (`GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA`): units sent in place of others, unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.trade import Replacement
from .context import Context
from .fields import day_and_moment
from .flat_file import Row, read_records, read_rows

REQUIRED = ("shipment-date", "sku", "quantity", "replacement-amazon-order-id", "original-amazon-order-id")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Replacement lines as `Replacement`s; equal lines get ordinals."""
    ordinals = Ordinals()

    def when(row: Row) -> tuple[date, datetime | None]:
        return day_and_moment(row.text("shipment-date"), "shipment-date", context.zone)

    rows = read_rows(lines, context, required=REQUIRED)
    return read_records(rows, lambda row: _replacement(row, *when(row), ordinals), lambda row: when(row)[0])


def _replacement(row: Row, shipped_on: date, shipped_at: datetime | None, ordinals: Ordinals) -> Replacement:
    sku, quantity = row.required("sku"), row.integer("quantity")
    order_id, original, center = (
        row.required("replacement-amazon-order-id"),
        row.text("original-amazon-order-id"),
        row.text("fulfillment-center-id"),
    )
    key = natural_key(order_id, original, sku, shipped_at or shipped_on, center)
    return Replacement(
        line=row.line,
        shipped_on=shipped_on,
        row_key=key,
        ordinal=ordinals.next(key),
        shipped_at=shipped_at,
        sku=sku,
        asin=row.text("asin"),
        fulfillment_center=center,
        original_fulfillment_center=row.text("original-fulfillment-center-id"),
        quantity=quantity,
        reason_code=row.text("replacement-reason-code"),
        replacement_order_id=order_id,
        original_order_id=original,
    )
