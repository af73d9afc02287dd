"""How many units of a settled lot are owed, by tier, how sure that is, and what a unit is worth."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection import policy
from clario.domain.detection.certainty import Certainty, certainty
from clario.domain.detection.claims import valuation
from clario.domain.detection.lots.lots import CreditKind, Family, Lot
from clario.domain.detection.netting.netting import Settlement
from clario.domain.detection.rows import coverage
from clario.domain.detection.rows.facts import Account, ComponentFacts

PROOFS = {
    Family.REFUND: "order_exact",
    Family.RETURN: "order_exact",
    Family.DISPUTE: "order_exact",
    Family.RESTOCK: "netting_only",
    Family.INBOUND: "shipment_exact",
    Family.INBOUND_DAMAGED: "shipment_exact",
    Family.REMOVAL: "removal_exact",
}
PROOFS_OF_TYPE = {
    AnomalyType.REMOVAL_LOST: "unconfirmed",
    AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED: "chargeback",
    AnomalyType.REIMBURSEMENT_REVERSED_WITHOUT_RETURN: "reversal",
    AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS: "arithmetic",
    AnomalyType.DUPLICATE_REIMBURSEMENT: "netting_only",
}
"""What kind of proof a lot is, where Amazon gives no count of its own (`policy.json`, "confidence")."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The units of one lot by tier, and how sure they are. `too_early`: nothing can be said yet."""

    settlement: Settlement
    units: dict[Tier, int]
    confidence: dict[Tier, Certainty]
    covered: coverage.Covered
    window: policy.Window
    value: valuation.UnitValue
    too_early: bool

    @property
    def lot(self) -> Lot:
        return self.settlement.lot

    @property
    def amazon_closed(self) -> int:
        """Units open in our netting that Amazon counts as settled."""
        return self.settlement.open_generous - _seen_by_amazon(self.lot, self.settlement.open_generous)

    @property
    def partly_paid(self) -> bool:
        """Amazon has paid for some of the lot's units, and not for others."""
        kinds = (CreditKind.REIMBURSED, CreditKind.IN_KIND)
        paid = any(a.credit.kind in kinds and not a.credit.voided for a in self.settlement.allocations)
        return paid and self.settlement.open_generous > 0


def judge(settlement: Settlement, part: ComponentFacts, account: Account, today: date) -> Verdict:
    """Two proofs, the smaller one counts: our netting and Amazon's own count."""
    lot = settlement.lot
    covered = coverage.check(account.coverage, lot.anomaly_type, lot.anchor, today)
    unclear = min(settlement.open_generous, settlement.doubtful + lot.unsure)
    certain = _seen_by_amazon(lot, settlement.open_generous - unclear)
    doubtful = 0 if lot.hint else max(0, _seen_by_amazon(lot, settlement.open_strict) - certain)
    tier = _tier(lot, covered, today)
    units, sure = {tier: certain}, {tier: _certainty(settlement, tier, covered, today)}
    if doubtful and lot.tier is not Tier.INFO:
        name = UNSURE if lot.unsure else STRICT_ONLY
        weak = certainty(lot.anomaly_type, Tier.REVIEW, name, policy.confidence(name, today))
        before = units.get(Tier.REVIEW, 0)
        proof, strong = sure.get(Tier.REVIEW, weak)
        both = (before * strong + doubtful * min(weak.sure, strong)) / (before + doubtful)
        sure[Tier.REVIEW] = Certainty(proof if before else name, both)
        units[Tier.REVIEW] = before + doubtful
    window = window_of(lot, account, today)
    told_from = told_from_day(lot, window)
    value = valuation.unit_value(lot, part, account, today)
    return Verdict(settlement, units, sure, covered, window, value, told_from is not None and today < told_from)


def _seen_by_amazon(lot: Lot, units: int) -> int:
    return units if lot.amazon_open is None else min(units, lot.amazon_open)


def _tier(lot: Lot, covered: coverage.Covered, today: date) -> Tier:
    doubt = not covered.complete or (lot.sure_from is not None and today < lot.sure_from)
    return Tier.REVIEW if lot.tier is Tier.CLAIM and doubt else lot.tier


STRICT_ONLY, UNSURE = "strict_only", "unsure"


def _certainty(settlement: Settlement, tier: Tier, covered: coverage.Covered, today: date) -> Certainty:
    lot = settlement.lot
    if lot.hint:
        name = "hint"
    elif lot.amazon_open is None:
        name = PROOFS_OF_TYPE.get(lot.anomaly_type) or PROOFS.get(lot.family, "netting_only")
    else:
        name = "amazon_agrees" if lot.amazon_open == settlement.open_generous else "amazon_differs"
    before = policy.confidence(name, today) * policy.confidence(lot.strength, today)
    return within_coverage(certainty(lot.anomaly_type, tier, f"{name}/{lot.strength}", before), covered, today)


def within_coverage(proven: Certainty, covered: coverage.Covered, today: date) -> Certainty:
    """What is missing may settle the claim, however well the rest proves it."""
    gap = policy.confidence(COVERAGE_GAP, today)
    return proven if covered.complete or proven.sure <= gap else Certainty(COVERAGE_GAP, gap)


COVERAGE_GAP = "coverage_gap"


def window_of(lot: Lot, account: Account, today: date) -> policy.Window:
    """When the claim may be filed; no earlier than Amazon takes it."""
    family = lot.policy or policy.POLICY_OF[lot.anomaly_type]
    window = policy.window(family, account.marketplace, lot.anchor, today)
    if lot.opens_on is None or lot.opens_on <= window.claimable_from:
        return window
    return window._replace(claimable_from=lot.opens_on)


def filed_under(lot: Lot, account: Account, today: date) -> Lot:
    """The lot under the rule it has beside its type's, where the marketplace has that rule; else without."""
    if lot.policy is None or lot.policy_anchor is None:
        return lot
    if policy.window(lot.policy, account.marketplace, lot.policy_anchor, today).row is None:
        return replace(lot, policy=None)
    return replace(lot, anchor=lot.policy_anchor)


COMES_BACK_WITHIN = timedelta(days=60)
"""Where no rule for claims is known: the longest that Amazon waits elsewhere."""


def told_from_day(lot: Lot, window: policy.Window) -> date | None:
    """The first day on which anything is told of the lot: a refunded unit may come back until claims open."""
    if not lot.waits_for_window:
        return lot.told_from
    return window.claimable_from if window.row else lot.anchor + COMES_BACK_WITHIN
