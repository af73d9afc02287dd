"""Secrets from Secrets Manager. The settings keep them for as long as the process lives."""

from clario.aws.clients import client, our_errors
from clario.errors import ConfigurationError, FatalError


def read_secret(arn: str) -> str:
    """The secret's current value.

    Raises:
        ConfigurationError: there is none, it may not be read, or it is no text.
    """
    try:
        with our_errors(arn):
            answer = client("secretsmanager").get_secret_value(SecretId=arn)
    except FatalError as error:
        raise ConfigurationError(f"{error}; is there such a secret, and has it been given a value?") from error
    if "SecretString" not in answer:
        raise ConfigurationError(f"{arn}: the secret is binary; store it as text")
    return str(answer["SecretString"])
