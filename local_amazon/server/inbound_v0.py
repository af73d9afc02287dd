"""Fulfilment inbound API v0: getShipments, getShipmentItems, getShipmentItemsByShipmentId.

Rules: model fulfillmentInboundV0.json of https://github.com/amzn/selling-partner-api-models; 50 shipments a page: issue
822 there; 200 items of a shipment and no next page: issue 5102; a token that is sent with filters gives the first page
again: https://github.com/amzn/selling-partner-api-docs/issues/164.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, Refused, error, json_answer, moment
from local_amazon.server.call import Call
from local_amazon.server.cursor import Cursor, Paging, cursor_of
from local_amazon.server.ordering import several
from local_amazon.server.routes import Route
from local_amazon.world import names
from local_amazon.world.schema import INBOUND_STATUSES
from local_amazon.world.store import Batch

PAGE = 50
MOST_ITEMS = 200
PAGING = Paging("NextToken", timedelta(minutes=60), same_arguments=False)
MODEL_STATUSES = {*INBOUND_STATUSES, "READY_TO_SHIP", "ERROR"}
ALWAYS = ("QueryType", "MarketplaceId")
FROM = {
    "Name": "Local Test Store",
    "AddressLine1": "1 Example Street",
    "City": "Exampletown",
    "StateOrProvinceCode": "WA",
    "CountryCode": "US",
    "PostalCode": "98000",
}


def get_shipments(call: Call) -> Answer:
    """One page of shipments."""
    market = _market(call, ("SHIPMENT", "DATE_RANGE", "NEXT_TOKEN"))
    cursor = _cursor(call)
    chosen = _chosen(cursor)
    found, token = cursor.rows(PAGE, _reader("inbound_shipments", call, cursor, market, chosen), "")
    shipments = [_shipment(call.account, found, row) for row in range(len(found))] if found else []
    payload: dict[str, Any] = {"ShipmentData": shipments}
    return json_answer({"payload": {**payload, "NextToken": token} if token else payload})


def get_items(call: Call) -> Answer:
    """One page of the items of all shipments that changed in a window."""
    market = _market(call, ("DATE_RANGE", "NEXT_TOKEN"))
    cursor = _cursor(call)
    found, token = cursor.rows(PAGE, _reader("inbound_items", call, cursor, market, lambda batch: batch), "")
    items = [_item(call.account, found, row) for row in range(len(found))] if found else []
    payload: dict[str, Any] = {"ItemData": items}
    return json_answer({"payload": {**payload, "NextToken": token} if token else payload})


def items_of_shipment(call: Call) -> Answer:
    """A shipment's items, the first 200 of them."""
    number = _number(call.account, call.ids[0])
    found = call.account.tables.having("inbound_items", "shipment", number, seconds(call.now))
    if not len(found):
        raise _invalid(f"Shipment {call.ids[0]} is unknown")
    items = [_item(call.account, found, row) for row in range(min(len(found), MOST_ITEMS))]
    return json_answer({"payload": {"ItemData": items}})


def _cursor(call: Call) -> Cursor:
    """With filters beside it a token is not looked at, and the listing begins anew."""
    filters = set(call.query) - {*ALWAYS, "NextToken"}
    if call.query.get("QueryType") != "NEXT_TOKEN":
        return cursor_of(_asking(call, call.query["QueryType"]), PAGING)
    if filters:
        return cursor_of(_asking(call, "DATE_RANGE" if "LastUpdatedAfter" in filters else "SHIPMENT"), PAGING)
    if not call.query.get("NextToken"):
        raise _invalid("NextToken is required with QueryType NEXT_TOKEN")
    return cursor_of(call, PAGING)


def _asking(call: Call, query_type: str) -> Call:
    """The call without a token."""
    query = {name: value for name, value in call.query.items() if name != "NextToken"}
    return replace(call, request=replace(call.request, query={**query, "QueryType": query_type}))


def _market(call: Call, query_types: tuple[str, ...]) -> int:
    if call.query.get("QueryType") not in query_types:
        raise _invalid(f"QueryType must be one of {', '.join(query_types)}")
    if not call.query.get("MarketplaceId"):
        raise _invalid("MarketplaceId is required")
    return call.account.market(call.query["MarketplaceId"])


def _reader(
    table: str, call: Call, cursor: Cursor, market: int, chosen: Callable[[Batch], Batch]
) -> Callable[[int], Iterator[Batch]]:
    """All rows of the window, whose clock is their last change: a page begins at a row's number."""
    first, last = _window(cursor)

    def read(_: int) -> Iterator[Batch]:
        now = seconds(cursor.as_of)
        for batch in call.account.tables.rows(table, first, last, now, by="updated", markets={market}):
            yield chosen(batch)

    return read


def _window(cursor: Cursor) -> tuple[int, int]:
    """[LastUpdatedAfter, LastUpdatedBefore], needed with DATE_RANGE only."""
    question = cursor.question
    if question.get("QueryType") != "DATE_RANGE":
        return 0, seconds(cursor.as_of) + 1
    if "LastUpdatedAfter" not in question or "LastUpdatedBefore" not in question:
        raise _invalid("LastUpdatedAfter and LastUpdatedBefore are required with QueryType DATE_RANGE")
    after, before = (moment(question[f"LastUpdated{end}"], f"LastUpdated{end}") for end in ("After", "Before"))
    if before < after:
        raise _invalid("LastUpdatedBefore must be later than LastUpdatedAfter")
    return seconds(after), seconds(before) + 1


def _chosen(cursor: Cursor) -> Callable[[Batch], Batch]:
    """Narrows shipments to statuses and ids. One of both is needed, with DATE_RANGE too, whatever the model says
    (https://github.com/amzn/selling-partner-api-models/issues/2001)."""
    statuses = several(cursor.question.get("ShipmentStatusList"), 11, "ShipmentStatusList")
    ids = several(cursor.question.get("ShipmentIdList"), 999, "ShipmentIdList")
    if not set(statuses) <= MODEL_STATUSES:
        raise _invalid("Invalid ShipmentStatusList")
    if not statuses and not ids:
        raise _invalid("At least one of ShipmentStatusList and ShipmentIdList must be provided")
    codes = [INBOUND_STATUSES.index(name) for name in statuses if name in INBOUND_STATUSES]

    def narrowed(batch: Batch) -> Batch:
        if statuses:
            batch = batch.where(np.isin(batch["status"], codes))
        if ids:
            batch = batch.where(np.array([names.shipment_id(n) in ids for n in batch["shipment"].tolist()], bool))
        return batch

    return narrowed


def _shipment(account: Account, found: Batch, row: int) -> dict[str, Any]:
    shipment_id = names.shipment_id(int(found["shipment"][row]))
    market = account.markets[int(found["market"][row])]
    return {
        "ShipmentId": shipment_id,
        "ShipmentName": f"FBA ({shipment_id})",
        "ShipFromAddress": {**FROM, "CountryCode": market.country},
        "DestinationFulfillmentCenterId": found.words("center")[row],
        "ShipmentStatus": found.words("status")[row],
        "LabelPrepType": "SELLER_LABEL",
        "AreCasesRequired": False,
        "BoxContentsSource": "INTERACTIVE",
    }


def _item(account: Account, found: Batch, row: int) -> dict[str, Any]:
    listing = account.world.listings[int(found["listing"][row])]
    return {
        "ShipmentId": names.shipment_id(int(found["shipment"][row])),
        "SellerSKU": listing.sku,
        "FulfillmentNetworkSKU": listing.fnsku,
        "QuantityShipped": int(found["shipped"][row]),
        "QuantityReceived": int(found["received"][row]),
        "QuantityInCase": int(found["in_case"][row]),
        "PrepDetailsList": [],
    }


def _number(account: Account, shipment_id: str) -> int:
    """The number of a shipment id; -1: no shipment of the seller has it."""
    numbers = account.world.stores["inbound_shipments"].columns["shipment"].tolist()
    return next((number for number in numbers if names.shipment_id(number) == shipment_id), -1)


def _invalid(message: str) -> Refused:
    return Refused(error(400, "Invalid Input", message))


ROUTES = (
    Route("GET", "/fba/inbound/v0/shipments", "getShipments", get_shipments),
    Route("GET", "/fba/inbound/v0/shipmentItems", "getShipmentItems", get_items),
    Route("GET", "/fba/inbound/v0/shipments/{shipmentId}/items", "getShipmentItemsByShipmentId", items_of_shipment),
)
