"""Reports API 2021-06-30: jobs that queue, run and end by the clock, and the links to their documents.

Shapes: model reports_2021-06-30.json of https://github.com/amzn/selling-partner-api-models. A report over days without
rows ends CANCELLED. A request for the same days inside a type's refresh time answers with the earlier one's rows.
Settlement reports appear by themselves when a period closes, and cannot be requested.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, bad_request, json_answer, moment
from local_amazon.server.call import Call
from local_amazon.server.cursor import Paging, cursor_of
from local_amazon.server.downloads import Downloads
from local_amazon.server.faults import REPORTS, Fault
from local_amazon.server.jobs import RETENTION, STATUSES, Job
from local_amazon.server.report.ask import ask_of
from local_amazon.server.report.types import REPORT_TYPES, SETTLEMENT, has_rows
from local_amazon.server.routes import Route
from local_amazon.world.schema import EVENTS
from local_amazon.world.store import Batch

PAGING = Paging("nextToken", timedelta(hours=24), same_arguments=False)
BASE = "/reports/2021-06-30"
OPTIONS = {
    "eventType": EVENTS,
    "aggregateByLocation": ("COUNTRY", "FC"),
    "aggregatedByTimePeriod": ("DAILY", "WEEKLY", "MONTHLY"),
}
SETTLEMENTS_FROM = 90_000_000  # their numbers lie apart from those of requested reports
WAITS = (20, 90)  # the least and the most seconds in the queue, and again at work
SLOW = 3600


class Reports:
    """The operations; a report waits between the least and the most of `waits` seconds, divided by `scale`."""

    def __init__(self, downloads: Downloads, scale: float, waits: tuple[int, int] = WAITS) -> None:
        self._downloads, self._scale, self._waits = downloads, scale, waits

    @property
    def routes(self) -> tuple[Route, ...]:
        return (
            Route("POST", f"{BASE}/reports", "createReport", self._create),
            Route("GET", f"{BASE}/reports", "getReports", _find),
            Route("GET", f"{BASE}/reports/{{reportId}}", "getReport", _get),
            Route("DELETE", f"{BASE}/reports/{{reportId}}", "cancelReport", _cancel),
            Route("GET", f"{BASE}/documents/{{reportDocumentId}}", "getReportDocument", self._link),
        )

    def _create(self, call: Call) -> Answer:
        job = self._job(call)
        earlier = call.account.jobs.known(call.now)
        twin = next((each for each in earlier if self._answers_for(each, job, call.account)), None)
        job.as_of = twin.as_of if twin else job.as_of
        if fault := call.strike(tuple(REPORTS), job.type):
            self._spoil(job, fault)
        call.account.jobs.add(job)
        return json_answer({"reportId": job.id}, 202)

    def _answers_for(self, earlier: Job, job: Job, account: Account) -> bool:
        recent = job.created - REPORT_TYPES[job.type].refresh / self._scale < earlier.as_of
        usable = recent and earlier.type == job.type and not earlier.cancelled and earlier.fate is None
        return usable and replace(ask_of(account, earlier), as_of=0) == replace(ask_of(account, job), as_of=0)

    def _spoil(self, job: Job, fault: Fault) -> None:
        if fault.kind == "slow":
            job.ends += timedelta(seconds=(SLOW if fault.seconds is None else fault.seconds) / self._scale)
        job.empty = fault.kind == "header_only"
        job.bare = fault.kind == "fatal_bare"
        job.fate = {"cancelled": "CANCELLED", "fatal": "FATAL", "fatal_bare": "FATAL"}.get(fault.kind, job.fate)

    def _job(self, call: Call) -> Job:
        body = call.request.json()
        asked = body if isinstance(body, dict) else {}
        account, now = call.account, call.now
        number = account.jobs.requested + 1
        rng = Random(f"{account.world.settings.seed}/report/{number}")
        queued, worked = (timedelta(seconds=rng.uniform(*self._waits) / self._scale) for _ in range(2))
        report_type, options = _report_type(asked), _options(asked)
        start, end = _range(asked, now)
        return Job(
            number=number,
            type=report_type,
            marketplace_ids=_marketplaces(asked, account),
            start=start,
            end=end,
            options=options,
            created=now,
            begins=now + queued,
            ends=now + queued + worked,
            as_of=now + queued,
            region=account.seller.region,
            fate=_fate(asked, report_type, end - start),
            has_rows=partial(has_rows, account),
        )

    def _link(self, call: Call) -> Answer:
        _settle(call.account, call.now)
        job = call.account.jobs.of_document(call.ids[0], call.now)
        return self._downloads.link(call, job)


def _get(call: Call) -> Answer:
    _settle(call.account, call.now)
    return json_answer(call.account.jobs.get(call.ids[0], call.now).shown(call.now))


def _cancel(call: Call) -> Answer:
    job = call.account.jobs.get(call.ids[0], call.now)
    if job.status(call.now) != "IN_QUEUE":
        raise bad_request("Report cannot be cancelled", "Only reports with processingStatus IN_QUEUE")
    job.cancelled = True
    job.ends = call.now
    return Answer(200)


def _find(call: Call) -> Answer:
    """getReports: filters, or `nextToken` alone; newest first."""
    if "nextToken" in call.query and len(call.query) > 1:
        raise bad_request("Invalid input", "nextToken must be the only parameter")
    _settle(call.account, call.now)
    cursor = cursor_of(call, PAGING)
    found = _matching(call, cursor.question)
    page, token = cursor.slice(_page_size(cursor.question), len(found))
    body: dict[str, Any] = {"reports": [job.shown(call.now) for job in found[page]]}
    return json_answer({**body, "nextToken": token} if token else body)


def _matching(call: Call, filters: dict[str, str]) -> list[Job]:
    types = _csv(filters, "reportTypes")
    if not 1 <= len(types) <= 10:
        raise bad_request("Invalid input", "Either reportTypes (1 to 10) or nextToken is required")
    statuses, marketplaces = _csv(filters, "processingStatuses"), _csv(filters, "marketplaceIds")
    if not set(statuses) <= set(STATUSES):
        raise bad_request("Invalid input", "Invalid input in processing status")
    now = call.now
    since = moment(filters["createdSince"], "createdSince") if "createdSince" in filters else now - RETENTION
    until = moment(filters["createdUntil"], "createdUntil") if "createdUntil" in filters else now
    return [
        job
        for job in call.account.jobs.known(now)
        if job.type in types
        and since <= job.created <= until
        and (not statuses or job.status(now) in statuses)
        and (not marketplaces or set(marketplaces) & set(job.marketplace_ids))
    ]


def _settle(account: Account, now: datetime) -> None:
    """Add the reports of the settlements that have become visible."""
    store = account.world.stores["settlements"]
    settlements = store.read(0, len(store), seconds(now))
    for row in range(len(settlements)):
        if int(settlements["visible"][row]) <= seconds(now):
            account.jobs.add_once(_settled(account, settlements, row))


def _settled(account: Account, settlements: Batch, row: int) -> Job:
    """The report of a settlement, done from the beginning."""
    starts, ends, made = (
        datetime.fromtimestamp(int(settlements[name][row]), tz=UTC) for name in ("starts", "ends", "visible")
    )
    return Job(
        number=SETTLEMENTS_FROM + row,
        type=SETTLEMENT,
        marketplace_ids=[account.markets[int(settlements["market"][row])].id],
        start=starts,
        end=ends,
        options={},
        created=made,
        begins=made,
        ends=made,
        as_of=made,
        region=account.seller.region,
        subject=int(settlements["number"][row]),
    )


def _csv(filters: dict[str, str], name: str) -> list[str]:
    return [value for value in filters.get(name, "").split(",") if value]


def _page_size(filters: dict[str, str]) -> int:
    size = filters.get("pageSize", "10")
    if not size.isdigit() or not 1 <= int(size) <= 100:
        raise bad_request("Invalid input", "pageSize must be between 1 and 100")
    return int(size)


def _report_type(asked: dict[str, Any]) -> str:
    known = REPORT_TYPES.get(str(asked.get("reportType")))
    if known is None or not known.requestable:
        raise bad_request("Invalid input", f"Invalid reportType '{asked.get('reportType')}'")
    return str(asked["reportType"])


def _marketplaces(asked: dict[str, Any], account: Account) -> list[str]:
    ids = asked.get("marketplaceIds")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 25 or not set(ids) <= set(account.seller.marketplace_ids):
        raise bad_request("Invalid input", "marketplaceIds must name 1 to 25 marketplaces of the seller")
    return ids


def _range(asked: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    start, end = (moment(str(asked.get(name) or now.isoformat()), name) for name in ("dataStartTime", "dataEndTime"))
    if start > now or end > now:
        raise bad_request("Invalid input", "dataStartTime and dataEndTime must not be in the future")
    if end < start:
        raise bad_request("Invalid input", "dataEndTime must not be before dataStartTime")
    return start, end


def _fate(asked: dict[str, Any], report_type: str, length: timedelta) -> str | None:
    """FATAL where a type's rules are broken: Amazon takes such requests and fails them later."""
    rules = REPORT_TYPES[report_type]
    undated = rules.needs_dates and not (asked.get("dataStartTime") and asked.get("dataEndTime"))
    return "FATAL" if undated or (rules.longest and length > rules.longest) else None


def _options(asked: dict[str, Any]) -> dict[str, str]:
    options = asked.get("reportOptions") or {}
    if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
        raise bad_request("Invalid input", "reportOptions must be a map of strings")
    for name, values in OPTIONS.items():
        if name in options and options[name] not in values:
            raise bad_request("Invalid input", f"Invalid {name} in reportOptions")
    return options
