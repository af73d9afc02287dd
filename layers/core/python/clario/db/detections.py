"""The detection queue, what detection reads, and its results: `clario.services.work.Detections`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from psycopg.types.json import Jsonb

from clario.db.detection_pages import DatabaseDetectionPages
from clario.domain.anomalies import AnomalyType
from clario.domain.claims import (
    Actor,
    Change,
    Claim,
    Status,
    StoredClaim,
    Tier,
    days_remaining,
    expired,
    set_by_user,
    severity,
)
from clario.errors import DetectionNotFound
from clario.services.records import Connection, DetectionAttempt, QueuedDetection

if TYPE_CHECKING:
    from clario.db.surveys import Surveys
    from clario.domain.detection.rows.facts import ComponentFacts
    from clario.domain.detection.runs.records import Batch, Remembered
    from clario.domain.detection.runs.survey import Survey

Row = dict[str, Any]


class DatabaseDetections(DatabaseDetectionPages):
    """The writing half, and what detection itself reads."""

    def enqueue(self, sync_id: str, is_sandbox: bool) -> None:
        self._run.write("enqueue_detection", sync_id=sync_id, is_sandbox=is_sandbox)

    def queued(self, sync_id: str) -> QueuedDetection | None:
        row = self._run.row_or_none("queued_detection", sync_id=sync_id)
        if row is None:
            return None
        return QueuedDetection(row["sync_id"], row["status"], row["created_at"], row["attempts"])

    def begin(self, sync_id: str, lease: timedelta) -> DetectionAttempt | None:
        row = self._run.row_or_none("begin_detection", sync_id=sync_id, seconds=lease.total_seconds())
        return DetectionAttempt(row["attempts"]) if row else None

    def put_back(self, sync_id: str, attempt: DetectionAttempt) -> None:
        self._run.write("put_back_detection", sync_id=sync_id, attempt=attempt.number)

    def still_mine(self, sync_id: str, attempt: DetectionAttempt) -> bool:
        return bool(self._run.row("lock_detection", sync_id=sync_id)["attempts"] == attempt.number)

    def finish(self, sync_id: str, attempt: DetectionAttempt, error: str | None = None) -> None:
        self._run.write("finish_detection", sync_id=sync_id, attempt=attempt.number, error=error)

    def survey(self, connection: Connection, today: date, last: "Survey | None" = None) -> "Survey":
        surveys = self._surveys(connection, today)
        return last if last is not None and surveys.is_current(last) else surveys.take()

    def gather(self, connection: Connection, survey: "Survey", batch: "Batch") -> "list[ComponentFacts]":
        return self._surveys(connection, survey.as_of).gather(survey, batch)

    def remember(
        self, connection: Connection, survey: "Survey", batch: "Batch", remembered: "Mapping[str, Remembered]"
    ) -> None:
        self._surveys(connection, survey.as_of).remember(batch, remembered)

    def _surveys(self, connection: Connection, today: date) -> "Surveys":
        from clario.db.surveys import Surveys

        return Surveys(self._run, connection, today)

    def stored(self, connection_id: int, fingerprints: Iterable[str] | None = None) -> list[StoredClaim]:
        chosen = None if fingerprints is None else list(fingerprints)
        rows = self._run.rows("stored_detections", connection_id=connection_id, fingerprints=chosen)
        return [_stored_claim(row) for row in rows]

    def apply(self, connection: Connection, sync_id: str, changes: Iterable[Change], today: date) -> None:
        place = {"connection_id": connection.connection_id, "sync_id": sync_id}
        claims, entries = [], []
        for change in changes:
            state = {"status": change.status, "resolved_by": change.resolved_by, "is_sandbox": connection.is_sandbox}
            claims.append({**_claim_values(change.claim, today), **place, **state})
            entries.append({**place, **_history_values(change)})
        if claims:
            self._run.write_many("save_detection", claims)
            self._run.write_many("add_history", entries)

    def set_status(self, detection_id: UUID, status: Status, today: date) -> None:
        row = self._run.row_or_none("detection_to_change", detection_id=detection_id)
        if row is None:
            raise DetectionNotFound(f"There is no detection {detection_id}")
        change = set_by_user(_stored_claim(row), status, today)
        if change is not None:
            values = {"status": change.status, "resolved_by": change.resolved_by}
            self._run.write("set_detection_status", detection_id=detection_id, **values)
            place = {"connection_id": row["connection_id"], "sync_id": None}
            self._run.write("add_history", **place, **_history_values(change))

    def all(self) -> list[Row]:
        return self._run.rows("detections_for_list")

    def count_claims(self, today: Mapping[int, date]) -> int:
        return sum(
            int(self._run.row("count_claims", connection_id=connection_id, today=day)["claims"])
            for connection_id, day in today.items()
        )


def _claim_values(claim: Claim, today: date) -> Row:
    values: Row = {field.name: getattr(claim, field.name) for field in fields(claim)}
    remaining = days_remaining(claim.deadline_date, today)
    return values | {
        "evidence": Jsonb(claim.evidence),
        "anomaly_family": claim.anomaly_family,
        "severity": severity(claim.estimated_value, remaining, claim.confidence),
        "days_remaining": remaining,
        "expired": expired(claim.deadline_date, today),
    }


def _history_values(change: Change) -> Row:
    entry = {name: value for name, value in asdict(change.history).items() if name != "kind"}
    return {
        "fingerprint": change.claim.fingerprint,
        "kind": change.kind,
        "entry": Jsonb({**entry, "on": str(entry["on"])}),
    }


def _stored_claim(row: Row) -> StoredClaim:
    names = {field.name for field in fields(Claim)}
    values = {name: value for name, value in row.items() if name in names}
    claim = Claim(
        **{
            **values,
            "anomaly_type": AnomalyType(row["anomaly_type"]),
            "tier": Tier(row["tier"]),
            "confidence": Decimal(row["confidence_score"]),
        }
    )
    return StoredClaim(claim, Status(row["status"]), Actor(row["resolved_by"]) if row["resolved_by"] else None)
