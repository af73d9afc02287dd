"""Which way to the same rows is the fastest, and how long it takes at Amazon's usage plans."""

from datetime import date, timedelta
from typing import Any

import pytest

from clario.domain.pricing import Need, least_time, load_by, plan_loads, predicted_time, total_calls
from clario.domain.streams import STREAMS, ways
from clario.domain.usage_plans import USAGE_PLANS
from clario.domain.values import DayRange

END = date(2026, 11, 24)
REPORT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
NEWEST = {"orders": "2026-01-01", "financial_events": "2024-06-19"}


def need(stream: str, days: int, rows_a_day: float = 0, version: str | None = None) -> Need:
    versions = {**NEWEST, **({stream: version} if version else {})}
    sources = next(iter(ways(STREAMS[stream], versions).values()))
    return Need(stream, tuple(sources), "US", DayRange(END - timedelta(days=days - 1), END), rows_a_day)


def chosen(wanted: Need, *others: Need) -> str:
    return plan_loads([wanted, *others])[0].source.name


@pytest.mark.parametrize(
    ("days", "orders_a_day", "version", "way"),
    [
        (548, 100, "2026-01-01", REPORT),
        (548, 1, "2026-01-01", REPORT),
        (2, 100, "2026-01-01", "searchOrders"),
        (2, 2_000, "2026-01-01", REPORT),
        (2, 30, "v0", "getOrders"),
        (2, 200, "v0", REPORT),
    ],
)
def test_months_of_orders_come_by_report_and_few_orders_page_by_page(
    days: int, orders_a_day: float, version: str, way: str
) -> None:
    assert chosen(need("orders", days, orders_a_day, version)) == way


def test_a_report_that_must_wait_for_others_gives_way_to_the_api() -> None:
    orders = need("orders", 2, 100, "v0")
    many = [need("removals", 548) for _ in range(10)]
    assert chosen(orders) == REPORT
    assert chosen(orders, *many) == "getOrders"


def test_pages_that_no_worker_could_wait_for_are_never_the_way() -> None:
    """After its burst, searchOrders lets three minutes pass between two pages: the slice would never be read."""
    many = [need("removals", 548) for _ in range(100)]
    assert chosen(need("orders", 2, 1_000), *many) == REPORT
    assert chosen(need("orders", 2, 1_000, "v0"), *many) == REPORT


def test_the_plan_keeps_the_order_of_the_needs_and_loads_each_of_their_days_once() -> None:
    needs = [need("orders", 60, 10), need("ledger", 548), need("financial_events", 30, 100)]
    loads = plan_loads(needs)
    assert [load.stream for load in loads] == ["orders", "ledger", "financial_events"]
    for wanted, load in zip(needs, loads, strict=True):
        assert [day for part in load.slices for day in part.days()] == wanted.days.days()


def test_all_reports_wait_for_the_same_quota_whatever_their_type() -> None:
    mixed = total_calls(plan_loads([need(stream, 184) for stream in ("ledger", "returns", "reimbursements")] * 10))
    assert mixed["createReport"] == 30
    assert least_time(mixed) == timedelta(seconds=(30 - 15) / 0.0167)


def test_operations_are_called_side_by_side() -> None:
    loads = plan_loads([need("ledger", 548), need("financial_events", 70, 30_000)])
    assert least_time(total_calls(loads)) == max(least_time(load.calls) for load in loads)


@pytest.mark.parametrize(("rows_a_day", "days"), [(1_000, 7), (100_000, 3), (10_000_000, 1)])
def test_a_slice_is_so_short_that_its_page_tokens_outlive_it(rows_a_day: float, days: int) -> None:
    load = plan_loads([need("financial_events", 28, rows_a_day)])[0]
    assert max(len(part.days()) for part in load.slices) == days


def test_a_week_that_may_not_be_cut_stays_whole() -> None:
    load = plan_loads([need("financial_events", 30, 1_000_000, "v0")])[0]
    assert all(part.start.weekday() == 0 for part in load.slices[1:])


def test_a_report_is_as_long_however_many_rows_it_has() -> None:
    assert len(plan_loads([need("ledger", 548, 1_000_000)])[0].slices) == 3


def test_what_is_foretold_is_the_bound_and_the_last_reports_way() -> None:
    loads = plan_loads([need("ledger", 548)] * 20)
    bound = least_time(total_calls(loads))
    assert bound < predicted_time(loads) < bound * 1.15


def test_nothing_to_load_takes_no_time() -> None:
    assert (plan_loads([]), least_time({}), predicted_time([])) == ([], timedelta(0), timedelta(0))


def test_every_operation_a_source_calls_has_a_usage_plan() -> None:
    loads = [
        load_by(source, Need(stream.name, (source,), "US", DayRange(END, END), rows_a_day=5))
        for stream in STREAMS.values()
        for source in stream.sources
    ]
    assert set(total_calls(loads)) <= set(USAGE_PLANS)


def test_ways_to_the_same_rows_agree_on_which_days_are_missing() -> None:
    """The planner asks the first one which days that are, whichever way is then taken."""

    def days(source: Any) -> Any:
        return source.trailing_days, source.unit, source.present_only, source.kept_days, source.per_marketplace

    for version in ("2026-01-01", "v0"):
        for sources in ways(STREAMS["orders"], {"orders": version}).values():
            assert len(set(map(days, sources))) == 1
