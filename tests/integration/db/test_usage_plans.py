"""The usage-plan clock: never more calls than Amazon's bucket allows, and hardly fewer."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random

import pytest

from clario.db.connection import PostgresDatabase
from clario.db.usage_plans import PostgresUsagePlans
from clario.domain.usage_plans import USAGE_PLANS, UsagePlan
from devstack.clock import VirtualClock
from local_amazon.server.plans import UsagePlans as AmazonsPlans

START = datetime(2026, 6, 1, tzinfo=UTC)
PLAN = {"listTransactions": UsagePlan(rate=0.5, burst=10)}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def plans(database_url: str, clock: VirtualClock) -> Iterator[Callable[..., PostgresUsagePlans]]:
    database = PostgresDatabase(database_url, clock)
    yield lambda subject="A1", **shared: PostgresUsagePlans(database, subject, "app", PLAN, shared)
    database.close()


def test_a_burst_goes_at_once_and_then_one_call_each_interval(plans, clock: VirtualClock) -> None:
    plan = plans()
    waits = [max(0.0, (plan.reserve("listTransactions") - clock.now()).total_seconds()) for _ in range(13)]
    # One of the ten is held back for calls that arrive early.
    assert waits == [0.0] * 9 + [2.0, 4.0, 6.0, 8.0]


def test_the_bucket_fills_while_time_passes(plans, clock: VirtualClock) -> None:
    plan = plans()
    for _ in range(9):
        plan.reserve("listTransactions")
    clock.sleep(6)
    waits = [max(0.0, (plan.reserve("listTransactions") - clock.now()).total_seconds()) for _ in range(4)]
    assert waits == [0.0, 0.0, 0.0, 2.0]


def test_after_a_429_the_next_call_is_an_interval_away(plans, clock: VirtualClock) -> None:
    plan = plans()
    plan.reserve("listTransactions")
    plan.throttled("listTransactions")
    assert plan.reserve("listTransactions") == START + timedelta(seconds=2)


def test_a_lower_rate_that_amazon_names_is_kept(plans, clock: VirtualClock) -> None:
    plan = plans()
    for _ in range(9):
        plan.reserve("listTransactions")
    clock.sleep(3600)
    plan.learn("listTransactions", 0.1)
    waits = [max(0.0, (plan.reserve("listTransactions") - clock.now()).total_seconds()) for _ in range(10)]
    assert waits[-1] == 10.0


def test_a_higher_rate_that_amazon_names_is_used(plans, clock: VirtualClock) -> None:
    plan = plans()
    for _ in range(9):
        plan.reserve("listTransactions")
    plan.learn("listTransactions", 2.0)
    waits = [(plan.reserve("listTransactions") - clock.now()).total_seconds() for _ in range(3)]
    assert waits == [0.5, 1.0, 1.5]


def test_a_lower_rate_does_not_fill_an_empty_bucket(plans, clock: VirtualClock) -> None:
    plan = plans()
    for _ in range(9):
        plan.reserve("listTransactions")
    plan.learn("listTransactions", 0.1)
    assert plan.reserve("listTransactions") == START + timedelta(seconds=10)


def test_two_sellers_of_one_application_do_not_share_a_plan(plans, clock: VirtualClock) -> None:
    for _ in range(9):
        plans().reserve("listTransactions")
    assert plans("A2").reserve("listTransactions") <= START


def test_workers_at_once_get_different_places(plans, clock: VirtualClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: plans().reserve("listTransactions"), range(20)))
    assert len(set(places)) == 20


# Many workers against a plan that is enforced


@dataclass
class Paging:
    """Pagers, each asking for its next turn when it has its page. Calls arrive up to `lateness` seconds after they were
    sent, and Amazon keeps its own books."""

    clock: VirtualClock
    lateness: float = 0.0
    amazon: AmazonsPlans = field(default_factory=lambda: AmazonsPlans(1.0))
    got: Counter[str] = field(default_factory=Counter)
    chance: Random = field(default_factory=lambda: Random(1))

    def run(self, pagers: list[tuple[str, PostgresUsagePlans]], calls: int) -> timedelta:
        """Until that many calls were sent in all; the answer is how long it took."""
        arrivals = [self._turn(number, plans) for number, (_, plans) in enumerate(pagers)]
        heapify(arrivals)
        for _ in range(calls):
            moment, number = heappop(arrivals)
            self.clock.advance_to(moment)
            seller, plans = pagers[number]
            self.got[seller] += self.amazon.take(seller, "app", "listTransactions", moment)
            heappush(arrivals, self._turn(number, plans))
        return self.clock.now() - START

    def _turn(self, number: int, plans: PostgresUsagePlans) -> tuple[datetime, int]:
        sent_at = max(self.clock.now(), plans.reserve("listTransactions"))
        return sent_at + timedelta(seconds=self.chance.uniform(0, self.lateness)), number


@pytest.mark.parametrize("lateness", [0.0, 1.5])
def test_many_pagers_at_once_use_the_whole_plan_and_never_more(plans, clock: VirtualClock, lateness: float) -> None:
    paging = Paging(clock, lateness)
    taken = paging.run([("A1", plans()) for _ in range(8)], calls=100)
    assert paging.amazon.throttled["listTransactions"] == 0
    assert taken <= USAGE_PLANS["listTransactions"].least_time(100) * 1.05


def test_without_a_margin_calls_that_arrive_together_would_be_too_many(
    plans, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UsagePlan, "with_margin", lambda plan: plan)
    paging = Paging(clock, lateness=1.5)
    paging.run([("A1", plans()) for _ in range(8)], calls=40)
    assert paging.amazon.throttled["listTransactions"] > 0


def test_a_seller_with_many_pagers_takes_nothing_from_one_with_few(plans, clock: VirtualClock) -> None:
    paging = Paging(clock)
    taken = paging.run([("A1", plans("A1")) for _ in range(6)] + [("A2", plans("A2"))], calls=120)
    assert paging.amazon.throttled["listTransactions"] == 0
    assert abs(paging.got["A1"] - paging.got["A2"]) <= 1
    assert taken <= USAGE_PLANS["listTransactions"].least_time(60) * 1.05


def test_sellers_share_the_plan_of_their_application_alike(plans, clock: VirtualClock) -> None:
    """Six calls in ten seconds for all of them together, where each alone might make five."""
    limit = {"listTransactions": UsagePlan(rate=0.6, burst=1)}
    paging = Paging(clock)
    sellers = ["A1", "A1", "A2", "A2"]
    taken = paging.run([(seller, plans(seller, **limit)) for seller in sellers], calls=60)
    assert abs(paging.got["A1"] - paging.got["A2"]) <= 2
    assert limit["listTransactions"].least_time(60) <= taken <= limit["listTransactions"].least_time(60) * 1.05
