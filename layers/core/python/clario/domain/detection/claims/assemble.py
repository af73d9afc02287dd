"""Turns judged lots into claims: how many units, worth what, until when, and the proof.

Lots of one type, subject and day are one claim.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from clario.domain.claims import Claim, Evidence, Settled, Tier, fingerprint
from clario.domain.detection.claims.verdict import Verdict
from clario.domain.detection.lots.lots import CreditKind, Lot
from clario.domain.detection.rows.facts import Account
from clario.domain.detection.rows.source import SourceRow, as_source_row

CENT = Decimal("0.01")
CERTAINTY = Decimal("0.0001")


def group(verdicts: Iterable[Verdict], connection: str) -> dict[str, list[Verdict]]:
    """The verdicts of each claim, by fingerprint, in lot order; without those that come too early."""
    groups: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        lot = verdict.lot
        if not verdict.too_early:
            groups[fingerprint(connection, lot.anomaly_type, lot.subject, lot.anchor)].append(verdict)
    return groups


def claim_of(mark: str, verdicts: Sequence[Verdict], account: Account) -> Claim | None:
    """The claim of a group of lots, None when nothing of them is open."""
    units = {tier: sum(v.units.get(tier, 0) for v in verdicts) for tier in Tier}
    tier = next((tier for tier in Tier if units[tier]), None)
    if tier is None:
        return None
    lot, window, currency = verdicts[0].lot, verdicts[0].window, _currency(verdicts, account)
    claimed, reviewed = _value(verdicts, Tier.CLAIM), _value(verdicts, Tier.REVIEW)
    return Claim(
        fingerprint=mark,
        anomaly_type=lot.anomaly_type,
        tier=tier,
        quantity=units[tier],
        lost_units=sum(v.lot.units for v in verdicts),
        estimated_value=claimed,
        review_value=reviewed,
        currency=currency,
        value_basis=_basis(verdicts),
        confidence=_confidence(verdicts, tier),
        marketplace_id=account.marketplace.id,
        sku=lot.names.sku,
        fnsku=lot.names.fnsku,
        asin=lot.names.asin,
        anchor_date=lot.anchor,
        claimable_from=window.claimable_from,
        deadline_date=window.deadline,
        deadline_basis=window.basis,
        order_id=next(iter(lot.order_ids), None),
        order_item_id=lot.order_item_id or None,
        shipment_id=lot.shipment_id or None,
        removal_order_id=lot.removal_order_id or None,
        evidence={
            "policy": window.evidence(lot.anchor),
            "proof": sorted({v.confidence[tier].proof for v in verdicts if v.units.get(tier)}),
            "valuation": _valuation(verdicts, claimed, reviewed, currency),
            "netting": netting_steps(verdicts),
            "sourceRows": source_rows(verdicts),
            "coverage": verdicts[0].covered.evidence(),  # all lots of a claim have one type and anchor
            "timeline": _timeline(verdicts),
            "warnings": _warnings(verdicts),
        },
    )


def _currency(verdicts: Sequence[Verdict], account: Account) -> str:
    currencies = {verdict.value.currency for verdict in verdicts}
    return currencies.pop() if len(currencies) == 1 else account.marketplace.currency


def _value(verdicts: Sequence[Verdict], tier: Tier) -> Decimal | None:
    """The value of the tier's units; None as soon as one of them has no known value."""
    total = Decimal(0)
    for verdict in verdicts:
        if units := verdict.units.get(tier, 0):
            if verdict.value.amount is None:
                return None
            total += units * verdict.value.amount
    return total.quantize(CENT)


def _basis(verdicts: Sequence[Verdict]) -> str:
    bases = {v.value.basis for v in verdicts if any(v.units.values())}
    return bases.pop() if len(bases) == 1 else "unknown"


def _confidence(verdicts: Sequence[Verdict], tier: Tier) -> Decimal:
    """Per unit: the share of the quantity that should prove right."""
    shares = [(v.units[tier], v.confidence[tier].sure) for v in verdicts if v.units.get(tier)]
    return (sum((n * sure for n, sure in shares), Decimal(0)) / sum(n for n, _ in shares)).quantize(CERTAINTY)


def _valuation(
    verdicts: Sequence[Verdict], claimed: Decimal | None, reviewed: Decimal | None, currency: str
) -> Evidence:
    """Amounts as text, exact."""
    lines = []
    for verdict in verdicts:
        value, cost = verdict.value, verdict.value.cost
        units = {tier.value: n for tier, n in verdict.units.items() if n}
        line: dict[str, Any] = {"sku": verdict.lot.names.sku, "units": units, "unitValue": _text(value.amount)}
        lines.append({**line, "costValidFrom": str(cost.valid_from) if cost else None, "capped": value.capped})
    amounts = {"estimatedValue": _text(claimed), "reviewValue": _text(reviewed), "currency": currency}
    return {"basis": _basis(verdicts), **amounts, "lines": lines}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def netting_steps(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """Every step from the lost units to the open ones, as a running count over the claim."""
    left = sum(v.lot.units for v in verdicts)
    steps: list[dict[str, Any]] = []
    for verdict in verdicts:
        for name, kind, units, row in _moves(verdict):
            place = {"table": row.ref.table, "rawObject": row.ref.raw_object, "pointer": row.ref.pointer}
            step = {"pass": name, "kind": kind, "units": units, "before": left, "after": left - units}
            steps.append({**step, "source": place})
            left -= units
    return steps


def _moves(verdict: Verdict) -> Iterator[tuple[str, str, int, SourceRow]]:
    for allocation in verdict.settlement.allocations:
        kind = "reversed" if allocation.credit.voided else allocation.credit.kind.value
        yield allocation.step.name, kind, allocation.units, allocation.credit.rows[0]
    if verdict.amazon_closed:
        yield "amazon_reconciliation", "reconciled", verdict.amazon_closed, verdict.lot.rows[0]


def source_rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The lots' rows and then the rows of what settled them, each once."""
    rows: dict[SourceRow, None] = dict.fromkeys(row for v in verdicts for row in v.lot.rows)
    for verdict in verdicts:
        for allocation in verdict.settlement.allocations:
            rows |= dict.fromkeys(allocation.credit.rows)
    return [as_source_row(row) for row in rows]


def _timeline(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """What happened when: the day to count from, the loss, and what settled units of it."""
    lot, window = verdicts[0].lot, verdicts[0].window
    events = [(lot.anchor, window.anchor_kind, sum(v.lot.units for v in verdicts))]
    events += [(_day(v.lot), v.lot.rows[0].ref.table, v.lot.units) for v in verdicts if _day(v.lot) != lot.anchor]
    events += [(a.credit.on, a.credit.kind.value, a.units) for v in verdicts for a in v.settlement.allocations]
    events.sort(key=lambda event: event[0])
    return [{"on": str(day), "event": event, "units": units} for day, event, units in events]


def _day(lot: Lot) -> date:
    day: date = lot.rows[0].key[0]  # every row's natural key begins with its day
    return day


def _warnings(verdicts: Sequence[Verdict]) -> list[str]:
    warnings = []
    if not verdicts[0].covered.complete:
        warnings.append("coverage")
    if any(a.credit.voided for v in verdicts for a in v.settlement.allocations):
        warnings.append("reopened_by_reversal")
    if any(v.settlement.doubtful for v in verdicts):
        warnings.append("may_be_settled_unnamed")
    if any(a.unreported for v in verdicts for a in v.settlement.allocations):
        warnings.append("return_not_reported")
    if any(a.credit.kind is CreditKind.POSTED for v in verdicts for a in v.settlement.allocations):
        warnings.append("payment_not_reported")
    if any(v.partly_paid for v in verdicts):
        warnings.append("partly_paid")
    return warnings + list(dict.fromkeys(word for v in verdicts for word in v.lot.warnings))


REASONS = {
    "found": "found",
    "transferred": "found or replaced",
    "regraded": "back to sellable stock",
    "reimbursed": "reimbursed",
    "in_kind": "replaced in kind",
    "posted": "paid, as the transactions show",
    "reversed": "reimbursed and reversed",
    "reconciled": "reconciled by Amazon",
    "surplus": "a surplus of another shipment",
    "swapped": "a surplus of another item",
    "disposal_ordered": "disposed of on request",
    "returned": "returned",
    "unnamed_return": "returned without its order",
    "recharged": "charged to the customer again",
    "restocked": "back in stock",
    "shelved": "back in other stock",
}


def settled_of(verdicts: Sequence[Verdict]) -> Settled:
    """Why a group of lots is no claim (any more)."""
    steps = netting_steps(verdicts)
    units: dict[str, int] = {}
    for step in steps:
        reason = REASONS[step["kind"]]
        units[reason] = units.get(reason, 0) + step["units"]
    told = ", ".join(f"{reason} ({n})" for reason, n in units.items())
    return Settled(told, steps, source_rows(verdicts))
