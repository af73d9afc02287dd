"""All orders by the day of their last change (`GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL`), unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-order. One line for each item, the lines of
an order together; there is no item id. Buyers' columns never get here (`clario.domain.personal`).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from ..records import Record, Rejected
from ..records.trade import Order, OrderItem
from ..values import local_day
from .context import Context
from .fields import yes_or_no
from .flat_file import Row, read_records, read_rows
from .order_words import by_sku, fulfilled_by, order_status, sales_channel, second

REQUIRED = (
    "amazon-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "sku",
    "quantity",
    "currency",
    "item-price",
)


@dataclass(frozen=True, slots=True)
class _Line:
    """One line: its order as that line tells it, and its item."""

    row: Row
    order: Order
    item: OrderItem


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Each order as an `Order` and, by SKU, `OrderItem`s."""

    def day(row: Row) -> date:
        return local_day(_updated_at(row), context.zone)

    rows = read_rows(lines, context, required=REQUIRED)
    entries = read_records(rows, lambda row: _line(row, day(row)), day)
    seen: set[int] = set()
    for order_id, group in groupby(entries, key=_order_id):
        if order_id is None:
            yield from (entry for entry in group if isinstance(entry, Rejected))
        else:
            yield from _order([entry for entry in group if isinstance(entry, _Line)], seen)


def _order_id(entry: "_Line | Rejected") -> str | None:
    return None if isinstance(entry, Rejected) else entry.order.order_id


def _order(lines: list[_Line], seen: set[int]) -> Iterator[Record | Rejected]:
    """The order as its newest line tells it. A line that comes apart from the others of its order and SKU would be
    taken for all there is, so it is rejected."""
    yield max((line.order for line in lines), key=lambda order: order.last_updated_at)
    apart = [line for line in lines if hash((line.order.order_id, line.item.sku)) in seen]
    for line in apart:
        yield Rejected(
            line.row.line, "apart from the other lines of its order", line.row.raw, line.item.last_updated_on
        )
    yield from by_sku(line.item for line in lines if line not in apart)
    seen.update(hash((line.order.order_id, line.item.sku)) for line in lines)


def _updated_at(row: Row) -> datetime:
    return second(row.text("last-updated-date"), "last-updated-date")


def _line(row: Row, last_updated_on: date) -> _Line:
    order_id, sku, last_updated_at = row.required("amazon-order-id"), row.required("sku"), _updated_at(row)
    order = Order(
        line=row.line,
        last_updated_on=last_updated_on,
        order_id=order_id,
        last_updated_at=last_updated_at,
        purchased_at=second(row.text("purchase-date"), "purchase-date"),
        status=order_status(row.required("order-status")),
        fulfilled_by=fulfilled_by(row.text("fulfillment-channel")),
        sales_channel=sales_channel(row.text("sales-channel")),
        is_business=yes_or_no(row.text("is-business-order"), "is-business-order"),
        replaced_order_id=None,
    )
    price, shipping, wrap, tax, discount = _amounts(row)
    item = OrderItem(
        line=row.line,
        last_updated_on=last_updated_on,
        order_id=order_id,
        sku=sku,
        last_updated_at=last_updated_at,
        asin=row.text("asin"),
        title=row.text("product-name"),
        quantity=row.integer("quantity"),
        quantity_shipped=None,
        currency=row.text("currency"),
        item_price=price,
        shipping_price=shipping,
        gift_wrap_price=wrap,
        tax=tax,
        promotion_discount=discount,
        order_item_ids=None,
    )
    return _Line(row, order, item)


_AMOUNTS = (
    ("item-price",),
    ("shipping-price",),
    ("gift-wrap-price",),
    ("item-tax", "shipping-tax", "gift-wrap-tax"),
    ("item-promotion-discount", "ship-promotion-discount"),
)


def _amounts(row: Row) -> tuple[Decimal | None, ...]:
    """Price, shipping, gift wrap, tax and discount; of a line that has a price, what is blank is zero."""
    cells = [[row.optional_amount(column) for column in columns] for columns in _AMOUNTS]
    if all(amount is None for amounts in cells for amount in amounts):
        return (None,) * len(_AMOUNTS)
    totals = [sum((amount for amount in amounts if amount is not None), Decimal()) for amounts in cells]
    return (*totals[:-1], abs(totals[-1]))
