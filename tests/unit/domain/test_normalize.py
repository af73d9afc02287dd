"""From Amazon's lines to our rows: columns by name, nothing lost, bad rows kept with their reason."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clario.domain.errors import UnreadableDocument
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Record, Rejected
from clario.domain.records.money import FinancialEvent, Reimbursement
from clario.domain.records.stock import LedgerEvent
from clario.domain.streams import STREAMS
from clario.domain.values import MARKETPLACES, DayRange

CONTEXT = Context(MARKETPLACES["ATVPDKIKX0DER"], DayRange(date(2026, 6, 1), date(2026, 6, 30)))

LEDGER_HEADER = (
    '"Date"\t"FNSKU"\t"ASIN"\t"MSKU"\t"Title"\t"Event Type"\t"Reference ID"\t"Quantity"\t"Fulfillment Center"'
    '\t"Disposition"\t"Reason"\t"Country"\t"Reconciled Quantity"\t"Unreconciled Quantity"\t"Date and Time"\t"Store"'
)
LEDGER_LINE = (
    '"06/01/2026"\t"X1"\t"B01"\t"SKU-1"\t"A ""good"" one"\t"Adjustments"\t"R7"\t"-3"\t"PHX7"\t"SELLABLE"\t"M"\t"US"'
    '\t"1"\t"2"\t"2026-06-01T01:00:00-0700"\t""'
)


def read(stream: str, *lines: str | bytes, end: bytes = b"\r\n") -> list[Record | Rejected]:
    raw = [(line.encode() if isinstance(line, str) else line) + end for line in lines]
    return list(normaliser(STREAMS[stream].sources[0])(raw, CONTEXT))


def test_a_ledger_line_becomes_a_row() -> None:
    [row] = read("ledger", LEDGER_HEADER, LEDGER_LINE)
    assert isinstance(row, LedgerEvent)
    assert (row.line, row.occurred_on, row.occurred_at) == (2, date(2026, 6, 1), datetime(2026, 6, 1, 8, tzinfo=UTC))
    assert (row.fnsku, row.asin, row.msku, row.title) == ("X1", "B01", "SKU-1", 'A "good" one')
    assert (row.quantity, row.reason, row.reconciled_quantity, row.unreconciled_quantity) == (-3, "M", 1, 2)
    assert (row.reference_id, row.fulfillment_center, row.disposition, row.country) == ("R7", "PHX7", "SELLABLE", "US")
    assert row.store is None


def test_columns_are_found_by_name_in_any_order_case_and_spelling_and_unknown_ones_ignored() -> None:
    [row] = read("ledger", "quantity\tEventType\tNew Column\tfnsku\tDATE", "5\tReceipts\t?\tX1\t06/01/2026")
    assert isinstance(row, LedgerEvent)
    assert (row.quantity, row.event_type, row.fnsku, row.reason) == (5, "Receipts", "X1", None)


@pytest.mark.parametrize("title", ["Größe".encode(), "Größe".encode("cp1252")], ids=["utf-8", "cp1252"])
def test_both_encodings_are_read(title: bytes) -> None:
    header = b"\xef\xbb\xbfDate\tFNSKU\tTitle\tEvent Type\tQuantity"
    [row] = read("ledger", header, b"06/01/2026\tX1\t" + title + b"\tReceipts\t1")
    assert isinstance(row, LedgerEvent)
    assert row.title == "Größe"


def test_identical_lines_are_told_apart_and_reconciliation_is_no_part_of_the_key() -> None:
    other = LEDGER_LINE.replace('"1"\t"2"', '"3"\t"0"')
    rows = read("ledger", LEDGER_HEADER, LEDGER_LINE, other)
    first, second = (row for row in rows if isinstance(row, LedgerEvent))
    assert first.event_key == second.event_key
    assert (first.ordinal, second.ordinal) == (0, 1)


@pytest.mark.parametrize(
    ("spoilt", "reason", "day"),
    [
        (LEDGER_LINE.replace('"-3"', '"abc"'), "quantity is not a whole number: abc", date(2026, 6, 1)),
        (LEDGER_LINE.replace('"-3"', '""'), "quantity is not a whole number: empty", date(2026, 6, 1)),
        (LEDGER_LINE.replace("06/01/2026", "2026-06-01"), "date is not a date like 12/31/2026: 2026-06-01", None),
        (LEDGER_LINE.replace('"X1"', '""'), "fnsku is empty", date(2026, 6, 1)),
        ('"06/01/2026"\t"X1"', "2 cells where the header has 16", None),
        (LEDGER_LINE.replace("-0700", ""), "date and time has no UTC offset", date(2026, 6, 1)),
        (LEDGER_LINE.replace("2026-06-01T01:00:00-0700", "noon"), "date and time is not a time", date(2026, 6, 1)),
    ],
    ids=lambda value: str(value)[:24],
)
def test_a_bad_row_is_kept_with_its_reason_its_line_and_its_day(spoilt: str, reason: str, day: date | None) -> None:
    bad, good = read("ledger", LEDGER_HEADER, spoilt, LEDGER_LINE)
    assert isinstance(bad, Rejected)
    assert bad.reason.startswith(reason)
    assert (bad.line, bad.raw, bad.day) == (2, spoilt, day)
    assert isinstance(good, LedgerEvent)


def test_a_quoted_cell_may_span_lines_and_its_raw_text_stays_whole() -> None:
    [bad] = read(
        "ledger", "Date\tFNSKU\tTitle\tEvent Type\tQuantity", '06/01/2026\tX1\t"two', 'lines"\tReceipts\tx', end=b"\n"
    )
    assert isinstance(bad, Rejected)
    assert bad.raw == '06/01/2026\tX1\t"two\nlines"\tReceipts\tx'


def test_a_quote_that_never_ends_takes_no_row_with_it_but_its_own() -> None:
    endless = LEDGER_LINE.replace('"A ""good"" one"', '"' + "x" * 140_000)
    bad, good = read("ledger", LEDGER_HEADER, endless, LEDGER_LINE)
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.raw, bad.reason) == (2, endless, "its cells cannot be told apart")
    assert isinstance(good, LedgerEvent)
    assert good.line == 3


def test_blank_lines_are_no_rows() -> None:
    assert read("ledger", LEDGER_HEADER, "", "") == []


def test_an_empty_document_or_a_missing_column_is_no_report() -> None:
    with pytest.raises(UnreadableDocument, match="the header lacks date, eventtype, fnsku, quantity"):
        read("ledger")
    with pytest.raises(UnreadableDocument, match="the header lacks quantity"):
        read("ledger", "Date\tFNSKU\tEvent Type")


def test_a_document_whose_lines_nobody_can_tell_apart_is_not_an_empty_one() -> None:
    with pytest.raises(UnreadableDocument, match="carriage returns alone"):
        read("reimbursements", f"{REIMBURSEMENT_HEADER}\r{paid()}")


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_whatever_comes_below_the_header_no_line_is_lost_and_nothing_breaks(lines: list[bytes]) -> None:
    clean = [line.replace(b"\n", b"") for line in lines]
    rows = read("reimbursements", REIMBURSEMENT_HEADER, *clean)
    assert len(rows) == sum(any(line.replace(b"\x00", b"").rstrip(b"\r").split(b"\t")) for line in clean)


REIMBURSEMENT_HEADER = """
approval-date reimbursement-id case-id amazon-order-id reason sku fnsku asin product-name condition currency-unit
amount-per-unit amount-total quantity-reimbursed-cash quantity-reimbursed-inventory quantity-reimbursed-total
original-reimbursement-id original-reimbursement-type
"""
REIMBURSEMENT_HEADER = "\t".join(REIMBURSEMENT_HEADER.split())


def test_a_carriage_return_in_an_unquoted_title_is_part_of_it() -> None:
    [row] = read("reimbursements", REIMBURSEMENT_HEADER, paid(product_name='24" mug\rred'))
    assert isinstance(row, Reimbursement)
    assert row.product_name == '24" mug\rred'


def paid(**cells: str) -> str:
    values = dict(zip(REIMBURSEMENT_HEADER.split("\t"), [""] * 18, strict=True)) | {
        "approval-date": "2026-06-02T05:30:00+00:00",
        "reimbursement-id": "R1",
        "reason": "Lost_Warehouse",
        "sku": "SKU-1",
        "fnsku": "X1",
        "currency-unit": "USD",
        "amount-per-unit": "7.50",
        "amount-total": "15.00",
        "quantity-reimbursed-cash": "2",
        "quantity-reimbursed-inventory": "1",
    }
    return "\t".join((values | {name.replace("_", "-"): cell for name, cell in cells.items()}).values())


def test_a_reimbursement_belongs_to_the_marketplaces_day_not_to_utcs() -> None:
    [row] = read("reimbursements", REIMBURSEMENT_HEADER, paid())
    assert isinstance(row, Reimbursement)
    assert row.approved_on == date(2026, 6, 1)
    assert (row.amount_per_unit, row.amount_total, row.currency) == (Decimal("7.50"), Decimal("15.00"), "USD")
    assert (row.quantity_cash, row.quantity_inventory, row.quantity_total) == (2, 1, 3)
    assert (row.case_id, row.order_id, row.original_reimbursement_id) == (None, None, None)


def test_a_quote_in_an_unquoted_report_is_an_ordinary_character() -> None:
    [row] = read("reimbursements", REIMBURSEMENT_HEADER, paid(product_name='7" plate'))
    assert isinstance(row, Reimbursement)
    assert row.product_name == '7" plate'


def test_one_reimbursement_over_two_skus_are_two_rows_and_twice_the_same_line_too() -> None:
    rows = read("reimbursements", REIMBURSEMENT_HEADER, paid(), paid(sku="SKU-2"), paid())
    keys = [(row.reimbursement_id, row.row_key, row.ordinal) for row in rows if isinstance(row, Reimbursement)]
    assert len(set(keys)) == 3
    assert [row.ordinal for row in rows if isinstance(row, Reimbursement)] == [0, 0, 1]


@pytest.mark.parametrize("amount", ["1,234", "7,5,0", "NaN", "Infinity", "10000000000", "x"])
def test_what_is_no_amount_is_rejected(amount: str) -> None:
    [bad] = read("reimbursements", REIMBURSEMENT_HEADER, paid(amount_total=amount))
    assert isinstance(bad, Rejected)
    assert bad.reason == f"amount-total is not an amount: {amount}"


def test_a_time_without_a_local_day_spoils_its_row_only() -> None:
    first, last = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00"
    rows = read("reimbursements", REIMBURSEMENT_HEADER, paid(approval_date=first), paid(approval_date=last), paid())
    assert [(type(row), row.line) for row in rows] == [(Rejected, 2), (Rejected, 3), (Reimbursement, 4)]


def money(amount: float) -> dict[str, Any]:
    return {"currencyAmount": amount, "currencyCode": "USD"}


def transaction(**values: Any) -> dict[str, Any]:
    return {
        "transactionId": "T1",
        "transactionType": "Shipment",
        "transactionStatus": "RELEASED",
        "postedDate": "2026-06-02T05:30:00Z",
        "totalAmount": money(12.5),
        "relatedIdentifiers": [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": "111-1"}],
        "items": [
            {
                "totalAmount": money(12.5),
                "contexts": [{"contextType": "ProductContext", "sku": "SKU-1", "asin": "B01", "quantityShipped": 1}],
                "breakdowns": [
                    {"breakdownType": "ProductCharges", "breakdownAmount": money(20.0)},
                    {
                        "breakdownType": "AmazonFees",
                        "breakdownAmount": money(-7.5),
                        "breakdowns": [
                            {"breakdownType": "Commission", "breakdownAmount": money(-3.0)},
                            {"breakdownType": "FBAPerUnitFulfillmentFee", "breakdownAmount": money(-4.5)},
                        ],
                    },
                ],
            }
        ],
    } | values


def shipped(quantity: object) -> dict[str, Any]:
    return {"totalAmount": money(12.5), "contexts": [{"contextType": "ProductContext", "quantityShipped": quantity}]}


def events(*transactions: object) -> list[Record | Rejected]:
    return read("financial_events", json.dumps({"payload": {"transactions": list(transactions)}}), end=b"\n")


def amounts(rows: list[Record | Rejected]) -> list[Decimal]:
    return [row.amount for row in rows if isinstance(row, FinancialEvent)]


def test_each_leaf_of_a_transaction_is_a_row_and_the_rows_add_up() -> None:
    rows = events(transaction())
    assert amounts(rows) == [Decimal("20.0"), Decimal("-3.0"), Decimal("-4.5")]
    first, *fees = rows
    assert isinstance(first, FinancialEvent)
    assert (first.posted_on, first.order_id, first.sku, first.asin) == (date(2026, 6, 1), "111-1", "SKU-1", "B01")
    assert (first.event_type, first.quantity, first.currency) == ("Order", 1, "USD")
    assert first.event_id == "2024-06-19:T1:0:ProductCharges:0"
    assert {row.event_type for row in fees if isinstance(row, FinancialEvent)} == {"Fee"}


def test_what_the_breakdowns_leave_over_is_a_row_too() -> None:
    assert amounts(events(transaction(totalAmount=money(13.0))))[-1] == Decimal("0.5")


def test_a_transaction_without_items_or_breakdowns_is_one_row() -> None:
    [row] = events(transaction(items=None, transactionType="Transfer", totalAmount=money(-99)))
    assert isinstance(row, FinancialEvent)
    assert (row.amount, row.event_type, row.event_id) == (-99, "Transfer", "2024-06-19:T1:-:Unitemized:0")


def test_breakdowns_of_the_transaction_count_where_there_are_no_items() -> None:
    tree = [{"breakdownType": "Storage", "breakdownAmount": money(-8)}]
    [row] = events(transaction(items=[], breakdowns=tree, totalAmount=money(-8), transactionType="ServiceFee"))
    assert isinstance(row, FinancialEvent)
    assert (row.amount, row.event_type) == (-8, "Fee")


def test_a_product_that_the_transaction_itself_names_is_that_of_its_amounts() -> None:
    whole = [{"contextType": "ProductContext", "sku": "SKU-9", "quantityShipped": 3}]
    named, rest = events(transaction(contexts=whole, totalAmount=money(13.0)))[-2:]
    assert isinstance(named, FinancialEvent)
    assert isinstance(rest, FinancialEvent)
    assert (named.sku, rest.amount, rest.sku, rest.quantity) == ("SKU-1", Decimal("0.5"), "SKU-9", 3)


def test_an_item_without_breakdowns_is_its_total() -> None:
    rows = events(transaction(items=[{"totalAmount": money(12.5)}]))
    assert amounts(rows) == [Decimal("12.5")]


def test_equal_leaves_of_one_transaction_keep_different_ids() -> None:
    twice = [{"breakdownType": "Tax", "breakdownAmount": money(1)}] * 2
    rows = events(transaction(items=[], breakdowns=twice, totalAmount=money(2)))
    assert len({row.event_id for row in rows if isinstance(row, FinancialEvent)}) == 2


@pytest.mark.parametrize(
    ("spoilt", "day"),
    [
        (transaction(totalAmount={"currencyAmount": "12.5", "currencyCode": "USD"}), date(2026, 6, 1)),
        (transaction(totalAmount=money(10_000_000_000)), date(2026, 6, 1)),
        (transaction(totalAmount={"currencyAmount": 1, "currencyCode": ""}), date(2026, 6, 1)),
        (transaction(transactionId=None), date(2026, 6, 1)),
        (transaction(items=[shipped("many")]), date(2026, 6, 1)),
        (transaction(items=[shipped(1e12)]), date(2026, 6, 1)),
        (transaction(postedDate="yesterday"), None),
        (transaction(postedDate="0001-01-01T00:00:00Z"), None),
        ({"transactionId": "T1"}, None),
        ("no object", None),
    ],
    ids=[
        "an amount as text",
        "an amount no table holds",
        "no currency",
        "no id",
        "a quantity as words",
        "a quantity no table holds",
        "no time",
        "no local day",
        "almost empty",
        "no object",
    ],
)
def test_a_transaction_that_cannot_be_read_is_rejected_whole(spoilt: object, day: date | None) -> None:
    bad, *good = events(spoilt, transaction(transactionId="T2"))
    assert isinstance(bad, Rejected)
    assert (bad.line, bad.day) == (1, day)
    assert len(good) == 3


def test_a_transaction_is_kept_without_what_no_database_stores_as_text_and_rejected_as_it_came() -> None:
    spoilt = transaction(description="a\0b\ud800", items=[None])
    row, bad = events(transaction(items=[], description="a\0b\ud800"), {**spoilt, "transactionId": 1})
    assert isinstance(row, FinancialEvent)
    assert row.description == "ab?"
    assert isinstance(bad, Rejected)
    assert json.loads(bad.raw) == {**spoilt, "transactionId": 1, "description": "ab?"}


def test_an_identifier_without_a_value_costs_no_money() -> None:
    [row, *_] = events(transaction(relatedIdentifiers=[{"relatedIdentifierName": "ORDER_ID"}]))
    assert isinstance(row, FinancialEvent)
    assert (row.amount, row.order_id) == (20, None)


def test_a_rejected_transaction_says_what_it_lacks() -> None:
    [bad] = events({"transactionId": "T1", "postedDate": "2026-06-02T05:30:00Z"})
    assert isinstance(bad, Rejected)
    assert bad.reason == "transaction: totalAmount is missing"


def test_a_page_without_transactions_has_no_rows() -> None:
    assert read("financial_events", '{"payload":{}}', "{}", end=b"\n") == []
