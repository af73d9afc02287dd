"""Stock by SKU (getInventorySummaries, FBA Inventory API v1): pages of JSON, one page a line, details included.

Shapes: the model `fbaInventory.json` of amzn/selling-partner-api-models, in which every field is optional.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import UnreadableDocument
from ..records import Record, Rejected
from ..records.stock import Inventory
from .context import Context
from .fields import Unreadable, moment
from .pages import parsed, required, text, units


def normalize(lines: Iterable[bytes], _context: Context) -> Iterator[Record | Rejected]:
    """Every summary of every page as an `Inventory` row, or as a rejected one."""
    for line, page in enumerate(lines, start=1):
        marketplace_id, summaries = _page(page)
        for summary in summaries:
            try:
                yield _row(summary, marketplace_id, line)
            except (Unreadable, OverflowError) as reason:
                yield Rejected(line, f"summary: {reason}", json.dumps(summary, separators=(",", ":")))


def _page(page: bytes) -> tuple[str, list[Any]]:
    try:
        payload = parsed(page, float)["payload"]
        return payload["granularity"]["granularityId"], [*payload["inventorySummaries"]]
    except (ValueError, LookupError, TypeError) as error:
        raise UnreadableDocument(f"a page is not of inventory summaries ({error!r})") from None


def _row(summary: Any, marketplace_id: str, line: int) -> Inventory:
    if not isinstance(summary, dict):
        raise Unreadable(f"not an object: {summary!r:.80}")
    details = _Quantities(summary).inside("inventoryDetails")
    reserved = details.inside("reservedQuantity")
    researching = details.inside("researchingQuantity")
    unfulfillable = details.inside("unfulfillableQuantity")
    updated = text(summary, "lastUpdatedTime")
    return Inventory(
        line=line,
        marketplace_id=marketplace_id,
        sku=required(summary, "sellerSku"),
        fnsku=text(summary, "fnSku"),
        asin=text(summary, "asin"),
        condition=text(summary, "condition"),
        product_name=text(summary, "productName"),
        last_updated_at=None if updated is None else moment(updated, "lastUpdatedTime"),
        total_quantity=units(summary, "totalQuantity"),
        fulfillable_quantity=details.units("fulfillableQuantity"),
        inbound_working_quantity=details.units("inboundWorkingQuantity"),
        inbound_shipped_quantity=details.units("inboundShippedQuantity"),
        inbound_receiving_quantity=details.units("inboundReceivingQuantity"),
        reserved_quantity=reserved.units("totalReservedQuantity"),
        pending_customer_order_quantity=reserved.units("pendingCustomerOrderQuantity"),
        pending_transshipment_quantity=reserved.units("pendingTransshipmentQuantity"),
        fc_processing_quantity=reserved.units("fcProcessingQuantity"),
        researching_quantity=researching.units("totalResearchingQuantity"),
        unfulfillable_quantity=unfulfillable.units("totalUnfulfillableQuantity"),
        customer_damaged_quantity=unfulfillable.units("customerDamagedQuantity"),
        warehouse_damaged_quantity=unfulfillable.units("warehouseDamagedQuantity"),
        distributor_damaged_quantity=unfulfillable.units("distributorDamagedQuantity"),
        carrier_damaged_quantity=unfulfillable.units("carrierDamagedQuantity"),
        defective_quantity=unfulfillable.units("defectiveQuantity"),
        expired_quantity=unfulfillable.units("expiredQuantity"),
    )


class _Quantities:
    """An object of the summary, or its absence: what an object leaves out is zero, without the object it is unknown."""

    def __init__(self, values: Any) -> None:
        if values is not None and not isinstance(values, dict):
            raise Unreadable(f"not an object: {values!r:.80}")
        self._values: dict[str, Any] | None = values

    def inside(self, name: str) -> "_Quantities":
        return _Quantities(None if self._values is None else self._values.get(name))

    def units(self, name: str) -> int | None:
        return None if self._values is None else units(self._values, name) or 0
