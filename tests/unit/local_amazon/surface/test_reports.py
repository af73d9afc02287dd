"""Reports: life cycle, refresh time, links, and what the documents of every type say."""

import csv
import gzip
from datetime import timedelta
from typing import Any

import pytest

from local_amazon.server.report.types import LEDGER, LEDGER_SUMMARY, REIMBURSEMENTS, REPORT_TYPES, SETTLEMENT
from tests.unit.local_amazon.surface.rows import event, tables
from tests.unit.local_amazon.surface.small_world import NOW, Client, at, error_of, json_of, world

REPORTS = "/reports/2021-06-30/reports"
US = "ATVPDKIKX0DER"
ORDERS = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
FEES = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA"
REQUESTABLE = [name for name, rules in REPORT_TYPES.items() if rules.requestable]


def rows(client: Client, report_type: str, **more: Any) -> list[dict[str, str]]:
    shown = client.report(report_type, **more)
    assert shown["processingStatus"] == "DONE", shown
    return read(client, shown["reportDocumentId"])


def read(client: Client, document_id: str) -> list[dict[str, str]]:
    _, body = client.download(client.link(document_id))
    return list(csv.DictReader(gzip.decompress(body).decode().splitlines(), delimiter="\t"))


def body(report_type: str, **change: Any) -> dict[str, Any]:
    week = {"dataStartTime": (NOW - timedelta(days=7)).isoformat(), "dataEndTime": NOW.isoformat()}
    return {"reportType": report_type, "marketplaceIds": [US], **week, **change}


def test_a_report_queues_runs_and_is_done_by_the_clock(shop: Client) -> None:
    answer = shop.post(REPORTS, body(LEDGER))
    assert answer.status == 202
    seen = []
    for _ in range(20):
        seen.append(shop.json(f"{REPORTS}/{json_of(answer)['reportId']}"))
        shop.later(seconds=10)
    statuses = [each["processingStatus"] for each in seen]
    assert list(dict.fromkeys(statuses)) == ["IN_QUEUE", "IN_PROGRESS", "DONE"]
    assert statuses.count("IN_QUEUE") >= 2 and statuses.count("IN_PROGRESS") >= 2
    assert "reportDocumentId" in seen[-1] and "reportDocumentId" not in seen[0]


def test_the_scale_shortens_the_wait() -> None:
    client = Client(world(**tables()), scale=100)
    report_id = json_of(client.post(REPORTS, body(LEDGER)))["reportId"]
    client.later(seconds=2)
    assert client.json(f"{REPORTS}/{report_id}")["processingStatus"] == "DONE"


@pytest.mark.parametrize("report_type", REQUESTABLE)
def test_every_type_has_a_document_with_as_many_cells_as_columns(shop: Client, report_type: str) -> None:
    found = rows(shop, report_type)
    assert found
    assert all(None not in row and None not in row.values() for row in found)
    assert len(set(found[0])) == len(found[0])


def test_the_ledger_is_quoted_and_cut_in_the_marketplaces_days() -> None:
    night = [event(days, "Shipments", -1, 0) for days in (1.5, 2.5, 3.5, 4.5)]
    client = Client(world(ledger=night))
    times = {"dataStartTime": "2026-11-20T00:00:00Z", "dataEndTime": "2026-11-21T00:00:00Z"}
    shown = client.report(LEDGER, **times)
    answer, packed = client.download(client.link(shown["reportDocumentId"]))
    assert answer.content_type == "text/plain;charset=UTF-8"
    text = gzip.decompress(packed).decode()
    assert text.startswith('"Date"\t"FNSKU"\t"ASIN"\t"MSKU"\t"Title"\t"Event Type"\t"Reference ID"\t"Quantity"')
    assert text.endswith('"\r\n')
    assert [row["Date"] for row in read(client, shown["reportDocumentId"])] == ["11/19/2026", "11/20/2026"]


def test_a_ledger_line_says_what_happened_in_local_time(shop: Client) -> None:
    lost = next(row for row in rows(shop, LEDGER) if row["Reason"] == "M")
    assert (lost["Quantity"], lost["Reconciled Quantity"], lost["Unreconciled Quantity"]) == ("-3", "1", "2")
    assert (lost["FNSKU"], lost["MSKU"], lost["Disposition"]) == ("X000000MUG", "MUG-1", "SELLABLE")
    assert lost["Date and Time"] == "2026-11-20T12:00:00-0800"
    assert (lost["Country"], lost["Store"]) == ("US", "US")


def test_receipts_name_their_shipment_and_removals_their_order(shop: Client) -> None:
    references = {row["Event Type"]: row["Reference ID"] for row in rows(shop, LEDGER)}
    assert references["Receipts"].startswith("FBA15")
    assert references["Shipments"] == "555"
    removal = rows(shop, "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA")[0]
    assert references["VendorReturns"] == removal["order-id"]


def test_options_narrow_the_ledger(shop: Client) -> None:
    assert {row["Event Type"] for row in rows(shop, LEDGER, reportOptions={"eventType": "Shipments"})} == {"Shipments"}
    assert {row["MSKU"] for row in rows(shop, LEDGER, reportOptions={"MSKU": "LAMP-1"})} == {"LAMP-1"}


def test_a_balance_is_its_start_plus_all_movements(shop: Client) -> None:
    for period in ("DAILY", "MONTHLY"):
        for place in ("COUNTRY", "FC"):
            options = {"aggregatedByTimePeriod": period, "aggregateByLocation": place}
            found = rows(shop, LEDGER_SUMMARY, reportOptions=options)
            assert {row["Location"] for row in found} == {"US" if place == "COUNTRY" else "PHX7"}
            for row in found:
                moved = sum(int(row[name]) for name in list(row)[8:18])
                assert int(row["Starting Warehouse Balance"]) + moved == int(row["Ending Warehouse Balance"])


def test_a_reversal_points_to_what_it_reverses(shop: Client) -> None:
    paid, reversal = rows(shop, REIMBURSEMENTS)
    assert (paid["amount-total"], reversal["amount-total"]) == ("25.00", "-25.00")
    assert reversal["original-reimbursement-id"] == paid["reimbursement-id"]
    assert (paid["case-id"], reversal["case-id"]) == ("", "123")


def test_a_return_may_have_no_licence_plate(shop: Client) -> None:
    plates = {row["detailed-disposition"]: row["license-plate-number"] for row in rows(shop, RETURNS)}
    assert plates == {"SELLABLE": "LPNRR000000012", "DAMAGED": ""}


def test_the_order_report_follows_the_last_change_and_prices_only_what_is_no_longer_pending(shop: Client) -> None:
    found = rows(shop, ORDERS, days=29)
    assert {row["order-status"] for row in found} == {"Shipped", "Cancelled", "Pending"}
    prices = {row["order-status"]: row["item-price"] for row in found}
    assert prices["Pending"] == ""
    first = next(row for row in found if row["sku"] == "MUG-1" and row["quantity"] == "2")
    assert (first["item-price"], first["item-promotion-discount"], first["currency"]) == ("39.98", "1.00", "USD")


def test_the_order_report_takes_thirty_days_at_most(shop: Client) -> None:
    assert shop.report(ORDERS, days=30)["processingStatus"] == "DONE"
    assert shop.report(ORDERS, days=31)["processingStatus"] == "FATAL"


def test_the_fee_preview_has_other_columns_in_europe(shop: Client) -> None:
    american = next(row for row in rows(shop, FEES) if row["sku"] == "LAMP-1")
    assert (american["longest-side"], american["unit-of-dimension"]) == ("19.00", "inches")
    assert american["expected-fulfillment-fee-per-unit"] != "--"
    european = Client(world("eu"))
    for row in rows(european, FEES):
        assert row["expected-domestic-fulfilment-fee-per-unit"] != "--"
        assert (row["unit-of-dimension"], row["currency"], row["amazon-store"]) == ("centimeters", "GBP", "UK")
        assert "product-size-tier" not in row


def test_a_storage_month_is_told_when_it_is_published(shop: Client) -> None:
    name = "GET_FBA_STORAGE_FEE_CHARGES_DATA"
    assert [row["month_of_charge"] for row in rows(shop, name, days=60)] == ["2026-10"]
    month = {"dataStartTime": "2026-11-01T08:00:00Z", "dataEndTime": "2026-11-20T00:00:00Z"}
    assert shop.report(name, **month)["processingStatus"] == "CANCELLED"


def test_a_range_without_rows_is_cancelled(shop: Client) -> None:
    empty = {"dataStartTime": "2025-01-01T00:00:00Z", "dataEndTime": "2025-01-03T00:00:00Z"}
    shown = shop.report(LEDGER, **empty)
    assert shown["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in shown


def test_a_ledger_report_without_a_start_is_fatal_and_its_document_says_why(shop: Client) -> None:
    report_id = json_of(shop.post(REPORTS, {"reportType": LEDGER, "marketplaceIds": [US]}))["reportId"]
    shop.later(minutes=4)
    shown = shop.json(f"{REPORTS}/{report_id}")
    assert shown["processingStatus"] == "FATAL"
    _, packed = shop.download(shop.link(shown["reportDocumentId"]))
    assert b"errorDetails" in gzip.decompress(packed)


@pytest.mark.parametrize(
    "change",
    [
        {"reportType": "GET_NOTHING"},
        {"reportType": SETTLEMENT},
        {"marketplaceIds": []},
        {"marketplaceIds": ["A1PA6795UKMFR9"]},
        {"dataEndTime": (NOW + timedelta(days=1)).isoformat()},
        {"dataEndTime": (NOW - timedelta(days=9)).isoformat()},
        {"reportOptions": {"eventType": ""}},
        {"reportOptions": {"aggregateByLocation": "MOON"}},
        {"reportOptions": ["eventType"]},
    ],
)
def test_wrong_report_requests_are_refused(shop: Client, change: dict[str, object]) -> None:
    assert shop.post(REPORTS, body(LEDGER, **change)).status == 400


def test_inside_the_refresh_time_the_same_range_gives_old_data() -> None:
    late = event(0.001, "Shipments", -5, 0)
    client = Client(world(ledger=[event(2, "Shipments", -1, 0), {**late, "visible": at(hours=-2)}]))
    assert len(rows(client, LEDGER)) == 1
    client.later(hours=3)
    client.token = client.grant()["access_token"]
    assert len(rows(client, LEDGER)) == 1
    client.later(hours=1)
    client.token = client.grant()["access_token"]
    assert len(rows(client, LEDGER)) == 2


def test_another_range_inside_the_refresh_time_gives_new_data() -> None:
    late = event(0.001, "Shipments", -5, 0)
    client = Client(world(ledger=[event(2, "Shipments", -1, 0), {**late, "visible": at(hours=-0.5)}]))
    assert len(rows(client, LEDGER)) == 1
    client.later(hours=0.6)
    assert len(rows(client, LEDGER, days=20)) == 2


def test_only_a_queued_report_can_be_cancelled(shop: Client) -> None:
    report_id = json_of(shop.post(REPORTS, body(LEDGER)))["reportId"]
    cancelled = shop.send("DELETE", f"{REPORTS}/{report_id}")
    assert (cancelled.status, cancelled.body) == (200, b"")
    assert shop.json(f"{REPORTS}/{report_id}")["processingStatus"] == "CANCELLED"
    done = shop.report(LEDGER)
    assert shop.send("DELETE", f"{REPORTS}/{done['reportId']}").status == 400


def test_reports_are_found_by_filter_and_page(shop: Client) -> None:
    ids = [json_of(shop.post(REPORTS, body(LEDGER)))["reportId"] for _ in range(3)]
    shop.post(REPORTS, body(REIMBURSEMENTS))
    found = shop.json(REPORTS, reportTypes=LEDGER, pageSize=2)
    rest = shop.json(REPORTS, nextToken=found["nextToken"])
    assert [each["reportId"] for each in found["reports"] + rest["reports"]] == ids[::-1]
    assert "nextToken" not in rest
    assert shop.get(REPORTS, nextToken=found["nextToken"], pageSize=2).status == 400
    assert shop.json(REPORTS, reportTypes=LEDGER, processingStatuses="DONE")["reports"] == []


def test_a_settlement_report_appears_by_itself_and_adds_up(shop: Client) -> None:
    found = shop.json(REPORTS, reportTypes=SETTLEMENT)["reports"]
    assert [each["processingStatus"] for each in found] == ["DONE"]
    head, *lines = read(shop, found[0]["reportDocumentId"])
    assert head["total-amount"] == "25.98"
    assert sum(round(float(line["amount"]) * 100) for line in lines) == 2598
    assert {line["settlement-id"] for line in lines} == {head["settlement-id"]}
    assert (head["deposit-date"], lines[0]["posted-date"]) == ("2026-11-09 20:00:00 UTC", "2026-10-29")
    assert {(line["amount-type"], line["amount-description"]) for line in lines} == {
        ("ItemPrice", "Principal"),
        ("ItemPrice", "Tax"),
        ("ItemWithheldTax", "MarketplaceFacilitatorTax-Principal"),
        ("ItemFees", "Commission"),
        ("ItemFees", "FBAPerUnitFulfillmentFee"),
    }


def test_a_settlement_of_the_current_period_is_not_there_yet(shop: Client) -> None:
    shop.later(days=4)
    shop.token = shop.grant()["access_token"]
    assert len(shop.json(REPORTS, reportTypes=SETTLEMENT)["reports"]) == 2


def test_european_settlements_write_dates_with_dots() -> None:
    client = Client(world("eu", settlements=tables()["settlements"], finances=tables()["finances"]))
    found = client.json(REPORTS, reportTypes=SETTLEMENT)["reports"][0]
    head, *lines = read(client, found["reportDocumentId"])
    assert (head["deposit-date"], lines[0]["posted-date"]) == ("09.11.2026 20:00:00 UTC", "29.10.2026")


def test_reports_are_kept_for_ninety_days(shop: Client) -> None:
    shown = shop.report(LEDGER)
    shop.later(days=89)
    shop.token = shop.grant()["access_token"]
    assert shop.get(f"{REPORTS}/{shown['reportId']}").status == 200
    shop.later(days=1)
    shop.token = shop.grant()["access_token"]
    assert shop.get(f"{REPORTS}/{shown['reportId']}").status == 404


def test_an_unknown_report_is_not_found(shop: Client) -> None:
    assert error_of(shop.get(f"{REPORTS}/1"))[:2] == (404, "NotFound")
    assert shop.get("/reports/2021-06-30/documents/1").status == 404
