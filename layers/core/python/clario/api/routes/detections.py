"""What Amazon owes: lists and one by one."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from clario.api.dependencies import (
    SYNC_ID,
    CurrentSeller,
    Cursor,
    DetectionId,
    Limit,
    Services,
    bad_cursor,
    decode_cursor,
    encode_cursor,
)
from clario.api.document import answers
from clario.api.routes import examples
from clario.api.schemas.detections import CurrencyTotals, Detection, DetectionAnswer, Detections
from clario.domain.anomalies import AnomalyFamily, AnomalyType
from clario.domain.claims import Severity, Status, Tier
from clario.services.detections import one_detection, today
from clario.services.pages import DetectionFilter, DetectionOrder

router = APIRouter(tags=["detections"])

Sort = Literal["-estimatedValue", "deadlineDate", "-confidenceScore", "-discoveryDate"]
BIGGEST_VALUE = 10**12


def _filter(
    sync_id: Annotated[str | None, Query(alias="syncId", pattern=f"^{SYNC_ID.pattern}$")] = None,
    anomaly_type: Annotated[AnomalyType | None, Query(alias="anomalyType")] = None,
    anomaly_family: Annotated[AnomalyFamily | None, Query(alias="anomalyFamily")] = None,
    severity: Severity | None = None,
    tier: Tier | None = None,
    status: Status | None = None,
    expired: bool | None = None,
    currency: Annotated[str | None, Query(pattern="^[A-Z]{3}$")] = None,
    min_value: Annotated[
        float | None, Query(alias="minValue", ge=0, le=BIGGEST_VALUE, description="In US-dollar equivalents.")
    ] = None,
) -> DetectionFilter:
    least = None if min_value is None else Decimal(str(min_value))
    return DetectionFilter(
        sync_id, anomaly_type, anomaly_family, severity, tier, status, expired, currency, min_value=least
    )


@router.get("/api/detections/results", responses=answers(examples.DETECTIONS))
def results(
    services: Services,
    seller: CurrentSeller,
    where: Annotated[DetectionFilter, Depends(_filter)],
    sort: Sort = "-estimatedValue",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Detections:
    """Detections, filtered and sorted. Values of different currencies compare by their US-dollar equivalents."""
    order = _order(sort, cursor)
    with services.database.transaction(seller, snapshot=True) as work:
        page = work.detections.page(where, order, limit, today(services.clock))
    return Detections(
        results=[Detection.of(seen) for seen in page.items],
        total=page.total,
        next_cursor=encode_cursor((sort, *page.next_key) if page.next_key else None),
        totals=[CurrencyTotals.of(totals) for totals in page.totals],
    )


def _order(sort: Sort, cursor: str | None) -> DetectionOrder:
    """A cursor goes on in the order it was given in."""
    if cursor is None:
        return DetectionOrder(sort)
    given, key, last_id = decode_cursor(cursor, 3)
    try:
        after = (Decimal(key), UUID(last_id))
    except (InvalidOperation, ValueError):
        raise bad_cursor() from None
    if given != sort or not after[0].is_finite() or abs(after[0]) >= 10**30:
        raise bad_cursor()
    return DetectionOrder(sort, after)


@router.get("/api/detections/results/{id}", responses=answers(examples.DETECTION, 404))
def result(services: Services, seller: CurrentSeller, detection_id: DetectionId) -> DetectionAnswer:
    """One detection with its evidence and everything that happened to it."""
    stored = one_detection(seller, detection_id, database=services.database, clock=services.clock)
    return DetectionAnswer.of_stored(stored)
