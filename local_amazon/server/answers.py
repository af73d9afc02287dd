"""Requests and answers as values, and the error bodies Amazon sends."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request. `query` keeps the last value of each name; header names are lower-case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or a refusal as Amazon words it."""
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            raise Refused(error(400, "InvalidInput", "Could not parse request body as JSON")) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer. A long body is written by `write` when the answer is sent, so that others need not wait.

    `reset_after`: break the connection after that many bytes of the body, negative counts from its end (0: before any
    answer); `silent_for`: seconds (real ones) to keep the client waiting before that.
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable[[IO[bytes]], None] | None = None
    reset_after: int | None = None
    silent_for: float = 0

    def with_header(self, name: str, value: str) -> "Answer":
        return replace(self, headers={**self.headers, name: value})


class Refused(Exception):
    """Ends a request with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"{answer.status} {HTTPStatus(answer.status).phrase}")
        self.answer = answer


def json_answer(body: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode())


def error(status: int, code: str, message: str, details: str = "") -> Answer:
    """An SP-API error list."""
    return json_answer({"errors": [{"code": code, "message": message, "details": details}]}, status)


def html_answer(page: str, status: int = 200) -> Answer:
    return Answer(status, page.encode(), "text/html;charset=UTF-8")


def bad_request(message: str, details: str = "") -> Refused:
    return Refused(error(400, "InvalidInput", message, details or message))


def moment(text: str, name: str) -> datetime:
    """An ISO 8601 date or date-time as an aware moment; without an offset it is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise bad_request(f"{name} is not a valid ISO 8601 date-time", f"Invalid value '{text}'") from None
    return at if at.tzinfo else datetime.fromisoformat(f"{at.isoformat()}+00:00")


def stamp(at: datetime) -> str:
    """A moment the way Amazon prints it: UTC with Z, milliseconds where there are any."""
    text = datetime.fromtimestamp(at.timestamp(), tz=UTC).isoformat(timespec="milliseconds")
    return text.replace(".000+00:00", "Z").replace("+00:00", "Z")
