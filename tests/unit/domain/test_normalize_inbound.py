"""Shipments to Amazon: what was sent, what was received, and every status that was seen."""

import json
from typing import Any

import pytest

from clario.domain.errors import UnreadableDocument
from clario.domain.records import Record, Rejected
from clario.domain.records.stock import InboundShipment, InboundShipmentItem, InboundShipmentPlan, InboundShipmentStatus
from tests.fixtures.documents import GERMANY, US, context, document, normalized


def test_a_shipment_is_a_row_and_its_status_another() -> None:
    rows = normalized("getShipments")
    shipments = [row for row in rows if isinstance(row, InboundShipment)]
    assert [(row.shipment_id, row.status, row.line) for row in shipments] == [
        ("FBA000000001", "RECEIVING", 1),
        ("FBA000000002", "CLOSED", 1),
        ("FBA000000003", "WORKING", 2),
    ]
    assert [row.are_cases_required for row in shipments] == [False, True, None]
    first = shipments[0]
    assert (first.marketplace_id, first.name, first.fulfillment_center) == (US, "FBA (01/05/2026)", "LEX2")
    statuses = [(row.shipment_id, row.status) for row in rows if isinstance(row, InboundShipmentStatus)]
    assert statuses == [(row.shipment_id, row.status) for row in shipments]


def test_a_shipment_belongs_to_the_marketplace_it_was_asked_of() -> None:
    first, *_ = normalized("getShipments", about=context(GERMANY))
    assert isinstance(first, InboundShipment)
    assert first.marketplace_id == GERMANY


def test_more_may_be_received_than_was_sent_and_what_is_not_told_is_not_zero() -> None:
    found = normalized("getShipmentItems")
    rows = [row for row in found if isinstance(row, InboundShipmentItem)]
    assert [(row.sku, row.quantity_shipped, row.quantity_received, row.quantity_in_case) for row in rows] == [
        ("SKU-1", 40, 37, 10),
        ("SKU-2", 12, 13, 0),
        ("SKU-2", 5, None, None),
    ]
    assert rows[2].fnsku is None
    assert len({(row.shipment_id, row.item_key) for row in rows}) == 3
    plans = [row for row in found if isinstance(row, InboundShipmentPlan)]
    assert [(row.item_key, row.quantity_shipped) for row in plans] == [(r.item_key, r.quantity_shipped) for r in rows]


def spoilt(name: str, **values: Any) -> list[Record | Rejected]:
    bodies = [json.loads(line) for line in document(name).splitlines()]
    [(_, entries)] = [(key, value) for key, value in bodies[0]["payload"].items() if isinstance(value, list)]
    entries[0] |= values
    return normalized(name, [json.dumps(body).encode() for body in bodies])


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("getShipments", {"ShipmentId": None}, "shipment: ShipmentId is empty"),
        ("getShipments", {"ShipmentStatus": 1}, "shipment: ShipmentStatus is not a text: 1"),
        ("getShipments", {"AreCasesRequired": "no"}, "shipment: AreCasesRequired is neither true nor false: 'no'"),
        ("getShipmentItems", {"SellerSKU": ""}, "item: SellerSKU is empty"),
        ("getShipmentItems", {"QuantityShipped": True}, "item: QuantityShipped is not a whole number: True"),
        ("getShipmentItems", {"QuantityReceived": 10**9}, "item: QuantityReceived is not a whole number: 1000000000"),
    ],
)
def test_what_cannot_be_read_is_kept_with_its_reason(name: str, values: dict[str, Any], reason: str) -> None:
    rows = spoilt(name, **values)
    [bad] = [row for row in rows if isinstance(row, Rejected)]
    assert (bad.reason, bad.line, bad.day) == (reason, 1, None)
    assert len(rows) > 1


@pytest.mark.parametrize("name", ["getShipments", "getShipmentItems"])
def test_a_page_without_its_list_is_no_page(name: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"a page has no payload\."):
        normalized(name, [b'{"payload":{}}'])
