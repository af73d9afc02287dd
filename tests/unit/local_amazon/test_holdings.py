"""No kind of stock is ever less than nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from local_amazon.world.build import WorldSettings, build_world
from local_amazon.world.holdings import holdings

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


@pytest.mark.parametrize("seed", [1, 7])
def test_no_quantity_is_negative_on_any_day(seed: int) -> None:
    world = build_world(WorldSettings(now=NOW, seed=seed, size=4000))
    for days in range(0, 560, 13):
        for holding in holdings(world, NOW + timedelta(days=20 - days)):
            assert min([*holding.units.values(), *holding.researching.values(), 0]) == 0, holding
