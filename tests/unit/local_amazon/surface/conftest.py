"""A shop with a handful of everything, and an application that is authorised for it."""

import pytest

from tests.unit.local_amazon.surface.rows import tables
from tests.unit.local_amazon.surface.small_world import Client, world


@pytest.fixture
def shop() -> Client:
    return Client(world(**tables()))
