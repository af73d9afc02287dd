"""Both clocks."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from devstack.clock import RealClock, VirtualClock

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_virtual_sleep_moves_the_clock_and_takes_no_time() -> None:
    clock, began = VirtualClock(NOON), RealClock().now()
    clock.sleep(3600)
    assert clock.now() == NOON + timedelta(hours=1)
    assert RealClock().now() - began < timedelta(seconds=1)


def test_listeners_hear_each_new_time_in_order() -> None:
    clock, heard = VirtualClock(NOON), []
    clock.add_listener(heard.append)
    clock.sleep(1)
    clock.advance_to(NOON + timedelta(minutes=1))
    assert heard == [NOON + timedelta(seconds=1), NOON + timedelta(minutes=1)]


def test_virtual_time_never_runs_backwards() -> None:
    clock, heard = VirtualClock(NOON), []
    clock.add_listener(heard.append)
    clock.advance_to(NOON - timedelta(days=1))
    clock.sleep(0)
    assert (clock.now(), heard) == (NOON, [])


def test_times_are_utc_whatever_zone_they_were_given_in() -> None:
    clock = VirtualClock(NOON.astimezone(timezone(timedelta(hours=2))))
    assert clock.now().tzinfo is UTC
    assert RealClock().now().tzinfo is UTC


def test_a_clock_does_not_start_at_a_time_without_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 31))  # noqa: DTZ001 - the point
