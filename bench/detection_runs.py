"""Detection on synthetic worlds: which worlds, and what a run on one of them shows."""

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import groupby
from typing import Any
from unittest.mock import patch

from bench.kinds import is_owed
from bench.scoring import Result, Score, score
from bench.world_facts import facts_of
from clario.domain.detection import engine
from clario.domain.detection.engine import detect
from clario.domain.detection.netting.netting import net
from clario.domain.detection.netting.passes import PASSES
from clario.domain.detection.rows.facts import SellerFacts
from clario.domain.values import local_day
from local_amazon.world.build import build_world
from local_amazon.world.settings import CONFOUNDERS, WorldSettings
from local_amazon.world.truth import asof_truth
from local_amazon.world.world import World

NOW = datetime(2026, 11, 23, 18, tzinfo=UTC)
DEVELOPMENT, HELD_OUT = "development", "held out"
PROCESSES = 2
STRICT = tuple(step for step in PASSES if step.strict)
PROFILES = ("us", "na", "eu")
ALONE = 8_000  # rows of a world with one confounder


@dataclass(frozen=True, slots=True)
class Case:
    """A world, and the day detection looks at it: so many days before its clock's start."""

    group: str
    seed: int
    size: int = 60_000
    profile: str = "us"
    confounders: frozenset[str] | None = None
    days_ago: int = 0

    @property
    def name(self) -> str:
        if self.confounders is None:
            return f"{self.profile}, {self.size:,} rows"
        return f"{self.profile}, {self.size:,} rows, {' '.join(sorted(self.confounders)) or 'no'} confounders"

    @property
    def settings(self) -> WorldSettings:
        return WorldSettings(
            now=NOW, seed=self.seed, size=self.size, profile=self.profile, confounders=self.confounders
        )


def quick_cases() -> list[Case]:
    """A minute or two of one processor."""
    return [
        Case(DEVELOPMENT, 1),
        *(Case(HELD_OUT, 201, profile=profile) for profile in ("us", "na", "eu")),
        Case(HELD_OUT, 201, days_ago=45),
        Case(HELD_OUT, 221, confounders=frozenset()),
    ]


def full_cases() -> list[Case]:
    """What the page shows: more seeds, sizes and days, and each confounder alone."""
    return [
        Case(DEVELOPMENT, 1),
        *(Case(HELD_OUT, seed, profile=profile) for seed in (201, 202) for profile in PROFILES),
        *(Case(HELD_OUT, seed, days_ago=60) for seed in (201, 202)),
        Case(HELD_OUT, 211, 120_000),
        Case(HELD_OUT, 221, confounders=frozenset()),
        *(Case("alone", 231, ALONE, confounders=frozenset({name})) for name in CONFOUNDERS),
    ]


def development_cases() -> list[Case]:
    """The worlds rules were tried and confidence was fitted on."""
    return [
        Case(DEVELOPMENT, seed, profile=p, days_ago=ago) for seed in (1, 2, 3) for p in PROFILES for ago in (0, 110)
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with its result, and those of simpler rules by name."""

    case: Case
    result: Result
    baselines: dict[str, Score]


def run_all(cases: Iterable[Case]) -> Iterator[Shown]:
    """Every case, in two processes; a world that is looked at on several days is built once."""
    groups = [list(some) for _, some in groupby(sorted(cases, key=_world), key=_world)]
    with ProcessPoolExecutor(PROCESSES) as pool:
        for found in pool.map(_run_world, groups):
            yield from found


def _world(case: Case) -> tuple[Any, ...]:
    kept = case.confounders
    return (-case.size, case.group, case.seed, case.profile, kept is None, sorted(kept or ()))


def _run_world(cases: list[Case]) -> list[Shown]:
    world = build_world(cases[0].settings)
    return [_run(case, world) for case in cases]


def _run(case: Case, world: World) -> Shown:
    now = NOW - timedelta(days=case.days_ago)
    facts = facts_of(world, now)
    today, truths = local_day(now, facts.marketplace.zone), asof_truth(world, now)
    found = detect(facts, today)
    assert not found.failed_types, found.notes
    result = score(found.claims, truths, today)
    told = case.group == HELD_OUT and case.confounders is None
    return Shown(case, result, _baselines(facts, truths, today) if told else {})


# -- simpler rules -----------------------------------------------------------------------------------------------------


def _baselines(facts: SellerFacts, truths: list[dict[str, Any]], today: Any) -> dict[str, Score]:
    owed = [truth for truth in truths if is_owed(truth, today) and truth["expected_tier"] == "claim"]
    lost = [truth for truth in owed if truth["type"] == "lost_warehouse"]
    warehouse = [truth for truth in owed if truth["type"] in ("lost_warehouse", "damaged_warehouse")]
    with patch.object(engine, "net", partial(net, passes=STRICT)):
        strict = score(detect(facts, today).claims, truths, today).total()
    return {
        "lost minus found, by FNSKU": _against(_lost_minus_found(facts), lost),
        "Amazon's unreconciled column alone": _against(_unreconciled(facts), warehouse),
        "these rules without generous netting": replace(strict),
    }


def _lost_minus_found(facts: SellerFacts) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in facts.ledger:
        if row.event_type == "Adjustments" and row.reason in ("M", "5", "F", "N"):
            counts[row.fnsku] -= row.quantity
    return +counts


def _unreconciled(facts: SellerFacts) -> Counter[str]:
    counts: Counter[str] = Counter()
    for row in facts.ledger:
        if row.event_type == "Adjustments" and row.reason in ("M", "5", "E", "6", "U") and row.quantity < 0:
            counts[row.fnsku] += row.unreconciled or 0
    return counts


def _against(claimed: Counter[str], owed: list[dict[str, Any]]) -> Score:
    """By FNSKU, whatever the day."""
    due: Counter[str] = Counter()
    for truth in owed:
        due[truth["fnsku"]] += truth["open_quantity"]
    right = (claimed & due).total()
    return Score(right=right, false=claimed.total() - right, found=right, missed=due.total() - right)
