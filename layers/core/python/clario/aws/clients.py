"""AWS clients, made when first needed and kept for the process; and what AWS answers, as errors of ours.

boto3 is imported with the first of them: docs/decisions/0007-cold-starts-and-tracing.md says what that costs.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from clario.errors import ConfigurationError, FatalError, RetryableError

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

# Seconds. A service of AWS in the same region answers in milliseconds; the state machine tries again anyway.
CONNECT_TIMEOUT, READ_TIMEOUT = 5, 30
ATTEMPTS = 3
# Passing troubles of status 400; those of 429 and 5xx need no list.
THROTTLED = {"Throttling", "ThrottlingException", "RequestThrottled", "KmsThrottlingException"}
PASSING = THROTTLED | {"ExecutionLimitExceeded", "RequestTimeout"}
DENIED = {"AccessDenied", "AccessDeniedException", "KmsAccessDeniedException", "ExpiredToken", "ExpiredTokenException"}

SERVICES = ("kms", "s3", "secretsmanager", "sqs", "stepfunctions")

_making = threading.Lock()


def client(service: str) -> Any:
    """The process's client of an AWS service, in the region and with the credentials of the environment."""
    # Using a client from several threads is safe, making one is not.
    with _making, our_errors(service):
        return _client(service)


@cache
def _client(service: str) -> Any:
    from botocore.config import Config

    retries = {"mode": "standard", "total_max_attempts": ATTEMPTS}
    config = Config(connect_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT, retries=retries)
    return _session().client(service, config=config)


@cache
def _session() -> Any:
    import boto3
    from botocore.loaders import Loader
    from botocore.session import get_session

    class OurServices(Loader):  # type: ignore[misc]  # botocore has no types
        """Knows which services there are; to find out, botocore's own looks into 900 folders at every cold start."""

        def list_available_services(self, type_name: str) -> list[str]:  # noqa: ARG002 - the same for every type
            return list(SERVICES)

    session = get_session()
    session.register_component("data_loader", OurServices())
    return boto3.Session(botocore_session=session)


@contextmanager
def our_errors(subject: str) -> Iterator[None]:
    """Raise what AWS answers as errors of ours that name the subject and AWS's code for it, never any content.

    Raises:
        RetryableError: AWS is busy or out of order, or the way to it is.
        ConfigurationError: the credentials or the policy do not allow it.
        FatalError: AWS refuses it otherwise.
    """
    from botocore import exceptions as aws

    try:
        yield
    except aws.ClientError as error:
        raise _refusal(error, subject) from error
    except (aws.HTTPClientError, aws.ConnectionError, aws.IncompleteReadError) as error:
        raise RetryableError(f"{subject}: {type(error).__name__}") from error
    except (aws.NoRegionError, aws.NoCredentialsError, aws.PartialCredentialsError) as error:
        raise ConfigurationError(f"{subject}: {error}") from error


def _refusal(error: "ClientError", subject: str) -> RetryableError | ConfigurationError | FatalError:
    code, status = error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    reason = f"{subject}: {error.operation_name} answered {code}"
    if code in PASSING or status == 429 or status >= 500:
        return RetryableError(reason)
    if code in DENIED:
        return ConfigurationError(f"{reason}; the policy of this function must allow it")
    return FatalError(reason)
