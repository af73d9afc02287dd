"""Shipments to Amazon (Fulfillment Inbound API v0: getShipments, getShipmentItems): pages of JSON, one page a line.

Shapes: the model `fulfillmentInboundV0.json` of https://github.com/amzn/selling-partner-api-models. The answers say
neither when a shipment was made nor when it changed: `as_of` tells when each status was first seen, the ledger's
receipts tell when units arrived.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from ..records import Record, Rejected, natural_key
from ..records.stock import InboundShipment, InboundShipmentItem, InboundShipmentPlan, InboundShipmentStatus
from ..values import Marketplace
from .context import Context
from .fields import Unreadable
from .pages import JsonObject, listed, read_bodies, read_entries, required, required_units, text, units


def normalize_shipments(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Every shipment as an `InboundShipment`, and the status it is in as an `InboundShipmentStatus`."""
    for line, body in read_bodies(lines):
        shipments = listed(body, "payload", "ShipmentData")
        yield from read_entries(
            line, "shipment", shipments, partial(_shipment, line=line, marketplace=context.home), _no_day
        )


def normalize_items(lines: Iterable[bytes], _context: Context) -> Iterator[Record | Rejected]:
    """Every item as an `InboundShipmentItem`, and the units it is sent with as an `InboundShipmentPlan`."""
    for line, body in read_bodies(lines):
        items = listed(body, "payload", "ItemData")
        yield from read_entries(line, "item", items, partial(_item, line=line), _no_day)


def _no_day(_entry: JsonObject) -> date:
    raise Unreadable("these rows belong to their document, not to a day")


def _shipment(shipment: JsonObject, line: int, marketplace: Marketplace) -> list[Record]:
    shipment_id, status = required(shipment, "ShipmentId"), required(shipment, "ShipmentStatus")
    cases = shipment.get("AreCasesRequired")
    if not isinstance(cases, bool | None):
        raise Unreadable(f"AreCasesRequired is neither true nor false: {cases!r:.80}")
    current = InboundShipment(
        line=line,
        shipment_id=shipment_id,
        marketplace_id=marketplace.id,
        name=text(shipment, "ShipmentName"),
        status=status,
        fulfillment_center=text(shipment, "DestinationFulfillmentCenterId"),
        label_prep_type=text(shipment, "LabelPrepType"),
        are_cases_required=cases,
        box_contents_source=text(shipment, "BoxContentsSource"),
    )
    return [current, InboundShipmentStatus(line, shipment_id, status)]


def _item(item: JsonObject, line: int) -> list[Record]:
    shipment_id, sku = required(item, "ShipmentId"), required(item, "SellerSKU")
    fnsku = text(item, "FulfillmentNetworkSKU")
    found = InboundShipmentItem(
        line=line,
        shipment_id=shipment_id,
        item_key=natural_key(sku, fnsku),
        sku=sku,
        fnsku=fnsku,
        quantity_shipped=required_units(item, "QuantityShipped"),
        quantity_received=units(item, "QuantityReceived"),
        quantity_in_case=units(item, "QuantityInCase"),
    )
    return [found, InboundShipmentPlan(line, shipment_id, found.item_key, found.quantity_shipped)]
