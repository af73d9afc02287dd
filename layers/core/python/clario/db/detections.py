"""The detection queue, what detection reads, and its results: `clario.services.work.Detections`."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

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
    severity,
)
from clario.domain.detection.facts import CostRow, CoverageFacts, SellerFacts
from clario.domain.detection.source import SourceRef
from clario.domain.detection.unit_rows import LedgerRow, ReimbursementRow
from clario.domain.values import DayRange, home_marketplace
from clario.services.work import Connection, DetectionAttempt, QueuedDetection

Row = dict[str, Any]

DETECTION_STREAMS = ("ledger", "reimbursements")
"""The streams whose rows `facts` reads so far."""


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
        return DetectionAttempt(row["attempts"], tuple(row["payload"].get("done", ()))) if row else None

    def note_done(self, sync_id: str, attempt: DetectionAttempt, *, put_back: bool = False) -> None:
        payload = Jsonb({"done": list(attempt.done)})
        self._run.write("note_detection", sync_id=sync_id, attempt=attempt.number, payload=payload, put_back=put_back)

    def still_mine(self, sync_id: str, attempt: DetectionAttempt) -> bool:
        return bool(self._run.row("lock_detection", sync_id=sync_id)["attempts"] == attempt.number)

    def finish(self, sync_id: str, attempt: DetectionAttempt, error: str | None = None) -> None:
        self._run.write("finish_detection", sync_id=sync_id, attempt=attempt.number, error=error)

    def facts(self, connection: Connection) -> SellerFacts:
        key = connection.connection_id
        return SellerFacts(
            connection=f"{connection.seller_id}/{connection.region}",
            marketplace=home_marketplace(list(connection.marketplace_ids)),
            ledger=tuple(_ledger_row(row) for row in self._run.rows("ledger_facts", connection_id=key)),
            reimbursements=tuple(
                _reimbursement_row(row) for row in self._run.rows("reimbursement_facts", connection_id=key)
            ),
            costs=tuple(CostRow(**row) for row in self._run.rows("all_costs")),
            coverage=CoverageFacts({stream: self._covered(connection, stream) for stream in DETECTION_STREAMS}),
        )

    def _covered(self, connection: Connection, stream: str) -> tuple[DayRange, ...]:
        scope = ",".join(connection.marketplace_ids)
        rows = self._run.rows("covered_ranges", connection_id=connection.connection_id, stream=stream, scope=scope)
        return tuple(DayRange(row["start_day"], row["end_day"]) for row in rows)

    def stored(self, connection_id: int) -> list[StoredClaim]:
        return [_stored_claim(row) for row in self._run.rows("stored_detections", connection_id=connection_id)]

    def apply(self, connection: Connection, sync_id: str, changes: Iterable[Change], today: date) -> None:
        for change in changes:
            values = _claim_values(change.claim, today) | {
                "connection_id": connection.connection_id,
                "sync_id": sync_id,
                "status": change.status,
                "resolved_by": change.resolved_by,
                "is_sandbox": connection.is_sandbox,
            }
            saved = self._run.row("save_detection", **values)
            entry = {name: value for name, value in asdict(change.history).items() if name != "kind"}
            self._run.write(
                "add_history",
                detection_id=saved["id"],
                sync_id=sync_id,
                kind=change.kind,
                entry=Jsonb({**entry, "on": str(entry["on"])}),
            )

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


def _ref(table: str, row: Row) -> SourceRef:
    return SourceRef(table, row["document_id"], row["raw_object"], str(row["line"]))


def _ledger_row(row: Row) -> LedgerRow:
    """NULL is the empty text there, and ordinals count from 1."""
    return LedgerRow(
        occurred_on=row["occurred_on"],
        fnsku=row["fnsku"],
        asin=row["asin"] or "",
        msku=row["msku"] or "",
        event_type=row["event_type"],
        reference_id=row["reference_id"] or "",
        quantity=row["quantity"],
        fulfillment_center=row["fulfillment_center"] or "",
        disposition=row["disposition"] or "",
        reason=row["reason"] or "",
        country=row["country"] or "",
        reconciled=row["reconciled_quantity"],
        unreconciled=row["unreconciled_quantity"],
        ordinal=row["ordinal"] + 1,
        ref=_ref("ledger_events", row),
    )


def _reimbursement_row(row: Row) -> ReimbursementRow:
    return ReimbursementRow(
        approved_on=row["approved_on"],
        reimbursement_id=row["reimbursement_id"],
        case_id=row["case_id"],
        order_id=row["order_id"],
        reason=row["reason"],
        sku=row["sku"] or "",
        fnsku=row["fnsku"] or "",
        asin=row["asin"] or "",
        condition=row["condition"] or "",
        currency=row["currency"] or "",
        amount_per_unit=row["amount_per_unit"],
        amount_total=row["amount_total"],
        cash_units=row["quantity_cash"],
        inventory_units=row["quantity_inventory"],
        original_reimbursement_id=row["original_reimbursement_id"],
        original_reimbursement_type=row["original_reimbursement_type"],
        ordinal=row["ordinal"] + 1,
        ref=_ref("claims", row),
    )
