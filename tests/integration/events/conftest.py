"""The events' seller on a real Postgres and the local Amazon, prepared once; handlers run in this process."""

import importlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from clario import bootstrap
from devstack import events
from devstack.functions import FOLDER as FUNCTIONS
from tests.conftest import TEMPLATE, Cluster
from tests.integration.sync.conftest import Bench, opened

SECRET = "a secret of the events' tests, long enough for HS256"
DOORS = sorted(app.parent.name for app in FUNCTIONS.glob("*/app.py"))


@pytest.fixture(scope="session")
def shared(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    address = cluster.create("events", TEMPLATE)
    with opened(address, tmp_path_factory.mktemp("events"), SESSION_JWT_SECRET=SECRET) as bench:
        yield bench
    cluster.drop("events")


@pytest.fixture
def world(shared: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The handlers of this process work with the shared container."""
    monkeypatch.setattr(bootstrap, "_container", shared.container)
    _forget_applications()
    yield shared
    _forget_applications()


def _forget_applications() -> None:
    """An API's handler keeps the application of the container it first saw."""
    for name in DOORS:
        if name.startswith("api_"):
            importlib.import_module(f"functions.{name}.app")._door.cache_clear()


@pytest.fixture
def prepared(world: Bench) -> Callable[[str, str], Any]:
    """Prepares the seller for a function and gives the event of that name."""

    def prepare(function: str, name: str) -> Any:
        events.prepare(world.container, [function])
        token = jwt.encode({"sub": events.SELLER, "exp": int(time.time()) + 600}, SECRET, "HS256")
        return events.event_of(name, token)

    return prepare
