"""Whether the reports a proof rests on are there: missing data is never "nothing happened"."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Evidence
from clario.domain.detection.policy import CoverageRow, policy
from clario.domain.detection.rows.facts import CoverageFacts
from clario.domain.values import ONE_DAY, DayRange

LEDGER, BALANCES, PAID, RETURNS = "ledger", "ledger_summary", "reimbursements", "returns"
MONEY, INBOUND, REMOVALS, REPLACED = "financial_events", "inbound_shipments", "removals", "replacements"

READS: Mapping[AnomalyType, tuple[str, ...]] = {
    AnomalyType.LOST_WAREHOUSE: (LEDGER, PAID),
    AnomalyType.DAMAGED_WAREHOUSE: (LEDGER, PAID),
    AnomalyType.DISPOSED_UNAUTHORIZED: (LEDGER, PAID, REMOVALS),
    AnomalyType.TRANSFER_LOSS: (LEDGER,),
    AnomalyType.LEDGER_BALANCE_GAP: (BALANCES,),
    AnomalyType.OWNERSHIP_TRANSFER_OUT: (LEDGER, PAID),
    AnomalyType.PRODUCT_REDEFINITION_UNMATCHED: (LEDGER,),
    AnomalyType.FOUND_UNIT_NOT_CREDITED: (LEDGER, BALANCES),
    AnomalyType.INBOUND_SHORTAGE: (INBOUND, LEDGER, PAID),
    AnomalyType.INBOUND_SHIPMENT_MISSING: (INBOUND, LEDGER, PAID),
    AnomalyType.INBOUND_DAMAGED_CARRIER: (INBOUND, LEDGER, PAID),
    AnomalyType.RECEIVED_THEN_DEDUCTED: (INBOUND, LEDGER, PAID),
    AnomalyType.INBOUND_TRANSPORT_OVERCHARGE: (MONEY, INBOUND),
    AnomalyType.UNUSED_LABEL_FEE: (MONEY, INBOUND),
    AnomalyType.REFUND_NO_RETURN: (MONEY, RETURNS, PAID),
    AnomalyType.LOST_OUTBOUND: (MONEY, RETURNS, PAID),
    AnomalyType.DAMAGED_OUTBOUND: (MONEY, RETURNS, PAID),
    AnomalyType.RETURN_NOT_RESTOCKED: (RETURNS, LEDGER, PAID),
    AnomalyType.RETURN_DAMAGED_BY_AMAZON: (RETURNS, PAID),
    AnomalyType.RETURN_WRONG_ITEM: (RETURNS, PAID),
    AnomalyType.REFUND_OUTSIDE_POLICY: (MONEY, RETURNS, PAID),
    AnomalyType.REPLACEMENT_NO_RETURN: (REPLACED, RETURNS, PAID),
    AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED: (MONEY, PAID),
    AnomalyType.REMOVAL_LOST: (REMOVALS, PAID),
    AnomalyType.REMOVAL_SHORT_SHIPPED: (REMOVALS, PAID),
    AnomalyType.REMOVAL_DISPOSED_INSTEAD: (REMOVALS, PAID),
    AnomalyType.LIQUIDATION_PROCEEDS_MISSING: (REMOVALS, MONEY),
    AnomalyType.REIMBURSEMENT_REVERSED_WITHOUT_RETURN: (PAID, LEDGER),
    AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS: (PAID,),
    AnomalyType.DUPLICATE_REIMBURSEMENT: (PAID, LEDGER),
    AnomalyType.REIMBURSEMENT_UNDERPAID: (PAID,),
    AnomalyType.REIMBURSEMENT_NOT_PAID_OUT: (PAID, MONEY),
    AnomalyType.REMOVAL_FEE_ERROR: (REMOVALS, MONEY),
    AnomalyType.STORAGE_FEE_OVERCHARGE: (),
    AnomalyType.AGED_INVENTORY_OVERCHARGE: (),
}
"""The streams a kind of claim is proven from: it must see all of them. Kinds that are not here need the money alone."""


def streams_of(kind: AnomalyType) -> tuple[str, ...]:
    """The streams a kind of claim rests on."""
    return READS.get(kind, (MONEY,))


def gaps(covered: Iterable[DayRange], needed: DayRange) -> list[DayRange]:
    """The parts of `needed` that no covered range holds, in order."""
    missing = []
    day = needed.start
    for held in sorted(covered):
        if held.start > needed.end or day > needed.end:
            break
        if held.start > day:
            missing.append(DayRange(day, held.start - ONE_DAY))
        day = max(day, held.end + ONE_DAY)
    if day <= needed.end:
        missing.append(DayRange(day, needed.end))
    return missing


@dataclass(frozen=True, slots=True)
class Covered:
    """Per report the days a claim needs and those of them that are missing."""

    needed: dict[str, DayRange]
    missing: dict[str, list[DayRange]]

    @property
    def complete(self) -> bool:
        return not any(self.missing.values())

    def evidence(self) -> Evidence:
        """As a claim shows it: nothing in it moves from day to day while the same days are missing."""
        return {
            report: {"from": str(days.start), "missing": [_told(hole, days) for hole in self.missing[report]]}
            for report, days in self.needed.items()
        }


def _told(hole: DayRange, needed: DayRange) -> str:
    """How far a report is behind changes every day, and nothing of the claim: the state of the sources tells it."""
    return "the newest days" if hole.end == needed.end else str(hole)


def check(facts: CoverageFacts, kind: AnomalyType, anchor: date, today: date) -> Covered:
    """The coverage of a loss on `anchor` as seen today. A loss too young to need a day needs none."""
    reports = streams_of(kind)
    needed = {
        row.report: DayRange(anchor - timedelta(days=row.lead_days), _needed_until(row, today))
        for row in policy().coverage
        if row.report in reports
    }
    return Covered(needed, {report: gaps(facts[report], days) for report, days in needed.items()})


def needed_from(facts: CoverageFacts, kind: AnomalyType, anchor: date, today: date) -> date | None:
    """The next day on which a loss that is too young today comes to need a report that is behind; None: no such day.

    It is told as proven until then, and doubted from then on if the report is still behind.
    """
    days = [
        anchor - timedelta(days=row.lead_days) + timedelta(days=row.lag_days)
        for row in policy().coverage
        if row.report in streams_of(kind) and _is_behind(facts[row.report], _needed_until(row, today))
    ]
    return min((day for day in days if day > today), default=None)


BEGINNING = date(2000, 1, 1)


def signature(facts: CoverageFacts, today: date) -> tuple[tuple[str, bool, tuple[DayRange, ...]], ...]:
    """All that matters of the coverage, by report: whether it is behind, and the holes before its last covered day.

    While it stays, no verdict changes for it but on a day that `needed_from` foretells. How far a report is behind does
    not matter: what needs it lacks its last day. That of a report which is never loaded is the same every day.
    """
    return tuple(_signature(row.report, facts[row.report], _needed_until(row, today)) for row in policy().coverage)


def _signature(report: str, covered: tuple[DayRange, ...], end: date) -> tuple[str, bool, tuple[DayRange, ...]]:
    holes, behind = gaps(covered, DayRange(BEGINNING, end)), _is_behind(covered, end)
    return report, behind, tuple(holes[:-1] if behind else holes)


def _needed_until(row: CoverageRow, today: date) -> date:
    return today - timedelta(days=row.lag_days)


def _is_behind(covered: tuple[DayRange, ...], end: date) -> bool:
    return bool(gaps(covered, DayRange(end, end)))
