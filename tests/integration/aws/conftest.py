"""AWS as moto plays it, in this process and without a network."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from clario.aws import clients
from tests.integration.sync.conftest import calm, calm_run

__all__ = ["calm", "calm_run"]

REGION = "us-east-1"
ACCOUNT = "123456789012"


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda sets for every function; and no client of another test."""
    for name, value in {"DEFAULT_REGION": REGION, "ACCESS_KEY_ID": "test", "SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    forget_clients()
    yield
    forget_clients()


@pytest.fixture
def aws(region: None) -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients give up at the first try."""
    monkeypatch.setattr(clients, "ATTEMPTS", 1)
    forget_clients()


def forget_clients() -> None:
    clients._client.cache_clear()
    clients._session.cache_clear()
