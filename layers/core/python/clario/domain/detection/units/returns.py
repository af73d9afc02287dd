"""Units that customers sent back: damaged by Amazon, not put back into stock, another item, or refunded too late.

Dispositions of the returns report: https://sellercentral.amazon.com/gp/help/external/200453320. For DAMAGED Amazon
takes responsibility; damage by the customer, defects and expired goods are the seller's.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.lots import Family, Lot, Strength
from clario.domain.detection.policy import PolicyFamily
from clario.domain.detection.rows.charges import OrderItem, name_key
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.order_facts import OrderBook, order_book
from clario.domain.detection.rows.unit_rows import ReturnRow

AMAZONS_DAMAGE = {"DAMAGED": Strength.HIGH, "CARRIER_DAMAGED": Strength.MEDIUM}
PAID_WITHIN = timedelta(days=14)
SHELVED_WITHIN = timedelta(days=30)
AT_ONCE = timedelta(0)
WRONG_ITEM = frozenset({"SWITCHEROO"})
DOUBTS = {
    "reimbursed": "told_as_reimbursed",
    "pendingrepackaging": "repackaged",
    "repackagedsuccessfully": "repackaged",
}
"""Statuses of returns by which Amazon says that it paid, or that the unit is in stock in another packaging: an open
list, from sellers' records."""
# A customer may return for 30 days after delivery, what he bought in November and December until 31 January; with days
# for the way there, and slack: https://www.amazon.com/gp/help/customer/display.html?nodeId=GKM69DUUYKQWKWX7.
RETURN_WINDOW, ON_THE_WAY, SLACK = timedelta(days=30), timedelta(days=7), timedelta(days=15)
FAULTS = ("DEFECT", "QUALITY", "NOT_AS_DESCRIBED", "DAMAGED", "MISSING", "SWITCHEROO", "UNDELIVERABLE")


def return_damaged_by_amazon(facts: ComponentFacts) -> Iterator[Lot]:
    """Units that came back damaged on Amazon's side."""
    for row in facts.once(own_returns):
        if strength := AMAZONS_DAMAGE.get(row.disposition):
            kind = AnomalyType.RETURN_DAMAGED_BY_AMAZON
            lot = _lot(facts, row, kind, Family.RETURN, Tier.CLAIM, strength, PAID_WITHIN)
            by_carrier = row.disposition == "CARRIER_DAMAGED"
            rule = PolicyFamily.CARRIER_DAMAGED_RETURN
            yield replace(lot, policy=rule, policy_anchor=row.returned_on) if by_carrier else lot


def return_not_restocked(facts: ComponentFacts) -> Iterator[Lot]:
    """Units that came back sellable. The ledger must show them in stock; there is no common number to match by."""
    for row in facts.once(own_returns):
        if row.disposition == "SELLABLE" and row.reason not in WRONG_ITEM:
            kind = AnomalyType.RETURN_NOT_RESTOCKED
            yield _lot(facts, row, kind, Family.RESTOCK, Tier.CLAIM, Strength.MEDIUM, SHELVED_WITHIN)


def return_wrong_item(facts: ComponentFacts) -> Iterator[Lot]:
    """Units where the customer, or the product's number, says that another item came back. Only the seller can prove
    it, with the unit in his hand."""
    kind, strength = AnomalyType.RETURN_WRONG_ITEM, Strength.LOW
    book = facts.once(order_book)
    for row in facts.once(own_returns):
        ordered = book.sale(OrderItem(row.order_id, row.sku)).asin
        another = bool(ordered and row.asin) and row.asin != ordered
        if (another or row.reason in WRONG_ITEM) and row.disposition not in AMAZONS_DAMAGE:
            yield _lot(facts, row, kind, Family.DISPUTE, Tier.REVIEW, strength, AT_ONCE)
    for back, sku in facts.neighbours.strays:
        sale = book.sale(OrderItem(back.order_id, sku))
        names = book.names(sku, sale.asin)
        expected = replace(back, sku=sku, asin=names.asin, fnsku=names.fnsku)
        lot = _lot(facts, expected, kind, Family.DISPUTE, Tier.REVIEW, strength, AT_ONCE)
        yield replace(lot, rows=(back, *sale.rows))


def own_returns(facts: ComponentFacts) -> tuple[ReturnRow, ...]:
    """The returns of what was ordered, without those of quite another product. Read once: `facts.once(own_returns)`."""
    strays = {stray.back.key for stray in facts.neighbours.strays}
    return tuple(row for row in facts.returns if row.key not in strays)


def refund_outside_policy(facts: ComponentFacts) -> Iterator[Lot]:
    """Units taken back long after the customer's time to return them, for no fault of the goods."""
    book = facts.once(order_book)
    for row in facts.once(own_returns):
        item = OrderItem(row.order_id, row.sku)
        shipped, refunded = book.sale(item).shipped_on, book.refunded_on(item)
        blameless = row.disposition not in AMAZONS_DAMAGE and not any(word in row.reason for word in FAULTS)
        if shipped and refunded and blameless and refunded > _last_day(shipped):
            kind = AnomalyType.REFUND_OUTSIDE_POLICY
            yield _lot(facts, row, kind, Family.DISPUTE, Tier.REVIEW, Strength.LOW, AT_ONCE)


def _last_day(shipped: date) -> date:
    """The last day a refund still counts as in time."""
    holiday = date(shipped.year + 1, 1, 31) if shipped.month >= 11 else date.min
    return max(shipped + ON_THE_WAY + RETURN_WINDOW, holiday) + SLACK


def _lot(
    facts: ComponentFacts,
    row: ReturnRow,
    kind: AnomalyType,
    family: Family,
    tier: Tier,
    strength: Strength,
    wait: timedelta,
) -> Lot:
    book: OrderBook = facts.once(order_book)
    item = OrderItem(row.order_id, row.sku)
    sale = book.sale(item)
    subject = "/".join(filter(None, (row.order_id, row.sku, row.license_plate)))
    doubt = DOUBTS.get(name_key(row.status)) if tier is Tier.CLAIM else None
    return Lot(
        anomaly_type=kind,
        family=family,
        tier=Tier.REVIEW if doubt else tier,
        strength=Strength.LOW if doubt else strength,
        names=Names(row.asin, row.fnsku, row.sku),
        subject=subject,
        anchor=book.refunded_on(item) or row.returned_on,
        happened=row.returned_on,
        units=row.quantity,
        rows=(row, *sale.rows),
        order_ids=(row.order_id,) if row.order_id else (),
        order_item_id=sale.item_id,
        place=row.fulfillment_center,
        told_from=row.returned_on + wait,
        warnings=(doubt,) if doubt else (),
    )
