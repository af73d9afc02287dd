"""What a line of each report becomes: days of the marketplace, decimal money, and the oddities of each format."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clario.domain.records import Record, Rejected
from clario.domain.records.money import AgedInventoryCharge, FeePreview, SettlementLine, StorageCharge
from clario.domain.records.stock import LedgerBalance
from clario.domain.records.trade import CustomerReturn, RemovalOrder, RemovalShipment, Replacement, ShippedItem
from tests.fixtures.documents import GERMANY, context, document, normalized

LEDGER_SUMMARY = "GET_LEDGER_SUMMARY_VIEW_DATA"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
REPLACEMENTS = "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA"
SHIPMENTS = "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA"
REMOVAL_ORDERS = "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA"
REMOVAL_SHIPMENTS = "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA"
FEES = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA"
STORAGE = "GET_FBA_STORAGE_FEE_CHARGES_DATA"
AGED = "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA"
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"


def told(row: Record | Rejected, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def edited(name: str, *changes: tuple[str, str]) -> list[Record | Rejected]:
    text = document(name).decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return normalized(name, text.encode())


def test_a_months_balance_is_the_row_of_its_first_day() -> None:
    first, damaged, may = normalized(LEDGER_SUMMARY)
    assert isinstance(first, LedgerBalance)
    assert told(first, "period_start", "fnsku", "disposition", "location") == (
        date(2026, 6, 1),
        "X000000001",
        "SELLABLE",
        "US",
    )
    assert told(first, "starting_balance", "in_transit", "receipts", "customer_shipments") == (100, 4, 40, -25)
    assert told(first, "found", "lost", "damaged", "ending_balance", "unknown_events") == (1, -3, -1, 115, 0)
    assert told(damaged, "disposition", "disposed") == ("CUSTOMER_DAMAGED", -1)
    assert told(may, "period_start") == (date(2026, 5, 1),)


def test_a_days_balance_is_the_row_of_that_day() -> None:
    [row, *_] = edited(LEDGER_SUMMARY, ('"06/2026"', '"06/17/2026"'))
    assert told(row, "period_start") == (date(2026, 6, 17),)


def test_a_return_belongs_to_the_marketplaces_day_and_a_date_alone_is_one() -> None:
    moment, day, again = normalized(RETURNS)
    assert isinstance(moment, CustomerReturn)
    assert told(moment, "returned_on", "returned_at") == (date(2026, 6, 1), datetime(2026, 6, 2, 5, 30, tzinfo=UTC))
    assert told(moment, "order_id", "sku", "quantity", "disposition", "reason") == (
        "111-0000001-0000001",
        "SKU-1",
        1,
        "SELLABLE",
        "UNWANTED_ITEM",
    )
    assert told(moment, "status", "license_plate_number") == ("Unit returned to inventory", "LPNRR0000000001")
    assert told(day, "returned_on", "returned_at", "ordinal") == (date(2026, 6, 2), None, 0)
    assert told(again, "ordinal") == (1,)


def test_a_file_of_returns_without_their_status_is_read() -> None:
    row, *_ = edited(RETURNS, ("\tstatus\t", "\tanother\t"))
    assert isinstance(row, CustomerReturn)
    assert told(row, "sku", "disposition", "status") == ("SKU-1", "SELLABLE", None)


def test_a_return_whose_order_nobody_knows_is_kept() -> None:
    row, *_ = edited(RETURNS, ("111-0000001-0000001", ""))
    assert isinstance(row, CustomerReturn)
    assert told(row, "order_id", "sku") == (None, "SKU-1")


def test_a_replacement_names_both_orders() -> None:
    row, _ = normalized(REPLACEMENTS)
    assert isinstance(row, Replacement)
    assert told(row, "shipped_on", "replacement_order_id", "original_order_id", "reason_code", "quantity") == (
        date(2026, 6, 3),
        "111-0000009-0000009",
        "111-0000001-0000001",
        "4",
        1,
    )


def test_what_was_shipped_has_no_place_and_an_unknown_price_is_none() -> None:
    first, second = normalized(SHIPMENTS)
    assert isinstance(first, ShippedItem)
    assert told(first, "shipped_on", "order_id", "quantity", "item_price") == (
        date(2026, 6, 1),
        "111-0000001-0000001",
        2,
        Decimal("19.99"),
    )
    assert told(second, "shipped_on", "gift_wrap_price") == (date(2026, 6, 1), None)


def test_a_removal_order_is_a_row_for_each_product_and_disposition() -> None:
    first, second = normalized(REMOVAL_ORDERS)
    assert isinstance(first, RemovalOrder)
    assert told(first, "order_id", "status", "requested_quantity", "cancelled_quantity", "shipped_quantity") == (
        "RM-0001",
        "Completed",
        10,
        1,
        9,
    )
    assert told(first, "removal_fee", "currency") == (Decimal("5.40"), "USD")
    assert told(second, "removal_fee", "in_process_quantity", "source") == (None, 4, "Automatic Long-Term Inventory")


def test_parcels_of_one_removal_order_are_rows_of_their_own() -> None:
    first, second = normalized(REMOVAL_SHIPMENTS)
    assert isinstance(first, RemovalShipment)
    assert told(first, "shipped_quantity", "tracking_number") == (6, "1Z0000000000000001")
    assert told(first, "order_id") == told(second, "order_id")
    assert told(first, "row_key") != told(second, "row_key")


def test_a_fee_preview_is_of_the_day_it_was_read_and_two_hyphens_are_no_value() -> None:
    first, second = normalized(FEES)
    assert isinstance(first, FeePreview)
    assert told(first, "snapshot_on", "size_tier", "longest_side") == (
        date(2026, 6, 30),
        "LargeStandardSize",
        Decimal("6.10"),
    )
    assert told(first, "fee_total", "referral_fee", "fulfillment_fee", "future_fulfillment_fee") == (
        Decimal("6.85"),
        Decimal("3.00"),
        Decimal("3.85"),
        Decimal("4.02"),
    )
    assert told(second, "longest_side", "size_tier", "fee_total", "cross_border_fees") == (None, None, None, None)


def test_a_european_fee_preview_has_a_band_commas_and_a_fee_for_each_country() -> None:
    raw = document(f"{FEES}.europe")
    [row] = normalized(FEES, raw, context(GERMANY))
    assert told(row, "your_price", "fulfillment_fee", "size_tier", "currency", "has_local_inventory") == (
        Decimal("1019.90"),
        Decimal("3.12"),
        "Small parcel",
        "EUR",
        "Yes",
    )
    assert told(row, "cross_border_fees") == ('{"es": "4.90", "fr": "4.55", "it": "4.80", "se": "5.60", "uk": "4.31"}',)


def test_a_storage_charge_belongs_to_the_first_of_its_month() -> None:
    first, second = normalized(STORAGE)
    assert isinstance(first, StorageCharge)
    assert told(first, "month", "storage_fee", "storage_rate", "item_volume", "average_units") == (
        date(2026, 5, 1),
        Decimal("5.20"),
        Decimal("0.78"),
        Decimal("0.0593"),
        Decimal("112.50"),
    )
    assert told(second, "utilization_ratio", "dangerous_goods_type", "incentive_amount") == (None, None, None)


def test_an_aged_inventory_charge_belongs_to_its_day_as_written() -> None:
    """Midnight in UTC is the evening before in Seattle; what is meant is the day of the count."""
    first, second = normalized(AGED)
    assert isinstance(first, AgedInventoryCharge)
    assert told(first, "charged_on", "units_charged", "amount_charged", "age_tier") == (
        date(2026, 6, 15),
        10,
        Decimal("2.97"),
        "271-300 days",
    )
    assert told(first, "row_key") != told(second, "row_key")


@pytest.mark.parametrize(
    ("name", "old", "new", "reason", "day"),
    [
        (LEDGER_SUMMARY, '"05/2026"', '"May"', "Date is not a date like 12/31/2026: May", None),
        (LEDGER_SUMMARY, '"32"', '""', "Ending Warehouse Balance is not a whole number: empty", date(2026, 5, 1)),
        (RETURNS, "2026-06-02T05:30:00+00:00", "yesterday", "return-date is not a time: yesterday", None),
        (RETURNS, "\tSKU-1\t", "\t\t", "sku is empty", date(2026, 6, 1)),
        (REPLACEMENTS, "111-0000009-0000009", "", "replacement-amazon-order-id is empty", date(2026, 6, 3)),
        (SHIPMENTS, "19.99", "1,999", "item-price-per-unit is not an amount: 1,999", date(2026, 6, 1)),
        (REMOVAL_ORDERS, "5.40", "x", "removal-fee is not an amount: x", None),
        (REMOVAL_SHIPMENTS, "2026-05-28T16:00:00+00:00", "2026-05-28", "shipment-date has no UTC offset", None),
        (FEES, "6.85", "much", "estimated-fee-total is not an amount: much", date(2026, 6, 30)),
        (STORAGE, "2026-05", "May", "month_of_charge is not a date like 2026-12-31: May-01", None),
        (AGED, "2.97", "x", "amount-charged is not an amount: x", date(2026, 6, 15)),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason_and_its_day(
    name: str, old: str, new: str, reason: str, day: date | None
) -> None:
    [bad] = [row for row in edited(name, (old, new)) if isinstance(row, Rejected)]
    assert bad.reason.startswith(reason)
    assert bad.day == day


def test_a_settlements_amounts_add_up_to_the_total_of_its_first_row() -> None:
    head, *lines = normalized(SETTLEMENT)
    assert isinstance(head, SettlementLine)
    assert told(head, "row_number", "total_amount", "amount", "currency") == (1, Decimal("31.99"), None, "USD")
    assert told(head, "started_at", "deposited_at") == (
        datetime(2026, 6, 1, 7, tzinfo=UTC),
        datetime(2026, 6, 17, 7, tzinfo=UTC),
    )
    assert sum(line.amount for line in lines if isinstance(line, SettlementLine) and line.amount) == head.total_amount
    assert {told(line, "currency", "settlement_id") for line in lines} == {("USD", "21000000001")}
    assert [told(line, "row_number") for line in lines] == [(2,), (3,), (4,)]


def test_a_european_settlement_has_days_with_points_and_decimal_commas() -> None:
    head, line = normalized(SETTLEMENT, document(f"{SETTLEMENT}.europe"), context(GERMANY))
    assert told(head, "total_amount", "ended_at") == (Decimal("1250.50"), datetime(2026, 6, 15, 7, tzinfo=UTC))
    assert told(line, "amount", "posted_at") == (Decimal("1250.50"), datetime(2026, 6, 2, 5, 30, tzinfo=UTC))


def test_settlements_one_after_the_other_count_their_rows_anew() -> None:
    both = document(SETTLEMENT) + document(f"{SETTLEMENT}.europe")
    rows = normalized(SETTLEMENT, both)
    assert [told(row, "settlement_id", "row_number", "line") for row in rows] == [
        ("21000000001", 1, 2),
        ("21000000001", 2, 3),
        ("21000000001", 3, 4),
        ("21000000001", 4, 5),
        ("21000000002", 1, 7),
        ("21000000002", 2, 8),
    ]


def test_a_settlement_with_its_columns_in_another_order_begins_anew_too() -> None:
    reversed_lines = [b"\t".join(line.split(b"\t")[::-1]) + b"\n" for line in document(SETTLEMENT).splitlines()]
    twice = document(SETTLEMENT) + b"".join(reversed_lines)
    assert [told(row, "settlement_id", "row_number") for row in normalized(SETTLEMENT, twice)] == [
        ("21000000001", number) for number in (1, 2, 3, 4, 1, 2, 3, 4)
    ]


def test_a_settlement_without_time_of_day_has_the_day() -> None:
    _, first, *_ = edited(SETTLEMENT, ("2026-06-02 05:30:00 UTC", ""))
    assert told(first, "posted_at") == (datetime(2026, 6, 2, tzinfo=UTC),)


def test_lines_of_a_settlement_whose_own_row_is_missing_have_no_currency_and_are_rejected() -> None:
    header, _, *lines = document(SETTLEMENT).splitlines(keepends=True)
    assert {type(row) for row in normalized(SETTLEMENT, [header, *lines])} == {Rejected}
