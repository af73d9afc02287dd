"""Reports API 2021-06-30: jobs that queue, run and end by the clock, their documents and the documents' links.

Shapes from the published model. A report over days without rows ends CANCELLED. Amazon rebuilds the data of a daily
FBA report at most every four hours (https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba): a second
request inside that time answers with the first one's rows.
"""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_amazon.seller import Seller
from local_amazon.server.answers import Answer, Refused, Request, bad_request, error, json_answer, moment
from local_amazon.server.documents import EVENT_TYPES, LEDGER, TABLES, Selection, Table
from local_amazon.server.faults import Faults
from local_amazon.world.build import World
from local_amazon.world.model import PACIFIC, stream

REFRESH = timedelta(hours=4)
RETENTION = timedelta(days=90)
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")


@dataclass(slots=True)
class Job:
    """A report. `as_of`: the moment its rows are seen at; `fate`: how it must end, None: by its rows."""

    number: int
    type: str
    marketplace_ids: list[str]
    start: datetime
    end: datetime
    options: dict[str, str]
    created: datetime
    begins: datetime
    ends: datetime
    as_of: datetime
    fate: str | None = None
    cancelled: bool = False
    _table: Table | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return str(50_000_000_000 + self.number)

    @property
    def document_id(self) -> str:
        return f"amzn1.spdoc.1.4.na.local-{self.number:08d}.T{self.created:%Y%m%d%H%M%S}"

    def wants(self) -> tuple[object, ...]:
        """What it asks for; two jobs that want the same inside the refresh time get the same rows."""
        days = self.start.astimezone(PACIFIC).date(), self.end.astimezone(PACIFIC).date()
        return (self.type, *days, sorted(self.options.items()), sorted(self.marketplace_ids))

    def table(self, world: World) -> Table:
        if self._table is None:
            days = self.start.astimezone(PACIFIC).date(), self.end.astimezone(PACIFIC).date()
            self._table = TABLES[self.type](world, Selection(*days, self.as_of, self.options))
        return self._table

    def status(self, world: World, now: datetime) -> str:
        if self.cancelled:
            return "CANCELLED"
        if now < self.begins:
            return "IN_QUEUE"
        if now < self.ends:
            return "IN_PROGRESS"
        return self.fate or ("DONE" if self.table(world).rows else "CANCELLED")


class Reports:
    """All report jobs of the seller."""

    def __init__(self, world: World, faults: Faults, scale: float) -> None:
        self._world, self._faults, self._scale = world, faults, scale
        self._jobs: dict[str, Job] = {}

    def create(self, request: Request, seller: Seller, now: datetime) -> Answer:
        job = self._job(request.json(), seller, now)
        twin = next((each for each in self._jobs.values() if self._answers_for(each, job, now)), None)
        job.as_of = twin.as_of if twin else job.as_of
        if fault := self._faults.strike("createReport", ("cancelled", "fatal"), job.type):
            job.fate = fault.kind.upper()
        self._jobs[job.id] = job
        return json_answer({"reportId": job.id}, 202)

    def _answers_for(self, earlier: Job, job: Job, now: datetime) -> bool:
        recent = now - REFRESH / self._scale < earlier.as_of
        return recent and not earlier.cancelled and earlier.fate is None and earlier.wants() == job.wants()

    def _job(self, body: Any, seller: Seller, now: datetime) -> Job:
        asked = body if isinstance(body, dict) else {}
        number = len(self._jobs) + 1
        rng = stream(self._world.settings.seed, "report", number)
        queued, worked = (timedelta(seconds=rng.uniform(20, 90) / self._scale) for _ in range(2))
        start, end, fate = _range(asked, now)
        return Job(
            number=number,
            type=_report_type(asked),
            marketplace_ids=_marketplaces(asked, seller),
            start=start,
            end=end,
            options=_options(asked),
            created=now,
            begins=now + queued,
            ends=now + queued + worked,
            as_of=now + queued,
            fate=fate,
        )

    def get(self, report_id: str, now: datetime) -> Answer:
        return json_answer(self._shown(self._job_of(report_id, now), now))

    def cancel(self, report_id: str, now: datetime) -> Answer:
        job = self._job_of(report_id, now)
        if job.status(self._world, now) != "IN_QUEUE":
            raise bad_request("Report cannot be cancelled", "Only reports with processingStatus IN_QUEUE")
        job.cancelled = True
        job.ends = now
        return Answer(200)

    def find(self, query: dict[str, str], now: datetime) -> Answer:
        """getReports: filters, or `nextToken` alone."""
        filters, offset = query, 0
        if "nextToken" in query:
            filters, offset = _listing(query)
        size = _page_size(filters)
        jobs = self._matching(filters, now)
        body: dict[str, Any] = {"reports": [self._shown(job, now) for job in jobs[offset : offset + size]]}
        if offset + size < len(jobs):
            token = json.dumps([filters, offset + size]).encode()
            body["nextToken"] = base64.b64encode(token).decode()
        return json_answer(body)

    def _matching(self, filters: dict[str, str], now: datetime) -> list[Job]:
        types = _csv(filters, "reportTypes")
        if not 1 <= len(types) <= 10:
            raise bad_request("Invalid input", "Either reportTypes (1 to 10) or nextToken is required")
        statuses, marketplaces = _csv(filters, "processingStatuses"), _csv(filters, "marketplaceIds")
        if not set(statuses) <= set(STATUSES):
            raise bad_request("Invalid input", "Invalid input in processing status")
        since = moment(filters["createdSince"], "createdSince") if "createdSince" in filters else now - RETENTION
        until = moment(filters["createdUntil"], "createdUntil") if "createdUntil" in filters else now
        found = [
            job
            for job in self._jobs.values()
            if job.type in types
            and max(since, now - RETENTION) <= job.created <= until
            and (not statuses or job.status(self._world, now) in statuses)
            and (not marketplaces or set(marketplaces) & set(job.marketplace_ids))
        ]
        return sorted(found, key=lambda job: job.number, reverse=True)

    def document(self, document_id: str, now: datetime) -> Job:
        """The job whose document that is."""
        for job in self._jobs.values():
            if job.document_id == document_id and self._has_document(job, now) and now - job.created < RETENTION:
                return job
        raise Refused(error(404, "NotFound", "Report document not found", f"No document {document_id}"))

    def _has_document(self, job: Job, now: datetime) -> bool:
        return job.status(self._world, now) in ("DONE", "FATAL")

    def _job_of(self, report_id: str, now: datetime) -> Job:
        job = self._jobs.get(report_id)
        if job is None or now - job.created >= RETENTION:
            raise Refused(error(404, "NotFound", "Report not found", f"No report {report_id}"))
        return job

    def _shown(self, job: Job, now: datetime) -> dict[str, Any]:
        status = job.status(self._world, now)
        body = {
            "reportId": job.id,
            "reportType": job.type,
            "dataStartTime": _offset(job.start),
            "dataEndTime": _offset(job.end),
            "createdTime": _offset(job.created),
            "processingStatus": status,
            "marketplaceIds": job.marketplace_ids,
        }
        if status != "IN_QUEUE" and not job.cancelled:
            body["processingStartTime"] = _offset(job.begins)
        if status in ("DONE", "FATAL", "CANCELLED"):
            body["processingEndTime"] = _offset(job.ends)
        if self._has_document(job, now):
            body["reportDocumentId"] = job.document_id
        return body


def _offset(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def _csv(filters: dict[str, str], name: str) -> list[str]:
    return [value for value in filters.get(name, "").split(",") if value]


def _page_size(filters: dict[str, str]) -> int:
    size = filters.get("pageSize", "10")
    if not size.isdigit() or not 1 <= int(size) <= 100:
        raise bad_request("Invalid input", "pageSize must be between 1 and 100")
    return int(size)


def _listing(query: dict[str, str]) -> tuple[dict[str, str], int]:
    if len(query) > 1:
        raise bad_request("Invalid input", "nextToken must be the only parameter")
    try:
        filters, offset = json.loads(base64.b64decode(query["nextToken"], validate=True))
    except ValueError:
        raise bad_request("Invalid input", "Invalid nextToken") from None
    return filters, offset


def _report_type(asked: dict[str, Any]) -> str:
    if asked.get("reportType") not in TABLES:
        raise bad_request("Invalid input", f"Invalid reportType '{asked.get('reportType')}'")
    return str(asked["reportType"])


def _marketplaces(asked: dict[str, Any], seller: Seller) -> list[str]:
    ids = asked.get("marketplaceIds")
    if not isinstance(ids, list) or not 1 <= len(ids) <= 25 or not set(ids) <= set(seller.marketplace_ids):
        raise bad_request("Invalid input", "marketplaceIds must name 1 to 25 marketplaces of the seller")
    return ids


def _range(asked: dict[str, Any], now: datetime) -> tuple[datetime, datetime, str | None]:
    """Start, end, and how the report must end: a ledger report without both times is FATAL."""
    given = {name: asked[name] for name in ("dataStartTime", "dataEndTime") if asked.get(name)}
    start = moment(str(given.get("dataStartTime", now.isoformat())), "dataStartTime")
    end = moment(str(given.get("dataEndTime", now.isoformat())), "dataEndTime")
    if start > now or end > now:
        raise bad_request("Invalid input", "dataStartTime and dataEndTime must not be in the future")
    if end < start:
        raise bad_request("Invalid input", "dataEndTime must not be before dataStartTime")
    return start, end, "FATAL" if asked.get("reportType") == LEDGER and len(given) < 2 else None


def _options(asked: dict[str, Any]) -> dict[str, str]:
    options = asked.get("reportOptions") or {}
    if not isinstance(options, dict) or not all(isinstance(value, str) for value in options.values()):
        raise bad_request("Invalid input", "reportOptions must be a map of strings")
    if "eventType" in options and options["eventType"] not in EVENT_TYPES:
        raise bad_request("Invalid input", "Invalid eventType in reportOptions")
    return options
