"""Request: ask Amazon for the slice's report."""

from dataclasses import replace
from datetime import timedelta

from ..domain.slices import Slice, SliceState, Step
from ..payloads import SliceTask
from .amazon import AmazonStep
from .plan import is_same_request, report_request
from .ports import ReportRequest, SellerApi

CREATE = "createReport"
FIRST_POLL = timedelta(seconds=15)
# Clocks differ a little; a report made just before our own "now" may be ours.
CLOCK_TOLERANCE = timedelta(minutes=1)


def request(task: SliceTask, step: AmazonStep) -> SliceTask:
    """createReport, once: an attempt whose answer was lost is looked for before asking again."""
    return step.in_turn(task, Step.REQUEST, lambda part, api: _request(task, step, part, api))


def _request(task: SliceTask, step: AmazonStep, part: Slice, api: SellerApi) -> SliceTask:
    wanted = report_request(part, step.clock.now())
    report_id = _lost_answer(part, api, wanted)
    if report_id is None:
        part = replace(part, requested_at=step.clock.now())
        step.save(task, part)
        report_id = api.create_report(wanted)
    waiting = replace(
        part, state=SliceState.WAITING, report_id=report_id, wait_until=step.after(FIRST_POLL), prepaid=()
    )
    return step.save(task, waiting)


def _lost_answer(part: Slice, api: SellerApi, wanted: ReportRequest) -> str | None:
    """The report of an earlier attempt that died between asking and writing down the answer.

    An attempt that was sent to wait for its turn has asked for nothing.
    """
    if part.requested_at is None or CREATE in part.prepaid:
        return None
    since = part.requested_at - CLOCK_TOLERANCE
    reports = api.find_reports([wanted.report_type], wanted.marketplace_ids, since)
    return next((report.report_id for report in reports if is_same_request(report, wanted)), None)
