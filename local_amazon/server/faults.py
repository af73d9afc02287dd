"""Failures on order: each queued fault strikes the next calls of its operation.

Kinds: throttle (429), html500 and html503 (a body that is no JSON), reset (the connection breaks; `at_byte`: in the
middle of the body), expired_token and revoked (403; for the operation `token`: invalid_grant) · for createReport:
cancelled, fatal (how the new report ends) · for `document`: torn_gzip (the object ends at `at_byte`, negative counts
from its end), bad_row (a row whose quantity is `abc`), cp1252 (another encoding, named in the content type).
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from local_amazon.server.answers import Answer, bad_request, error, json_answer

ANSWERING = ("throttle", "html500", "html503", "reset", "expired_token", "revoked")
KINDS = (*ANSWERING, "cancelled", "fatal", "torn_gzip", "bad_row", "cp1252")
HTML = b"<html><body><h1>We are sorry, something went wrong</h1></body></html>"


@dataclass(slots=True)
class Fault:
    """`times` strikes after `after` calls went well; `report_type` narrows report operations and documents."""

    operation: str
    kind: str
    times: int = 1
    after: int = 0
    at_byte: int | None = None
    report_type: str | None = None


class Faults:
    """The queue."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, order: object) -> None:
        """Queue a fault given as JSON object."""
        if not isinstance(order, dict) or order.get("kind") not in KINDS or not isinstance(order.get("operation"), str):
            raise bad_request(f"a fault needs an operation and a kind out of {', '.join(KINDS)}")
        try:
            self._queue.append(Fault(**order))
        except TypeError as exc:
            raise bad_request(f"unknown field: {exc}") from None

    def clear(self) -> None:
        self._queue.clear()

    def remaining(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._queue]

    def strike(self, operation: str, kinds: tuple[str, ...], report_type: str | None = None) -> Fault | None:
        """The fault that hits this call, if any. Every matching fault counts the call."""
        for fault in self._queue:
            fits = fault.operation == operation and fault.kind in kinds
            if not fits or fault.report_type not in (None, report_type):
                continue
            if fault.after > 0:
                fault.after -= 1
                continue
            fault.times -= 1
            if fault.times <= 0:
                self._queue.remove(fault)
            return fault
        return None


def denied(details: str) -> Answer:
    """A 403 as SP-API words it (https://developer-docs.amazon.com/sp-api/docs/sp-api-errors)."""
    return error(403, "Unauthorized", "Access to requested resource is denied.", details)


EXPIRED = "The access token you provided has expired."
REVOKED = "The access token you provided is revoked, malformed or invalid."


def answer_of(fault: Fault, true_answer: Callable[[], Answer]) -> Answer:
    """What a fault sends instead of Amazon; `reset` with `at_byte` breaks the true answer off there."""
    if fault.kind == "reset":
        return replace(true_answer() if fault.at_byte else Answer(500), reset_after=fault.at_byte or 0)
    if fault.kind in ("html500", "html503"):
        return Answer(int(fault.kind[4:]), HTML, "text/html")
    if fault.kind == "throttle":
        return error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
    if fault.operation == "token":
        return json_answer({"error": "invalid_grant", "error_description": "The refresh token was revoked."}, 400)
    return denied(EXPIRED if fault.kind == "expired_token" else REVOKED)
