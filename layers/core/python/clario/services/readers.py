"""What Amazon is asked for to fill a slice whose rows are not in a report of our own, and its answers line by line."""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, time, timedelta

from ..domain.personal import is_personal, without_personal_fields
from ..domain.slices import Slice
from ..domain.sources import FoundReportSource
from ..domain.values import ONE_DAY, home_marketplace
from .ports import SellerApi

# Amazon refuses windows that end within the last two minutes.
NOT_BEFORE_NOW = timedelta(minutes=2, seconds=5)
A_MOMENT = timedelta(milliseconds=1)


def read_slice(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    """The lines of the slice's raw object; nothing at all where Amazon has nothing.

    Pages of JSON are a line each; of a source that may tell of buyers, without them. Found reports follow one another
    as they are.
    """
    if isinstance(part.definition, FoundReportSource):
        yield from _found_reports(part, api, now)
        return
    for page in _READERS[part.source](part, api, now):
        told = _without_persons(page) if part.definition.personal else page
        yield told.replace(b"\n", b" ") + b"\n"


def _without_persons(page: bytes) -> bytes:
    """The page as it came, or if it tells of a person without that."""
    if not is_personal(page.decode("utf-8", "replace")):
        return page
    return json.dumps(without_personal_fields(json.loads(page)), separators=(",", ":")).encode()


def _window(part: Slice, now: datetime) -> tuple[datetime, datetime] | None:
    """[start, end) of the slice's days, up to as close to `now` as Amazon allows."""
    zone = home_marketplace(list(part.marketplace_ids)).zone
    start = datetime.combine(part.days.start, time(), zone)
    end = min(datetime.combine(part.days.end + ONE_DAY, time(), zone), now - NOT_BEFORE_NOW)
    return (start, end) if start < end else None


def _transactions(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    if window := _window(part, now):
        yield from filter(_holds("payload", "transactions"), api.transaction_pages(*window))


def _financial_events(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    if window := _window(part, now):
        yield from api.financial_event_pages(*window)


def _inventory(part: Slice, api: SellerApi, _now: datetime) -> Iterator[bytes]:
    """Every page, empty ones too: an inventory without a SKU says that all of them are gone."""
    return api.inventory_pages(part.scope)


def _orders(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    """Both ends of these windows are included, here and below."""
    if window := _window(part, now):
        pages = api.order_pages(part.marketplace_ids, window[0], window[1] - A_MOMENT)
        yield from filter(_holds("orders"), pages)


def _orders_v0(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    if window := _window(part, now):
        yield from api.order_pages_v0(part.marketplace_ids, window[0], window[1] - A_MOMENT)


def _shipments(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    if window := _window(part, now):
        pages = api.inbound_shipment_pages(part.scope, window[0], window[1] - A_MOMENT)
        yield from filter(_holds("payload", "ShipmentData"), pages)


def _shipment_items(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    if window := _window(part, now):
        pages = api.inbound_item_pages(part.scope, window[0], window[1] - A_MOMENT)
        yield from filter(_holds("payload", "ItemData"), pages)


_READERS: dict[str, Callable[[Slice, SellerApi, datetime], Iterator[bytes]]] = {
    "listTransactions": _transactions,
    "listFinancialEvents": _financial_events,
    "getInventorySummaries": _inventory,
    "searchOrders": _orders,
    "getOrders": _orders_v0,
    "getShipments": _shipments,
    "getShipmentItems": _shipment_items,
}


def _holds(*path: str) -> Callable[[bytes], bool]:
    """Whether there is anything at that place of a page."""

    def holds(page: bytes) -> bool:
        found = json.loads(page)
        for name in path:
            found = (found or {}).get(name)
        return bool(found)

    return holds


def _found_reports(part: Slice, api: SellerApi, now: datetime) -> Iterator[bytes]:
    """The documents that Amazon made in the slice's days, oldest first, each closed by a line end."""
    window = _window(part, now)
    if window is None:
        return
    reports = api.find_reports([part.source], part.marketplace_ids, window[0])
    for report in reversed(reports):
        if report.document_id is None or report.created_at >= window[1]:
            continue
        with api.open_document(report.document_id) as chunks:
            yield from lines_of(chunks)


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a stream of bytes, every one with its end."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line + b"\n"
    if rest:
        yield rest + b"\n"
