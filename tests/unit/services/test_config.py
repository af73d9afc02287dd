"""Settings: read once, and a wrong one is one line that names it and the fix."""

import pytest

from clario.config import SANDBOX_URL, read_settings
from clario.errors import ConfigurationError

PRODUCTION = "https://sellingpartnerapi-na.amazon.com"
DEPLOYED = {"AWS_LAMBDA_FUNCTION_NAME": "plan", "SESSION_JWT_SECRET": "x" * 32}


def test_without_anything_set_the_sandbox_is_used() -> None:
    settings = read_settings({})
    assert settings.amazon_spapi_base_url == SANDBOX_URL
    assert (settings.is_sandbox, settings.region, settings.deployed) == (True, "na", False)


def test_a_variable_that_is_set_but_empty_counts_as_unset() -> None:
    assert read_settings({"SYNC_HISTORY_DAYS": ""}).sync_history_days == 548


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SYNC_HISTORY_DAYS", "0", "SYNC_HISTORY_DAYS"),
        ("SYNC_HISTORY_DAYS", "many", "SYNC_HISTORY_DAYS"),
        ("AMAZON_SPAPI_BASE_URL", "sellingpartnerapi-na.amazon.com", "AMAZON_SPAPI_BASE_URL: not an address"),
        ("AMAZON_LWA_TOKEN_URL", "ftp://x", "AMAZON_LWA_TOKEN_URL: not an address"),
        ("AMAZON_SPAPI_MARKETPLACE_IDS", "ATVPDKIKX0DER,US", "AMAZON_SPAPI_MARKETPLACE_IDS: unknown marketplace US"),
        ("AMAZON_SPAPI_ORDERS_VERSION", "v1", "AMAZON_SPAPI_ORDERS_VERSION: Input should be '2026-01-01' or 'v0'"),
        ("AMAZON_SPAPI_FINANCES_VERSION", "2026-01-01", "AMAZON_SPAPI_FINANCES_VERSION"),
        ("AMAZON_SPAPI_RATE_SCALE", "-1", "AMAZON_SPAPI_RATE_SCALE"),
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL"),
        ("SYNC_DAILY_AT", "2", "SYNC_DAILY_AT: not a time of day in UTC like 02:00"),
        ("SYNC_DAILY_AT", "24:00", "SYNC_DAILY_AT: not a time of day"),
        ("SYNC_TICK_MINUTES", "61", "SYNC_TICK_MINUTES"),
    ],
)
def test_a_wrong_setting_is_one_line_that_names_it(name: str, value: str, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        read_settings({name: value})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("environment", "allowed"),
    [
        ({}, True),
        ({"AMAZON_SPAPI_BASE_URL": PRODUCTION}, True),
        ({**DEPLOYED}, True),
        ({**DEPLOYED, "AMAZON_SPAPI_BASE_URL": PRODUCTION}, False),
        ({**DEPLOYED, "AMAZON_SPAPI_BASE_URL": PRODUCTION, "AWS_SAM_LOCAL": "true"}, True),
        ({"AMAZON_SPAPI_ENV_TOKEN": "0"}, False),
    ],
    ids=[
        "locally",
        "locally against production",
        "deployed sandbox",
        "deployed production",
        "sam local",
        "switched off",
    ],
)
def test_the_environments_token_serves_sellers_only_where_that_is_safe(environment, allowed: bool) -> None:
    assert read_settings(environment).env_token_allowed is allowed


def test_giving_every_seller_the_operators_account_stops_the_start() -> None:
    with pytest.raises(ConfigurationError, match="AMAZON_SPAPI_ENV_TOKEN: 1 would give every seller"):
        read_settings({**DEPLOYED, "AMAZON_SPAPI_BASE_URL": PRODUCTION, "AMAZON_SPAPI_ENV_TOKEN": "1"})


def test_amazons_own_hosts_follow_the_connections_region_and_others_stay() -> None:
    assert read_settings({"AMAZON_SPAPI_BASE_URL": PRODUCTION}).base_url("eu") == PRODUCTION.replace("-na", "-eu")
    assert read_settings({}).base_url("fe") == SANDBOX_URL.replace("-na", "-fe")
    local = read_settings({"AMAZON_SPAPI_BASE_URL": "http://127.0.0.1:9/"})
    assert (local.base_url("eu"), local.is_sandbox, local.region) == ("http://127.0.0.1:9", True, "na")


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    settings = read_settings({"AMAZON_SPAPI_REFRESH_TOKEN": "Atzr|x", "DATABASE_URL": "postgresql://u:hush@h/d"})
    assert "Atzr" not in repr(settings)
    assert "hush" not in repr(settings)


def test_a_secret_is_read_from_where_its_arn_says_unless_it_is_set_itself() -> None:
    environment = {"DATABASE_URL_ARN": "arn:1", "SESSION_JWT_SECRET_ARN": "arn:2", "SESSION_JWT_SECRET": "x" * 40}
    asked: list[str] = []
    settings = read_settings(environment, lambda arn: asked.append(arn) or f"the secret of {arn}")
    assert settings.database_url.get_secret_value() == "the secret of arn:1"
    assert settings.session_jwt_secret.get_secret_value() == "x" * 40
    assert asked == ["arn:1"]
