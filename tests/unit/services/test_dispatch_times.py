"""When daily syncs fall due."""

from datetime import UTC, datetime, time

import pytest

from clario.services.dispatch import last_due


@pytest.mark.parametrize(
    ("now", "due"),
    [("2026-03-01 02:00", "2026-03-01 02:00"), ("2026-03-01 01:59", "2026-02-28 02:00")],
    ids=["at that minute", "just before it"],
)
def test_the_last_time_a_daily_sync_fell_due(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert f"{last_due(moment, time(2)):%Y-%m-%d %H:%M}" == due
