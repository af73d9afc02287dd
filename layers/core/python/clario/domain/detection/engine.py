"""The detection run: facts → detectors → lots → global netting → valuation → policy → claims."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Note, Settled
from clario.domain.detection.assemble import Verdict, claim_of, group, judge, reversed_units, settled_of
from clario.domain.detection.components import components
from clario.domain.detection.credits import gather_credits
from clario.domain.detection.damaged_warehouse import damaged_warehouse
from clario.domain.detection.facts import ComponentFacts, SellerFacts
from clario.domain.detection.lost_warehouse import lost_warehouse
from clario.domain.detection.lots import Credit, Family, Lot
from clario.domain.detection.netting import net

Detector = Callable[[ComponentFacts], Iterator[Lot]]

DETECTORS: Mapping[AnomalyType, Detector] = {
    AnomalyType.LOST_WAREHOUSE: lost_warehouse,
    AnomalyType.DAMAGED_WAREHOUSE: damaged_warehouse,
}
# Reimbursements for these are expected to settle a lot of ours; left over, they are worth a note.
EXPLAINED_FAMILIES = frozenset({Family.FC_LOST, Family.FC_DAMAGED})


Notes = list[Note]


def detect(facts: SellerFacts, today: date, detectors: Mapping[AnomalyType, Detector] = DETECTORS) -> DetectionRun:
    """What Amazon owes as of `today`, the date in the marketplace's time zone. Later rows are not looked at.

    A detector that raises costs its own claims only: its type is in `failed_types`, a note says why.
    """
    claims: list[Claim] = []
    settled: dict[str, Settled] = {}
    notes: Notes = []
    failures: dict[AnomalyType, str] = {}
    for component in components(facts, today):
        lots = _lots(component, detectors, failures)
        for mark, verdicts in group(_verdicts(component, lots, facts, today, notes), facts.connection).items():
            if claim := claim_of(mark, verdicts, facts, today):
                claims.append(claim)
            else:
                settled[mark] = settled_of(verdicts)
    claims.sort(key=lambda c: (c.anchor_date, c.anomaly_type, c.fnsku, c.fingerprint))
    notes += [Note("detector_failed", kind, 0, why) for kind, why in failures.items()]
    return DetectionRun(tuple(claims), settled, frozenset(failures), tuple(notes))


def _lots(
    component: ComponentFacts, detectors: Mapping[AnomalyType, Detector], failures: dict[AnomalyType, str]
) -> list[Lot]:
    lots: list[Lot] = []
    for kind, detector in detectors.items():
        try:
            lots += list(detector(component))
        except Exception as exc:  # whatever a rule stumbles over, the other rules' claims are not lost
            failures[kind] = f"{component.key}: {type(exc).__name__}: {exc}"
    return lots


def _verdicts(
    component: ComponentFacts, lots: list[Lot], facts: SellerFacts, today: date, notes: Notes
) -> list[Verdict]:
    gathered = gather_credits(component)
    netting = net(lots, gathered.credits)
    verdicts = [judge(settlement, facts, today) for settlement in netting.settlements]
    notes += gathered.notes
    notes += _reopened(verdicts)
    notes += [note for credit, units in netting.leftovers if (note := _unexplained(credit, units))]
    return verdicts


def _reopened(verdicts: list[Verdict]) -> Notes:
    """Lots whose reimbursement was taken back and whose unit never came back."""
    told = "reimbursed, taken back, and the unit never came back: owed as a reversal"
    return [
        Note("reopened_by_reversal", fnsku, units, f"{kind}: {told}")
        for (kind, fnsku), units in reversed_units(verdicts).items()
    ]


def _unexplained(credit: Credit, units: int) -> Note | None:
    """A warehouse payment that no known loss needed: paid twice, found after payment, or older than our data."""
    if credit.voided or credit.family not in EXPLAINED_FAMILIES:
        return None
    return Note("unexplained_reimbursement", credit.fnsku, units, f"{credit.kind} on {credit.on}")
