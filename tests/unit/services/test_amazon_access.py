"""Which Amazon a connection is read from."""

import pytest

from clario.bootstrap import AmazonAccess, Container
from clario.config import SANDBOX_URL, read_settings
from clario.errors import FatalError
from clario.services.records import Connection
from clario.spapi.sandbox import SandboxSellerApi
from clario.spapi.seller_api import AmazonSellerApi

PRODUCTION = "https://sellingpartnerapi-na.amazon.com"
HERE = "http://127.0.0.1:9"


def access(base_url: str, **more: str) -> AmazonAccess:
    settings = {"AMAZON_SPAPI_BASE_URL": base_url, "AMAZON_SPAPI_REFRESH_TOKEN": "Atzr|x", **more}
    return Container(read_settings(settings)).amazon


def connection(*, is_sandbox: bool) -> Connection:
    return Connection(1, "anna", "eu", "environment", None, (), is_sandbox, "active")


@pytest.mark.parametrize(
    ("amazon", "is_sandbox", "kind"),
    [
        (access(SANDBOX_URL), True, SandboxSellerApi),
        (access(HERE, AMAZON_SPAPI_STATIC_SANDBOX="1"), True, SandboxSellerApi),
        (access(HERE), True, AmazonSellerApi),
        (access(PRODUCTION), False, AmazonSellerApi),
    ],
    ids=["Amazon's sandbox", "a static sandbox here", "the local Amazon", "production"],
)
def test_samples_are_asked_for_where_there_is_nothing_else(amazon, is_sandbox: bool, kind: type) -> None:
    with amazon.api(connection(is_sandbox=is_sandbox)) as api:
        assert type(api) is kind


@pytest.mark.parametrize(("base_url", "is_sandbox"), [(PRODUCTION, True), (SANDBOX_URL, False), (HERE, False)])
def test_samples_and_a_sellers_own_data_are_never_mixed(base_url: str, is_sandbox: bool) -> None:
    with pytest.raises(FatalError, match=r"AMAZON_SPAPI_BASE_URL names .*: take another database"):
        access(base_url).api(connection(is_sandbox=is_sandbox))
