"""The number and the message of a sync are the frontend's, at every point it names."""

from dataclasses import replace
from datetime import date

import pytest

from clario.domain.progress import (
    ProgressEvent,
    completed_message,
    failed_message,
    load_progress,
    message_for,
)
from clario.domain.slices import Slice, SliceState
from clario.domain.values import DayRange

DAY = date(2026, 1, 1)
OPEN = Slice(1, "s", 1, "ledger", "GET_LEDGER_DETAIL_VIEW_DATA", "US", DayRange(DAY, DAY), SliceState.PLANNED)


def slices(**states: list[SliceState]) -> list[Slice]:
    return [replace(OPEN, stream=stream, state=state) for stream, many in states.items() for state in many]


def test_a_band_without_slices_counts_as_finished() -> None:
    assert load_progress([]) == 90


def test_each_band_moves_the_number_by_its_finished_share() -> None:
    done, wait = SliceState.STORED, SliceState.WAITING
    parts = slices(ledger=[done, wait], reimbursements=[wait, wait], financial_events=[wait])
    assert load_progress(parts) == 10 + 10 + 0 + 10 + 0


@pytest.mark.parametrize("state", [SliceState.STORED, SliceState.UNCHANGED, SliceState.FAILED, SliceState.QUARANTINED])
def test_a_slice_that_ended_in_any_way_counts(state: SliceState) -> None:
    assert load_progress(slices(ledger=[state], reimbursements=[state], financial_events=[state])) == 90


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (0, "Sync starting..."),
        (10, "Sync starting..."),
        (11, "Fetching inventory from SP-API..."),
        (30, "Fetching inventory from SP-API..."),
        (31, "Fetching claims data..."),
        (50, "Fetching claims data..."),
        (51, "Processing sync data..."),
        (89, "Processing sync data..."),
        (90, "Waiting for discrepancy detection..."),
        (94, "Waiting for discrepancy detection..."),
        (95, "Finalizing sync..."),
        (99, "Finalizing sync..."),
    ],
)
def test_the_message_belongs_to_the_number(number: int, message: str) -> None:
    assert message_for(number) == message


def test_the_last_message_counts_claims_and_names_what_is_not_whole() -> None:
    assert completed_message(5) == "Sync completed successfully - 5 discrepancies detected"
    assert completed_message(5, 2) == "Sync completed successfully - 5 discrepancies detected (2 sources with errors)"
    assert completed_message(5, 0, True).endswith("detected (detection still running)")
    assert failed_message("why") == "Sync failed - why"


def test_only_the_last_event_is_the_last() -> None:
    event = ProgressEvent(1, "sync_progress", "s", 10, "running", "m")
    assert not event.is_last
    assert replace(event, type="sync_cancelled").is_last
