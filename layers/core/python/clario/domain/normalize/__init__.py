"""From Amazon's rows to ours: one module per stream, with a `normalize` for each of its sources."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from ..records import Record, Rejected
from ..sources import Source
from . import (
    customer_shipments,
    fees,
    financial_events,
    financial_events_v0,
    inbound_shipments,
    inventory,
    ledger,
    ledger_summary,
    orders,
    orders_2026,
    orders_v0,
    reimbursements,
    removals,
    replacements,
    returns,
    settlements,
    storage_fees,
)
from .context import Context


class Normaliser(Protocol):
    """Reads a raw object line by line and yields records of the source's tables, and a rejected row for what is none.

    Raises:
        UnreadableDocument: the document as a whole is not of this format.
    """

    def __call__(self, lines: Iterable[bytes], context: Context, /) -> Iterator[Record | Rejected]: ...


_NORMALISERS: dict[str, Normaliser] = {
    "ledger": ledger.normalize,
    "ledger_summary": ledger_summary.normalize,
    "inventory": inventory.normalize,
    "inbound_shipments": inbound_shipments.normalize_shipments,
    "inbound_shipment_items": inbound_shipments.normalize_items,
    "customer_shipments": customer_shipments.normalize,
    "reimbursements": reimbursements.normalize,
    "returns": returns.normalize,
    "replacements": replacements.normalize,
    "removal_orders": removals.normalize_orders,
    "removal_shipments": removals.normalize_shipments,
    "fees": fees.normalize,
    "storage_charges": storage_fees.normalize_storage,
    "aged_inventory_charges": storage_fees.normalize_aged,
    "orders": orders.normalize,
    "orders_2026": orders_2026.normalize,
    "orders_v0": orders_v0.normalize,
    "financial_events": financial_events.normalize,
    "financial_events_v0": financial_events_v0.normalize,
    "settlements": settlements.normalize,
}


def normaliser(source: Source) -> Normaliser:
    """The normaliser that the stream table names for the source."""
    return _NORMALISERS[source.normaliser]
