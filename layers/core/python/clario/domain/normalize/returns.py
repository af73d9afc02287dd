"""Customer returns (`GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA`): units back in a fulfilment centre, unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba. The customer's comments never get here
(`clario.domain.personal`).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.trade import CustomerReturn
from .context import Context
from .fields import day_and_moment
from .flat_file import Row, read_records, read_rows

# Some countries' files have no status (https://github.com/abuzuhri/Amazon-SP-API-CSharp/pull/126).
REQUIRED = ("return-date", "order-id", "sku", "fnsku", "quantity", "detailed-disposition")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Return lines as `CustomerReturn`s; equal lines get ordinals."""
    ordinals = Ordinals()

    def when(row: Row) -> tuple[date, datetime | None]:
        return day_and_moment(row.text("return-date"), "return-date", context.zone)

    rows = read_rows(lines, context, required=REQUIRED)
    return read_records(rows, lambda row: _return(row, *when(row), ordinals), lambda row: when(row)[0])


def _return(row: Row, returned_on: date, returned_at: datetime | None, ordinals: Ordinals) -> CustomerReturn:
    order_id, sku, quantity = row.text("order-id"), row.required("sku"), row.integer("quantity")
    fnsku, plate = row.text("fnsku"), row.text("license-plate-number")
    key = natural_key(order_id, sku, fnsku, returned_at or returned_on, plate)
    return CustomerReturn(
        line=row.line,
        returned_on=returned_on,
        row_key=key,
        ordinal=ordinals.next(key),
        returned_at=returned_at,
        order_id=order_id,
        sku=sku,
        fnsku=fnsku,
        asin=row.text("asin"),
        product_name=row.text("product-name"),
        quantity=quantity,
        fulfillment_center=row.text("fulfillment-center-id"),
        disposition=row.text("detailed-disposition"),
        reason=row.text("reason"),
        status=row.text("status"),
        license_plate_number=plate,
    )
