"""Units that went wrong on their way into a fulfilment centre.

A shipment is judged when it is closed, or when it arrived long ago and nothing has been received for a while; Amazon's
own waiting time ("eligible for investigation") is not in its API.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.lots import Family, Lot, Strength
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.receiving import (
    ARRIVED,
    CLOSED,
    NOTHING_AFTER,
    RECEIVING_TAKES,
    Receiving,
    line_id,
    receipts_by_line,
    receiving,
)
from clario.domain.detection.rows.source import SourceRow

QUIET = timedelta(days=14)  # our choice
UNPACKED = timedelta(days=3)  # from delivery to the first receipt, where only the receipt is known
DAMAGE_SHOWS = timedelta(days=14)
BROUGHT_DAMAGED = {"CARRIER_DAMAGED": Strength.MEDIUM_HIGH, "DISTRIBUTOR_DAMAGED": Strength.LOW}


def arrived_lines(facts: ComponentFacts) -> list[Receiving]:
    """The component's shipment lines with their receipts, of shipments that arrived. Read it with `facts.once`."""
    receipts = receipts_by_line(facts.events("Receipts"))
    lines = (line for line in facts.inbound if line.status in ARRIVED)
    return [receiving(line, receipts.get(line_id(line), ())) for line in lines]


def inbound_shortage(facts: ComponentFacts) -> Iterator[Lot]:
    """Units of a shipment line that were sent and never received."""
    for part in facts.once(arrived_lines):
        if part.short and part.line.shipment_id not in facts.neighbours.missing and (anchor := _anchor(part)):
            yield _lot(part, AnomalyType.INBOUND_SHORTAGE, part.short, anchor, _settled_from(part, anchor))


def inbound_shipment_missing(facts: ComponentFacts) -> Iterator[Lot]:
    """A shipment that arrived and of which nothing at all was received: one claim, its lines listed."""
    for part in facts.once(arrived_lines):
        if part.line.shipment_id in facts.neighbours.missing and (anchor := _anchor(part)):
            told_from = _settled_from(part, anchor) if part.line.status == CLOSED else anchor + NOTHING_AFTER
            yield _lot(part, AnomalyType.INBOUND_SHIPMENT_MISSING, part.short, anchor, told_from)


def received_then_deducted(facts: ComponentFacts) -> Iterator[Lot]:
    """Units received, and taken back after the shipment was closed. A surplus taken back is nobody's loss."""
    for part in facts.once(arrived_lines):
        if part.deducted and (anchor := _anchor(part)):
            last = part.deductions[-1].occurred_on
            yield _lot(part, AnomalyType.RECEIVED_THEN_DEDUCTED, part.deducted, anchor, last, part.deductions)


def brought_damaged(facts: ComponentFacts) -> Iterator[Lot]:
    """Units that Amazon's partnered carrier brought damaged, or perhaps did. Another carrier's damage is that carrier's
    to pay."""
    for part in facts.once(arrived_lines):
        first = part.first_receipt
        for row in part.receipts:
            damaged = row.quantity > 0 and row.disposition in BROUGHT_DAMAGED
            if damaged and first and row.occurred_on - first <= DAMAGE_SHOWS and part.line.partnered is not False:
                strength = BROUGHT_DAMAGED[row.disposition]
                sure = part.line.partnered and strength is not Strength.LOW
                yield Lot(
                    anomaly_type=AnomalyType.INBOUND_DAMAGED_CARRIER,
                    family=Family.INBOUND_DAMAGED,
                    tier=Tier.CLAIM if sure else Tier.REVIEW,
                    strength=strength,
                    names=_names(part),
                    subject=_line(part),
                    anchor=part.line.delivered_on or first - UNPACKED,
                    units=row.quantity,
                    rows=(row, part.line),
                    shipment_id=part.line.shipment_id,
                    warnings=() if sure else ("carrier_unknown",),
                )


def _anchor(part: Receiving) -> date | None:
    """The delivery, or what comes next to it."""
    if part.line.delivered_on:
        return part.line.delivered_on
    if part.first_receipt:
        return part.first_receipt - UNPACKED
    return part.line.closed_on


def _settled_from(part: Receiving, anchor: date) -> date:
    """The day from which the count of a line stands."""
    if part.line.status == CLOSED:
        return part.line.closed_on or anchor
    last = part.last_receipt
    return max(anchor + RECEIVING_TAKES, last + QUIET if last else date.min)


def _lot(
    part: Receiving,
    kind: AnomalyType,
    units: int,
    anchor: date,
    told_from: date,
    first_rows: tuple[SourceRow, ...] = (),
) -> Lot:
    line = part.line
    whole = kind is AnomalyType.INBOUND_SHIPMENT_MISSING
    known = line.delivered_on is not None
    added = 0 if kind is AnomalyType.RECEIVED_THEN_DEDUCTED else min(units, part.added)
    doubts = {"delivery_unknown": not known, "counted_in_cases": _counted_in_cases(part), "plan_edited": added > 0}
    sure = (known or part.first_receipt is not None) and not doubts["counted_in_cases"]
    return Lot(
        anomaly_type=kind,
        family=Family.INBOUND,
        tier=Tier.CLAIM if sure else Tier.REVIEW,
        strength=Strength.HIGH if known else Strength.MEDIUM,
        names=_names(part),
        subject=line.shipment_id if whole else _line(part),
        anchor=anchor,
        units=units,
        rows=tuple(dict.fromkeys((*first_rows, line, *part.receipts))),
        shipment_id=line.shipment_id,
        told_from=told_from,
        opens_on=line.closed_on,
        unsure=added,
        warnings=tuple(doubt for doubt, true in doubts.items() if true),
    )


def _counted_in_cases(part: Receiving) -> bool:
    """As many units received as cases were sent: most likely nothing is missing but the unit of measure."""
    in_case = part.line.in_case or 1
    return in_case > 1 and part.received is not None and part.received * in_case == part.line.shipped


def _names(part: Receiving) -> Names:
    return Names(part.line.asin, part.line.fnsku, part.line.sku)


def _line(part: Receiving) -> str:
    return f"{part.line.shipment_id}/{part.line.sku}"
