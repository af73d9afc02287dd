"""The usage-plan clock: never more calls than Amazon's bucket allows, and hardly fewer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
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
    yield lambda subject="A1": PostgresUsagePlans(database, subject, "app", PLAN)
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


def page_all(
    plans: list[PostgresUsagePlans], calls: int, clock: VirtualClock, *, lateness: float
) -> tuple[timedelta, AmazonsPlans, list[int]]:
    """Pagers, each asking for its next turn when it has its page, until that many calls were sent in all.

    Calls arrive up to `lateness` seconds after they were sent. The answer: how long it took, Amazon's books, and how
    many calls each pager got through.
    """
    amazon, chance = AmazonsPlans(1.0), Random(1)
    got = [0] * len(plans)
    arrivals: list[tuple[datetime, int]] = []

    def take_turn(pager: int) -> None:
        sent_at = max(clock.now(), plans[pager].reserve("listTransactions"))
        heappush(arrivals, (sent_at + timedelta(seconds=chance.uniform(0, lateness)), pager))

    for pager in range(len(plans)):
        take_turn(pager)
    for _ in range(calls):
        moment, pager = heappop(arrivals)
        clock.advance_to(moment)
        got[pager] += amazon.take("A1", "app", "listTransactions", moment)
        take_turn(pager)
    return clock.now() - START, amazon, got


@pytest.mark.parametrize("lateness", [0.0, 1.5])
def test_many_pagers_at_once_use_the_whole_plan_and_never_more(plans, clock: VirtualClock, lateness: float) -> None:
    taken, amazon, got = page_all([plans() for _ in range(8)], 100, clock, lateness=lateness)
    assert amazon.throttled["listTransactions"] == 0
    assert taken <= USAGE_PLANS["listTransactions"].least_time(100) * 1.05
    assert max(got) - min(got) <= 20


def test_without_a_margin_calls_that_arrive_together_would_be_too_many(
    plans, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UsagePlan, "with_margin", lambda plan: plan)
    _, amazon, _ = page_all([plans() for _ in range(8)], 40, clock, lateness=1.5)
    assert amazon.throttled["listTransactions"] > 0
