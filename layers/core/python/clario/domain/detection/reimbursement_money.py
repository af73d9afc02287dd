"""The money of reimbursements: paid below the seller's cost, or approved and never paid out.

Since 31 March 2025 a unit lost before an order is paid at its sourcing cost; within 60 days the seller may dispute the
figure with an invoice.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import ComponentFacts, CostRow, Names
from clario.domain.detection.findings import Case, Finding, Step
from clario.domain.detection.money_rows import MoneyRow
from clario.domain.detection.policy import policy, tolerance, unit_cap
from clario.domain.detection.reimbursements import family_of, is_reversal, reason_key
from clario.domain.detection.unit_rows import ReimbursementRow
from clario.domain.detection.valuation import BEFORE_ORDER, cost_of

NOTHING = Decimal(0)
CENT = Decimal("0.01")
TOPPED_UP_WITHIN = timedelta(days=60)  # our choice
POSTED_BEFORE, POSTED_AFTER = timedelta(days=2), timedelta(days=21)
"""When the money of an approval is posted: our choice."""
LATE = timedelta(days=2)
TOGETHER = 4
"""Amazon may post the reimbursements of a day as one; more than that are not tried out."""


def reimbursement_underpaid(case: Case) -> Iterator[Finding]:
    """Units paid below what the seller can show to have paid for them."""
    taken_back = {row.original_reimbursement_id for row in case.facts.reimbursements if is_reversal(row)}
    for row in case.facts.reimbursements:
        if row.cash_units > 0 and row.amount_total and row.reimbursement_id not in taken_back:
            cost = _documented_cost(case, row)
            if cost is not None:
                yield from _underpaid(case, row, cost)


def _documented_cost(case: Case, row: ReimbursementRow) -> CostRow | None:
    since = policy().cost_regime.valid_from
    if family_of(row) not in BEFORE_ORDER or row.approved_on < since:
        return None
    return cost_of(case.account, row.sku, row.approved_on, row.currency)


def _underpaid(case: Case, row: ReimbursementRow, cost: CostRow) -> Iterator[Finding]:
    cap = unit_cap(case.account.marketplace, row.approved_on)
    fair = min(cost.unit_cost, cap.amount) if cap and cap.currency == cost.currency else cost.unit_cost
    paid = (row.amount_total or NOTHING) / row.cash_units
    if fair - paid <= tolerance("underpaid", fair, row.currency, row.approved_on):
        return
    yield Finding(
        anomaly_type=AnomalyType.REIMBURSEMENT_UNDERPAID,
        tier=Tier.CLAIM,
        proof="document_cost",
        marketplace=case.account.marketplace,
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.reimbursement_id}/{row.sku}",
        anchor=row.approved_on,
        units=row.cash_units,
        wrong=(fair - paid) * row.cash_units,
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


class Posting(NamedTuple):
    """Money posted for a SKU in one transaction."""

    sku: str
    amount: Decimal
    rows: tuple[MoneyRow, ...]


def reimbursement_not_paid_out(case: Case) -> Iterator[Finding]:
    """Reimbursements in cash whose money appears in no transaction, alone or together with others of its day."""
    granted = [r for r in case.facts.reimbursements if r.cash_units > 0 and r.amount_total and not is_reversal(r)]
    postings = _postings(case.facts)
    by_day: defaultdict[tuple[str, object, str], list[ReimbursementRow]] = defaultdict(list)
    for row in granted:
        by_day[row.sku, row.approved_on, row.currency].append(row)
    for rows in by_day.values():
        for row in _unposted(rows, postings.get(rows[0].sku, [])):
            yield _unpaid(case, row)


def _postings(facts: ComponentFacts) -> Mapping[str, list[Posting]]:
    parts: defaultdict[tuple[str, str], list[MoneyRow]] = defaultdict(list)
    for row in facts.money_of("Adjustment"):
        parts[row.transaction_id, row.sku].append(row)
    table: defaultdict[str, list[Posting]] = defaultdict(list)
    for (_, sku), rows in parts.items():
        table[sku].append(Posting(sku, sum((row.amount for row in rows), NOTHING), tuple(rows)))
    return table


def _unposted(rows: Sequence[ReimbursementRow], postings: list[Posting]) -> list[ReimbursementRow]:
    """The rows of one day that no posting pays; a posting pays once."""
    left = list(rows)
    for count in range(1, min(len(rows), TOGETHER) + 1):
        for together in combinations(rows, count):
            if all(row in left for row in together) and (paid := _posting(together, postings)):
                postings.remove(paid)
                left = [row for row in left if row not in together]
    return left


def _posting(together: Sequence[ReimbursementRow], postings: Sequence[Posting]) -> Posting | None:
    amount = sum((row.amount_total or NOTHING for row in together), NOTHING)
    day = together[0].approved_on
    for posting in postings:
        first = posting.rows[0]
        near = day - POSTED_BEFORE <= first.posted_on <= day + POSTED_AFTER
        if near and first.currency == together[0].currency and abs(posting.amount - amount) <= CENT:
            return posting
    return None


def _unpaid(case: Case, row: ReimbursementRow) -> Finding:
    return Finding(
        anomaly_type=AnomalyType.REIMBURSEMENT_NOT_PAID_OUT,
        tier=Tier.REVIEW,
        proof="not_paid_out",
        marketplace=case.account.marketplace,
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
