"""Removals: orders (`GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA`) and parcels (`…_REMOVAL_SHIPMENT_DETAIL_DATA`).

Columns: https://developer-docs.amazon.com/sp-api/docs/fba-removals-reports-attributes. Both are unquoted.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.trade import RemovalOrder, RemovalShipment
from .context import Context
from .fields import Unreadable
from .flat_file import Row, read_records, read_rows

ORDER_REQUIRED = ("request-date", "order-id", "order-status", "fnsku", "disposition", "requested-quantity")
SHIPMENT_REQUIRED = ("shipment-date", "order-id", "fnsku", "shipped-quantity", "tracking-number")


def normalize_orders(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Order lines as `RemovalOrder`s, one for each product and disposition."""
    return _normalize(lines, context, ORDER_REQUIRED, _order)


def normalize_shipments(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Parcel lines as `RemovalShipment`s."""
    return _normalize(lines, context, SHIPMENT_REQUIRED, _shipment)


def _normalize(
    lines: Iterable[bytes], context: Context, required: Iterable[str], build: Callable[[Row, Ordinals], Record]
) -> Iterator[Record | Rejected]:
    ordinals = Ordinals()
    rows = read_rows(lines, context, required=required)
    return read_records(rows, lambda row: build(row, ordinals), _no_day)


def _no_day(_row: Row) -> date:
    raise Unreadable("these rows belong to their document, not to a day")


def _order(row: Row, ordinals: Ordinals) -> RemovalOrder:
    requested_at, updated_at = row.optional_moment("request-date"), row.optional_moment("last-updated-date")
    order_id, fnsku, requested = row.required("order-id"), row.required("fnsku"), row.integer("requested-quantity")
    counts = {f"{name}_quantity": row.optional_integer(f"{name.replace('_', '-')}-quantity") for name in _COUNTS}
    fee = row.optional_amount("removal-fee")
    sku, disposition = row.text("sku"), row.text("disposition")
    key = natural_key(sku, fnsku, disposition)
    return RemovalOrder(
        line=row.line,
        order_id=order_id,
        row_key=key,
        ordinal=ordinals.next((order_id, key)),
        requested_at=requested_at,
        updated_at=updated_at,
        source=row.text("order-source"),
        order_type=row.text("order-type"),
        service_speed=row.text("service-speed"),
        status=row.text("order-status"),
        sku=sku,
        fnsku=fnsku,
        disposition=disposition,
        requested_quantity=requested,
        removal_fee=fee,
        currency=row.text("currency"),
        **counts,
    )


_COUNTS = ("cancelled", "disposed", "shipped", "in_process")


def _shipment(row: Row, ordinals: Ordinals) -> RemovalShipment:
    requested_at, shipped_at = row.optional_moment("request-date"), row.optional_moment("shipment-date")
    order_id, fnsku, quantity = row.required("order-id"), row.required("fnsku"), row.integer("shipped-quantity")
    sku, tracking = row.text("sku"), row.text("tracking-number")
    key = natural_key(sku, fnsku, tracking, shipped_at)
    return RemovalShipment(
        line=row.line,
        order_id=order_id,
        row_key=key,
        ordinal=ordinals.next((order_id, key)),
        requested_at=requested_at,
        shipped_at=shipped_at,
        sku=sku,
        fnsku=fnsku,
        disposition=row.text("disposition"),
        shipped_quantity=quantity,
        carrier=row.text("carrier"),
        tracking_number=tracking,
        removal_order_type=row.text("removal-order-type"),
    )
