"""Secrets Manager behind the settings."""

import pytest

from clario import bootstrap
from clario.aws.clients import client
from clario.aws.secrets import read_secret
from clario.errors import ConfigurationError
from tests.integration.aws.wire import refusing

MISSING = "arn:aws:secretsmanager:us-east-1:123456789012:secret:missing-AbCdEf"


def stored(**value: object) -> str:
    arn: str = client("secretsmanager").create_secret(Name="clario/database", **value)["ARN"]
    return arn


def test_a_secret_is_read(aws: None) -> None:
    assert read_secret(stored(SecretString="postgresql://u:hush@h/d")) == "postgresql://u:hush@h/d"


def test_a_binary_secret_is_refused_without_its_value(aws: None) -> None:
    with pytest.raises(ConfigurationError, match=r"^arn:\S+ the secret is binary; store it as text$"):
        read_secret(stored(SecretBinary=b"hush"))


def test_a_secret_that_may_not_be_read_says_so(aws: None) -> None:
    arn = stored(SecretString="hush")
    with refusing("secretsmanager", "AccessDeniedException"), pytest.raises(ConfigurationError) as caught:
        read_secret(arn)
    assert str(caught.value) == (
        f"{arn}: GetSecretValue answered AccessDeniedException; the policy of this function must allow it"
    )


def test_a_function_whose_secret_is_missing_names_the_variable(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_container", None)
    monkeypatch.setenv("DATABASE_URL_ARN", MISSING)
    with pytest.raises(ConfigurationError, match=f"^DATABASE_URL_ARN: {MISSING}: .*is there such a secret") as caught:
        bootstrap.container()
    assert "\n" not in str(caught.value)
