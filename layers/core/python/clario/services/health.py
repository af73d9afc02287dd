"""Data-source health: how fresh each source is, what failed, and what was odd about it."""

from datetime import timedelta

from ..domain.health import DataSource, data_sources
from .ports import Clock
from .work import Database

# Older failures and notes say nothing about today.
SHOWN = timedelta(days=30)


def source_health(seller_id: str, *, database: Database, clock: Clock) -> list[DataSource]:
    """Every data source, in the order it is shown."""
    now = clock.now()
    with database.transaction(seller_id, snapshot=True) as work:
        states, notes = work.health.states(now - SHOWN), work.health.notes(now - SHOWN)
    return data_sources(states, notes, now)
