"""Claims against the truth of a synthetic world: unit by unit, each owed unit found once at most.

A claim and a discrepancy meet when they are about the same thing: an order's item, a shipment's line, an item on a day,
a product's fee. Within such a place equal types meet first, then types that see the same units (lost and damaged in the
warehouse; whatever may become of a refunded unit). What a claim holds beyond what is owed there is false; what is owed
in the claim tier and not claimed is missed.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from bench.kinds import ONE_CHARGE, Truth, is_claimable, is_owed, place_of
from clario.domain.claims import Claim, Tier


@dataclass(slots=True)
class Score:
    """Units of one kind. Of what is claimed: owed (right) or not (false). Of what is owed: claimed (found), told for
    review (told), or neither (missed)."""

    right: int = 0
    false: int = 0
    found: int = 0
    told: int = 0
    missed: int = 0

    def __iadd__(self, other: "Score") -> "Score":
        self.right, self.false = self.right + other.right, self.false + other.false
        self.found, self.told, self.missed = (
            self.found + other.found,
            self.told + other.told,
            self.missed + other.missed,
        )
        return self

    @property
    def claimed(self) -> int:
        return self.right + self.false

    @property
    def owed(self) -> int:
        return self.found + self.told + self.missed


@dataclass(frozen=True, slots=True)
class Sample:
    """How sure a claim was, by which proof, and which share of its units was really open; for the calibration."""

    type: str
    tier: str
    proof: str
    confidence: float
    share: float


@dataclass(slots=True)
class Result:
    """What one world showed, or the sum of several."""

    types: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    confounders: defaultdict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    samples: list[Sample] = field(default_factory=list)
    deadlines: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    value_errors: list[float] = field(default_factory=list)
    duplicates: int = 0
    settled: int = 0
    wrong: list[str] = field(default_factory=list)
    other_name: frozenset[str] = frozenset()
    """Orders whose referral fee was too high: what is not given back of it on a refund is that wrong fee."""

    def __iadd__(self, other: "Result") -> "Result":
        for name, score in other.types.items():
            self.types[name] += score
        for name, score in other.confounders.items():
            self.confounders[name] += score
        self.samples += other.samples
        self.deadlines += other.deadlines
        self.values += other.values
        self.value_errors += other.value_errors
        self.duplicates, self.settled = self.duplicates + other.duplicates, self.settled + other.settled
        self.wrong += other.wrong
        return self

    def total(self) -> Score:
        total = Score()
        for score in self.types.values():
            total += score
        return total


def claim_row(claim: Claim) -> dict[str, Any]:
    names = ("fnsku", "sku", "asin", "marketplace_id", "order_id", "shipment_id", "removal_order_id")
    return {**{name: getattr(claim, name) or "" for name in names}, "anchor_date": str(claim.anchor_date)}


def size_of(claim: Claim) -> int:
    """What a claim counts for: units, or charges."""
    if claim.anomaly_type.value in ONE_CHARGE:
        return 1
    charges: int = claim.evidence["valuation"].get("charges", claim.quantity)
    return charges


@dataclass(slots=True)
class _Claimed:
    """A claim; `met` are the discrepancies of its type that it is about."""

    claim: Claim
    left: int
    right: int = 0
    met: list[Truth] = field(default_factory=list)


@dataclass(slots=True)
class _Owed:
    truth: Truth
    left: int
    claimable: bool


def score(claims: Iterable[Claim], truths: Sequence[Truth], today: date) -> Result:
    """How the claims of a run on `today` compare with what is owed then."""
    result = Result()
    places: defaultdict[Hashable, tuple[list[_Claimed], list[_Owed]]] = defaultdict(lambda: ([], []))
    decoys: defaultdict[Hashable, list[Truth]] = defaultdict(list)
    for claim in claims:
        places[place_of(claim.anomaly_type.value, claim_row(claim))][0].append(_Claimed(claim, size_of(claim)))
    for truth in truths:
        place = place_of(truth["type"], truth)
        decoys[place].append(truth)
        if is_owed(truth, today):
            places[place][1].append(_Owed(truth, truth["open_quantity"], is_claimable(truth, today)))
    result.other_name = _overcharged_orders(truths)
    for place, (claimed, owed) in places.items():
        _match(claimed, owed, result)
        _count(claimed, owed, decoys[place], result)
    return result


def _overcharged_orders(truths: Iterable[Truth]) -> frozenset[str]:
    """Digits of the orders whose referral fee was another category's."""
    kind = "referral_fee_overcharge"
    return frozenset(str(link["number"]) for truth in truths if truth["type"] == kind for link in truth["links"])


def _match(claimed: list[_Claimed], owed: list[_Owed], result: Result) -> None:
    """The claim tier first, equal types before others, equal days before others."""
    order = sorted(claimed, key=lambda each: list(Tier).index(each.claim.tier))
    for same_type, same_day in ((True, True), (True, False), (False, True), (False, False)):
        for one in order:
            for other in owed:
                units = min(one.left, other.left)
                if units and _fits(one.claim, other.truth, same_type, same_day):
                    one.left, one.right, other.left = one.left - units, one.right + units, other.left - units
                    _met(one, other, units, result)
    for one in order:
        _compare_deadlines(one, result)


def _fits(claim: Claim, truth: Truth, same_type: bool, same_day: bool) -> bool:
    return (not same_type or claim.anomaly_type.value == truth["type"]) and (
        not same_day or str(claim.anchor_date) == truth["anchor_date"]
    )


def _met(one: _Claimed, other: _Owed, units: int, result: Result) -> None:
    claim, truth, kind = one.claim, other.truth, other.truth["type"]
    if other.claimable:
        for score in (result.types[kind], *_of(truth["confounders"], result)):
            if claim.tier is Tier.CLAIM:
                score.found += units
            else:
                score.told += units
    if claim.tier is not Tier.CLAIM or claim.anomaly_type.value != kind:
        return
    one.met.append(truth)
    whole = units == size_of(claim) == truth["open_quantity"]
    if whole and truth["value"] is not None:
        _compare_values(claim, Decimal(str(truth["value"])), result)


def _compare_deadlines(one: _Claimed, result: Result) -> None:
    """Of a claim that is about several wrong charges the first one's deadline counts."""
    if not one.met:
        return
    first = min(one.met, key=lambda truth: str(truth["claim_close"]))
    off = (one.claim.deadline_date - date.fromisoformat(first["claim_close"])).days
    result.deadlines["exact" if off == 0 else "other"] += 1
    if off:
        result.wrong.append(f"deadline {first['type']} {off:+} days {first['confounders']} {first['tags']}")


def _compare_values(claim: Claim, value: Decimal, result: Result) -> None:
    if claim.estimated_value is None or not value:
        result.values["unknown"] += 1
        return
    off = claim.estimated_value - value
    result.values["exact" if abs(off) <= Decimal("0.015") else "other"] += 1
    result.value_errors.append(float(off / value))


def _count(claimed: list[_Claimed], owed: list[_Owed], truths: list[Truth], result: Result) -> None:
    for other in owed:
        if other.left and other.claimable:
            for score in (result.types[other.truth["type"]], *_of(other.truth["confounders"], result)):
                score.missed += other.left
            result.wrong.append(f"missed {other.left} {_told(other.truth)}")
    names = {name for truth in truths for name in truth["confounders"]}
    for one in claimed:
        if _is_the_wrong_fee(one, result):
            one.left, one.right = 0, one.right + one.left
        if one.claim.tier is not Tier.INFO:
            result.samples.append(_sample(one))
        if one.claim.tier is Tier.CLAIM:
            for score in (result.types[one.claim.anomaly_type.value], *_of(names, result)):
                score.right, score.false = score.right + one.right, score.false + one.left
            if one.left:
                _false(one, truths, result)


def _of(names: Iterable[str], result: Result) -> list[Score]:
    return [result.confounders[name] for name in names]


def _is_the_wrong_fee(one: _Claimed, result: Result) -> bool:
    """A referral fee that was too high comes back as it should have been: the rest is that wrong fee, under another
    name."""
    digits = (one.claim.order_id or "").replace("-", "")
    return one.claim.anomaly_type.value == "refund_fee_not_returned" and digits in result.other_name


def _sample(one: _Claimed) -> Sample:
    claim = one.claim
    proof, share = "+".join(claim.evidence["proof"]), one.right / size_of(claim)
    return Sample(claim.anomaly_type.value, claim.tier.value, proof, float(claim.confidence), share)


def _false(one: _Claimed, truths: list[Truth], result: Result) -> None:
    """Units claimed that are not owed: settled already, or claimed twice."""
    gone = sum(truth["quantity"] - truth["open_quantity"] for truth in truths if truth["resolutions"])
    result.settled += min(one.left, gone)
    if one.right == 0 and not gone and any(truth["owed"] for truth in truths):
        result.duplicates += 1
    claim = one.claim
    about = f"{claim.fnsku} {claim.order_id or ''} {claim.shipment_id or ''} {claim.anchor_date}"
    told = "; ".join(map(_told, truths)) or "nothing"
    result.wrong.append(f"false {one.left} of {claim.quantity} {claim.anomaly_type.value} {about}: {told}")


def _told(truth: Truth) -> str:
    settled = [f"{each['kind']} {each['units']} {each['date']}" for each in truth["resolutions"]]
    return (
        f"{truth['type']} {truth['expected_tier']} owed={truth['owed']} {truth['open_quantity']}/{truth['quantity']}"
        f" {truth['anchor_date']} {truth['confounders']} {truth['tags']} {settled} {truth['order_id']}"
        f" {truth['shipment_id']} {truth['fnsku']}"
    )
