"""Poll: see how far the slice's report is."""

from dataclasses import replace
from datetime import datetime, timedelta

from ..domain.slices import Slice, SliceState, Step
from ..domain.values import DayRange
from ..errors import ReportFailed, RequestRefused, UpstreamUnavailable
from ..payloads import SliceTask
from .amazon import AmazonStep, held_back, is_loaded, newest_data, since
from .ports import Report, SellerApi
from .progress import report_progress

FIRST_WAIT, LONGEST_WAIT = 15.0, 60.0  # seconds
MOST_POLLS = 240  # about four hours
# Amazon ends a report as FATAL mostly when it was asked for too soon again: wait long, try rarely.
FATAL_WAIT = timedelta(minutes=30)
MOST_ATTEMPTS = 3
# What was there a week ago is not believed to be gone because Amazon says nothing of how things are now.
SNAPSHOTS_COUNT_FOR = timedelta(days=7)


def poll(task: SliceTask, step: AmazonStep) -> SliceTask:
    """Go on to fetch a finished report, wait for an unfinished one, end the slice where there is no data.

    Raises:
        ReportFailed: Amazon gave up on the report several times, or never finished it.
    """
    return step.in_turn(task, Step.POLL, lambda part, api: _poll(task, step, part, api))


def _poll(task: SliceTask, step: AmazonStep, part: Slice, api: SellerApi) -> SliceTask:
    assert part.report_id is not None
    report = api.get_report(part.report_id)
    part = replace(part, prepaid=())
    match report.status:
        case "DONE" if report.document_id is not None:
            made_at = report.processing_started_at or report.created_at
            ready = replace(part, report_document_id=report.document_id, report_made_at=made_at, wait_until=None)
            return step.save(task, ready)
        case "CANCELLED":
            return _no_data(task, step, part, report)
        case "FATAL":
            return _failed(task, step, part, report, api)
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
        known = _with_last_snapshots(part)
        if step.within_cooldown(known, report.created_at, work):
            ended = held_back(part, newest_data(known, work))
        elif work.loads.holds_rows(known):
            ended = _cancelled(part, newest_data(known, work))
        else:
            work.loads.cover(part, report.processing_started_at or report.created_at)
            ended = replace(part, state=SliceState.STORED, rows=0, rejected=0, outside=0, orders=0)
    return _end(task, step, ended)


def _with_last_snapshots(part: Slice) -> Slice:
    """The slice with the days on which there would be rows if there were any."""
    if not part.definition.present_only:
        return part
    return replace(part, days=DayRange(part.days.start - SNAPSHOTS_COUNT_FOR, part.days.end))


def _cancelled(part: Slice, as_of: datetime | None) -> Slice:
    kept = "Amazon cancelled the report although this range held rows before; they were kept"
    return replace(
        part,
        state=SliceState.UNCHANGED,
        note="report_cancelled",
        severity="warning",
        error=kept + since(as_of),
    )


def _end(task: SliceTask, step: AmazonStep, ended: Slice) -> SliceTask:
    with step.database.transaction(task.seller_id) as work:
        work.slices.save(replace(ended, wait_until=None))
    report_progress(task, step.database)
    return task.model_copy(update={"step": Step.REST})


def _failed(task: SliceTask, step: AmazonStep, part: Slice, report: Report, api: SellerApi) -> SliceTask:
    """Asked for too soon again, Amazon may fail a report, too: where all of it is known, there is nothing to mend."""
    with step.database.transaction(task.seller_id) as work:
        as_of = newest_data(part, work)
        too_soon = is_loaded(part, work) and step.within_cooldown(part, report.created_at, work)
    if too_soon:
        return _end(task, step, held_back(part, as_of))
    return _try_again(task, step, part, _explanation(api, report))


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
    except (UpstreamUnavailable, RequestRefused):
        return "the explanation could not be read"
