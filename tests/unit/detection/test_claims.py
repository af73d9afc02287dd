"""Urgency, and how a new run changes what was stored."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import (
    Actor,
    Change,
    ChangeKind,
    Claim,
    DetectionRun,
    Severity,
    Status,
    StoredClaim,
    days_remaining,
    expired,
    reconcile,
    set_by_user,
    severity,
)
from clario.domain.values import MARKETPLACES
from tests.unit.detection.cases import TODAY, day, only, run

SURE, SHAKY = Decimal("0.95"), Decimal("0.49")

LEVELS = [
    (None, 30, SURE, Severity.LOW),
    ("24.99", 30, SURE, Severity.LOW),
    ("25", 30, SURE, Severity.MEDIUM),
    ("100", 30, SURE, Severity.HIGH),
    ("500", 30, SURE, Severity.CRITICAL),
    ("24.99", 7, SURE, Severity.LOW),
    ("25", 8, SURE, Severity.MEDIUM),
    ("25", 7, SURE, Severity.HIGH),
    ("25", 0, SURE, Severity.HIGH),
    ("25", -1, SURE, Severity.MEDIUM),
    ("500", 7, SURE, Severity.CRITICAL),
    ("500", 7, SHAKY, Severity.MEDIUM),
    ("10", 7, SHAKY, Severity.LOW),
    ("500", 30, Decimal("0.5"), Severity.CRITICAL),
]


@pytest.mark.parametrize(("value", "remaining", "confidence", "level"), LEVELS)
def test_severity_follows_value_deadline_and_certainty(value, remaining, confidence, level):
    assert severity(value and Decimal(value), remaining, confidence) is level


def test_the_deadline_is_the_last_day_to_file():
    claim = only(run("d-7 M -1"))  # 24 September: day 60 is today
    assert (days_remaining(claim.deadline_date, TODAY), expired(claim.deadline_date, TODAY)) == (0, False)


def test_the_day_after_the_deadline_is_too_late():
    claim = only(run("d-8 M -1"))
    assert (days_remaining(claim.deadline_date, TODAY), expired(claim.deadline_date, TODAY)) == (-1, True)


# -- a run against what is stored --------------------------------------------------------------------------------------

OPEN = "d0 M -2"


def stored(table: str = OPEN, status: Status = Status.PENDING, by: Actor | None = None) -> StoredClaim:
    return StoredClaim(only(run(table)), status, by)


def change(entry: StoredClaim, table: str) -> Change:
    (only_change,) = reconcile([entry], run(table), TODAY)
    return only_change


def test_a_new_claim_is_pending():
    (new,) = reconcile([], run(OPEN), TODAY)
    assert (new.kind, new.status, new.resolved_by) == (ChangeKind.INSERT, Status.PENDING, None)
    assert (new.history.from_status, new.history.to_status, new.history.quantity) == (None, Status.PENDING, 2)


@pytest.mark.parametrize("status", Status)
def test_an_unchanged_claim_is_not_written(status):
    by = Actor.USER if status is Status.RESOLVED else None
    assert reconcile([stored(status=status, by=by)], run(OPEN), TODAY) == []


def test_a_day_more_of_coverage_is_no_change():
    assert reconcile([stored()], run(OPEN, today=TODAY - timedelta(days=1)), TODAY) == []


@pytest.mark.parametrize("status", [Status.PENDING, Status.REVIEWED, Status.DISPUTED])
def test_a_changed_claim_keeps_its_status_and_says_what_changed(status):
    written = change(stored(status=status), "d0 M -2 \n d9 F +1")
    assert (written.kind, written.status, written.claim.quantity) == (ChangeKind.UPDATE, status, 1)
    assert written.history.reason == "quantity 2 → 1, estimated_value 20.00 → 10.00, evidence"


@pytest.mark.parametrize("status", [Status.PENDING, Status.REVIEWED, Status.DISPUTED])
def test_what_is_found_is_resolved_with_the_reason_and_the_proof(status):
    written = change(stored(status=status), "d0 M -2 \n d9 F +2")
    assert (written.kind, written.status, written.resolved_by) == (ChangeKind.RESOLVE, Status.RESOLVED, Actor.ENGINE)
    assert (written.history.reason, written.history.from_status) == ("found (2)", status)
    assert written.claim.evidence["netting"][-1]["after"] == 0
    assert written.claim.evidence["policy"] == stored().claim.evidence["policy"]


def test_what_amazon_no_longer_reports_is_resolved():
    written = change(stored(), "d0 Q -1")
    assert (written.status, written.history.reason) == (Status.RESOLVED, "no longer in the reports")


@pytest.mark.parametrize("by", Actor)
def test_what_is_resolved_and_settled_stays_as_it_is(by):
    assert reconcile([stored(status=Status.RESOLVED, by=by)], run("d0 M -2 \n d9 F +2"), TODAY) == []


def test_what_we_resolved_comes_back_when_it_is_open_again():
    written = change(stored(status=Status.RESOLVED, by=Actor.ENGINE), OPEN)
    assert (written.kind, written.status, written.resolved_by) == (ChangeKind.REOPEN, Status.PENDING, None)
    assert (written.history.from_status, written.history.reason) == (Status.RESOLVED, "open again")


def test_what_the_user_resolved_stays_resolved_though_its_content_changes():
    written = change(stored(status=Status.RESOLVED, by=Actor.USER), "d0 M -2 \n d9 F +1")
    assert (written.kind, written.status, written.resolved_by) == (ChangeKind.UPDATE, Status.RESOLVED, Actor.USER)


def test_what_the_user_resolved_comes_back_with_new_evidence_of_loss():
    written = change(stored(status=Status.RESOLVED, by=Actor.USER), "d0 M -3")
    assert (written.kind, written.status, written.resolved_by) == (ChangeKind.REOPEN, Status.PENDING, None)
    assert written.history.reason == "new evidence of loss: 2 → 3 units"


def test_nothing_is_concluded_from_a_rule_that_failed():
    failed = DetectionRun(claims=(), failed_types=frozenset({AnomalyType.LOST_WAREHOUSE}))
    assert reconcile([stored()], failed, TODAY) == []


def test_a_window_counted_from_discovery_stays_where_it_was_put():
    japan = {"marketplace": MARKETPLACES["A1VC38T7YXB528"]}
    first = only(run(OPEN, today=day(20), **japan))
    later = run("d0 M -2 \n d9 F +1", **japan)
    (written,) = reconcile([StoredClaim(first, Status.PENDING)], later, TODAY)
    assert (written.claim.claimable_from, written.claim.deadline_date) == (day(20), day(80))
    assert written.history.reason.startswith("quantity 2 → 1")


def test_a_run_repeated_over_its_own_result_changes_nothing():
    result = run("d0 M -2 \n d1 E -1 \n d3 M -1 \n d9 F +1 \n d9 GeneralAdjustment cash 1")
    kept = [StoredClaim(c.claim, c.status, c.resolved_by) for c in reconcile([], result, TODAY)]
    assert kept
    assert reconcile(kept, result, TODAY) == []


def test_a_claim_is_matched_by_what_it_is_about_not_by_its_content():
    other: Claim = replace(stored().claim, fingerprint="0" * 64)
    kinds = [c.kind for c in reconcile([StoredClaim(other, Status.PENDING)], run(OPEN), TODAY)]
    assert kinds == [ChangeKind.INSERT, ChangeKind.RESOLVE]


# -- a person's word ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "by"), [(Status.REVIEWED, None), (Status.DISPUTED, None), (Status.RESOLVED, Actor.USER)]
)
def test_a_persons_word_is_written_with_who_said_it_and_from_what_it_was(status, by):
    written = set_by_user(stored(), status, TODAY)
    assert written is not None
    assert (written.kind, written.status, written.resolved_by) == (ChangeKind.MARK, status, by)
    assert (written.history.from_status, written.history.to_status) == (Status.PENDING, status)


def test_what_a_person_said_before_is_not_written_again():
    assert set_by_user(stored(status=Status.REVIEWED), Status.REVIEWED, TODAY) is None
    assert set_by_user(stored(status=Status.RESOLVED, by=Actor.USER), Status.RESOLVED, TODAY) is None


def test_a_person_may_confirm_what_the_engine_resolved():
    written = set_by_user(stored(status=Status.RESOLVED, by=Actor.ENGINE), Status.RESOLVED, TODAY)
    assert written is not None and written.resolved_by is Actor.USER
