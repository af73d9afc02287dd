"""Whether the reports a proof rests on are there: missing data is never "nothing happened"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from clario.domain.claims import Evidence
from clario.domain.detection.facts import CoverageFacts
from clario.domain.detection.policy import policy
from clario.domain.values import ONE_DAY, DayRange


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
        """As a claim shows it."""
        return {
            report: {"from": str(days.start), "to": str(days.end), "missing": [str(m) for m in self.missing[report]]}
            for report, days in self.needed.items()
        }


def check(facts: CoverageFacts, anchor: date, today: date) -> Covered:
    """The coverage of a loss on `anchor` as seen today. A loss too young to need a day needs none."""
    held = {"ledger": facts.ledger, "reimbursements": facts.reimbursements}
    needed = {
        row.report: DayRange(anchor - timedelta(days=row.lead_days), today - timedelta(days=row.lag_days))
        for row in policy().coverage
    }
    return Covered(needed, {report: gaps(held[report], days) for report, days in needed.items()})
