"""What a sync's slices say about its streams."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange
from clario.services.records import Sync
from clario.services.status import come_back_after, streams_of, warnings_of

NOW = datetime(2026, 6, 15, 18, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=3)
MUCH_LATER = NOW + timedelta(minutes=9)


def sync(status: str = "running", planned: bool = True) -> Sync:
    return Sync("sync_anna_1", "anna", status, 40, "", "manual", 1, planned, NOW, None, 0, 0, 0, None)


def part(state: SliceState, stream: str = "ledger", **values: Any) -> Slice:
    days = DayRange(date(2026, 6, 1), date(2026, 6, 2))
    return Slice(1, "sync_anna_1", 1, stream, STREAMS[stream].sources[0].name, "ATVPDKIKX0DER", days, state, **values)


def told(*slices: Slice, status: str = "running") -> list[tuple[str, str]]:
    return [(entry.stream, entry.status) for entry in streams_of(sync(status), slices, NOW)]


def test_before_the_plan_every_stream_is_pending() -> None:
    streams = streams_of(sync(planned=False), [], NOW)
    assert [entry.stream for entry in streams] == list(STREAMS)
    assert {(entry.status, entry.slices_done, entry.slices_total) for entry in streams} == {("pending", 0, 0)}


def test_streams_come_in_the_order_of_the_stream_table() -> None:
    stored = SliceState.STORED
    assert [name for name, _ in told(part(stored, "financial_events"), part(stored))] == ["ledger", "financial_events"]


def test_a_stream_that_nothing_was_done_for_is_pending() -> None:
    assert told(part(SliceState.PLANNED), part(SliceState.PLANNED)) == [("ledger", "pending")]


def test_a_stream_is_loading_while_something_can_go_on() -> None:
    assert told(part(SliceState.WAITING, wait_until=LATER), part(SliceState.FETCHED)) == [("ledger", "loading")]
    assert told(part(SliceState.STORED), part(SliceState.PLANNED)) == [("ledger", "loading")]
    assert told(part(SliceState.WAITING, wait_until=NOW)) == [("ledger", "loading")]


def test_a_stream_waits_until_the_first_of_its_waiting_slices_goes_on() -> None:
    slices = [
        part(SliceState.STORED),
        part(SliceState.WAITING, wait_until=MUCH_LATER),
        part(SliceState.PLANNED, wait_until=LATER),
    ]
    [stream] = streams_of(sync(), slices, NOW)
    assert (stream.status, stream.waiting_until) == ("waiting", LATER)
    assert (stream.slices_done, stream.slices_total) == (1, 3)


def test_a_stream_is_completed_when_all_is_stored_or_unchanged() -> None:
    assert told(part(SliceState.STORED), part(SliceState.UNCHANGED)) == [("ledger", "completed")]


def test_a_stream_has_failed_when_all_is_over_and_a_slice_failed() -> None:
    assert told(part(SliceState.STORED), part(SliceState.FAILED)) == [("ledger", "failed")]
    assert told(part(SliceState.QUARANTINED)) == [("ledger", "failed")]
    assert told(part(SliceState.FETCHED), part(SliceState.FAILED)) == [("ledger", "loading")]


def test_nothing_loads_or_waits_in_a_sync_that_has_ended() -> None:
    slices = [part(SliceState.FETCHED), part(SliceState.WAITING, "reimbursements", wait_until=LATER)]
    assert told(*slices, status="cancelled") == [("ledger", "pending"), ("reimbursements", "pending")]


def test_rows_and_rejected_rows_are_added_up() -> None:
    slices = [part(SliceState.STORED, rows=5, rejected=1), part(SliceState.STORED, rows=7, rejected=0)]
    [stream] = streams_of(sync(), [*slices, part(SliceState.PLANNED)], NOW)
    assert (stream.rows, stream.rejected) == (12, 1)


def test_a_calm_sync_has_no_warnings() -> None:
    assert warnings_of([part(SliceState.STORED), part(SliceState.STORED, rows=0)]) == []


def test_a_stream_has_one_warning_its_worst() -> None:
    held_back = part(SliceState.UNCHANGED, note="report_cooldown", severity="info", report_made_at=NOW)
    failed = part(SliceState.FAILED, note="throttled", severity="error", error="listTransactions: 429")
    [warning] = warnings_of([held_back, failed, held_back])
    assert (warning.source, warning.code, warning.severity) == ("ledger", "throttled", "error")
    assert warning.detail == "listTransactions: 429"


def test_a_warning_tells_what_the_slice_tells_and_at_least_its_word() -> None:
    """Since when held-back data is, the slice knows (a whole sync tests it)."""
    told = part(SliceState.UNCHANGED, note="report_cooldown", severity="info", error="the data is of noon")
    mute = part(SliceState.UNCHANGED, note="report_cooldown", severity="info")
    assert [warnings_of([one])[0].detail for one in (told, mute)] == ["the data is of noon", "report_cooldown"]


def test_readers_come_back_in_a_second_and_later_while_everything_waits() -> None:
    waiting = part(SliceState.WAITING, wait_until=LATER)
    assert come_back_after([], NOW) == timedelta(seconds=1)
    assert come_back_after([waiting, part(SliceState.PLANNED)], NOW) == timedelta(seconds=1)
    assert come_back_after([waiting, part(SliceState.STORED)], NOW) == timedelta(seconds=5)
    soon = part(SliceState.WAITING, wait_until=NOW + timedelta(seconds=3))
    assert come_back_after([waiting, soon], NOW) == timedelta(seconds=3)
