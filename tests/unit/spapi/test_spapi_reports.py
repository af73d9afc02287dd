"""Report jobs and marketplaces: what is sent, and how the answers read."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from clario.errors import Throttled, UpstreamUnavailable
from clario.services.ports import Report, ReportRequest
from tests.fakes.spapi import START, Bench, answer

REPORTS = "/reports/2021-06-30/reports"
HOUR = timedelta(hours=1)


def job(
    report_id: str, status: str = "DONE", created: str = "2026-11-24T11:00:00Z", **more: object
) -> dict[str, object]:
    fields = {"reportId": report_id, "reportType": "GET_X", "processingStatus": status, "createdTime": created}
    return {**fields, "marketplaceIds": ["M"], **more}


def ids(reports: list[Report]) -> list[str]:
    return [report.report_id for report in reports]


def test_a_report_is_asked_for_with_its_range_in_utc(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reportId": "ID323"}, 202))
    request = ReportRequest(
        "GET_X", ("A", "B"), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, 12, 30, tzinfo=UTC)
    )
    assert bench.api.create_report(request) == "ID323"
    sent = bench.amazon.calls(REPORTS)[0]
    assert sent.method == "POST"
    assert json.loads(sent.content) == {
        "reportType": "GET_X",
        "marketplaceIds": ["A", "B"],
        "dataStartTime": "2026-01-01T00:00:00.000Z",
        "dataEndTime": "2026-01-31T12:30:00.000Z",
    }


def test_a_reports_options_are_asked_for_where_it_has_some(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reportId": "ID323"}, 202))
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)
    bench.api.create_report(ReportRequest("GET_X", ("A",), start, end, {"aggregatedByTimePeriod": "MONTHLY"}))
    [sent] = bench.amazon.calls(REPORTS)
    assert json.loads(sent.content)["reportOptions"] == {"aggregatedByTimePeriod": "MONTHLY"}


def test_a_finished_report_is_read_with_all_its_times(bench: Bench) -> None:
    body = job(
        "R1",
        dataStartTime="2026-10-01T00:00:00+00:00",
        dataEndTime="2026-10-31T00:00:00Z",
        processingStartTime="2026-11-24T11:01:00.250Z",
        reportDocumentId="D1",
    )
    bench.amazon.on(f"{REPORTS}/R1", answer(body))
    assert bench.api.get_report("R1") == Report(
        report_id="R1",
        report_type="GET_X",
        status="DONE",
        created_at=START - HOUR,
        marketplace_ids=("M",),
        data_start=datetime(2026, 10, 1, tzinfo=UTC),
        data_end=datetime(2026, 10, 31, tzinfo=UTC),
        processing_started_at=datetime(2026, 11, 24, 11, 1, 0, 250_000, tzinfo=UTC),
        document_id="D1",
    )


def test_what_a_queued_report_does_not_have_yet_is_none(bench: Bench) -> None:
    bench.amazon.on(f"{REPORTS}/R1", answer(job("R1", "IN_QUEUE")))
    report = bench.api.get_report("R1")
    assert (report.data_start, report.data_end, report.processing_started_at, report.document_id) == (None,) * 4


def test_a_report_without_its_promised_fields_is_a_broken_answer(bench: Bench) -> None:
    bench.amazon.on(f"{REPORTS}/R1", answer({"reportId": "R1"}))
    with pytest.raises(UpstreamUnavailable, match=r"getReport.*reportType"):
        bench.api.get_report("R1")


def test_reports_are_searched_by_type_marketplace_and_age(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reports": []}))
    assert bench.api.find_reports(["GET_X", "GET_Y"], ("A", "B"), START - HOUR) == []
    assert dict(bench.amazon.calls(REPORTS)[0].url.params) == {
        "reportTypes": "GET_X,GET_Y",
        "marketplaceIds": "A,B",
        "processingStatuses": "IN_QUEUE,IN_PROGRESS,DONE",
        "createdSince": "2026-11-24T11:00:00.000Z",
        "pageSize": "100",
    }


def test_the_next_page_is_asked_for_with_its_token_alone(bench: Bench) -> None:
    token = "a+b/c=%2F&d e|"
    bench.amazon.on(REPORTS, answer({"reports": [job("1")], "nextToken": token}), answer({"reports": [job("2")]}))
    assert ids(bench.api.find_reports(["GET_X"], ("M",), START - HOUR)) == ["1", "2"]
    assert dict(bench.amazon.calls(REPORTS)[1].url.params) == {"nextToken": token}


def test_a_repeated_page_token_ends_the_search(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reports": [], "nextToken": "again"}))
    with pytest.raises(UpstreamUnavailable, match="repeats a page token"):
        bench.api.find_reports(["GET_X"], ("M",), START - HOUR)
    assert len(bench.amazon.calls(REPORTS)) == 2


def test_a_search_that_is_stopped_between_pages_comes_back_with_a_place_for_each_of_them(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reports": [job("1")], "nextToken": "t1"}))
    bench.plans.exhaust("getReports", 0)
    with pytest.raises(Throttled) as caught:
        bench.api.find_reports(["GET_X"], ("M",), START - HOUR)
    assert caught.value.prepaid == ("getReports",) * 2


def test_reports_come_newest_first(bench: Bench) -> None:
    old, new = job("old", created="2026-11-20T00:00:00Z"), job("new", created="2026-11-23T00:00:00Z")
    bench.amazon.on(REPORTS, answer({"reports": [old, new]}))
    assert ids(bench.api.find_reports(["GET_X"], ("M",), START - timedelta(days=9))) == ["new", "old"]


def test_cancelled_and_fatal_reports_are_left_out(bench: Bench) -> None:
    states = ["CANCELLED", "IN_QUEUE", "FATAL", "IN_PROGRESS", "DONE"]
    bench.amazon.on(REPORTS, answer({"reports": [job(state, state) for state in states]}))
    assert ids(bench.api.find_reports(["GET_X"], ("M",), START - HOUR)) == ["IN_QUEUE", "IN_PROGRESS", "DONE"]


def test_more_marketplaces_than_the_filter_takes_are_sorted_out_here(bench: Bench) -> None:
    mine = tuple(f"M{n}" for n in range(11))
    found = [job("ours", marketplaceIds=["M7", "other"]), job("theirs", marketplaceIds=["other"]), job("nobody's")]
    bench.amazon.on(REPORTS, answer({"reports": found}))
    assert ids(bench.api.find_reports(["GET_X"], mine, START - HOUR)) == ["ours"]
    assert "marketplaceIds" not in bench.amazon.calls(REPORTS)[0].url.params


def test_a_report_that_names_no_marketplace_may_be_ours(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reports": [job("unnamed", marketplaceIds=None)]}))
    assert ids(bench.api.find_reports(["GET_X"], ("M",), START - HOUR)) == ["unnamed"]


def test_the_search_never_looks_back_further_than_amazon_allows(bench: Bench) -> None:
    bench.amazon.on(REPORTS, answer({"reports": []}))
    bench.api.find_reports(["GET_X"], ("M",), START - timedelta(days=400))
    since = datetime.fromisoformat(bench.amazon.calls(REPORTS)[0].url.params["createdSince"])
    assert timedelta(days=89) < START - since < timedelta(days=90)


def participation(marketplace_id: str, takes_part: bool) -> dict[str, object]:
    return {
        "marketplace": {"id": marketplace_id, "countryCode": "US"},
        "participation": {"isParticipating": takes_part, "hasSuspendedListings": False},
        "storeName": "Shop",
    }


def test_marketplaces_are_those_the_seller_takes_part_in(bench: Bench) -> None:
    entries = [participation("B", True), participation("C", False), participation("A", True)]
    bench.amazon.on("/sellers/v1/marketplaceParticipations", answer({"payload": entries}))
    assert bench.api.marketplace_ids() == ["B", "A"]


def test_an_answer_without_payload_is_not_a_seller_without_marketplaces(bench: Bench) -> None:
    bench.amazon.on("/sellers/v1/marketplaceParticipations", answer({}))
    with pytest.raises(UpstreamUnavailable, match="payload"):
        bench.api.marketplace_ids()
