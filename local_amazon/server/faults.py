"""Failures on order: a queued fault strikes calls of its operation, some times, for a while, or by seeded chance."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from local_amazon.server.answers import Answer, bad_request, error, json_answer

CALLS = {
    "throttle": "429 QuotaExceeded, although the usage plan would allow the call; with `lasts` a storm",
    "internal": "500 InternalFailure as JSON",
    "html500": "500 with an HTML body",
    "html503": "503 with an HTML body",
    "timeout": "Amazon does what it was asked and says nothing for `seconds` (30), then the connection breaks",
    "reset": "the connection breaks before the call is looked at; with `at_byte`: in the middle of the answer",
    "expired_token": "403, the access token has expired",
    "revoked": "403, the authorisation is revoked; for the operation `token`: invalid_grant",
}
PAGES = {
    "expired_page": "the page token is refused as too old",
    "duplicated_page": "the page that was sent last comes again, then the listing goes on",
    "repeated_token": "the page names the very token it was asked with as the next one",
    "empty_page": "a page without rows, with a token for the rows that are due",
}
REPORTS = {
    "cancelled": "the new report ends CANCELLED",
    "fatal": "the new report ends FATAL, with a document that gives a reason",
    "fatal_bare": "the new report ends FATAL, without a document",
    "slow": "the new report takes `seconds` (3600) longer",
    "header_only": "the new report is DONE and has a header line only",
}
DOCUMENTS = {
    "torn_gzip": "the object ends at `at_byte` (its middle; negative counts from the end)",
    "bad_row": "a row whose quantity is `abc`",
    "cp1252": "Windows-1252 instead of UTF-8, named in the content type",
    "bom": "UTF-8 with a byte order mark",
    "reordered_columns": "the columns in another order",
    "additional_columns": "two columns nobody knows",
    "missing_column": "the last column is not there",
    "localised_columns": "German column names where a marketplace writes them",
    "decimal_commas": "amounts as 1.234,56",
    "unknown_code": "one row with a reason, type or status nobody knows",
}
KINDS = {**CALLS, **PAGES, **REPORTS, **DOCUMENTS}
ANSWERING = tuple(CALLS)
HTML = b"<html><body><h1>We are sorry, something went wrong</h1></body></html>"
ANY = "*"


@dataclass(slots=True)
class Fault:
    """What strikes, where and how often.

    It strikes `times` times (None: always) after `after` calls went well, each time with `probability` (drawn from
    `seed`), and for `lasts` seconds of the clock from its first strike. `report_type` narrows report operations and
    documents, `seller` to one selling partner; `operation` `*` is every operation.
    """

    operation: str
    kind: str
    times: int | None = 1
    after: int = 0
    probability: float = 1
    seed: int = 0
    lasts: float | None = None
    seconds: float | None = None
    at_byte: int | None = None
    report_type: str | None = None
    seller: str | None = None
    calls: int = 0
    until: datetime | None = None

    def fits(self, operation: str, kinds: tuple[str, ...], report_type: str | None, seller: str | None) -> bool:
        where = self.operation in (ANY, operation) and self.kind in kinds
        return where and self.report_type in (None, report_type) and self.seller in (None, seller)

    def hits(self, now: datetime) -> bool:
        """Count a call that fits; whether it is struck."""
        self.calls += 1
        if self.calls <= self.after or not self._drawn():
            return False
        if self.lasts is not None and self.until is None:
            self.until = now + timedelta(seconds=self.lasts)
        if self.times is not None:
            self.times -= 1
        return True

    def spent(self, now: datetime) -> bool:
        return (self.times is not None and self.times <= 0) or (self.until is not None and now >= self.until)

    def _drawn(self) -> bool:
        return self.probability >= 1 or Random(f"{self.seed}/{self.kind}/{self.calls}").random() < self.probability


ORDERED = ("operation", "kind", "times", "after", "probability", "seed", "lasts", "seconds", "at_byte", "report_type")
FIELDS = {*ORDERED, "seller"}


class Faults:
    """The queue."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, order: object) -> None:
        """Queue a fault given as JSON object."""
        if not isinstance(order, dict) or order.get("kind") not in KINDS or not isinstance(order.get("operation"), str):
            raise bad_request(f"a fault needs an operation and a kind out of {', '.join(KINDS)}")
        if unknown := set(order) - FIELDS:
            raise bad_request(f"unknown field: {', '.join(sorted(unknown))}")
        limited = "probability" not in order and "lasts" not in order
        self._queue.append(Fault(**{"times": 1 if limited else None, **order}))

    def clear(self) -> None:
        self._queue.clear()

    def remaining(self) -> list[dict[str, Any]]:
        return [{**asdict(fault), "until": fault.until and fault.until.isoformat()} for fault in self._queue]

    def strike(
        self,
        operation: str,
        kinds: tuple[str, ...],
        now: datetime,
        report_type: str | None = None,
        seller: str | None = None,
    ) -> Fault | None:
        """The fault that hits this call, if any; a fault whose turn has not come lets the next one try."""
        for fault in list(self._queue):
            if fault.spent(now):
                self._queue.remove(fault)
            elif fault.fits(operation, kinds, report_type, seller) and fault.hits(now):
                if fault.spent(now):
                    self._queue.remove(fault)
                return fault
        return None


def denied(details: str) -> Answer:
    """A 403 as SP-API words it (https://developer-docs.amazon.com/sp-api/docs/sp-api-errors)."""
    return error(403, "Unauthorized", "Access to requested resource is denied.", details)


EXPIRED = "The access token you provided has expired."
REVOKED = "The access token you provided is revoked, malformed or invalid."


def internal_failure() -> Answer:
    return error(500, "InternalFailure", "We encountered an internal error. Please try again.")


def answer_of(fault: Fault, true_answer: Callable[[], Answer]) -> Answer:
    """What a fault sends instead of Amazon; Amazon acts before a `timeout` or a `reset` with `at_byte`."""
    if fault.kind == "timeout":
        return replace(true_answer(), reset_after=0, silent_for=30 if fault.seconds is None else fault.seconds)
    if fault.kind == "reset":
        return replace(true_answer() if fault.at_byte else Answer(500), reset_after=fault.at_byte or 0)
    return _refusals(fault)[fault.kind]()


def _refusals(fault: Fault) -> dict[str, Callable[[], Answer]]:
    gone = {"error": "invalid_grant", "error_description": "The refresh token was revoked."}
    return {
        "throttle": lambda: error(429, "QuotaExceeded", "You exceeded your quota for the requested resource."),
        "internal": internal_failure,
        "html500": lambda: Answer(500, HTML, "text/html"),
        "html503": lambda: Answer(503, HTML, "text/html"),
        "expired_token": lambda: denied(EXPIRED),
        "revoked": lambda: json_answer(gone, 400) if fault.operation == "token" else denied(REVOKED),
    }
