"""Stacks of the template, shared: nobody changes them."""

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


@pytest.fixture(scope="session")
def traced(region: None) -> Stack:
    """With everything switched on that is off by default."""
    return Stack(Tracing="Active", SessionJwksUrl="https://auth.example.com/keys", AlarmEmail="a@example.com")


@pytest.fixture(params=["plain", "traced"])
def either(request: pytest.FixtureRequest, stack: Stack, traced: Stack) -> Stack:
    return stack if request.param == "plain" else traced
