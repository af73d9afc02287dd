"""Poll: see how far the slice's report is."""

from dataclasses import replace
from datetime import timedelta

from ..domain.slices import Slice, SliceState, Step
from ..errors import ReportFailed, UpstreamUnavailable
from ..payloads import SliceTask
from .amazon import AmazonStep, held_back
from .ports import Report, SellerApi
from .progress import report_progress

FIRST_WAIT, LONGEST_WAIT = 15.0, 60.0  # seconds
MOST_POLLS = 240  # about four hours
# Amazon ends a report as FATAL mostly when it was asked for too soon again: wait long, try rarely.
FATAL_WAIT = timedelta(minutes=30)
MOST_ATTEMPTS = 3


def poll(task: SliceTask, step: AmazonStep) -> SliceTask:
    """Go on to fetch a finished report, wait for an unfinished one, end the slice where there is no data.

    Raises:
        ReportFailed: Amazon gave up on the report several times, or never finished it.
    """
    return step.in_turn(task, Step.POLL, lambda part, api: _poll(task, step, part, api))


def _poll(task: SliceTask, step: AmazonStep, part: Slice, api: SellerApi) -> SliceTask:
    assert part.report_id is not None
    report = api.get_report(part.report_id)
    part = replace(part, prepaid=None)
    match report.status:
        case "DONE":
            made_at = report.processing_started_at or report.created_at
            ready = replace(part, report_document_id=report.document_id, report_made_at=made_at, wait_until=None)
            return step.save(task, ready)
        case "CANCELLED":
            return _no_data(task, step, part, report)
        case "FATAL":
            return _try_again(task, step, part, _explanation(api, report))
        case _:
            return _wait(task, step, part)


def _wait(task: SliceTask, step: AmazonStep, part: Slice) -> SliceTask:
    if part.polls >= MOST_POLLS:
        raise ReportFailed(f"Amazon has not finished report {part.report_id} after {part.polls} looks")
    wait = timedelta(seconds=min(FIRST_WAIT * 1.5**part.polls, LONGEST_WAIT))
    return step.save(task, replace(part, polls=part.polls + 1, wait_until=step.after(wait)))


def _no_data(task: SliceTask, step: AmazonStep, part: Slice, report: Report) -> SliceTask:
    """CANCELLED means "nothing there" only where there never was anything and Amazon could know; it never deletes."""
    with step.database.transaction(task.seller_id) as work:
        if step.within_cooldown(part, report.created_at, work):
            ended = held_back(part, work)
        elif work.loads.holds_rows(part):
            ended = replace(
                part,
                state=SliceState.UNCHANGED,
                note="report_cancelled",
                severity="warning",
                error="Amazon cancelled the report although this range held rows before; they were kept",
            )
        else:
            work.loads.cover(part, report.processing_started_at or report.created_at)
            ended = replace(part, state=SliceState.STORED, rows=0, rejected=0, outside=0, orders=0)
        work.slices.save(replace(ended, wait_until=None))
    report_progress(task, step.database)
    return task.model_copy(update={"step": Step.REST})


def _try_again(task: SliceTask, step: AmazonStep, part: Slice, explanation: str) -> SliceTask:
    if part.attempts + 1 >= MOST_ATTEMPTS:
        raise ReportFailed(f"Amazon could not make the report: {explanation}")
    anew = replace(
        part,
        state=SliceState.PLANNED,
        attempts=part.attempts + 1,
        requested_at=None,
        report_id=None,
        polls=0,
        wait_until=step.after(FATAL_WAIT),
    )
    return step.save(task, anew)


def _explanation(api: SellerApi, report: Report) -> str:
    """What the document of a FATAL report says, if there is one."""
    if report.document_id is None:
        return "no explanation given"
    try:
        with api.open_document(report.document_id) as chunks:
            return next(chunks, b"").decode("utf-8", errors="replace")[:500].strip() or "no explanation given"
    except UpstreamUnavailable:
        return "the explanation could not be read"
