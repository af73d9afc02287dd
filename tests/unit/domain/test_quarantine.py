"""A slice that failed three times in a row rests for three days."""

from datetime import UTC, date, datetime, timedelta

from clario.domain.quarantine import Try, quarantined
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange

NOW = datetime(2026, 6, 15, 2, 0, tzinfo=UTC)
DAYS = DayRange(date(2026, 1, 1), date(2026, 3, 1))
LEDGER = STREAMS["ledger"].sources[0].name


def part(days: DayRange = DAYS) -> Slice:
    return Slice(0, "sync_anna_1", 1, "ledger", LEDGER, "US", days, SliceState.PLANNED)


def tried(days_ago: int, *, failed: bool = True, scope: str = "US", days: DayRange = DAYS) -> Try:
    return Try(LEDGER, scope, days, failed, "HTTP 500" if failed else None, NOW - timedelta(days=days_ago))


def state_after(*tries: Try, planned: Slice | None = None) -> SliceState:
    [found] = quarantined([planned or part()], tries, NOW)
    return found.state


def test_three_failures_in_a_row_put_a_slice_in_quarantine_which_says_until_when_and_why() -> None:
    [found] = quarantined([part()], [tried(1), tried(2), tried(3)], NOW)
    assert (found.state, found.note, found.severity) == (SliceState.QUARANTINED, "quarantined", "error")
    assert found.error == (
        "failed in 3 syncs in a row; tried again after 2026-06-17, or in a sync started by hand: HTTP 500"
    )


def test_two_failures_or_a_success_among_the_last_three_do_not() -> None:
    assert state_after(tried(1), tried(2)) is SliceState.PLANNED
    assert state_after(tried(1), tried(2, failed=False), tried(3), tried(4)) is SliceState.PLANNED


def test_after_three_days_of_rest_it_is_tried_again_and_one_more_failure_is_enough() -> None:
    old = [tried(3), tried(4), tried(5)]
    assert state_after(*old) is SliceState.PLANNED
    assert state_after(tried(0), *old) is SliceState.QUARANTINED


def test_failures_of_other_marketplaces_or_days_are_not_its_own() -> None:
    assert state_after(*[tried(ago, scope="CA") for ago in (1, 2, 3)]) is SliceState.PLANNED
    later = DayRange(date(2026, 3, 2), date(2026, 5, 1))
    assert state_after(*[tried(ago, days=later) for ago in (1, 2, 3)]) is SliceState.PLANNED


def test_a_slice_that_moves_on_with_the_days_is_the_same_slice() -> None:
    failures = [tried(ago, days=DayRange(DAYS.start - ago * timedelta(1), DAYS.end)) for ago in (1, 2, 3)]
    assert state_after(*failures) is SliceState.QUARANTINED
