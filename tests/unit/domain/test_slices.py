"""Which days a sync loads, what a slice does next, and what may run side by side."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from clario.domain.slices import FINISHED, Slice, SliceState, Step, choose_batch, days_to_load, next_step, scopes
from clario.domain.sources import Unit
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange

LEDGER = STREAMS["ledger"].sources[0]
INVENTORY = STREAMS["inventory"].sources[0]
TODAY = date(2026, 11, 24)


def history(days: int) -> DayRange:
    return DayRange(TODAY - timedelta(days=days - 1), TODAY)


def a_slice(stream: str = "ledger", **values: object) -> Slice:
    part = Slice(
        1,
        "sync_1",
        1,
        stream,
        STREAMS[stream].sources[0].name,
        "ATVPDKIKX0DER",
        DayRange(TODAY, TODAY),
        SliceState.PLANNED,
    )
    return replace(part, **values)


def test_the_first_sync_loads_the_whole_history_without_gap_or_overlap() -> None:
    ranges = days_to_load(LEDGER, history(548), covered=())
    days = [day for part in ranges for day in part.days()]
    assert days == history(548).days()
    assert max(len(part.days()) for part in ranges) <= LEDGER.slice_days


def test_later_syncs_load_only_the_days_that_still_change() -> None:
    ranges = days_to_load(LEDGER, history(548), covered=history(548).days())
    assert ranges == [DayRange(TODAY - timedelta(days=LEDGER.trailing_days - 1), TODAY)]


def test_a_hole_is_loaded_and_only_the_hole() -> None:
    hole = TODAY - timedelta(days=300)
    covered = [day for day in history(548).days() if day != hole]
    assert days_to_load(LEDGER, history(548), covered)[0] == DayRange(hole, hole)


def test_the_trailing_days_are_asked_for_in_the_same_piece_whatever_the_history() -> None:
    assert days_to_load(LEDGER, history(548), ())[-1] == days_to_load(LEDGER, history(200), ())[-1]


@pytest.mark.parametrize(
    ("part", "step"),
    [
        (a_slice(), Step.REQUEST),
        (a_slice(report_id="R1", state=SliceState.WAITING), Step.POLL),
        (a_slice(report_id="R1", report_document_id="D1", state=SliceState.WAITING), Step.FETCH),
        (a_slice("financial_events"), Step.FETCH),
        (a_slice("inventory"), Step.FETCH),
        (a_slice(state=SliceState.FETCHED), Step.NORMALIZE),
        (a_slice(state=SliceState.NORMALIZED), Step.STORE),
        *((a_slice(state=state), Step.REST) for state in sorted(FINISHED)),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.stream} {value.state}",
)
def test_the_next_step_follows_from_the_slice(part: Slice, step: Step) -> None:
    assert next_step(part) is step


def test_slices_that_page_one_operation_run_one_after_the_other_and_others_beside_them() -> None:
    pages = [a_slice("financial_events", slice_id=number) for number in (1, 2)]
    elsewhere = a_slice("financial_events", slice_id=3, connection_id=2)
    reports = [a_slice(slice_id=number) for number in (4, 5)]
    assert [part.slice_id for part in choose_batch([*pages, elsewhere, *reports])] == [1, 3, 4, 5]


def test_a_fetched_slice_is_stored_while_another_pages() -> None:
    fetched = a_slice("financial_events", slice_id=2, state=SliceState.FETCHED)
    assert len(choose_batch([a_slice("financial_events"), fetched])) == 2


def test_the_scope_names_the_marketplaces_asked_for() -> None:
    assert a_slice(scope="A,B").marketplace_ids == ("A", "B")


def test_a_batch_is_no_larger_than_a_map_runs_at_once() -> None:
    assert len(choose_batch(a_slice(slice_id=number) for number in range(60))) == 40


def test_of_a_snapshot_only_today_is_loaded_and_today_always() -> None:
    today = [DayRange(TODAY, TODAY)]
    assert days_to_load(INVENTORY, history(548), covered=()) == today
    assert days_to_load(INVENTORY, history(548), covered=history(548).days()) == today


def test_what_amazon_tells_of_one_marketplace_only_is_a_slice_for_each() -> None:
    assert scopes(INVENTORY, ["US", "CA"]) == ["US", "CA"]
    assert scopes(LEDGER, ["US", "CA"]) == ["US,CA"]


def test_marketplaces_are_scanned_one_after_the_other() -> None:
    scans = [a_slice("inventory", slice_id=number) for number in (1, 2)]
    assert [part.slice_id for part in choose_batch([*scans, a_slice("financial_events", slice_id=3)])] == [1, 3]


def source(**values: object) -> Any:
    return replace(LEDGER, **values)


def test_slices_by_month_hold_whole_months_and_the_newest_as_far_as_it_has_come() -> None:
    by_month = source(unit=Unit.MONTH, slice_days=62, trailing_days=32)
    ranges = days_to_load(by_month, history(200), covered=())
    assert ranges[-1] == DayRange(date(2026, 10, 1), TODAY)
    assert ranges[0].start == date(2026, 5, 1)
    assert all(part.start.day == 1 for part in ranges)
    assert [day for part in ranges for day in part.days()][-200:] == history(200).days()
    assert max(len(part.days()) for part in ranges) <= 62


def test_a_hole_in_a_month_loads_that_month() -> None:
    by_month = source(unit=Unit.MONTH, slice_days=62, trailing_days=5)
    covered = [day for day in history(200).days() if day != date(2026, 7, 14)]
    assert days_to_load(by_month, history(200), covered) == [
        DayRange(date(2026, 7, 1), date(2026, 7, 31)),
        DayRange(date(2026, 11, 1), TODAY),
    ]


def test_slices_by_week_are_the_same_weeks_on_every_day() -> None:
    by_week = source(unit=Unit.WEEK, slice_days=7, trailing_days=30)
    ranges = days_to_load(by_week, history(60), covered=())
    assert all(part.start.weekday() == 0 for part in ranges)
    assert ranges[-1] == DayRange(date(2026, 11, 23), TODAY)
    yesterday = DayRange(history(60).start - timedelta(days=1), TODAY - timedelta(days=1))
    assert days_to_load(by_week, yesterday, covered=())[1:-1] == ranges[1:-1]


def test_what_amazon_keeps_for_some_time_only_is_not_asked_for_beyond_it() -> None:
    ranges = days_to_load(source(kept_days=89), history(548), covered=())
    assert ranges[0].start == TODAY - timedelta(days=88)
    assert days_to_load(source(kept_days=89), history(10), covered=()) == [history(10)]


def test_a_unit_longer_than_a_slice_is_not_cut() -> None:
    assert days_to_load(source(unit=Unit.MONTH, slice_days=1, trailing_days=1), history(1), ()) == [
        DayRange(date(2026, 11, 1), TODAY)
    ]


def test_found_reports_are_fetched_at_once() -> None:
    assert next_step(a_slice("financial_events", source="GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2")) is Step.FETCH


def test_found_reports_wait_for_no_paging_slice() -> None:
    settlements = [
        a_slice("financial_events", source="GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2", slice_id=number)
        for number in (1, 2)
    ]
    assert len(choose_batch([a_slice("financial_events", slice_id=3), *settlements])) == 3
