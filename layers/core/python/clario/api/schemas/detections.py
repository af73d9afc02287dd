"""Bodies about what was detected."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from clario.api.schemas.common import Body, Number, Success, UtcTime
from clario.domain.anomalies import AnomalyFamily, AnomalyType
from clario.domain.claims import Severity, Status, Tier
from clario.services.detections import timeline
from clario.services.pages import Detection as SeenDetection
from clario.services.pages import StoredDetection, Totals

Basis = Literal["cogs", "own_reimbursement", "ratio", "net_sale", "proceeds_estimate", "charge", "unknown"]


class Detection(Body):
    """One thing Amazon may owe. `daysRemaining`, `expired`, `severity` are counted from the marketplace's today."""

    id: UUID
    sync_id: str
    anomaly_type: AnomalyType
    anomaly_family: AnomalyFamily
    tier: Tier
    severity: Severity
    quantity: int
    estimated_value: Number | None
    currency: str | None
    value_basis: Basis
    confidence_score: Number
    probability: Number | None = Field(description="Null until there is a scorer.")
    status: Status
    marketplace_id: str
    sku: str | None
    fnsku: str | None
    asin: str | None
    order_id: str | None
    order_item_id: str | None
    shipment_id: str | None
    removal_order_id: str | None
    anchor_date: date
    claimable_from: date
    discovery_date: UtcTime
    deadline_date: date
    days_remaining: int
    expired: bool
    evidence: dict[str, Any]

    @classmethod
    def of(cls, seen: SeenDetection) -> "Detection":
        return cls.model_validate(_values(seen))


def _values(seen: SeenDetection) -> dict[str, Any]:
    now = {"days_remaining": seen.days_remaining, "expired": seen.expired, "severity": seen.severity}
    return {**seen.row, **now, "probability": None}


class TimelineEntry(Body):
    date: date
    kind: str
    quantity: int | None
    text: str
    source: dict[str, Any] | None


class DetectionAnswer(Success, Detection):
    score: dict[str, Any] | None = Field(description="Null until there is a scorer.")
    timeline: list[TimelineEntry]

    @classmethod
    def of_stored(cls, stored: StoredDetection) -> "DetectionAnswer":
        entries = [
            {
                "date": entry.on,
                "kind": entry.kind,
                "quantity": entry.quantity,
                "text": entry.text,
                "source": entry.source,
            }
            for entry in timeline(stored)
        ]
        return cls.model_validate({**_values(stored.detection), "score": None, "timeline": entries})


class CurrencyTotals(Body):
    """Amounts of one currency: claimable today, open only under strict netting, past their deadline."""

    currency: str
    claimable: Number
    review: Number
    expired: Number

    @classmethod
    def of(cls, totals: Totals) -> "CurrencyTotals":
        return cls.model_validate(totals)


class Detections(Success):
    """`total` and `totals` are of everything that the filters let through."""

    results: list[Detection]
    total: int
    next_cursor: str | None
    totals: list[CurrencyTotals]
