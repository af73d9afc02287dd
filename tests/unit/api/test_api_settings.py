"""Settings of the API: a wrong one stops the start with one line that names it."""

import pytest

from clario.bootstrap import Container
from clario.config import read_settings
from clario.errors import ConfigurationError

LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "api_sync"}


@pytest.mark.parametrize("environment", [{}, LAMBDA], ids=["locally", "deployed"])
def test_without_a_key_nobody_could_sign_in_and_the_api_does_not_start(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="SESSION_JWT_SECRET: neither"):
        _ = Container(read_settings(environment)).api


@pytest.mark.parametrize(
    ("environment", "line"),
    [
        ({"SESSION_JWT_SECRET": "short", **LAMBDA}, "^SESSION_JWT_SECRET: shorter than 32"),
        (
            {"SESSION_JWT_SECRET": "x" * 32, "SESSION_JWKS_URL": "https://id.example.com"},
            "^SESSION_JWKS_URL: set either",
        ),
        ({"SESSION_JWKS_URL": "http://id.example.com/keys"}, "^SESSION_JWKS_URL: not an https address"),
        ({"SESSION_JWKS_URL": "file:///etc/passwd"}, "^SESSION_JWKS_URL: not an https address"),
        ({"ALLOWED_ORIGINS": "https://app.example.com/"}, "^ALLOWED_ORIGINS: not an origin"),
        ({"ALLOWED_ORIGINS": "*"}, "^ALLOWED_ORIGINS: not an origin"),
        ({"PUBLIC_BASE_URL": "clario.example.com"}, "^PUBLIC_BASE_URL: not an address"),
    ],
)
def test_a_wrong_setting_is_one_line(environment: dict[str, str], line: str) -> None:
    with pytest.raises(ConfigurationError, match=line) as caught:
        read_settings(environment)
    assert "\n" not in str(caught.value)
    assert "x" * 32 not in str(caught.value)


def test_right_settings_are_read() -> None:
    settings = read_settings(
        {
            "SESSION_JWKS_URL": "https://id.example.com/keys",
            "ALLOWED_ORIGINS": "https://app.example.com, http://localhost:5173",
            "PUBLIC_BASE_URL": "https://clario.example.com/base",
        }
    )
    assert settings.allowed_origins == ("https://app.example.com", "http://localhost:5173")
