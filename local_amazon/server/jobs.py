"""Report jobs: they queue, run and end by the clock.

Life cycle and statuses: model reports_2021-06-30.json of https://github.com/amzn/selling-partner-api-models.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local_amazon.server.answers import Refused, error

RETENTION = timedelta(days=90)
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")


@dataclass(slots=True)
class Job:
    """A report. `as_of`: the moment its rows are seen at; `fate`: how it must end, None: by its rows.

    `has_rows` looks into the data; `bare`: without a document though it has ended; `empty`: with a header only.
    """

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
    region: str = "na"
    fate: str | None = None
    bare: bool = False
    empty: bool = False
    cancelled: bool = False
    subject: int = 0
    """What a report that nobody asked for is about: a settlement's number."""
    has_rows: Callable[["Job"], bool] = field(default=lambda _: True, repr=False)
    _rows: bool | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        return str(50_000_000_000 + self.number)

    @property
    def document_id(self) -> str:
        return f"amzn1.spdoc.1.4.{self.region}.local-{self.number:08d}.T{self.created:%Y%m%d%H%M%S}"

    def status(self, now: datetime) -> str:
        if self.cancelled:
            return "CANCELLED"
        if now < self.begins:
            return "IN_QUEUE"
        if now < self.ends:
            return "IN_PROGRESS"
        if self.fate:
            return self.fate
        if self._rows is None:
            self._rows = self.has_rows(self)
        return "DONE" if self._rows or self.empty else "CANCELLED"

    def has_document(self, now: datetime) -> bool:
        return self.status(now) in ("DONE", "FATAL") and not self.bare

    def shown(self, now: datetime) -> dict[str, Any]:
        """As getReport shows it."""
        status = self.status(now)
        body = {
            "reportId": self.id,
            "reportType": self.type,
            "dataStartTime": _offset(self.start),
            "dataEndTime": _offset(self.end),
            "createdTime": _offset(self.created),
            "processingStatus": status,
            "marketplaceIds": self.marketplace_ids,
        }
        if status != "IN_QUEUE" and not self.cancelled:
            body["processingStartTime"] = _offset(self.begins)
        if status in ("DONE", "FATAL", "CANCELLED"):
            body["processingEndTime"] = _offset(self.ends)
        if self.has_document(now):
            body["reportDocumentId"] = self.document_id
        return body


class Jobs:
    """A seller's reports; their ids are unique only together with the seller."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self.requested = 0

    def add(self, job: Job) -> None:
        """A report that was asked for."""
        self._jobs[job.id] = job
        self.requested += 1

    def add_once(self, job: Job) -> None:
        """A report that Amazon makes by itself, unless it is there already."""
        self._jobs.setdefault(job.id, job)

    def known(self, now: datetime) -> list[Job]:
        """What Amazon still keeps, newest first."""
        kept = (job for job in self._jobs.values() if now < job.created + RETENTION)
        return sorted(kept, key=lambda job: (job.created, job.number), reverse=True)

    def get(self, report_id: str, now: datetime) -> Job:
        job = self._jobs.get(report_id)
        if job is None or now >= job.created + RETENTION:
            raise Refused(error(404, "NotFound", "Report not found", f"No report {report_id}"))
        return job

    def of_document(self, document_id: str, now: datetime) -> Job:
        """The job whose document that is."""
        for job in self.known(now):
            if job.document_id == document_id and job.has_document(now):
                return job
        raise Refused(error(404, "NotFound", "Report document not found", f"No document {document_id}"))


def _offset(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")
