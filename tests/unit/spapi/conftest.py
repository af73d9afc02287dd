from collections.abc import Iterator

import pytest

from tests.fakes.spapi import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    with bench.api:
        yield bench
