"""What a run over a batch of components finds (`survey.py`), and what is remembered of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from clario.domain.claims import DetectionRun
from clario.domain.detection.claims.findings import Case
from clario.domain.detection.engine import examine
from clario.domain.detection.money.fee_cells import observations
from clario.domain.detection.rows.components import ACCOUNT
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rules import BESIDE_SALES, MONEY_RULES
from clario.domain.detection.runs.incremental import ComponentState, holding
from clario.domain.detection.runs.plain_sales import Usual, usual_of
from clario.domain.detection.runs.records import Batch, Remembered
from clario.domain.detection.runs.survey import Survey
from clario.domain.values import ONE_DAY


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a run over a batch found, and what to remember of its components (the account's own is always due)."""

    run: DetectionRun
    remembered: Mapping[str, Remembered]


def examine_batch(survey: Survey, batch: Batch, parts: Sequence[ComponentFacts]) -> BatchResult:
    """What Amazon owes in these components. One in which a detector stumbled is looked at again the next day."""
    before = {key: survey.remembered[key] for key in batch.lean}
    seen = {p.key: before[p.key].observations if p.key in before else tuple(observations(p)) for p in parts}
    account = survey.account_with(batch, chain.from_iterable(seen.values()))
    holds = holding(account, survey.as_of)
    runs, remembered = [], {}
    for part in parts:
        case, last = Case(part, account, survey.as_of), before.get(part.key)
        rules = BESIDE_SALES if last else MONEY_RULES
        run = examine((part,), account, survey.as_of, money_rules=rules, known=batch.fingerprints)
        runs.append(run)
        if part.key != ACCOUNT:
            groups = frozenset(row.product_group for row in part.previews)
            usual = usual_of(case, last.usual if last else None)
            state = _state(survey, part.key, run, usual)
            named = survey.named_by_component.get(part.key, ())
            remembered[part.key] = Remembered(state, holds(groups), seen[part.key], groups, named, usual)
    return BatchResult(_together(runs), remembered)


def _state(survey: Survey, key: str, run: DetectionRun, usual: Usual | None) -> ComponentState:
    days = [run.next_review_on, usual.fees_review_on if usual else None]
    review_on = min((day for day in days if day), default=None)
    review_on = survey.as_of + ONE_DAY if run.failed_types else review_on
    return ComponentState(survey.members[key], survey.digests.get(key, ""), review_on)


def _together(runs: Collection[DetectionRun]) -> DetectionRun:
    return DetectionRun(
        claims=tuple(claim for run in runs for claim in run.claims),
        settled={mark: settled for run in runs for mark, settled in run.settled.items()},
        failed_types=frozenset().union(*(run.failed_types for run in runs)),
    )
