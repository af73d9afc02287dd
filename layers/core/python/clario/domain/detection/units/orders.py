"""Units of customers' orders: refunded and not returned, returned and not put back, damaged on the way.

Only what Amazon ships itself counts. Amazon answers for a unit that it refunded and that does not come back, for one
it damages, and for one it loses on the way to the customer:
https://sellercentral.amazon.com/help/hub/reference/G9N934L7Y4SFWPJ4.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.lots import Family, Lot, Strength
from clario.domain.detection.lots.reimbursements import reason_key
from clario.domain.detection.rows.charges import Entry, OrderItem, disputes, recharges
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.order_facts import OrderBook, Sale, order_book, refunded_units
from clario.domain.detection.rows.unit_rows import ReplacementRow
from clario.domain.values import Money

# Reasons of free replacements: https://sellercentral.amazon.com/gp/help/external/200453300
OUTBOUND_CODES = {
    **dict.fromkeys(("1", "6", "11"), AnomalyType.LOST_OUTBOUND),
    **dict.fromkeys(("3", "10"), AnomalyType.DAMAGED_OUTBOUND),
}
OUTBOUND_REASONS = {
    "lostoutbound": AnomalyType.LOST_OUTBOUND,
    "damagedoutbound": AnomalyType.DAMAGED_OUTBOUND,
}


def refunded(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit a customer got the price back for. A return, a new charge or a payment settles it."""
    book = facts.once(order_book)
    outbound, kept = _outbound_orders(facts), _always_kept(facts, book)
    for item, moved in book.refunds.items():
        sale = book.sale(item)
        if sale.by_amazon is not False and item not in book.cancelled:
            kind = outbound.get(item.order_id, AnomalyType.REFUND_NO_RETURN)
            names = book.names(item.sku, moved[0].asin or sale.asin)
            for lot in _refund_lots(kind, names, sale, moved):
                yield _doubted(lot) if item.sku in kept and lot.tier is Tier.CLAIM else lot


ENOUGH_REFUNDS = 3  # our choice


def _always_kept(facts: ComponentFacts, book: OrderBook) -> frozenset[str]:
    """SKUs of which several orders were refunded, and nothing ever came back, was paid for, or was charged again. So it
    looks where the seller's settings let customers keep the product; those are in no report."""
    orders: defaultdict[str, set[str]] = defaultdict(set)
    for item, moved in book.refunds.items():
        if any(refunded_units(entry, book.sale(item)).sure for entry in moved):
            orders[item.sku].add(item.order_id)
    settled = {row.order_id for row in facts.reimbursements} | {item.order_id for item in facts.once(recharges)}
    came_back = {row.sku for row in facts.returns}
    return frozenset(
        sku
        for sku, refunded in orders.items()
        if len(refunded) >= ENOUGH_REFUNDS and sku not in came_back and refunded.isdisjoint(settled)
    )


def _doubted(lot: Lot) -> Lot:
    return replace(lot, tier=Tier.REVIEW, strength=Strength.LOW, warnings=(*lot.warnings, "never_sent_back"))


def _outbound_orders(facts: ComponentFacts) -> dict[str, AnomalyType]:
    """Orders of which Amazon itself says, by what it paid, that units were lost or damaged on the way."""
    return {
        row.order_id: OUTBOUND_REASONS[reason_key(row.reason)]
        for row in facts.reimbursements
        if row.order_id and reason_key(row.reason) in OUTBOUND_REASONS
    }


def _refund_lots(kind: AnomalyType, names: Names, sale: Sale, moved: tuple[Entry, ...]) -> Iterator[Lot]:
    """No more units than were sold, the oldest refunds first, the sure ones before the others."""
    left = sale.units or sum(max(entry.units, 1) for entry in moved)
    counts = [(entry, refunded_units(entry, sale)) for entry in moved]
    for sure in (True, False):
        for entry, counted in counts:
            units = min(left, counted.sure if sure else counted.perhaps)
            left -= units
            if units:
                certain = sure and sale.by_amazon is True
                yield _refund_lot(kind, names, sale, entry, units, certain)


def _refund_lot(kind: AnomalyType, names: Names, sale: Sale, entry: Entry, units: int, certain: bool) -> Lot:
    item = entry.item
    return Lot(
        anomaly_type=kind,
        family=Family.REFUND,
        tier=Tier.CLAIM if certain else Tier.REVIEW,
        strength=Strength.HIGH if certain else Strength.LOW,
        names=names,
        subject=f"{item.order_id}/{item.sku}",
        anchor=entry.on,
        units=units,
        rows=(*entry.rows, *sale.rows),
        order_ids=(item.order_id,),
        order_item_id=sale.item_id,
        waits_for_window=True,
        warnings=() if certain else ("partly_refunded" if sale.unit_price else "order_unknown",),
    )


def replacements(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit sent as a free replacement. The original must come back, or Amazon pays; the reason code says whether
    there was anything to send back."""
    book = facts.once(order_book)
    for row in facts.replacements:
        kind = OUTBOUND_CODES.get(row.reason_code, AnomalyType.REPLACEMENT_NO_RETURN)
        if row.quantity > 0 and not _refunded_as_well(row, book):
            yield Lot(
                anomaly_type=kind,
                family=Family.REFUND,
                tier=Tier.CLAIM,
                strength=Strength.MEDIUM_HIGH,
                names=book.names(row.sku, row.asin),
                subject=f"{row.original_order_id}/{row.sku}",
                anchor=row.shipped_on,
                units=row.quantity,
                rows=(row, *book.sale(OrderItem(row.original_order_id, row.sku)).rows),
                order_ids=tuple(dict.fromkeys(filter(None, (row.original_order_id, row.replacement_order_id)))),
                waits_for_window=True,
            )


def _refunded_as_well(row: ReplacementRow, book: OrderBook) -> bool:
    """Whether the order's refunds leave fewer units than were replaced: it may be the same unit, which
    is owed once, as refunded."""
    item = OrderItem(row.original_order_id, row.sku)
    sale = book.sale(item)
    refunded = sum(refunded_units(entry, sale).sure for entry in book.refunds.get(item, ()))
    return refunded > 0 and sale.units < refunded + row.quantity


def disputed(facts: ComponentFacts) -> Iterator[Lot]:
    """Money taken for a customer's chargeback or guarantee claim on an order Amazon shipped. Only a dispute about the
    delivery is Amazon's to bear, and the reports do not say what it was about."""
    book = facts.once(order_book)
    for item, moved in facts.once(disputes).items():
        debit = -sum((row.amount for entry in moved for row in entry.rows), Decimal(0))
        sale = book.sale(item)
        if debit > 0 and sale.by_amazon is not False:
            first = moved[0]
            units = max(first.units, 1)
            yield Lot(
                anomaly_type=AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED,
                family=Family.DISPUTE,
                tier=Tier.REVIEW,
                strength=Strength.LOW,
                names=book.names(item.sku, first.asin),
                subject=f"{item.order_id}/{item.sku}",
                anchor=first.on,
                units=units,
                rows=tuple(row for entry in moved for row in entry.rows),
                order_ids=(item.order_id,),
                order_item_id=sale.item_id,
                unit_value=Money(debit / Decimal(units), first.currency),
            )
