"""Units that went wrong in a fulfilment centre.

Reason codes and what they mean: help page "Inventory Ledger report",
https://sellercentral.amazon.com/help/hub/reference/G4FKT5KQWFFJ7LDN. How strongly a code speaks for Amazon's fault is
our own grading. What Amazon answers for: https://sellercentral.amazon.com/help/hub/reference/G200213130.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.fifo import Match, Reach, Stock, match
from clario.domain.detection.lots.lots import Family, Lot, Strength, item_subject, warehouse_lot
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.unit_rows import LedgerRow, RemovalRow, ReturnRow
from clario.domain.detection.units.balances import BALANCED, month_of, next_month
from clario.domain.detection.units.inbound import brought_damaged
from clario.domain.detection.units.returns import return_damaged_by_amazon

MISPLACED = frozenset({"M", "5"})
# A misplaced unit that was already expired, defective or damaged by a customer is normally not owed.
OWED_DISPOSITIONS = frozenset({"SELLABLE", "WAREHOUSE_DAMAGED"})
# The code says what the unit was before it was found damaged, and with it how clearly Amazon did it.
GRADES = {
    "E": (Tier.CLAIM, Strength.HIGH),  # was sellable
    "6": (Tier.CLAIM, Strength.MEDIUM_HIGH),  # was damaged by the carrier
    "U": (Tier.CLAIM, Strength.MEDIUM),  # was damaged by the distributor
    "7": (Tier.REVIEW, Strength.LOW),  # was expired
    "H": (Tier.REVIEW, Strength.LOW),  # was damaged by a customer
    "K": (Tier.INFO, Strength.NONE),  # was defective
}
GONE = frozenset({"D", "G"})  # disposed of, donated
TAKEN_OVER = frozenset({"O"})
MOVED = frozenset({"Q"})  # to another disposition
DAMAGED_STOCK = "WAREHOUSE_DAMAGED"
# Our choices: a transfer takes no longer, nor does the other half of a redefinition.
IN_TRANSIT, OTHER_HALF = timedelta(days=60), timedelta(days=30)


def lost_warehouse(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit Amazon booked as misplaced out of stock it answers for."""
    counted = facts.once(_counted_as_damaged)
    for row in facts.adjustments(MISPLACED):
        units = counted.get(row.key, 0)
        if -row.quantity > units and row.disposition in OWED_DISPOSITIONS:
            lot = warehouse_lot(row, AnomalyType.LOST_WAREHOUSE, Family.FC_LOST, Tier.CLAIM, Strength.HIGH, units)
            yield _unless_asked_back(lot, row, facts)


def damaged_warehouse(facts: ComponentFacts) -> Iterator[Lot]:
    """Every unit taken out of its disposition as damaged; the P row that puts it into the new one is no loss."""
    elsewhere = facts.once(_told_elsewhere)
    for row in facts.adjustments(frozenset(GRADES)):
        units = elsewhere.get(row.key, 0)
        if -row.quantity > units:
            lot = warehouse_lot(row, AnomalyType.DAMAGED_WAREHOUSE, Family.FC_DAMAGED, *GRADES[row.reason], units)
            yield _unless_asked_back(lot, row, facts)


def _unless_asked_back(lot: Lot, row: LedgerRow, facts: ComponentFacts) -> Lot:
    """Amazon does not answer for units that the seller had asked back and that were still to be sent: for review."""
    lines = facts.once(_asked_back).get(row.key, [])
    if lot.tier is not Tier.CLAIM or len(lines) < lot.units:
        return lot
    rows = tuple(dict.fromkeys((*lot.rows, *lines)))
    return replace(lot, tier=Tier.REVIEW, strength=Strength.LOW, rows=rows, warnings=("removal_pending",))


def _asked_back(facts: ComponentFacts) -> Mapping[tuple[Any, ...], list[RemovalRow]]:
    """Of rows that lose or damage stock, by key the removals that it was asked back with, once for every unit: an order
    before it, of which as many units were left to be sent that day and have not been sent since. Which units those are
    is in no report."""
    lines: defaultdict[Hashable, list[RemovalRow]] = defaultdict(list)
    for line in facts.removals:
        lines[_kept_as(line)] += [line] * (line.in_process + line.cancelled)
    found: dict[tuple[Any, ...], list[RemovalRow]] = {}
    for row in facts.adjustments(MISPLACED | frozenset(GRADES)) if lines else ():
        pending = [line for line in lines[_kept_as(row)] if _is_pending(line, row.occurred_on)]
        found[row.key] = pending[: max(0, -row.quantity)]
        for line in found[row.key]:
            lines[_kept_as(row)].remove(line)
    return found


def _is_pending(line: RemovalRow, on: date) -> bool:
    return line.requested_on < on and (line.in_process > 0 or on <= line.updated_on)


def inbound_damaged_carrier(facts: ComponentFacts) -> Iterator[Lot]:
    """Units that were brought damaged. What may be another carrier's doing and was then found damaged in the centre is
    told as that."""
    elsewhere = facts.once(_told_elsewhere)
    for lot in brought_damaged(facts):
        units = lot.units - elsewhere.get(lot.rows[0].key, 0)
        if units > 0:
            yield replace(lot, units=units)


def _told_elsewhere(facts: ComponentFacts) -> Mapping[tuple[Any, ...], int]:
    """Of rows that find stock damaged which had come so, by key the units that are claimed as brought or sent back
    damaged; and of receipts of damaged stock that is no claim, the units found so: the same unit is not owed twice."""
    brought = list(brought_damaged(facts))
    claimed = [lot for lot in (*brought, *return_damaged_by_amazon(facts)) if lot.tier is Tier.CLAIM]
    doubted = [lot for lot in brought if lot.tier is not Tier.CLAIM]
    found = [Stock(r.occurred_on, -r.quantity, r) for r in facts.adjustments(frozenset(GRADES)) if r.quantity < 0]
    units: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for want, _, same in _found_so(found, claimed):
        units[want.item.key] += same
    for _, came, same in _found_so(found, doubted):
        units[came.item.key] += same
    return units


def _found_so(found: list[Stock[LedgerRow]], lots: Iterable[Lot]) -> Iterator[Match[LedgerRow, LedgerRow | ReturnRow]]:
    rows = (lot.rows[0] for lot in lots)
    came = [_came(row) for row in rows if isinstance(row, LedgerRow | ReturnRow)]
    came.sort(key=lambda stock: (stock.on, stock.item.key))
    return match(found, came, _kept_as, lambda row: Reach((_kept_as(row),), 0), None)


def _came(row: LedgerRow | ReturnRow) -> Stock[LedgerRow | ReturnRow]:
    return Stock(row.occurred_on if isinstance(row, LedgerRow) else row.returned_on, row.quantity, row)


def _kept_as(row: LedgerRow | ReturnRow | RemovalRow) -> Hashable:
    return row.fnsku, row.disposition


def disposed_unauthorized(facts: ComponentFacts) -> Iterator[Lot]:
    """Stock disposed of or donated that was sellable, or damaged without our having seen how."""
    counted = facts.once(_counted_as_damaged)
    for row in facts.adjustments(GONE):
        units = counted.get(row.key, 0)
        if -row.quantity > units and row.disposition in OWED_DISPOSITIONS:
            sure = row.disposition != DAMAGED_STOCK
            tier, strength = (Tier.CLAIM, Strength.MEDIUM_HIGH) if sure else (Tier.REVIEW, Strength.LOW)
            lot = warehouse_lot(row, AnomalyType.DISPOSED_UNAUTHORIZED, Family.DISPOSED, tier, strength, units)
            yield replace(lot, place=row.disposition)


def _counted_as_damaged(facts: ComponentFacts) -> Mapping[tuple[Any, ...], int]:
    """Of rows that take damaged stock out, by key the units already counted as damaged, here or when a customer sent
    them back: the same unit is not owed twice. Whatever leaves damaged stock counts, the oldest damage first, but no
    damage that an inspection put right: such a unit left no second time."""
    back = [r for r in facts.events("CustomerReturns") if r.quantity > 0 and r.disposition == DAMAGED_STOCK]
    here = [r for r in facts.adjustments(frozenset(GRADES)) if r.quantity < 0]
    offered = [Stock(row.occurred_on, abs(row.quantity), row) for row in sorted((*back, *here), key=lambda r: r.key)]
    gone = _take_put_right(offered, facts)
    rows = (*facts.adjustments(MISPLACED | GONE | MOVED), *facts.events("VendorReturns"))
    leaving = sorted((r for r in rows if r.quantity < 0 and r.disposition == DAMAGED_STOCK), key=lambda r: r.key)
    wanted = [Stock(row.occurred_on, -row.quantity - gone[row.key], row) for row in leaving]
    units: defaultdict[tuple[Any, ...], int] = defaultdict(int)
    for want, _, same in match(wanted, offered, _fnsku, lambda row: Reach((row.fnsku,), 0), None):
        units[want.item.key] += same
    return units


def _take_put_right(damaged: list[Stock[LedgerRow]], facts: ComponentFacts) -> Counter[tuple[Any, ...]]:
    """Take the units off that inspections put right, as netting settles them (pass "regraded"): by key of the rows that
    moved them, how many."""
    elsewhere = facts.once(_told_elsewhere)
    moved = [Stock(move.left.occurred_on, move.units, move.left) for move in facts.once(put_right)]

    def told_here(stock: Stock[LedgerRow]) -> int:
        return stock.left - elsewhere.get(stock.item.key, 0) if stock.item.reason in GRADES else 0

    taken: Counter[tuple[Any, ...]] = Counter()
    for _, move, same in match(damaged, moved, _fnsku, lambda row: Reach((row.fnsku,), None), 2, told_here):
        taken[move.item.key] += same
    return taken


class PutRight(NamedTuple):
    """Units that left damaged stock and entered the sellable one."""

    left: LedgerRow
    entered: LedgerRow
    units: int


def put_right(facts: ComponentFacts) -> list[PutRight]:
    """Damaged stock that an inspection put back to sellable: Q out of damaged, P into sellable, same centre."""
    moves = [r for r in facts.adjustments(MOVED) if r.quantity < 0 and r.disposition == DAMAGED_STOCK]
    entries = [r for r in facts.adjustments(frozenset({"P"})) if r.quantity > 0 and r.disposition == "SELLABLE"]
    out = [Stock(row.occurred_on, -row.quantity, row) for row in moves]
    into = [Stock(row.occurred_on, row.quantity, row) for row in entries]
    pairs = match(out, into, _place, lambda row: Reach((_place(row),), 1), 0)
    return [PutRight(left.item, entered.item, units) for left, entered, units in pairs]


def _place(row: LedgerRow) -> Hashable:
    return row.fnsku, row.fulfillment_center


def transfer_loss(facts: ComponentFacts) -> Iterator[Lot]:
    """Units that left one centre for another and were not seen to arrive. Amazon links no legs, so it is a hint: a real
    loss is booked as misplaced later, and told as that."""
    legs = facts.events("WhseTransfers")
    out = [Stock(row.occurred_on, -row.quantity, row) for row in legs if row.quantity < 0]
    arrived = [Stock(row.occurred_on, row.quantity, row) for row in legs if row.quantity > 0]
    booked = [Stock(r.occurred_on, -r.quantity, r) for r in facts.adjustments(MISPLACED) if r.quantity < 0]
    for offered in (arrived, booked):
        _use_up(out, offered, days_before=2)
    for stock in out:
        if stock.left:
            yield _hint(AnomalyType.TRANSFER_LOSS, stock, IN_TRANSIT)


def _use_up(wanted: list[Stock[LedgerRow]], offered: list[Stock[LedgerRow]], days_before: int) -> None:
    for _ in match(wanted, offered, _fnsku, lambda row: Reach((row.fnsku,), None), days_before):
        pass


def _hint(kind: AnomalyType, stock: Stock[LedgerRow], wait: timedelta) -> Lot:
    row = stock.item
    names = Names(row.asin, row.fnsku, row.msku)
    return Lot(
        anomaly_type=kind,
        family=Family.ALONE,
        tier=Tier.REVIEW,
        strength=Strength.LOW,
        names=names,
        subject=item_subject(names),
        anchor=row.occurred_on,
        units=stock.left,
        rows=(row,),
        told_from=row.occurred_on + wait,
        hint=True,
    )


def ownership_transfer_out(facts: ComponentFacts) -> Iterator[Lot]:
    """Units Amazon took into its own name (code O). Usually it paid for them, or had received too many."""
    for row in facts.adjustments(TAKEN_OVER):
        if row.quantity < 0:
            kind = AnomalyType.OWNERSHIP_TRANSFER_OUT
            yield warehouse_lot(row, kind, Family.OWNERSHIP, Tier.REVIEW, Strength.LOW, hint=True)


def product_redefinition_unmatched(facts: ComponentFacts) -> Iterator[Lot]:
    """Units booked out of a product (code 4) that came in (code 3) under no other name."""
    for out, matched in facts.neighbours.redefined:
        if -out.quantity > matched:
            stock = Stock(out.occurred_on, -out.quantity - matched, out)
            yield _hint(AnomalyType.PRODUCT_REDEFINITION_UNMATCHED, stock, OTHER_HALF)


def _fnsku(row: LedgerRow) -> str:
    return row.fnsku


def found_unit_not_credited(facts: ComponentFacts) -> Iterator[Lot]:
    """Units the detail view shows as found in a month whose balance knows of fewer."""
    found: defaultdict[tuple[str, date], list[LedgerRow]] = defaultdict(list)
    for row in facts.adjustments(frozenset({"F", "N"})):
        found[row.fnsku, month_of(row.occurred_on)].append(row)
    for (fnsku, month), rows in found.items():
        entries = facts.balances_by_month.get((fnsku, month), ())
        gap = sum(row.quantity for row in rows) - sum(entry.found for entry in entries)
        if entries and gap > 0:
            last = Stock(rows[-1].occurred_on, gap, rows[-1])
            lot = _hint(AnomalyType.FOUND_UNIT_NOT_CREDITED, last, timedelta(0))
            yield replace(lot, told_from=next_month(month) + BALANCED)
