"""What was detected, as people read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date
from typing import Any
from uuid import UUID

from ..domain.exchange import usd_rates
from ..domain.values import MARKETPLACES, local_day
from .pages import HistoryRow, Row, StoredDetection, Today
from .ports import Clock
from .work import Database

KINDS = {"insert": "detected", "update": "changed", "resolve": "resolved", "reopen": "reopened"}


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened to the units of a detection. `source` is the row it was read from, None for our own."""

    on: date
    kind: str
    quantity: int | None
    text: str
    source: Mapping[str, Any] | None


def today(clock: Clock) -> Today:
    """Each marketplace's own day, and the exchange rates of the day."""
    now = clock.now()
    days = {marketplace.id: local_day(now, marketplace.zone) for marketplace in MARKETPLACES.values()}
    return Today(days, usd_rates(local_day(now, UTC)))


def one_detection(seller_id: str, detection_id: UUID, *, database: Database, clock: Clock) -> StoredDetection:
    """Raises `DetectionNotFound`."""
    with database.transaction(seller_id, snapshot=True) as work:
        return work.detections.one(detection_id, today(clock))


def timeline(stored: StoredDetection) -> list[TimelineEntry]:
    """The rows of the evidence and the history of the detection by day; on one day what Amazon did comes first."""
    rows = [_of_row(entry) for entry in stored.detection.row["evidence"].get("sourceRows", ())]
    changes = [_of_history(entry) for entry in stored.history]
    return sorted([*rows, *changes], key=lambda entry: entry.on)


def _of_row(entry: Row) -> TimelineEntry:
    row = entry["row"]
    source = {name: entry[name] for name in ("table", "rawObject", "pointer")}
    if "approved_on" in row:
        units = row["cash_units"] + row["inventory_units"]
        text = f"Amazon reimbursed {row['reason']}, reimbursement {row['reimbursement_id']}"
        return TimelineEntry(date.fromisoformat(row["approved_on"]), "reimbursement", units, text, source)
    place = f" at {row['fulfillment_center']}" if row["fulfillment_center"] else ""
    text = f"Amazon booked {row['event_type']}, reason {row['reason'] or 'none'}{place}"
    return TimelineEntry(date.fromisoformat(row["occurred_on"]), "ledger", row["quantity"], text, source)


def _of_history(line: HistoryRow) -> TimelineEntry:
    entry = line.entry
    kind = KINDS.get(line.kind, line.kind)
    return TimelineEntry(date.fromisoformat(entry["on"]), kind, entry["quantity"], entry["reason"], None)
