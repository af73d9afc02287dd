"""Inventory summaries become rows: what Amazon says, what it leaves out, and what cannot be read."""

import json
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any

import pytest

from clario.domain.errors import UnreadableDocument
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Record, Rejected
from clario.domain.records.stock import Inventory
from clario.domain.streams import STREAMS
from clario.domain.values import MARKETPLACES, DayRange

US = "ATVPDKIKX0DER"
CONTEXT = Context(MARKETPLACES[US], DayRange(date(2026, 6, 1), date(2026, 6, 1)))
QUANTITIES = [field.name for field in fields(Inventory) if field.name.endswith("_quantity")]
DETAILS = {
    "fulfillableQuantity": 1,
    "inboundWorkingQuantity": 2,
    "inboundShippedQuantity": 3,
    "inboundReceivingQuantity": 4,
    "reservedQuantity": {
        "totalReservedQuantity": 18,
        "pendingCustomerOrderQuantity": 5,
        "pendingTransshipmentQuantity": 6,
        "fcProcessingQuantity": 7,
    },
    "researchingQuantity": {"totalResearchingQuantity": 8, "researchingQuantityBreakdown": []},
    "unfulfillableQuantity": {
        "totalUnfulfillableQuantity": 69,
        "customerDamagedQuantity": 9,
        "warehouseDamagedQuantity": 10,
        "distributorDamagedQuantity": 11,
        "carrierDamagedQuantity": 12,
        "defectiveQuantity": 13,
        "expiredQuantity": 14,
    },
}
SUMMARY = {
    "asin": "B01",
    "fnSku": "X01",
    "sellerSku": "MUG / 1",
    "condition": "NewItem",
    "lastUpdatedTime": "2026-06-01T23:30:00Z",
    "productName": "Café Mug",
    "totalQuantity": 105,
    "inventoryDetails": DETAILS,
}


def page(*summaries: object) -> bytes:
    payload = {"granularity": {"granularityType": "Marketplace", "granularityId": US}, "inventorySummaries": summaries}
    return json.dumps({"payload": payload}).encode() + b"\n"


def read(*pages: bytes) -> list[Record | Rejected]:
    return list(normaliser(STREAMS["inventory"].sources[0])(pages, CONTEXT))


def row_of(**changes: Any) -> Inventory:
    [row] = read(page({**SUMMARY, **changes}))
    assert isinstance(row, Inventory)
    return row


def units(row: Inventory) -> dict[str, int | None]:
    return {name: getattr(row, name) for name in QUANTITIES}


def test_every_value_finds_its_column() -> None:
    row = row_of()
    assert (row.marketplace_id, row.sku, row.fnsku, row.asin) == (US, "MUG / 1", "X01", "B01")
    assert (row.condition, row.product_name, row.line) == ("NewItem", "Café Mug", 1)
    assert row.last_updated_at == datetime(2026, 6, 1, 23, 30, tzinfo=UTC)
    assert list(units(row).values()) == [105, 1, 2, 3, 4, 18, 5, 6, 7, 8, 69, 9, 10, 11, 12, 13, 14]


def test_a_name_is_kept_without_what_no_database_stores_as_text() -> None:
    assert row_of(productName="Caf\u00e9\0 \ud83d\ude00 Mug \ud800").product_name == "Café 😀 Mug ?"


def test_a_row_knows_the_page_it_came_from() -> None:
    assert [getattr(row, "line", None) for row in read(page(SUMMARY), page(), page(SUMMARY))] == [1, 3]


def test_without_details_no_quantity_but_the_total_is_known() -> None:
    assert units(row_of(inventoryDetails=None)) == {**dict.fromkeys(QUANTITIES), "total_quantity": 105}


def test_what_an_object_leaves_out_is_zero_and_without_the_object_it_is_unknown() -> None:
    row = row_of(inventoryDetails={"reservedQuantity": {"totalReservedQuantity": 2}})
    assert (row.reserved_quantity, row.fc_processing_quantity, row.fulfillable_quantity) == (2, 0, 0)
    assert (row.researching_quantity, row.unfulfillable_quantity, row.defective_quantity) == (None, None, None)


def test_a_missing_total_is_not_made_up() -> None:
    assert row_of(totalQuantity=None).total_quantity is None


@pytest.mark.parametrize("name", ["asin", "fnSku", "condition", "productName", "lastUpdatedTime"])
def test_an_empty_text_is_no_value(name: str) -> None:
    column = {"fnSku": "fnsku", "productName": "product_name", "lastUpdatedTime": "last_updated_at"}.get(name, name)
    assert getattr(row_of(**{name: ""}), column) is None


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        ({**SUMMARY, "sellerSku": ""}, "summary: sellerSku is empty"),
        ({**SUMMARY, "sellerSku": 7}, "summary: sellerSku is not a text: 7"),
        ({**SUMMARY, "totalQuantity": "12"}, "summary: totalQuantity is not a whole number: '12'"),
        ({**SUMMARY, "totalQuantity": 1.5}, "summary: totalQuantity is not a whole number: 1.5"),
        ({**SUMMARY, "totalQuantity": True}, "summary: totalQuantity is not a whole number: True"),
        ({**SUMMARY, "totalQuantity": 10**9}, "summary: totalQuantity is not a whole number: 1000000000"),
        ({**SUMMARY, "lastUpdatedTime": "yesterday"}, "summary: lastUpdatedTime is not a time: yesterday"),
        ({**SUMMARY, "lastUpdatedTime": "9999-12-31T23:59:59-08:00"}, "summary: date value out of range"),
        ({**SUMMARY, "inventoryDetails": [1]}, "summary: not an object: [1]"),
        (None, "summary: not an object: None"),
        ("MUG", "summary: not an object: 'MUG'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_summary_that_cannot_be_read_is_rejected_and_its_neighbours_are_not(spoilt: object, reason: str) -> None:
    bad, good = read(page(spoilt, SUMMARY))
    assert bad == Rejected(1, reason, json.dumps(spoilt, separators=(",", ":")))
    assert isinstance(good, Inventory)


NO_LIST = b'{"payload":{"granularity":{"granularityId":"A"},"inventorySummaries":null}}\n'


@pytest.mark.parametrize(
    "text", [b"<html>\n", b"{}\n", b"[]\n", b'{"payload":{"inventorySummaries":[]}}\n', NO_LIST], ids=repr
)
def test_a_page_of_another_shape_is_not_an_inventory(text: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="inventory summaries"):
        read(text)
