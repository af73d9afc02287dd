"""Shipments to customers (`GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA`), unquoted; where to is never kept.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba. The price is of one unit.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.trade import ShippedItem
from .context import Context
from .fields import day_and_moment
from .flat_file import Row, read_records, read_rows

REQUIRED = ("shipment-date", "sku", "fnsku", "quantity", "amazon-order-id")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Shipment lines as `ShippedItem`s; equal lines get ordinals."""
    ordinals = Ordinals()

    def when(row: Row) -> tuple[date, datetime | None]:
        return day_and_moment(row.text("shipment-date"), "shipment-date", context.zone)

    rows = read_rows(lines, context, required=REQUIRED)
    return read_records(rows, lambda row: _item(row, *when(row), ordinals), lambda row: when(row)[0])


def _item(row: Row, shipped_on: date, shipped_at: datetime | None, ordinals: Ordinals) -> ShippedItem:
    order_id, sku, quantity = row.required("amazon-order-id"), row.required("sku"), row.integer("quantity")
    fnsku, center = row.text("fnsku"), row.text("fulfillment-center-id")
    item, shipping, wrap = (row.optional_amount(column) for column in _PRICES)
    key = natural_key(order_id, sku, fnsku, shipped_at or shipped_on, center, quantity)
    return ShippedItem(
        line=row.line,
        shipped_on=shipped_on,
        row_key=key,
        ordinal=ordinals.next(key),
        shipped_at=shipped_at,
        order_id=order_id,
        sku=sku,
        fnsku=fnsku,
        asin=row.text("asin"),
        fulfillment_center=center,
        quantity=quantity,
        currency=row.text("currency"),
        item_price=item,
        shipping_price=shipping,
        gift_wrap_price=wrap,
    )


_PRICES = ("item-price-per-unit", "shipping-price", "gift-wrap-price")
