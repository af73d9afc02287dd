"""The money of reimbursements: paid below the seller's cost, or approved and never paid out.

Since 31 March 2025 a unit lost before an order is paid at its sourcing cost; within 60 days the seller may dispute the
figure with an invoice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations, groupby

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.claims.valuation import BEFORE_ORDER, cost_of
from clario.domain.detection.lots.lots import Family
from clario.domain.detection.lots.reimbursements import family_of, is_reversal, reason_key, taken_back
from clario.domain.detection.policy import policy, tolerance, unit_cap
from clario.domain.detection.rows.facts import ComponentFacts, CostRow, Names
from clario.domain.detection.rows.postings import CENT, POSTED_AFTER, POSTED_BEFORE, Posting, postings
from clario.domain.detection.rows.unit_rows import ReimbursementRow

NOTHING = Decimal(0)
PERHAPS = frozenset({Family.REMOVAL, Family.GENERIC})
"""Whether cost is the rule for these is not printed, or not told by the row."""
TOPPED_UP_WITHIN = timedelta(days=60)  # our choice
LATE = timedelta(days=2)
TOGETHER, MOST = 4, 12
"""Amazon may post the reimbursements of a day as one: so many of them together, among so many, are tried out."""


def reimbursement_underpaid(case: Case) -> Iterator[Finding]:
    """Units paid below what the seller can show to have paid for them, and not taken back since."""
    reversed_units = Counter[tuple[str | None, str]]()
    for row in case.facts.reimbursements:
        if is_reversal(row):
            reversed_units[row.original_reimbursement_id, row.sku] += taken_back(row)
    for row in case.facts.reimbursements:
        kept = row.cash_units - reversed_units[row.reimbursement_id, row.sku]
        if kept > 0 and row.amount_total and not is_reversal(row):
            cost = _documented_cost(case, row)
            if cost is not None:
                yield from _underpaid(case, row, kept, cost)


def _documented_cost(case: Case, row: ReimbursementRow) -> CostRow | None:
    since = policy().cost_regime.valid_from
    if family_of(row) not in BEFORE_ORDER | PERHAPS or row.approved_on < since:
        return None
    return cost_of(case.account, row.sku, row.approved_on, row.currency)


def _underpaid(case: Case, row: ReimbursementRow, units: int, cost: CostRow) -> Iterator[Finding]:
    cap = unit_cap(case.market_of(row.currency), row.approved_on)
    fair = min(cost.unit_cost, cap.amount) if cap and cap.currency == cost.currency else cost.unit_cost
    paid = (row.amount_total or NOTHING) / row.cash_units
    if fair - paid <= tolerance("underpaid", fair, row.currency, row.approved_on):
        return
    yield Finding(
        anomaly_type=AnomalyType.REIMBURSEMENT_UNDERPAID,
        tier=Tier.REVIEW if family_of(row) in PERHAPS else Tier.CLAIM,
        proof="document_cost",
        marketplace=case.market_of(row.currency),
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.reimbursement_id}/{row.sku}",
        anchor=row.approved_on,
        units=units,
        wrong=(fair - paid) * units,
        currency=row.currency,
        basis="cogs",
        rows=(row,),
        steps=tuple(_topped_up(case.facts, row)),
        why={
            "unitCost": str(cost.unit_cost),
            "paidPerUnit": str(round(paid, 4)),
            "costValidFrom": str(cost.valid_from),
        },
        order_id=row.order_id or "",
    )


def _topped_up(facts: ComponentFacts, row: ReimbursementRow) -> Iterator[Step]:
    """Money without units for the same item and reason, paid after it: instalments happen."""
    last = row.approved_on + TOPPED_UP_WITHIN
    for other in facts.reimbursements:
        more = other.amount_total or NOTHING
        same = (other.sku, reason_key(other.reason)) == (row.sku, reason_key(row.reason))
        if same and not other.cash_units and more > 0 and row.approved_on <= other.approved_on <= last:
            yield Step("paid later", more, other)


# -- approved and not paid ---------------------------------------------------------------------------------------------


def reimbursement_not_paid_out(case: Case) -> Iterator[Finding]:
    """Reimbursements in cash whose money appears in no transaction, alone or together with others of its day."""
    granted = [r for r in case.facts.reimbursements if r.cash_units > 0 and r.amount_total and not is_reversal(r)]
    posted: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in postings(case.facts):
        posted[posting.sku].append(posting)
    by_sku: defaultdict[str, list[ReimbursementRow]] = defaultdict(list)
    for row in granted:
        by_sku[row.sku].append(row)
    for sku, rows in by_sku.items():
        for row in _unposted(rows, posted.get(sku, [])):
            yield _unpaid(case, row)


def _unposted(rows: Sequence[ReimbursementRow], posted: list[Posting]) -> list[ReimbursementRow]:
    """The rows that no posting pays, alone or with others of their day; a posting pays once, the nearest day first."""
    groups = [[row] for row in rows]
    for _, day in groupby(rows, key=lambda row: row.approved_on):
        together = list(day)
        groups += [list(some) for count in range(2, TOGETHER + 1) for some in combinations(together[:MOST], count)]
    left, open_postings = list(rows), list(posted)
    for group, posting in _by_nearness(groups, posted):
        if posting in open_postings and all(row in left for row in group):
            open_postings.remove(posting)
            left = [row for row in left if row not in group]
    return left


def _by_nearness(
    groups: Sequence[list[ReimbursementRow]], posted: Sequence[Posting]
) -> list[tuple[list[ReimbursementRow], Posting]]:
    """Groups of rows with the postings that may pay them: those of just the amount first, single rows before others,
    then the nearest in time. In another currency the amount says nothing."""
    pairs = [(group, posting) for group in groups for posting in posted if _pays(posting, group)]
    return sorted(pairs, key=lambda pair: (_is_foreign(pair[1], pair[0]), len(pair[0]), *_apart(pair[1], pair[0])))


def _pays(posting: Posting, group: Sequence[ReimbursementRow]) -> bool:
    day = group[0].approved_on
    if not day - POSTED_BEFORE <= posting.on <= day + POSTED_AFTER:
        return False
    if _is_foreign(posting, group):
        return len(group) == 1 and posting.amount > 0
    return abs(posting.amount - sum((row.amount_total or NOTHING for row in group), NOTHING)) <= CENT


def _is_foreign(posting: Posting, group: Sequence[ReimbursementRow]) -> bool:
    return posting.currency != group[0].currency


def _apart(posting: Posting, group: Sequence[ReimbursementRow]) -> tuple[timedelta, date]:
    return abs(posting.on - group[0].approved_on), posting.on


def _unpaid(case: Case, row: ReimbursementRow) -> Finding:
    return Finding(
        anomaly_type=AnomalyType.REIMBURSEMENT_NOT_PAID_OUT,
        tier=Tier.REVIEW,
        proof="not_paid_out",
        marketplace=case.market_of(row.currency),
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.reimbursement_id}/{row.sku}/{row.ordinal}",
        anchor=row.approved_on,
        units=row.cash_units,
        wrong=row.amount_total or NOTHING,
        currency=row.currency,
        rows=(row,),
        told_from=row.approved_on + POSTED_AFTER + LATE,
        order_id=row.order_id or "",
    )
