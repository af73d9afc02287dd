"""Cases are about the rules: how sure claims are is the start values' say, not that of the last fit."""

from collections.abc import Iterator

import pytest

from clario.domain.detection import certainty


@pytest.fixture(autouse=True, scope="package")
def start_values() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certainty, "fitted_values", dict)
        yield
