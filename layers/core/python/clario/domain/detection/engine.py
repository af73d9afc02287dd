"""The detection run: facts → detectors → lots → global netting → verdicts → claims, component by component."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Note, Settled
from clario.domain.detection.claims import findings
from clario.domain.detection.claims.assemble import claim_of, group, settled_of
from clario.domain.detection.claims.findings import Case
from clario.domain.detection.claims.valuation import price_ratios, with_net_sale
from clario.domain.detection.claims.verdict import Verdict, filed_under, judge, told_from_day
from clario.domain.detection.money.fee_cells import observations, suspect_cells
from clario.domain.detection.money.storage_fees import bill_days
from clario.domain.detection.netting.credits import gather_credits
from clario.domain.detection.netting.netting import Settlement, net
from clario.domain.detection.netting.reversals import after_netting, unexplained
from clario.domain.detection.netting.rivals import with_doubts
from clario.domain.detection.rows.components import components
from clario.domain.detection.rows.coverage import needed_from
from clario.domain.detection.rows.facts import Account, ComponentFacts, SellerFacts
from clario.domain.detection.rows.silence import returned_by_day, without_silent_days
from clario.domain.detection.rules import MONEY_RULES, RULES, MoneyRule, Rule
from clario.domain.values import ONE_DAY

T = TypeVar("T")


@dataclass(slots=True)
class _Findings:
    """What a run has gathered so far."""

    known: Container[str] | None
    claims: list[Claim] = field(default_factory=list)
    settled: dict[str, Settled] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    failures: dict[AnomalyType, str] = field(default_factory=dict)
    next_review_on: date | None = None

    def tell(self, mark: str, claim: Claim | None, settled: Callable[[], Settled]) -> None:
        """Keep a claim; or how it was settled, if anybody asks."""
        if claim is not None:
            self.claims.append(claim)
        elif self.known is None or mark in self.known:
            self.settled[mark] = settled()

    def review_on(self, day: date | None, today: date) -> None:
        """Remember the next day on which the result may change though nothing else does."""
        if day is not None and today < day:
            self.next_review_on = day if self.next_review_on is None else min(day, self.next_review_on)

    def careful(self, find: Callable[[], Iterator[T]], kinds: Iterable[AnomalyType], part: ComponentFacts) -> list[T]:
        """What a rule finds; nothing, and a word about it, when it stumbles: the other rules' claims are not lost."""
        try:
            return list(find())
        except Exception as exc:  # whatever it is
            why = f"{part.key}: {type(exc).__name__}: {exc}"
            self.failures.update(dict.fromkeys(kinds, why))
            return []

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


def detect(
    facts: SellerFacts,
    today: date,
    rules: Iterable[Rule] = RULES,
    money_rules: Iterable[MoneyRule] = MONEY_RULES,
) -> DetectionRun:
    """What Amazon owes as of `today`, the date in the marketplace's time zone. Later rows are not looked at.

    A detector that raises costs its own claims only: its types are in `failed_types`, a note says why.
    """
    parts = list(components(facts, today))
    return examine(parts, with_statistics(facts, parts, today), today, tuple(rules), tuple(money_rules))


def with_statistics(facts: Account, parts: Sequence[ComponentFacts], today: date) -> Account:
    """The account with what is computed over all of its components, and without the days that prove to lack rows."""
    paid = (row for part in parts for row in part.reimbursements)
    previews = (row for part in parts for row in part.previews)
    money = (row for part in parts for row in part.money)
    seen = (observation for part in parts for observation in observations(part))
    return Account(
        connection=facts.connection,
        marketplace=facts.marketplace,
        costs=facts.costs,
        coverage=without_silent_days(facts.coverage, returned_by_day(parts), today),
        price_ratios=price_ratios(paid, previews, facts.marketplace.currency),
        suspect_cells=suspect_cells(seen),
        bill_days=bill_days(money),
    )


def examine(
    parts: Iterable[ComponentFacts],
    account: Account,
    today: date,
    rules: Sequence[Rule] = RULES,
    money_rules: Sequence[MoneyRule] = MONEY_RULES,
    known: Container[str] | None = None,
) -> DetectionRun:
    """The same for components that are gathered already, one after the other.

    Args:
        known: the fingerprints whose settling is worth telling, those of the stored claims; None: all.
    """
    found = _Findings(known)
    for part in parts:
        verdicts = _verdicts(part, account, today, rules, found)
        for mark, together in group(verdicts, account.connection).items():
            found.tell(mark, claim_of(mark, together, account), partial(settled_of, together))
        _money(Case(part, account, today), money_rules, found)
    return found.run()


def examine_money(case: Case, money_rules: Sequence[MoneyRule]) -> DetectionRun:
    """What rules about money find by themselves."""
    found = _Findings(frozenset())
    _money(case, money_rules, found)
    return found.run()


def _verdicts(
    part: ComponentFacts, account: Account, today: date, rules: Sequence[Rule], found: _Findings
) -> list[Verdict]:
    gathered = gather_credits(part, today)
    found.review_on(gathered.changes_on, today)
    lots = [lot for rule in rules for lot in found.careful(partial(rule.find, part), rule.kinds, part)]
    filed = (with_net_sale(filed_under(lot, account, today), part, account) for lot in lots)
    netting = net(filed, gathered.credits)
    settlements: list[Settlement] = [*with_doubts(netting.settlements), *after_netting(netting)]
    verdicts = [judge(settlement, part, account, today) for settlement in settlements]
    for verdict in verdicts:
        if any(verdict.units.values()):
            found.review_on(told_from_day(verdict.lot, verdict.window), today)
            found.review_on(verdict.lot.sure_from, today)
            found.review_on(verdict.value.changes_on, today)
            kind, anchor = verdict.lot.anomaly_type, verdict.lot.anchor
            found.review_on(needed_from(account.coverage, kind, anchor, today), today)
    found.notes += gathered.notes
    found.notes += [
        Note("unexplained_reimbursement", credit.fnsku, units, f"{credit.kind} on {credit.on}")
        for credit, units in unexplained(netting)
    ]
    return verdicts


def _money(case: Case, rules: Sequence[MoneyRule], found: _Findings) -> None:
    """Which charges a rule adds up may depend on how long they can be claimed: it is looked at again after that."""
    for rule in rules:
        for finding in found.careful(partial(rule.find, case), rule.kinds, case.facts):
            if finding.told_from and case.as_of < finding.told_from:
                found.review_on(finding.told_from, case.as_of)
                continue
            claim = findings.claim_of(finding, case.account, case.as_of)
            mark = finding.fingerprint(case.account.connection)
            found.tell(mark, claim, partial(findings.settled_of, finding))
            if claim is not None:
                found.review_on(claim.deadline_date + ONE_DAY, case.as_of)
                seen_from = finding.seen_from or finding.anchor
                young = needed_from(case.account.coverage, finding.anomaly_type, seen_from, case.as_of)
                found.review_on(young, case.as_of)
