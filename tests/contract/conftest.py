"""The stack with nothing but defaults, shared: nobody changes it."""

from collections.abc import Iterator

import pytest

from tests.contract.stack import Stack


@pytest.fixture(scope="session", autouse=True)
def region() -> Iterator[None]:
    """SAM asks botocore which region it is in."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        yield


@pytest.fixture(scope="session")
def stack(region: None) -> Stack:
    return Stack()
