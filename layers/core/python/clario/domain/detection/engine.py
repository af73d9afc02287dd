"""The detection run: facts → detectors → lots → global netting → verdicts → claims, component by component."""

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Note, Settled
from clario.domain.detection.assemble import claim_of, group, settled_of
from clario.domain.detection.balances import ledger_balance_gap
from clario.domain.detection.components import components
from clario.domain.detection.credits import gather_credits
from clario.domain.detection.facts import Account, ComponentFacts, SellerFacts
from clario.domain.detection.inbound import (
    inbound_damaged_carrier,
    inbound_shipment_missing,
    inbound_shortage,
    received_then_deducted,
)
from clario.domain.detection.lots import Lot
from clario.domain.detection.netting import Settlement, net
from clario.domain.detection.orders import disputed, refunded, replacements
from clario.domain.detection.removals import (
    liquidation_proceeds_missing,
    removal_disposed_instead,
    removal_lost,
    removal_short_shipped,
)
from clario.domain.detection.returns import (
    refund_outside_policy,
    return_damaged_by_amazon,
    return_not_restocked,
    return_wrong_item,
)
from clario.domain.detection.reversals import after_netting, reversal_excess, unexplained
from clario.domain.detection.verdict import Verdict, judge, told_from_day
from clario.domain.detection.warehouse import (
    damaged_warehouse,
    disposed_unauthorized,
    found_unit_not_credited,
    lost_warehouse,
    ownership_transfer_out,
    product_redefinition_unmatched,
    transfer_loss,
)

Detector = Callable[[ComponentFacts], Iterator[Lot]]


class Rule(NamedTuple):
    """A detector and the kinds of claims it may find."""

    find: Detector
    kinds: tuple[AnomalyType, ...]


RULES = (
    Rule(lost_warehouse, (AnomalyType.LOST_WAREHOUSE,)),
    Rule(damaged_warehouse, (AnomalyType.DAMAGED_WAREHOUSE,)),
    Rule(disposed_unauthorized, (AnomalyType.DISPOSED_UNAUTHORIZED,)),
    Rule(transfer_loss, (AnomalyType.TRANSFER_LOSS,)),
    Rule(ledger_balance_gap, (AnomalyType.LEDGER_BALANCE_GAP,)),
    Rule(ownership_transfer_out, (AnomalyType.OWNERSHIP_TRANSFER_OUT,)),
    Rule(product_redefinition_unmatched, (AnomalyType.PRODUCT_REDEFINITION_UNMATCHED,)),
    Rule(found_unit_not_credited, (AnomalyType.FOUND_UNIT_NOT_CREDITED,)),
    Rule(inbound_shortage, (AnomalyType.INBOUND_SHORTAGE,)),
    Rule(inbound_shipment_missing, (AnomalyType.INBOUND_SHIPMENT_MISSING,)),
    Rule(inbound_damaged_carrier, (AnomalyType.INBOUND_DAMAGED_CARRIER,)),
    Rule(received_then_deducted, (AnomalyType.RECEIVED_THEN_DEDUCTED,)),
    Rule(refunded, (AnomalyType.REFUND_NO_RETURN, AnomalyType.LOST_OUTBOUND, AnomalyType.DAMAGED_OUTBOUND)),
    Rule(replacements, (AnomalyType.REPLACEMENT_NO_RETURN, AnomalyType.LOST_OUTBOUND, AnomalyType.DAMAGED_OUTBOUND)),
    Rule(return_damaged_by_amazon, (AnomalyType.RETURN_DAMAGED_BY_AMAZON,)),
    Rule(return_not_restocked, (AnomalyType.RETURN_NOT_RESTOCKED,)),
    Rule(return_wrong_item, (AnomalyType.RETURN_WRONG_ITEM,)),
    Rule(refund_outside_policy, (AnomalyType.REFUND_OUTSIDE_POLICY,)),
    Rule(disputed, (AnomalyType.CHARGEBACK_A2Z_NOT_REIMBURSED,)),
    Rule(removal_lost, (AnomalyType.REMOVAL_LOST,)),
    Rule(removal_short_shipped, (AnomalyType.REMOVAL_SHORT_SHIPPED,)),
    Rule(removal_disposed_instead, (AnomalyType.REMOVAL_DISPOSED_INSTEAD,)),
    Rule(liquidation_proceeds_missing, (AnomalyType.LIQUIDATION_PROCEEDS_MISSING,)),
    Rule(reversal_excess, (AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS,)),
)
"""Every detector, one line each. What only the netting shows (`reversals.py`) is found after it."""


@dataclass(slots=True)
class _Findings:
    """What a run has gathered so far."""

    claims: list[Claim]
    settled: dict[str, Settled]
    notes: list[Note]
    failures: dict[AnomalyType, str]
    next_review_on: date | None = None

    def review_on(self, day: date | None, today: date) -> None:
        """Remember the next day on which the result changes though nothing else does."""
        if day is not None and today < day:
            self.next_review_on = day if self.next_review_on is None else min(day, self.next_review_on)

    def run(self) -> DetectionRun:
        self.claims.sort(key=lambda c: (c.anchor_date, c.anomaly_type, c.fnsku, c.fingerprint))
        failed = [Note("detector_failed", kind, 0, why) for kind, why in self.failures.items()]
        return DetectionRun(
            claims=tuple(self.claims),
            settled=self.settled,
            failed_types=frozenset(self.failures),
            notes=(*self.notes, *failed),
            next_review_on=self.next_review_on,
        )


def detect(facts: SellerFacts, today: date, rules: Iterable[Rule] = RULES) -> DetectionRun:
    """What Amazon owes as of `today`, the date in the marketplace's time zone. Later rows are not looked at.

    A detector that raises costs its own claims only: its types are in `failed_types`, a note says why.
    """
    return examine(components(facts, today), facts, today, rules)


def examine(
    parts: Iterable[ComponentFacts],
    account: Account,
    today: date,
    rules: Iterable[Rule] = RULES,
    known: Container[str] | None = None,
) -> DetectionRun:
    """The same for components that are gathered already, one after the other.

    Args:
        known: the fingerprints whose settling is worth telling, those of the stored claims; None: all.
    """
    found = _Findings([], {}, [], {})
    rules = tuple(rules)
    for part in parts:
        verdicts = _verdicts(part, account, today, rules, found)
        for mark, together in group(verdicts, account.connection).items():
            if claim := claim_of(mark, together, account):
                found.claims.append(claim)
            elif known is None or mark in known:
                found.settled[mark] = settled_of(together)
    return found.run()


def _verdicts(
    part: ComponentFacts, account: Account, today: date, rules: tuple[Rule, ...], found: _Findings
) -> list[Verdict]:
    gathered = gather_credits(part)
    netting = net(_lots(part, rules, found), gathered.credits)
    settlements: list[Settlement] = [*netting.settlements, *after_netting(netting)]
    verdicts = [judge(settlement, part, account, today) for settlement in settlements]
    for verdict in verdicts:
        if any(verdict.units.values()):
            found.review_on(told_from_day(verdict.lot, verdict.window), today)
            found.review_on(verdict.lot.sure_from, today)
    found.notes += gathered.notes
    found.notes += [
        Note("unexplained_reimbursement", credit.fnsku, units, f"{credit.kind} on {credit.on}")
        for credit, units in unexplained(netting)
    ]
    return verdicts


def _lots(part: ComponentFacts, rules: tuple[Rule, ...], found: _Findings) -> list[Lot]:
    lots: list[Lot] = []
    for rule in rules:
        try:
            lots += list(rule.find(part))
        except Exception as exc:  # whatever a rule stumbles over, the other rules' claims are not lost
            why = f"{part.key}: {type(exc).__name__}: {exc}"
            found.failures.update(dict.fromkeys(rule.kinds, why))
    return lots
