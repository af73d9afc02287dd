"""Equal settings give equal worlds, byte for byte; others do not."""

import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from local_amazon.world.truth import truth
from local_amazon.world.world import World
from tests.unit.local_amazon.world.worlds import NOW, SETTINGS, rows, world

ROOT = Path(__file__).parents[4]
AGAIN = """
from dataclasses import replace
from local_amazon.world.build import build_world
from tests.unit.local_amazon.world.test_reproducible import fingerprint
from tests.unit.local_amazon.world.worlds import SETTINGS
print(fingerprint(build_world(replace(SETTINGS, size=3000, profile="na"))))
"""


def fingerprint(built: World) -> str:
    """A hash of all rows, what changes in them, the catalogue, the costs and the truth."""
    found = sha256()
    for name, store in sorted(built.stores.items()):
        for column, values in sorted(store.columns.items()):
            found.update(f"{name}.{column}".encode() + values.tobytes())
        for changed in (store.changes.row, store.changes.visible, store.changes.delta) if store.changes else ():
            found.update(changed.tobytes())
    found.update(repr((built.listings, built.products, built.costs, truth(built, NOW))).encode())
    return found.hexdigest()


def test_another_process_builds_the_same_world() -> None:
    hashes = {
        subprocess.run(
            [sys.executable, "-c", AGAIN],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{ROOT}"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(hashes) == 1
    assert hashes.pop().strip() == fingerprint(world(size=3000, profile="na"))


@pytest.mark.parametrize("changed", [{"seed": 8}, {"stress": 1.0}, {"profile": "eu"}, {"size": 18_000}])
def test_another_setting_gives_another_world(changed: dict[str, object]) -> None:
    assert fingerprint(world(**changed)) != fingerprint(world())


@pytest.mark.parametrize("size", [1_000, 20_000, 60_000])
def test_the_size_is_about_what_was_asked_for(size: int) -> None:
    built = world(size=size)
    seen = sum(len(rows(built, table, int(NOW.timestamp()))) for table in built.stores)
    assert 0.8 * size <= seen <= 1.4 * size if size > 1_000 else seen <= 2_500


def test_the_usual_world_is_of_one_marketplace_and_others_of_more() -> None:
    countries = {name: [each.country for each in world(profile=name).markets] for name in ("us", "na", "eu")}
    assert countries == {"us": ["US"], "na": ["US", "CA", "MX"], "eu": ["GB", "DE"]}
    sold = rows(world(profile="na", size=3000), "orders")
    assert set(sold["market"].tolist()) == {0, 1, 2}
    assert SETTINGS.profile == "us"
