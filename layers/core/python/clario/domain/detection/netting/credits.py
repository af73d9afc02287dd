"""Gathers what can settle a lot, so that every real unit is there exactly once.

A replacement in kind often shows twice, as a line of the reimbursements report and as an N line of the ledger; and a
unit that comes back after its reimbursement shows as a found line and as the stock part of the reversal. Both are
paired here.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from clario.domain.claims import Note
from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Credit, CreditKind
from clario.domain.detection.lots.reimbursements import Grant, collapse, family_of, is_contradictory, with_fnskus
from clario.domain.detection.netting.order_credits import order_credits
from clario.domain.detection.netting.posted_credits import posted_credits
from clario.domain.detection.netting.stock_credits import stock_credit, stock_credits
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.silence import LATE
from clario.domain.detection.rows.unit_rows import LedgerRow, ReimbursementRow
from clario.domain.values import ONE_DAY, Money

FOUND = frozenset({"F"})
TRANSFERRED = frozenset({"N"})
# Days between a reimbursement's approval and the ledger line of the same unit: our choice, no page says.
REPLACEMENT_BEFORE, REPLACEMENT_AFTER = 7, 21
RETURN_BEFORE, RETURN_AFTER = 30, 30


@dataclass(frozen=True, slots=True)
class Credits:
    """Credits in their order, and what was odd about the reimbursements.

    `changes_on`: the next day on which time alone makes a credit, None when it makes none.
    """

    credits: tuple[Credit, ...]
    notes: tuple[Note, ...]
    changes_on: date | None


def gather_credits(facts: ComponentFacts, today: date) -> Credits:
    """All credits of a component as of a day. What young transactions pay may still come into the report."""
    grants, notes = collapse(with_fnskus(facts.reimbursements, facts.ledger))
    found, transferred = _gains(facts, FOUND), _gains(facts, TRANSFERRED)
    credits = [*_restored(grants, transferred, found), *_replaced(grants, transferred)]
    credits += [credit for grant in grants for credit in _paid(grant)]
    credits += [_gain(CreditKind.FOUND, stock) for stock in found if stock.left]
    credits += [_gain(CreditKind.TRANSFERRED, stock) for stock in transferred if stock.left]
    credits += [*stock_credits(facts), *order_credits(facts)]
    posted = facts.once(posted_credits)
    credits += [credit for credit in posted if credit.on + LATE < today]
    young = (credit.on + LATE + ONE_DAY for credit in posted if credit.on + LATE >= today)
    return Credits(tuple(sorted(credits, key=lambda c: c.order)), tuple(notes), min(young, default=None))


def _gains(facts: ComponentFacts, reasons: frozenset[str]) -> list[Stock[LedgerRow]]:
    rows = facts.adjustments(reasons)
    return [Stock(row.occurred_on, row.quantity, row) for row in rows if row.quantity > 0]


def _gain(kind: CreditKind, stock: Stock[LedgerRow]) -> Credit:
    row = stock.item
    return stock_credit(kind, row, stock.left, (row,))


@dataclass(frozen=True, slots=True)
class _Promise:
    """Stock that a report line (a grant's own, or its reversal's) says was given."""

    grant: Grant
    line: ReimbursementRow


def _restored(
    grants: Iterable[Grant], transferred: list[Stock[LedgerRow]], found: list[Stock[LedgerRow]]
) -> Iterator[Credit]:
    """Units taken back in cash and given back as stock; the ledger shows them as N or as F."""
    promises = [
        Stock(reversal.approved_on, units, _Promise(grant, reversal))
        for grant in grants
        for reversal, units in grant.restored
    ]
    promises.sort(key=lambda p: (p.on, p.item.line.key, p.item.grant.row.key))
    for gains in (transferred, found):
        for _, credit in _pairs(promises, gains, RETURN_BEFORE, RETURN_AFTER):
            yield credit
    for promise in promises:
        if promise.left:
            yield _credit(promise.item.grant, CreditKind.REIMBURSED, promise.left, (promise.item.line,))


def _replaced(grants: Iterable[Grant], transferred: list[Stock[LedgerRow]]) -> Iterator[Credit]:
    """Units granted in kind that the ledger shows too. What it does not show stays with the grant."""
    promises = [Stock(grant.row.approved_on, grant.inventory, _Promise(grant, grant.row)) for grant in grants]
    for promise, credit in _pairs(promises, transferred, REPLACEMENT_BEFORE, REPLACEMENT_AFTER):
        promise.grant.inventory -= credit.units
        yield credit


def _pairs(
    promises: list[Stock[_Promise]], gains: list[Stock[LedgerRow]], days_before: int, days_after: int
) -> Iterator[tuple[_Promise, Credit]]:
    def reach_of(promise: _Promise) -> Reach:
        return Reach((promise.grant.row.fnsku,), days_after)

    for stock, gain, units in match(promises, gains, _fnsku, reach_of, days_before):
        grant, line = stock.item.grant, stock.item.line
        more = (gain.item,) if line is grant.row else (line, gain.item)
        yield stock.item, _credit(grant, CreditKind.IN_KIND, units, more)


def _credit(
    grant: Grant,
    kind: CreditKind,
    units: int,
    more: tuple[LedgerRow | ReimbursementRow, ...] = (),
    voided: bool = False,
) -> Credit:
    """A credit of a grant's units. Of a pair the later day counts: until then one of the two was missing."""
    row = grant.row
    on = max([row.approved_on, *(other.occurred_on for other in more if isinstance(other, LedgerRow))])
    return Credit(
        kind=kind,
        family=family_of(row),
        fnsku=row.fnsku,
        asin=row.asin,
        on=on,
        units=units,
        rows=(row, *more),
        strict=not is_contradictory(row),
        voided=voided,
        order_id=row.order_id or "",
        unit_paid=Money(row.amount_per_unit, row.currency) if row.amount_per_unit is not None else None,
    )


def _paid(grant: Grant) -> Iterator[Credit]:
    if units := grant.cash + grant.inventory:
        yield _credit(grant, CreditKind.REIMBURSED, units)
    if grant.voided:
        yield _credit(grant, CreditKind.REIMBURSED, grant.voided, tuple(grant.reversals), voided=True)


def _fnsku(row: LedgerRow) -> Hashable:
    return row.fnsku
