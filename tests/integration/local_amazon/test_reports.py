"""Reports: life cycle, documents, links, refresh period, and reports that end badly."""

import csv
import gzip
import zlib
from datetime import timedelta

import httpx
import pytest

from tests.integration.local_amazon.conftest import START, Amazon

LEDGER, REIMBURSEMENTS = "GET_LEDGER_DETAIL_VIEW_DATA", "GET_FBA_REIMBURSEMENTS_DATA"
WEEK_AGO, TODAY = START - timedelta(days=7), START - timedelta(hours=1)


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines(), delimiter="\t"))


def _document(amazon: Amazon, report_type: str = LEDGER, days: int = 7) -> list[dict[str, str]]:
    shown = amazon.finished(report_type, START - timedelta(days=days), TODAY)
    return _rows(gzip.decompress(httpx.get(amazon.link(shown)["url"]).content).decode())


def test_a_report_queues_runs_and_is_done_by_the_clock(amazon: Amazon) -> None:
    answer = amazon.order_report(LEDGER, WEEK_AGO, TODAY)
    assert answer.status_code == 202
    report_id = answer.json()["reportId"]
    seen = []
    for _ in range(20):
        seen.append(amazon.report(report_id))
        amazon.later(seconds=10)
    statuses = [each["processingStatus"] for each in seen]
    assert list(dict.fromkeys(statuses)) == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    assert statuses.count("IN_QUEUE") >= 2 and statuses.count("IN_PROGRESS") >= 2
    assert "reportDocumentId" in seen[-1] and "reportDocumentId" not in seen[0]


def test_the_scale_shortens_the_wait(start_amazon) -> None:
    amazon = start_amazon("--scale", "100")
    report_id = amazon.order_report(LEDGER, WEEK_AGO, TODAY).json()["reportId"]
    amazon.later(seconds=2)
    assert amazon.report(report_id)["processingStatus"] == "DONE"


def test_the_ledger_is_quoted_and_cut_in_pacific_days(amazon: Amazon) -> None:
    shown = amazon.finished(LEDGER, START.replace(day=10, hour=0), START.replace(day=13, hour=0))
    download = httpx.get(amazon.link(shown)["url"])
    assert download.headers["content-type"] == "text/plain;charset=UTF-8"
    text = gzip.decompress(download.content).decode()
    assert text.startswith('"Date"\t"FNSKU"\t"ASIN"\t"MSKU"\t"Title"\t"Event Type"\t"Reference ID"\t"Quantity"')
    assert {row["Date"] for row in _rows(text)} == {"11/09/2026", "11/10/2026", "11/11/2026", "11/12/2026"}


def test_reconciled_and_unreconciled_add_up_to_the_quantity(amazon: Amazon) -> None:
    rows = [row for row in _document(amazon, days=300) if row["Reason"] in ("M", "5", "E", "F")]
    assert rows
    for row in rows:
        assert int(row["Reconciled Quantity"]) + int(row["Unreconciled Quantity"]) == abs(int(row["Quantity"]))


def test_the_reimbursements_report_is_not_quoted_and_adds_up(amazon: Amazon) -> None:
    rows = _document(amazon, REIMBURSEMENTS, days=540)
    assert rows
    for row in rows:
        cash, kind = int(row["quantity-reimbursed-cash"]), int(row["quantity-reimbursed-inventory"])
        assert int(row["quantity-reimbursed-total"]) == cash + kind
        assert float(row["amount-total"]) == pytest.approx(float(row["amount-per-unit"]) * cash)


def test_options_narrow_the_ledger(amazon: Amazon) -> None:
    options = {"eventType": "Shipments"}
    shown = amazon.finished(LEDGER, WEEK_AGO, TODAY, reportOptions=options)
    rows = _rows(gzip.decompress(httpx.get(amazon.link(shown)["url"]).content).decode())
    assert {row["Event Type"] for row in rows} == {"Shipments"}
    assert amazon.order_report(LEDGER, WEEK_AGO, TODAY, reportOptions={"eventType": ""}).status_code == 400


def test_a_range_without_rows_is_cancelled(amazon: Amazon) -> None:
    long_ago = START - timedelta(days=700)
    shown = amazon.finished(LEDGER, long_ago, long_ago + timedelta(days=2))
    assert shown["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in shown


def test_a_ledger_report_without_a_start_is_fatal_and_its_document_says_why(amazon: Amazon) -> None:
    body = {"reportType": LEDGER, "marketplaceIds": ["ATVPDKIKX0DER"]}
    report_id = amazon.post("/reports/2021-06-30/reports", body).json()["reportId"]
    amazon.later(minutes=4)
    shown = amazon.report(report_id)
    assert shown["processingStatus"] == "FATAL"
    assert b"errorDetails" in gzip.decompress(httpx.get(amazon.link(shown)["url"]).content)


@pytest.mark.parametrize(
    "change",
    [
        {"reportType": "GET_NOTHING"},
        {"marketplaceIds": []},
        {"marketplaceIds": ["A1PA6795UKMFR9"]},
        {"dataEndTime": (START + timedelta(days=1)).isoformat()},
        {"dataEndTime": (WEEK_AGO - timedelta(days=1)).isoformat()},
    ],
)
def test_wrong_report_requests_are_refused(amazon: Amazon, change: dict[str, object]) -> None:
    assert amazon.order_report(LEDGER, WEEK_AGO, TODAY, **change).status_code == 400


def test_a_link_lives_five_minutes(amazon: Amazon) -> None:
    shown = amazon.finished(LEDGER, WEEK_AGO, TODAY)
    link = amazon.link(shown)
    assert link["compressionAlgorithm"] == "GZIP"
    amazon.later(seconds=299)
    assert httpx.get(link["url"]).status_code == 200
    amazon.later(seconds=1)
    expired = httpx.get(link["url"])
    assert (expired.status_code, expired.headers["content-type"]) == (403, "application/xml")
    assert "Request has expired" in expired.text
    assert httpx.get(amazon.link(shown)["url"]).status_code == 200


def test_a_forged_link_is_refused(amazon: Amazon) -> None:
    url = amazon.link(amazon.finished(LEDGER, WEEK_AGO, TODAY))["url"]
    assert httpx.get(url.replace("X-Amz-Expires=300", "X-Amz-Expires=900")).status_code == 403


def test_inside_the_refresh_period_the_same_range_gives_old_data(amazon: Amazon) -> None:
    first = _document(amazon)
    amazon.later(hours=3)
    amazon.authorise()
    assert _document(amazon) == first
    amazon.later(hours=1)
    amazon.authorise()
    assert len(_document(amazon)) > len(first)


def test_only_a_queued_report_can_be_cancelled(amazon: Amazon) -> None:
    report_id = amazon.order_report(LEDGER, WEEK_AGO, TODAY).json()["reportId"]
    cancelled = amazon.delete(f"/reports/2021-06-30/reports/{report_id}")
    assert (cancelled.status_code, cancelled.content) == (200, b"")
    assert amazon.report(report_id)["processingStatus"] == "CANCELLED"
    done = amazon.finished(LEDGER, WEEK_AGO, TODAY)
    assert amazon.delete(f"/reports/2021-06-30/reports/{done['reportId']}").status_code == 400


def test_reports_are_found_by_filter_and_page(amazon: Amazon) -> None:
    ids = [amazon.order_report(LEDGER, WEEK_AGO, TODAY).json()["reportId"] for _ in range(3)]
    amazon.order_report(REIMBURSEMENTS, WEEK_AGO, TODAY)
    found = amazon.get("/reports/2021-06-30/reports", reportTypes=LEDGER, pageSize=2).json()
    rest = amazon.get("/reports/2021-06-30/reports", nextToken=found["nextToken"]).json()
    assert [each["reportId"] for each in found["reports"] + rest["reports"]] == ids[::-1]
    assert "nextToken" not in rest
    both = {"nextToken": found["nextToken"], "pageSize": 2}
    assert amazon.get("/reports/2021-06-30/reports", **both).status_code == 400
    done = amazon.get("/reports/2021-06-30/reports", reportTypes=LEDGER, processingStatuses="DONE").json()
    assert done["reports"] == []


def test_an_unknown_report_is_not_found(amazon: Amazon) -> None:
    assert amazon.get("/reports/2021-06-30/reports/1").status_code == 404
    assert amazon.get("/reports/2021-06-30/documents/1").status_code == 404


@pytest.mark.parametrize(("kind", "status"), [("cancelled", "CANCELLED"), ("fatal", "FATAL")])
def test_a_report_can_be_ordered_to_end_badly(amazon: Amazon, kind: str, status: str) -> None:
    amazon.fault(operation="createReport", kind=kind, report_type=LEDGER)
    assert amazon.finished(REIMBURSEMENTS, START - timedelta(days=540), TODAY)["processingStatus"] == "DONE"
    assert amazon.finished(LEDGER, WEEK_AGO, TODAY)["processingStatus"] == status
    assert amazon.finished(LEDGER, WEEK_AGO, TODAY)["processingStatus"] == "DONE"


@pytest.mark.parametrize("at_byte", [100, -5])
def test_a_torn_document_ends_early_and_is_whole_the_next_time(amazon: Amazon, at_byte: int) -> None:
    url = amazon.link(amazon.finished(LEDGER, WEEK_AGO, TODAY))["url"]
    whole = httpx.get(url).content
    amazon.fault(operation="document", kind="torn_gzip", at_byte=at_byte)
    torn = httpx.get(url).content
    assert torn == whole[:at_byte]
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(torn)
    assert httpx.get(url).content == whole


def test_a_document_can_carry_a_malformed_row(amazon: Amazon) -> None:
    url = amazon.link(amazon.finished(LEDGER, WEEK_AGO, TODAY))["url"]
    whole = _rows(gzip.decompress(httpx.get(url).content).decode())
    amazon.fault(operation="document", kind="bad_row")
    spoiled = _rows(gzip.decompress(httpx.get(url).content).decode())
    assert spoiled[1:] == whole
    assert spoiled[0]["Quantity"] == "abc"


def test_a_document_can_come_in_another_encoding(amazon: Amazon) -> None:
    url = amazon.link(amazon.finished(LEDGER, WEEK_AGO, TODAY))["url"]
    amazon.fault(operation="document", kind="cp1252")
    answer = httpx.get(url)
    assert answer.headers["content-type"] == "text/plain;charset=Cp1252"
    assert "Café" in gzip.decompress(answer.content).decode("cp1252")


def test_a_download_can_break_in_the_middle(amazon: Amazon) -> None:
    url = amazon.link(amazon.finished(LEDGER, WEEK_AGO, TODAY))["url"]
    amazon.fault(operation="document", kind="reset", at_byte=50)
    with pytest.raises(httpx.TransportError):
        httpx.get(url)
