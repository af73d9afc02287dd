"""Worlds to look at, each built once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from local_amazon.world.build import build_world
from local_amazon.world.settings import WorldSettings
from local_amazon.world.store import Batch
from local_amazon.world.tables import Tables
from local_amazon.world.world import World, seconds

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
SETTINGS = WorldSettings(now=NOW, size=20_000)
EVER = 2**31 - 1
LATER = seconds(NOW + timedelta(days=200))
"""A moment at which everything has become visible."""


@cache
def world(**settings: Any) -> World:
    """The usual world, or one that differs from it as told."""
    return build_world(replace(SETTINGS, **settings))


def rows(built: World, table: str, as_of: int = LATER) -> Batch:
    """All rows of a table in one batch."""
    return next(Tables(built).rows(table, -EVER, EVER, as_of, size=EVER))


def lines(batch: Batch) -> Iterator[dict[str, int]]:
    """The rows one by one."""
    names = list(batch.columns)
    for values in zip(*(batch[name].tolist() for name in names), strict=True):
        yield dict(zip(names, values, strict=True))
