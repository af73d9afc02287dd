"""What the rules about money find, and the claims made of it.

Money is not netted with units: what settles a wrong charge is a credit for that very charge, so every rule takes off
what came back by itself and tells the steps.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, Evidence, Settled, Tier, fingerprint
from clario.domain.detection import policy
from clario.domain.detection.certainty import certainty
from clario.domain.detection.claims.verdict import within_coverage
from clario.domain.detection.rows import coverage
from clario.domain.detection.rows.facts import Account, ComponentFacts, Names
from clario.domain.detection.rows.measurements import place_id
from clario.domain.detection.rows.source import SourceRow, as_source_row
from clario.domain.values import MARKETPLACES, Marketplace

CENT = Decimal("0.01")
CERTAINTY = Decimal("0.0001")
MOST_ROWS = 200
"""A claim about a fee copies no more rows than that into its evidence, the oldest first; the sums are of all."""


class Case(NamedTuple):
    """What a rule about money looks at: one component's facts on a day."""

    facts: ComponentFacts
    account: Account
    as_of: date

    def marketplace(self, marketplace_id: str) -> Marketplace:
        """The marketplace of a row; the account's own where the row names none."""
        return MARKETPLACES.get(marketplace_id, self.account.marketplace)

    def market_of(self, currency: str) -> Marketplace:
        """The marketplace of a row that names only a currency: the account's own if it is its currency."""
        home = self.account.marketplace
        return home if home.currency == currency else self.marketplace(place_id("", currency))


class Step(NamedTuple):
    """An amount that came back, and the row that says so."""

    kind: str
    amount: Decimal
    row: SourceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Money that Amazon took or kept wrongly, once per claim.

    Attributes:
        subject: what the claim is about; with type and `identity` (the anchor, if it is None) what makes it the same
            claim in every run.
        anchor: the day Amazon counts the time to file from.
        units: the units it is about, at least 1.
        wrong: the amount taken or kept wrongly, before anything came back; positive.
        steps: what came back of it since.
        proof: the name of the confidence that goes with the kind of proof.
        why: what the rule compared, for the evidence.
        lapsed: what it adds up was too old to be claimed one by one; nothing of it can be filed any more.
        seen_from: the first day of which everything must be loaded, None: the anchor.
        told_from: before that day nothing can be concluded, None: at once.
    """

    anomaly_type: AnomalyType
    tier: Tier
    proof: str
    marketplace: Marketplace
    names: Names
    subject: str
    anchor: date
    units: int
    wrong: Decimal
    currency: str
    rows: tuple[SourceRow, ...]
    steps: tuple[Step, ...] = ()
    basis: str = "charge"
    why: Mapping[str, Any] = field(default_factory=dict)
    identity: date | None = None
    order_id: str = ""
    order_item_id: str = ""
    shipment_id: str = ""
    removal_order_id: str = ""
    warnings: tuple[str, ...] = ()
    lapsed: bool = False
    seen_from: date | None = None
    told_from: date | None = None

    @property
    def owed(self) -> Decimal:
        """What is still to come back."""
        return max(Decimal(0), self.wrong - sum((step.amount for step in self.steps), Decimal(0))).quantize(CENT)

    def fingerprint(self, connection: str) -> str:
        return fingerprint(connection, self.anomaly_type, self.subject, self.identity or self.anchor)


def claim_of(finding: Finding, account: Account, today: date) -> Claim | None:
    """The claim of a finding; None when all of it came back, or lapsed."""
    owed = finding.owed
    if not owed or finding.lapsed:
        return None
    covered = coverage.check(account.coverage, finding.anomaly_type, finding.seen_from or finding.anchor, today)
    tier = Tier.REVIEW if finding.tier is Tier.CLAIM and not covered.complete else finding.tier
    claimed, reviewed = (owed if tier is kind else Decimal(0) for kind in (Tier.CLAIM, Tier.REVIEW))
    proven = certainty(finding.anomaly_type, tier, finding.proof, policy.confidence(finding.proof, today))
    proven = within_coverage(proven, covered, today)
    days = policy.window(policy.POLICY_OF[finding.anomaly_type], finding.marketplace, finding.anchor, today)
    return Claim(
        fingerprint=finding.fingerprint(account.connection),
        anomaly_type=finding.anomaly_type,
        tier=tier,
        quantity=finding.units,
        lost_units=finding.units,
        estimated_value=claimed,
        review_value=reviewed,
        currency=finding.currency,
        value_basis=finding.basis,
        confidence=proven.sure.quantize(CERTAINTY),
        marketplace_id=finding.marketplace.id,
        sku=finding.names.sku,
        fnsku=finding.names.fnsku,
        asin=finding.names.asin,
        anchor_date=finding.anchor,
        claimable_from=days.claimable_from,
        deadline_date=days.deadline,
        deadline_basis=days.basis,
        evidence={
            "policy": days.evidence(finding.anchor),
            "proof": [proven.proof],
            "valuation": _valuation(finding, claimed, reviewed),
            "netting": steps_of(finding),
            "sourceRows": source_rows(finding),
            "coverage": covered.evidence(),
            "warnings": [*finding.warnings, *(() if covered.complete else ("coverage",))],
        },
        order_id=finding.order_id or None,
        order_item_id=finding.order_item_id or None,
        shipment_id=finding.shipment_id or None,
        removal_order_id=finding.removal_order_id or None,
    )


def settled_of(finding: Finding) -> Settled:
    """Why a finding is no claim (any more)."""
    told = ", ".join(dict.fromkeys(step.kind for step in finding.steps))
    if finding.owed:
        told = "past the last day to file"
    return Settled(
        f"{told}: {finding.currency} {finding.wrong.quantize(CENT)}", steps_of(finding), source_rows(finding)
    )


def _valuation(finding: Finding, claimed: Decimal, reviewed: Decimal) -> Evidence:
    amounts = {"estimatedValue": str(claimed), "reviewValue": str(reviewed), "currency": finding.currency}
    return {"basis": finding.basis, **amounts, "wrong": str(finding.wrong.quantize(CENT)), **finding.why}


def steps_of(finding: Finding) -> list[dict[str, Any]]:
    """What came back, as a running rest of the wrong amount; amounts as text."""
    left, steps = finding.wrong, []
    for step in finding.steps:
        rest = max(Decimal(0), left - step.amount)
        amounts = {"amount": str(step.amount), "before": str(left), "after": str(rest)}
        ref = step.row.ref
        place = {"table": ref.table, "rawObject": ref.raw_object, "pointer": ref.pointer}
        steps.append({"pass": "credit", "kind": step.kind, "units": finding.units, **amounts, "source": place})
        left = rest
    return steps


def source_rows(finding: Finding) -> list[dict[str, Any]]:
    """The rows that prove it, then those of what came back, each once."""
    rows = [*finding.rows[:MOST_ROWS], *(step.row for step in finding.steps)]
    return [as_source_row(row) for row in _once(rows)]


def _once(rows: Iterable[SourceRow]) -> Iterable[SourceRow]:
    return {(row.ref.table, row.key): row for row in rows}.values()
