"""How Amazon writes things: times, error bodies, and bodies that are not what the model promises."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from clario.errors import UpstreamUnavailable

_SECRETS = re.compile(r"Atz[a-z]\|[^\s\"']+|https?://[^\s\"']+")
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class AmazonError:
    """The first entry of an SP-API error body; absent or null parts are empty."""

    code: str
    message: str
    details: str

    def __str__(self) -> str:
        text = ": ".join(part for part in (self.code, self.message, self.details) if part)
        return _SECRETS.sub("[removed]", text)[:_LONGEST_TEXT]


def error_of(response: httpx.Response) -> AmazonError | None:
    """What Amazon says is wrong, or None when the body is not Amazon's: a page of a proxy, or nothing.

    The body is `{"errors": [{"code", "message", "details"}]}`; a message can be null
    (https://github.com/amzn/selling-partner-api-docs/issues/2758).
    """
    try:
        first = json.loads(response.content)["errors"][0]
        return AmazonError(*(str(first.get(part) or "") for part in ("code", "message", "details")))
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def object_of(response: httpx.Response, what: str) -> dict[str, Any]:
    """The JSON object of a successful answer. Raises `UpstreamUnavailable` when it is anything else."""
    try:
        body = json.loads(response.content)
    except ValueError:
        raise UpstreamUnavailable(f"{what}: the answer is not JSON") from None
    if not isinstance(body, dict):
        raise UpstreamUnavailable(f"{what}: the answer is not a JSON object")
    return body


@contextmanager
def promised_shape(what: str) -> Iterator[None]:
    """Reading a body inside: what the model promises but the body lacks raises `UpstreamUnavailable`."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise UpstreamUnavailable(f"{what}: the answer lacks what the API model promises ({error!r})") from None


def written(moment: datetime) -> str:
    """ISO 8601 in UTC to the millisecond, as in Amazon's examples: 2024-03-10T20:11:24.000Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """The aware UTC moment of an ISO 8601 text. Raises `ValueError` when it is none, or names no offset."""
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError(f"a time without offset: {text!r}")
    return parsed.astimezone(UTC)


def moment_or_none(text: str | None) -> datetime | None:
    """As `moment`, for a field that may be absent."""
    return moment(text) if text else None
