"""Report jobs (Reports API 2021-06-30)."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clario.services.ports import Report, ReportRequest
from clario.spapi.client import MAX_QUOTA_SLEEP, Client
from clario.spapi.operations import CREATE_REPORT, GET_REPORT, GET_REPORTS
from clario.spapi.paging import read_pages, token_alone
from clario.spapi.wire import moment, moment_or_none, promised_shape, written

USABLE = ("IN_QUEUE", "IN_PROGRESS", "DONE")
LOOK_BACK = timedelta(days=90, minutes=-5)
"""Amazon keeps reports for 90 days and refuses to look further back; some minutes are for the way there."""
MOST_MARKETPLACES = 10  # a filter of getReports takes no more
PAGE_SIZE = "100"


def find_reports(
    client: Client, report_types: list[str], marketplace_ids: tuple[str, ...], since: datetime, now: datetime
) -> list[Report]:
    """Reports of these types (at most 10) for any of these marketplaces, queued, running or done, newest first.

    The model does not promise that a report says its marketplaces; one that does not may be for any.
    """
    params = {
        "reportTypes": ",".join(report_types),
        "processingStatuses": ",".join(USABLE),
        "createdSince": written(max(since, now - LOOK_BACK)),
        "pageSize": PAGE_SIZE,
    }
    if len(marketplace_ids) <= MOST_MARKETPLACES:
        params["marketplaceIds"] = ",".join(marketplace_ids)
    found = [
        report for report in _pages(client, params) if report.status in USABLE and _may_be_for(report, marketplace_ids)
    ]
    return sorted(found, key=lambda report: report.created_at, reverse=True)


def _may_be_for(report: Report, marketplace_ids: tuple[str, ...]) -> bool:
    return not report.marketplace_ids or not set(report.marketplace_ids).isdisjoint(marketplace_ids)


def _pages(client: Client, params: dict[str, str]) -> Iterator[Report]:
    for page in read_pages(client, GET_REPORTS, params, _token, MAX_QUOTA_SLEEP, token_alone):
        with promised_shape(GET_REPORTS.name):
            reports = [_report(item) for item in json.loads(page)["reports"]]
        yield from reports


def _token(body: dict[str, Any]) -> str | None:
    token: str | None = body.get("nextToken")
    return token


def create_report(client: Client, request: ReportRequest) -> str:
    """Ask for a report. Sent once: whoever gets no answer looks with `find_reports` before asking again."""
    body = {
        "reportType": request.report_type,
        "marketplaceIds": list(request.marketplace_ids),
        "dataStartTime": written(request.data_start),
        "dataEndTime": written(request.data_end),
        **({"reportOptions": dict(request.options)} if request.options else {}),
    }
    answer = client.call(CREATE_REPORT, body=body)
    with promised_shape(CREATE_REPORT.name):
        return str(answer.data["reportId"])


def get_report(client: Client, report_id: str) -> Report:
    """How far the report is."""
    answer = client.call(GET_REPORT, path={"report": report_id})
    with promised_shape(GET_REPORT.name):
        return _report(answer.data)


def _report(item: dict[str, Any]) -> Report:
    return Report(
        report_id=item["reportId"],
        report_type=item["reportType"],
        status=item["processingStatus"],
        created_at=moment(item["createdTime"]),
        marketplace_ids=tuple(item.get("marketplaceIds") or ()),
        data_start=moment_or_none(item.get("dataStartTime")),
        data_end=moment_or_none(item.get("dataEndTime")),
        processing_started_at=moment_or_none(item.get("processingStartTime")),
        document_id=item.get("reportDocumentId"),
    )
