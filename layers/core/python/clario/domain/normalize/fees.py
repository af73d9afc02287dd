"""Fee preview (`GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA`): fees and measures of every offer as of now, unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/fba-payments-reports-attributes. European files spell
"fulfilment", call the size tier a band, and add a fee for each country that a unit may be sent to.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from ..columns import column_name
from ..records import Ordinals, Record, Rejected, natural_key
from ..records.money import FeePreview
from .context import Context
from .fields import optional_amount
from .flat_file import Row, read_records, read_rows

REQUIRED = ("sku", "fnsku", "currency", "longest-side", "unit-of-dimension", "estimated-fee-total")
FULFILLMENT = ("expected-fulfillment-fee-per-unit", "expected-domestic-fulfilment-fee-per-unit")
CROSS_BORDER = column_name("expected-efn-fulfilment-fee-per-unit-")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Every offer as a `FeePreview` of the document's last day: the report shows the state of now."""
    ordinals = Ordinals()
    today = context.days.end
    rows = read_rows(lines, context, required=REQUIRED)
    return read_records(rows, lambda row: _preview(row, today, ordinals), lambda _row: today)


def _preview(row: Row, today: date, ordinals: Ordinals) -> FeePreview:
    sku, fnsku, store = row.required("sku"), row.text("fnsku"), row.text("amazon-store")
    longest, median, shortest, girth, weight = (row.optional_amount(column) for column in _MEASURES)
    your_price, sales_price, total, referral, closing, future = (row.optional_amount(column) for column in _MONEY)
    fulfillment, cross_border = optional_amount(row.first(*FULFILLMENT), FULFILLMENT[0]), _cross_border(row)
    key = natural_key(sku, fnsku, store)
    return FeePreview(
        line=row.line,
        snapshot_on=today,
        row_key=key,
        ordinal=ordinals.next(key),
        sku=sku,
        fnsku=fnsku,
        asin=row.text("asin"),
        store=store,
        product_name=row.text("product-name"),
        product_group=row.text("product-group"),
        brand=row.text("brand"),
        fulfilled_by=row.text("fulfilled-by"),
        has_local_inventory=row.text("has-local-inventory"),
        your_price=your_price,
        sales_price=sales_price,
        longest_side=longest,
        median_side=median,
        shortest_side=shortest,
        length_and_girth=girth,
        dimension_unit=row.text("unit-of-dimension"),
        package_weight=weight,
        weight_unit=row.text("unit-of-weight"),
        size_tier=row.first("product-size-tier", "product-size-weight-band"),
        currency=row.text("currency"),
        fee_total=total,
        referral_fee=referral,
        variable_closing_fee=closing,
        fulfillment_fee=fulfillment,
        future_fulfillment_fee=future,
        cross_border_fees=cross_border,
    )


_MEASURES = ("longest-side", "median-side", "shortest-side", "length-and-girth", "item-package-weight")
_MONEY = (
    "your-price",
    "sales-price",
    "estimated-fee-total",
    "estimated-referral-fee-per-unit",
    "estimated-variable-closing-fee",
    "expected-future-fulfillment-fee-per-unit",
)


def _cross_border(row: Row) -> str | None:
    """The fee for each country as JSON, where any is known."""
    columns = sorted(name for name in row.cells if name.startswith(CROSS_BORDER))
    fees: dict[str, Decimal | None] = {name: row.optional_amount(name) for name in columns}
    known = {name.removeprefix(CROSS_BORDER): str(fee) for name, fee in fees.items() if fee is not None}
    return json.dumps(known) if known else None
