"""Detections as people read them, page by page: part of `clario.services.work.Detections`."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from clario.db.statements import Statements
from clario.domain.claims import days_remaining, expired, severity
from clario.errors import DetectionNotFound
from clario.services.pages import (
    Detection,
    DetectionFilter,
    DetectionOrder,
    DetectionPage,
    HistoryRow,
    StoredDetection,
    Today,
    Totals,
)

Row = dict[str, Any]


class DatabaseDetectionPages:
    """The reading half of the detections' repository."""

    def __init__(self, statements: Statements) -> None:
        self._run = statements

    def page(self, where: DetectionFilter, order: DetectionOrder, limit: int, today: Today) -> DetectionPage:
        after_key, after_id = order.after or (None, None)
        rows = self._run.rows(
            "detections_page",
            **asdict(where),
            **_present(today),
            sort=order.sort,
            after_key=after_key,
            after_id=after_id,
            limit=limit,
        )
        found = [row for row in rows if row["id"] is not None]
        last = found[limit - 1] if len(found) > limit else None
        return DetectionPage(
            items=[_detection(row, today) for row in found[:limit]],
            total=rows[0]["total"],
            next_key=(str(last["sort_key"]), str(last["id"])) if last else None,
            totals=[_totals(entry) for entry in rows[0]["totals"]],
        )

    def one(self, detection_id: UUID, today: Today) -> StoredDetection:
        row = self._run.row_or_none("one_detection", detection_id=detection_id)
        if row is None:
            raise DetectionNotFound(f"There is no detection {detection_id}")
        history = self._run.rows("detection_history", detection_id=detection_id)
        return StoredDetection(_detection(row, today), [HistoryRow(**line) for line in history])


def _present(today: Today) -> Row:
    return {
        "marketplaces": list(today.days),
        "days": list(today.days.values()),
        "currencies": list(today.usd_rates),
        "rates": list(today.usd_rates.values()),
    }


def _detection(row: Row, today: Today) -> Detection:
    day = today.days[row["marketplace_id"]]
    remaining = days_remaining(row["deadline_date"], day)
    rate = today.usd_rates.get(row["currency"])
    value = None if rate is None or row["estimated_value"] is None else row["estimated_value"] * rate
    return Detection(
        row, remaining, expired(row["deadline_date"], day), severity(value, remaining, row["confidence_score"])
    )


def _totals(entry: Row) -> Totals:
    amounts = {name: Decimal(entry[name]) for name in ("claimable", "review", "expired")}
    return Totals(entry["currency"], **amounts)
