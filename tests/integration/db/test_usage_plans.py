"""The usage-plan clock: never more calls than Amazon's bucket allows, and hardly fewer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from clario.db.connection import PostgresDatabase
from clario.db.usage_plans import PostgresUsagePlans
from clario.domain.usage_plans import UsagePlan
from devstack.clock import VirtualClock

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


def test_two_sellers_of_one_application_do_not_share_a_plan(plans, clock: VirtualClock) -> None:
    for _ in range(9):
        plans().reserve("listTransactions")
    assert plans("A2").reserve("listTransactions") <= START


def test_workers_at_once_get_different_places(plans, clock: VirtualClock) -> None:
    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(lambda _: plans().reserve("listTransactions"), range(20)))
    assert len(set(places)) == 20
