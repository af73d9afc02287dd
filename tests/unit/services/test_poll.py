"""What becomes of reports that are not as promised."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clario.domain.slices import Slice, SliceState
from clario.domain.values import DayRange
from clario.errors import RequestRefused, UpstreamUnavailable
from clario.services.poll import FATAL_WAIT, FIRST_WAIT, poll
from clario.services.ports import Report

NOON = datetime(2026, 6, 3, 19, tzinfo=UTC)
LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
WAITING = Slice(
    1,
    "sync_1",
    1,
    "ledger",
    LEDGER,
    "ATVPDKIKX0DER",
    DayRange(date(2026, 6, 1), date(2026, 6, 2)),
    SliceState.WAITING,
    report_id="R1",
)


class OneLook:
    """The step of a waiting slice of which nothing is loaded, and the Amazon it looks at."""

    def __init__(self, report: Report, refusal: Exception | None = None) -> None:
        self._report, self._refusal = report, refusal
        self.saved = WAITING
        self.database = self.loads = self

    def in_turn(self, _task: object, _step: object, work: Any) -> object:
        return work(WAITING, self)

    @contextmanager
    def transaction(self, _seller: str) -> Iterator["OneLook"]:
        yield self

    def covered_days(self, *_: object) -> dict[date, datetime]:
        return {}

    def get_report(self, _report_id: str) -> Report:
        return self._report

    def open_document(self, _document_id: str) -> None:
        assert self._refusal is not None
        raise self._refusal

    def after(self, wait: timedelta) -> datetime:
        return NOON + wait

    def save(self, _task: object, part: Slice) -> None:
        self.saved = part


def look(report: Report, refusal: Exception | None = None) -> Slice:
    step = OneLook(report, refusal)
    task: Any = type("Task", (), {"seller_id": "anna"})
    poll(task, step)  # type: ignore[arg-type]
    return step.saved


def a_report(status: str, document_id: str | None) -> Report:
    return Report("R1", LEDGER, status, NOON, ("ATVPDKIKX0DER",), NOON, NOON, NOON, document_id)


def test_a_finished_report_without_a_document_is_looked_at_again_later() -> None:
    part = look(a_report("DONE", None))
    assert (part.report_document_id, part.polls, part.wait_until) == (None, 1, NOON + timedelta(seconds=FIRST_WAIT))
    assert look(a_report("DONE", "D1")).report_document_id == "D1"


@pytest.mark.parametrize("refusal", [RequestRefused("HTTP 404", 404), UpstreamUnavailable("later")])
def test_a_failed_report_whose_explanation_cannot_be_had_is_tried_again_like_any_other(refusal: Exception) -> None:
    part = look(a_report("FATAL", "D1"), refusal)
    assert (part.state, part.attempts, part.wait_until) == (SliceState.PLANNED, 1, NOON + FATAL_WAIT)
