"""The orders in which something went wrong, or may have: what was sold, refunded, sent back, charged again."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from clario.domain.detection.rows.charges import Charge, Entries, Entry, OrderItem, disputes, refunds, sales
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import OrderRow, ShippedRow

FULL, HALF = Decimal("0.95"), Decimal("0.5")  # of a unit's price: our choice
AMAZON, CANCELLED = "Amazon", "Cancelled"
ELSEWHERE = "Non-Amazon"
"""The sales channel of orders that Amazon only ships (multi-channel fulfilment): a policy of its own is for them."""


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold of an item. `unit_price` None: nobody says; `by_amazon`: sold and shipped by
    Amazon, None: unknown."""

    units: int
    unit_price: Decimal | None
    by_amazon: bool | None
    item_id: str
    asin: str
    shipped_on: date | None
    rows: tuple[SourceRow, ...]


UNKNOWN_SALE = Sale(0, None, None, "", "", None, ())


@dataclass(frozen=True)
class OrderBook:
    """A component's orders with a refund, a return, a replacement or a dispute; `cancelled`: of their items those of
    which nothing was sent or sold; `labels` is the FNSKU by SKU."""

    refunds: Entries
    sales: Mapping[OrderItem, Sale]
    cancelled: frozenset[OrderItem]
    labels: Mapping[str, str]

    def names(self, sku: str, asin: str) -> Names:
        """An item's names, with the label the ledger last showed for its SKU."""
        return Names(asin, self.labels.get(sku, ""), sku)

    def sale(self, item: OrderItem) -> Sale:
        return self.sales.get(item, UNKNOWN_SALE)

    def refunded_on(self, item: OrderItem) -> date | None:
        """The day of the item's first refund."""
        refunds = self.refunds.get(item)
        return refunds[0].on if refunds else None


def order_book(facts: ComponentFacts) -> OrderBook:
    """Read once per component: `facts.once(order_book)`."""
    refunded = facts.once(refunds)
    orders = {item.order_id for item in (*refunded, *facts.once(disputes))}
    orders |= {row.order_id for row in facts.returns} | {row.original_order_id for row in facts.replacements}
    sold = _sales(facts, orders)
    return OrderBook(refunded, sold, _cancelled(facts, sold), {row.msku: row.fnsku for row in facts.ledger})


def _cancelled(facts: ComponentFacts, sold: Mapping[OrderItem, Sale]) -> frozenset[OrderItem]:
    items = {OrderItem(line.order_id, line.sku) for line in facts.orders if line.status == CANCELLED}
    paid = facts.once(sales)
    return frozenset(
        item
        for item in items
        if not sold.get(item, UNKNOWN_SALE).rows and not any(entry.has_goods for entry in paid.get(item, ()))
    )


def _sales(facts: ComponentFacts, orders: set[str]) -> dict[OrderItem, Sale]:
    ordered: defaultdict[OrderItem, list[OrderRow]] = defaultdict(list)
    for line in facts.orders:
        if line.order_id in orders and line.status != CANCELLED:
            ordered[OrderItem(line.order_id, line.sku)].append(line)
    parcels: defaultdict[OrderItem, list[ShippedRow]] = defaultdict(list)
    for parcel in facts.shipped:
        if parcel.order_id in orders:
            parcels[OrderItem(parcel.order_id, parcel.sku)].append(parcel)
    paid = {item: entries for item, entries in facts.once(sales).items() if item.order_id in orders}
    items = dict.fromkeys((*ordered, *parcels, *paid))
    return {item: _sale(ordered.get(item, []), parcels.get(item, []), paid.get(item, ())) for item in items}


def _sale(lines: list[OrderRow], parcels: list[ShippedRow], paid: tuple[Entry, ...]) -> Sale:
    asins = [*(line.asin for line in lines), *(parcel.asin for parcel in parcels), *(entry.asin for entry in paid)]
    units, unit_price = _priced(lines, parcels, paid)
    return Sale(
        units=units,
        unit_price=unit_price,
        by_amazon=_by_amazon(lines, parcels, paid),
        item_id=next((line.item_id for line in lines), ""),
        asin=next((asin for asin in asins if asin), ""),
        shipped_on=max((parcel.shipped_on for parcel in parcels), default=None),
        rows=(*lines, *parcels),
    )


def _priced(lines: list[OrderRow], parcels: list[ShippedRow], paid: tuple[Entry, ...]) -> tuple[int, Decimal | None]:
    """Units and price of one, from the order, else from what left the centre, else from what was paid: the first that
    knows the price."""
    sources = (
        [(line.quantity, line.price) for line in lines],
        [(p.quantity, None if p.unit_price is None else p.unit_price * p.quantity) for p in parcels],
        [(entry.units, entry.sum(Charge.PRICE)) for entry in paid],
    )
    for source in sources:
        units = sum(count for count, _ in source)
        prices = [price for _, price in source if price is not None]
        if units and len(prices) == len(source):
            return units, sum(prices, Decimal(0)) / units
    return max(sum(count for count, _ in source) for source in sources), None


def _by_amazon(lines: list[OrderRow], parcels: list[ShippedRow], paid: tuple[Entry, ...]) -> bool | None:
    if lines:
        return any(line.channel == AMAZON and line.sales_channel != ELSEWHERE for line in lines)
    return True if parcels or any(Charge.FULFILLMENT in entry.amounts for entry in paid) else None


class Units(NamedTuple):
    """Units a refund gave the price of back: surely, and perhaps (more than half of the price)."""

    sure: int
    perhaps: int


def refunded_units(refund: Entry, sale: Sale) -> Units:
    """A refund of nearly the whole price is of a unit; of less than half of it, or of shipping alone, of none.

    Where Amazon gives no quantity, the money says how many units.
    """
    money = -refund.sum(Charge.PRICE)
    if money <= 0:
        return Units(0, 0)
    if not sale.unit_price:
        return Units(0, max(refund.units, 1))
    units = refund.units or int((money / sale.unit_price).quantize(Decimal(1), ROUND_HALF_UP))
    share = money / (sale.unit_price * units) if units else Decimal(0)
    if share >= FULL:
        return Units(units, 0)
    return Units(0, units if share >= HALF else 0)
