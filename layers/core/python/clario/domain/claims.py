"""A claim: money Amazon owes, with its proof; how urgent it is; and how a new run changes what was stored before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any

from clario.domain.anomalies import FAMILY_OF, AnomalyFamily, AnomalyType

Evidence = Mapping[str, Any]
"""Plain JSON-able values: policy, valuation, netting, sourceRows, coverage, warnings."""


class Tier(StrEnum):
    """How well the debt is proven. It does not change with time."""

    CLAIM = "claim"  # open after every way Amazon may have settled it
    REVIEW = "review"  # open only under strict netting, weakly founded, or data is missing
    INFO = "info"  # not owed in money


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Status(StrEnum):
    PENDING = "pending"
    REVIEWED = "reviewed"
    DISPUTED = "disputed"
    RESOLVED = "resolved"


class Actor(StrEnum):
    """Who ended a claim. A person's word is stronger than ours."""

    USER = "user"
    ENGINE = "engine"


@dataclass(frozen=True, slots=True)
class Claim:
    """One detection as a run computes it; id, sync, discovery and status belong to the stored row.

    `quantity` are the units of `tier`; `estimated_value` is the value of the claim-tier units (zero when there are
    none, None when no honest value is known), `review_value` that of the units open only under strict netting.
    `lost_units` are all units Amazon booked as lost or damaged here: more of them is new evidence of loss.
    """

    fingerprint: str
    anomaly_type: AnomalyType
    tier: Tier
    quantity: int
    lost_units: int
    estimated_value: Decimal | None
    review_value: Decimal | None
    currency: str
    value_basis: str
    confidence: Decimal
    marketplace_id: str
    sku: str
    fnsku: str
    asin: str
    anchor_date: date
    claimable_from: date
    deadline_date: date
    deadline_basis: str
    evidence: Evidence
    order_id: str | None = None
    order_item_id: str | None = None
    shipment_id: str | None = None
    removal_order_id: str | None = None

    @property
    def anomaly_family(self) -> AnomalyFamily:
        return FAMILY_OF[self.anomaly_type]

    def content(self) -> dict[str, Any]:
        """All that is said of the claim, by the name of the field."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def fingerprint(connection: str, anomaly_type: AnomalyType, subject: str, anchor: date) -> str:
    """The identity of a claim over all runs: 64 hex digits. Quantity, value and policy are not part of it."""
    return sha256("\x1f".join([connection, anomaly_type, subject, anchor.isoformat()]).encode()).hexdigest()


# -- urgency, computed when read ---------------------------------------------------------------------------------------

_LADDER = [(Decimal(500), Severity.CRITICAL), (Decimal(100), Severity.HIGH), (Decimal(25), Severity.MEDIUM)]
_STEPS = list(Severity)
_LAST_DAYS = 7
_SHAKY = Decimal("0.5")


def days_remaining(deadline: date, today: date) -> int:
    """Whole days to the deadline, which is itself a day to file on; below zero when it has passed."""
    return (deadline - today).days


def expired(deadline: date, today: date) -> bool:
    """Whether the last day to file is over."""
    return days_remaining(deadline, today) < 0


def severity(value_usd: Decimal | None, remaining: int, confidence: Decimal) -> Severity:
    """How much it matters: by value in US dollars, one step up in the last week, at most medium when shaky.

    The steps 25, 100 and 500 dollars are our own choice.
    """
    value = value_usd or Decimal(0)
    level = next((name for least, name in _LADDER if value >= least), Severity.LOW)
    if level is not Severity.LOW and 0 <= remaining <= _LAST_DAYS:
        level = _STEPS[min(_STEPS.index(level) + 1, len(_STEPS) - 1)]
    if confidence < _SHAKY:
        level = _STEPS[min(_STEPS.index(level), _STEPS.index(Severity.MEDIUM))]
    return level


# -- a run against what is stored --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Note:
    """Something a run wants people to know beside its claims."""

    code: str
    subject: str
    quantity: int
    detail: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Why nothing is open for a fingerprint, with the netting that shows it."""

    reason: str
    netting: list[dict[str, Any]]
    source_rows: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class DetectionRun:
    """What one run found. Claims of `failed_types` may be missing: nothing is concluded from their absence.

    `next_review_on` is the next day on which the same facts give another result, None if time alone changes nothing.
    """

    claims: tuple[Claim, ...]
    settled: Mapping[str, Settled] = field(default_factory=dict)
    failed_types: frozenset[AnomalyType] = frozenset()
    notes: tuple[Note, ...] = ()
    next_review_on: date | None = None


@dataclass(frozen=True, slots=True)
class StoredClaim:
    """A claim as the database holds it. `resolved_by` is set while the status is resolved."""

    claim: Claim
    status: Status
    resolved_by: Actor | None = None


class ChangeKind(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    MARK = "mark"  # by a person


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One line of a claim's history."""

    on: date
    kind: ChangeKind
    from_status: Status | None
    to_status: Status
    reason: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Change:
    """A write: the claim as it shall be stored, its status, who resolved it, and the line for its history."""

    kind: ChangeKind
    claim: Claim
    status: Status
    resolved_by: Actor | None
    history: HistoryEntry


def reconcile(existing: Iterable[StoredClaim], run: DetectionRun, today: date) -> list[Change]:
    """The writes that bring the stored claims in line with a run; an unchanged claim gives none.

    `existing` are the stored claims of exactly what the run looked at (all of the connection, or the same components).
    """
    stored = {entry.claim.fingerprint: entry for entry in existing}
    found = {claim.fingerprint for claim in run.claims}
    changes = [change for claim in run.claims if (change := _when_open(stored.get(claim.fingerprint), claim, today))]
    for entry in stored.values():
        concluded = entry.claim.fingerprint not in found and entry.claim.anomaly_type not in run.failed_types
        if concluded and entry.status is not Status.RESOLVED:
            changes.append(_when_settled(entry, run.settled.get(entry.claim.fingerprint), today))
    return changes


def set_by_user(stored: StoredClaim, status: Status, today: date) -> Change | None:
    """A person's word on a claim, None when it says nothing new. Only new evidence of loss takes back a `resolved`."""
    by = Actor.USER if status is Status.RESOLVED else None
    if (status, by) == (stored.status, stored.resolved_by):
        return None
    entry = HistoryEntry(today, ChangeKind.MARK, stored.status, status, "set by the user", stored.claim.quantity)
    return Change(ChangeKind.MARK, stored.claim, status, by, entry)


def _when_open(stored: StoredClaim | None, claim: Claim, today: date) -> Change | None:
    if stored is None:
        return _change(ChangeKind.INSERT, claim, None, Status.PENDING, "detected", today)
    claim = _keep_default_window(claim, stored.claim)
    if reason := _reopening(stored, claim):
        return _change(ChangeKind.REOPEN, claim, stored, Status.PENDING, reason, today)
    if reason := _difference(stored.claim, claim):
        return _change(ChangeKind.UPDATE, claim, stored, stored.status, reason, today)
    return None


def _keep_default_window(claim: Claim, stored: Claim) -> Claim:
    """Counted from discovery, the window stays where the first run put it."""
    if claim.deadline_basis != "discovery_default":
        return claim
    return replace(claim, claimable_from=stored.claimable_from, deadline_date=stored.deadline_date)


def _reopening(stored: StoredClaim, claim: Claim) -> str | None:
    if stored.status is not Status.RESOLVED:
        return None
    if claim.lost_units > stored.claim.lost_units:
        return f"new evidence of loss: {stored.claim.lost_units} → {claim.lost_units} units"
    return "open again" if stored.resolved_by is Actor.ENGINE else None


def _difference(old: Claim, new: Claim) -> str | None:
    before, after = old.content(), new.content()
    told = [
        f"{name} {before[name]} → {after[name]}" if name != "evidence" else name
        for name in before
        if before[name] != after[name]
    ]
    return ", ".join(told) or None


def _when_settled(stored: StoredClaim, settled: Settled | None, today: date) -> Change:
    if settled is None:
        return _change(ChangeKind.RESOLVE, stored.claim, stored, Status.RESOLVED, "no longer in the reports", today)
    proof = {**stored.claim.evidence, "netting": settled.netting, "sourceRows": settled.source_rows}
    claim = replace(stored.claim, evidence=proof)
    return _change(ChangeKind.RESOLVE, claim, stored, Status.RESOLVED, settled.reason, today)


def _change(
    kind: ChangeKind, claim: Claim, stored: StoredClaim | None, status: Status, reason: str, today: date
) -> Change:
    before = stored.status if stored else None
    by = Actor.ENGINE if kind is ChangeKind.RESOLVE else stored.resolved_by if stored and before is status else None
    return Change(kind, claim, status, by, HistoryEntry(today, kind, before, status, reason, claim.quantity))
