"""Turns settled lots into claims: how many units, how sure, worth what, until when, and the proof.

Lots of one type, item and day are one claim.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, Evidence, Settled, Tier, fingerprint
from clario.domain.detection import coverage, policy, valuation
from clario.domain.detection.facts import Row, SellerFacts
from clario.domain.detection.lots import Lot
from clario.domain.detection.netting import Settlement
from clario.domain.detection.source import as_source_row

CENT = Decimal("0.01")
CERTAINTY = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The units of one lot by tier, and how sure they are."""

    settlement: Settlement
    units: dict[Tier, int]
    confidence: dict[Tier, Decimal]
    covered: coverage.Covered
    value: valuation.UnitValue

    @property
    def lot(self) -> Lot:
        return self.settlement.lot

    @property
    def amazon_closed(self) -> int:
        """Units open in our netting that Amazon counts as settled."""
        return self.settlement.open_generous - _seen_by_amazon(self.lot, self.settlement.open_generous)


def judge(settlement: Settlement, facts: SellerFacts, today: date) -> Verdict:
    """Two proofs, the smaller one counts: our netting and Amazon's own count."""
    lot = settlement.lot
    covered = coverage.check(facts.coverage, lot.anchor, today)
    certain = _seen_by_amazon(lot, settlement.open_generous)
    doubtful = max(0, _seen_by_amazon(lot, settlement.open_strict) - certain)
    tier = Tier.REVIEW if lot.tier is Tier.CLAIM and not covered.complete else lot.tier
    proof = _proof(settlement, covered, today)
    units, sure = {tier: certain}, {tier: proof}
    if doubtful and lot.tier is not Tier.INFO:
        weak = min(proof, policy.confidence("strict_only", today))
        before = units.get(Tier.REVIEW, 0)
        sure[Tier.REVIEW] = (before * sure.get(Tier.REVIEW, weak) + doubtful * weak) / (before + doubtful)
        units[Tier.REVIEW] = before + doubtful
    value = valuation.unit_value(facts, lot.sku, lot.anchor, today)
    return Verdict(settlement, units, sure, covered, value)


def _seen_by_amazon(lot: Lot, units: int) -> int:
    return units if lot.amazon_open is None else min(units, lot.amazon_open)


def _proof(settlement: Settlement, covered: coverage.Covered, today: date) -> Decimal:
    lot = settlement.lot
    if lot.amazon_open is None:
        name = "netting_only"
    else:
        name = "amazon_agrees" if lot.amazon_open == settlement.open_generous else "amazon_differs"
    sure = policy.confidence(name, today) * policy.confidence(lot.strength, today)
    return sure if covered.complete else min(sure, policy.confidence("coverage_gap", today))


def group(verdicts: Iterable[Verdict], connection: str) -> dict[str, list[Verdict]]:
    """The verdicts of each claim, by fingerprint, in lot order."""
    groups: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        lot = verdict.lot
        groups[fingerprint(connection, lot.anomaly_type, lot.subject, lot.anchor)].append(verdict)
    return groups


def claim_of(mark: str, verdicts: Sequence[Verdict], facts: SellerFacts, today: date) -> Claim | None:
    """The claim of a group of lots, None when nothing of them is open."""
    units = {tier: sum(v.units.get(tier, 0) for v in verdicts) for tier in Tier}
    tier = next((tier for tier in Tier if units[tier]), None)
    if tier is None:
        return None
    lot = verdicts[0].lot
    days = policy.window(policy.POLICY_OF[lot.anomaly_type], facts.marketplace, lot.anchor, today)
    claimed, reviewed = _value(verdicts, Tier.CLAIM), _value(verdicts, Tier.REVIEW)
    return Claim(
        fingerprint=mark,
        anomaly_type=lot.anomaly_type,
        tier=tier,
        quantity=units[tier],
        lost_units=sum(v.lot.units for v in verdicts),
        estimated_value=claimed,
        review_value=reviewed,
        currency=facts.marketplace.currency,
        value_basis=_basis(verdicts),
        confidence=_confidence(verdicts, tier),
        marketplace_id=facts.marketplace.id,
        sku=lot.sku,
        fnsku=lot.fnsku,
        asin=lot.asin,
        anchor_date=lot.anchor,
        claimable_from=days.claimable_from,
        deadline_date=days.deadline,
        deadline_basis=days.basis,
        evidence={
            "policy": days.evidence(lot.anchor),
            "valuation": _valuation(verdicts, claimed, reviewed, facts.marketplace.currency),
            "netting": netting_steps(verdicts),
            "sourceRows": source_rows(verdicts),
            "coverage": _coverage(verdicts),
            "warnings": _warnings(verdicts),
        },
    )


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
    shares = [(v.units[tier], v.confidence[tier]) for v in verdicts if v.units.get(tier)]
    return (sum((n * sure for n, sure in shares), Decimal(0)) / sum(n for n, _ in shares)).quantize(CERTAINTY)


def _valuation(
    verdicts: Sequence[Verdict], claimed: Decimal | None, reviewed: Decimal | None, currency: str
) -> Evidence:
    """Amounts as text, exact."""
    lines = []
    for verdict in verdicts:
        value, cost = verdict.value, verdict.value.cost
        units = {tier.value: n for tier, n in verdict.units.items() if n}
        line: dict[str, Any] = {"sku": verdict.lot.sku, "units": units, "unitValue": _text(value.amount)}
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
        moves = [
            (a.step.name, "reversed" if a.credit.voided else a.credit.kind.value, a.units, a.credit.rows[0])
            for a in verdict.settlement.allocations
        ]
        if verdict.amazon_closed:
            moves.append(("amazon_reconciliation", "reconciled", verdict.amazon_closed, verdict.lot.row))
        for name, kind, units, row in moves:
            place = {"table": row.ref.table, "rawObject": row.ref.raw_object, "pointer": row.ref.pointer}
            step = {"pass": name, "kind": kind, "units": units, "before": left, "after": left - units}
            steps.append({**step, "source": place})
            left -= units
    return steps


def source_rows(verdicts: Sequence[Verdict]) -> list[dict[str, Any]]:
    """The lots' rows and then the rows of what settled them, each once."""
    rows: dict[Row, None] = dict.fromkeys(v.lot.row for v in verdicts)
    for verdict in verdicts:
        for allocation in verdict.settlement.allocations:
            rows |= dict.fromkeys(allocation.credit.rows)
    return [as_source_row(row) for row in rows]


def _coverage(verdicts: Sequence[Verdict]) -> Evidence:
    """All lots of a claim have one anchor, hence one coverage."""
    return verdicts[0].covered.evidence()


def _warnings(verdicts: Sequence[Verdict]) -> list[str]:
    warnings = []
    if not verdicts[0].covered.complete:
        warnings.append("coverage")
    if any(a.credit.voided for v in verdicts for a in v.settlement.allocations):
        warnings.append("reopened_by_reversal")
    return warnings


REASONS = {
    "found": "found",
    "transferred": "found or replaced",
    "regraded": "back to sellable stock",
    "reimbursed": "reimbursed",
    "in_kind": "replaced in kind",
    "reversed": "reimbursed and reversed",
    "reconciled": "reconciled by Amazon",
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


def reversed_units(verdicts: Iterable[Verdict]) -> dict[tuple[AnomalyType, str], int]:
    """Units per type and item that a reversal reopened: they are owed under the reversal, not here."""
    units: defaultdict[tuple[AnomalyType, str], int] = defaultdict(int)
    for verdict in verdicts:
        for allocation in verdict.settlement.allocations:
            if allocation.credit.voided:
                units[verdict.lot.anomaly_type, verdict.lot.subject] += allocation.units
    return units
