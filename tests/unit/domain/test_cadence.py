"""Which windows refreshes read between syncs."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clario.domain.cadence import (
    HOLD_BACK,
    OVERLAP,
    REFRESHED,
    Covered,
    Window,
    next_turn,
    refreshed_sources,
    windows_to_refresh,
)
from clario.domain.sources import PagedSource
from clario.domain.streams import STREAMS, source_of
from clario.domain.values import DayRange

ZONE = ZoneInfo("America/Los_Angeles")
NOW = datetime(2026, 7, 15, 12, 0, tzinfo=ZONE)
TODAY, YESTERDAY = date(2026, 7, 15), date(2026, 7, 14)
FIVE_MINUTES_AGO = NOW - timedelta(minutes=5)
READ_BY = {"orders": "searchOrders", "financial_events": "listTransactions", "inventory": "getInventorySummaries"}


def windows(stream: str, covered: dict[date, Covered], name: str | None = None, now: datetime = NOW) -> list[Window]:
    source = source_of(stream, name or READ_BY[stream])
    assert isinstance(source, PagedSource)
    return windows_to_refresh(stream, source, ZONE, covered, now)


def days(first: date, last: date = TODAY) -> list[date]:
    return DayRange(first, last).days()


def read_at(
    as_of: datetime, *of: date, source: str = "searchOrders", whole: datetime | None = None
) -> dict[date, Covered]:
    return {day: Covered(as_of, whole or as_of, source) for day in of}


def test_a_tail_begins_a_little_before_where_what_is_known_ends() -> None:
    covered = read_at(FIVE_MINUTES_AGO, YESTERDAY, TODAY)
    since = FIVE_MINUTES_AGO - HOLD_BACK - OVERLAP
    assert windows("orders", covered) == [Window(DayRange(TODAY, TODAY), since)]


def test_what_is_fresh_is_left_alone() -> None:
    assert windows("orders", read_at(NOW - timedelta(minutes=2), YESTERDAY, TODAY)) == []


def test_what_was_never_loaded_is_left_to_the_sync() -> None:
    assert windows("orders", {}) == []
    assert windows("inventory", {}) == []


def test_what_ends_before_the_trailing_days_is_left_to_the_sync() -> None:
    assert windows("orders", read_at(NOW - timedelta(days=3), date(2026, 7, 11), date(2026, 7, 12))) == []


def test_after_midnight_the_tail_begins_in_the_day_before_and_a_new_day_is_read_whole() -> None:
    now = datetime(2026, 7, 15, 0, 3, tzinfo=ZONE)
    before = now - timedelta(minutes=5)
    [first, second] = windows("orders", read_at(before, YESTERDAY), now=now)
    assert first == Window(DayRange(YESTERDAY, YESTERDAY), before - HOLD_BACK - OVERLAP)
    assert second == Window(DayRange(TODAY, TODAY))


def test_a_day_that_was_read_before_it_was_over_is_read_on_from_there() -> None:
    """Although the day after it was loaded later."""
    noon = datetime(2026, 7, 14, 12, tzinfo=ZONE)
    covered = read_at(noon, YESTERDAY) | read_at(FIVE_MINUTES_AGO, TODAY)
    assert windows("orders", covered)[0] == Window(DayRange(YESTERDAY, YESTERDAY), noon - HOLD_BACK - OVERLAP)


def test_a_tail_does_not_reach_over_a_hole() -> None:
    midnight = datetime(2026, 7, 15, tzinfo=ZONE)
    covered = read_at(midnight + timedelta(minutes=6), TODAY, source="listTransactions")
    covered |= read_at(midnight, date(2026, 7, 12), date(2026, 7, 13), source="listTransactions")
    found = windows("financial_events", covered, now=midnight + timedelta(minutes=11))
    assert found == [Window(DayRange(TODAY, TODAY))]


def test_days_that_were_long_not_read_whole_are_read_again_after_the_tail() -> None:
    since_the_15th = days(date(2026, 6, 20), YESTERDAY)
    covered = read_at(NOW - timedelta(hours=31), *since_the_15th, source="listTransactions")
    covered |= read_at(FIVE_MINUTES_AGO, YESTERDAY, TODAY, source="listTransactions")
    tail, *sweep = windows("financial_events", covered)
    assert tail.since == FIVE_MINUTES_AGO - HOLD_BACK - OVERLAP
    assert {window.since for window in sweep} == {None}
    assert [day for window in sweep for day in window.days.days()] == days(date(2026, 6, 20), date(2026, 7, 13))
    assert max(len(window.days.days()) for window in sweep) <= 7


def test_windows_of_refreshes_make_no_day_count_as_read_again() -> None:
    covered = read_at(FIVE_MINUTES_AGO, YESTERDAY, TODAY, whole=NOW - timedelta(hours=31))
    assert [window.since is None for window in windows("orders", covered)] == [True, True]


def test_what_the_daily_sync_has_read_is_not_swept() -> None:
    covered = read_at(NOW - timedelta(hours=10), *days(date(2026, 6, 20), date(2026, 7, 12)), source="listTransactions")
    covered |= read_at(FIVE_MINUTES_AGO, *days(date(2026, 7, 13)), source="listTransactions")
    assert len(windows("financial_events", covered)) == 1


def test_days_in_which_rows_still_come_to_light_are_swept_every_hour() -> None:
    """Then the tail has nothing of its own to read."""
    covered = read_at(NOW - timedelta(minutes=61), *days(date(2026, 7, 10)), source="listTransactions")
    assert windows("financial_events", covered) == [Window(DayRange(date(2026, 7, 13), TODAY))]
    covered = read_at(NOW - timedelta(minutes=59), *days(date(2026, 7, 10)), source="listTransactions")
    [tail] = windows("financial_events", covered)
    assert tail.since is not None


def test_events_that_are_known_by_their_week_are_read_by_the_week() -> None:
    monday = date(2026, 7, 13)
    covered = read_at(FIVE_MINUTES_AGO, *days(monday), source="listFinancialEvents")
    assert windows("financial_events", covered, "listFinancialEvents") == [Window(DayRange(monday, TODAY))]


def test_days_of_another_generation_are_left_to_the_sync() -> None:
    covered = read_at(FIVE_MINUTES_AGO, YESTERDAY, TODAY, source="listFinancialEvents")
    assert windows("financial_events", covered) == []


def test_what_a_report_brought_is_read_on_by_the_operation() -> None:
    report = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    [window] = windows("orders", read_at(FIVE_MINUTES_AGO, YESTERDAY, TODAY, source=report))
    assert window.since is not None


def test_a_present_state_is_read_as_it_is_now() -> None:
    covered = read_at(NOW - timedelta(minutes=15), YESTERDAY, source="getInventorySummaries")
    assert windows("inventory", covered) == [Window(DayRange(TODAY, TODAY))]


def test_what_is_read_page_by_page_is_refreshed_and_nothing_else() -> None:
    assert {name: cadence // timedelta(minutes=1) for name, cadence in REFRESHED.items()} == {
        "inventory": 15,
        "inbound_shipments": 30,
        "orders": 5,
        "financial_events": 5,
    }


def test_a_refresh_reads_one_operation_of_each_dataset_and_no_report() -> None:
    def names(stream: str, version: str) -> list[str]:
        return [source.name for source in refreshed_sources(STREAMS[stream], {stream: version})]

    assert names("orders", "2026-01-01") == ["searchOrders"]
    assert names("orders", "v0") == ["getOrders"]
    assert names("financial_events", "v0") == ["listFinancialEvents"]
    assert names("inbound_shipments", "") == ["getShipments", "getShipmentItems"]
    assert names("ledger", "") == []


@pytest.mark.parametrize(("minutes_late", "next_in"), [(0, 5), (1, 4), (4.9, 0.1), (5, 5), (23, 2), (-2, 7)])
def test_a_stream_keeps_its_beat_however_late_it_is(minutes_late: float, next_in: float) -> None:
    due, cadence = datetime(2026, 7, 15, 12, tzinfo=UTC), timedelta(minutes=5)
    now = due + timedelta(minutes=minutes_late)
    assert next_turn(due, cadence, now) - now == timedelta(minutes=next_in)
