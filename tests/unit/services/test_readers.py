"""What is asked of Amazon for a slice, and what of the answers is written down."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from clario.domain.slices import Slice, SliceState
from clario.domain.values import DayRange
from clario.services.ports import Report
from clario.services.readers import lines_of, read_slice
from tests.fixtures.documents import document

NOON = datetime(2026, 6, 3, 19, tzinfo=UTC)  # noon in Seattle
JUNE_1, JUNE_2, JUNE_3 = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
PLANTED = (b"Quill", b"Elm Street", b"quill@example.com", b"PO-4711", b"4242")


class RecordedApi:
    """Answers every operation with fixed pages and keeps what it was asked."""

    def __init__(self, pages: list[bytes]) -> None:
        self._pages = pages
        self.asked: tuple[object, ...] = ()

    def __getattr__(self, name: str) -> Callable[..., Iterator[bytes]]:
        def pages(*arguments: object) -> Iterator[bytes]:
            self.asked = (name, *arguments)
            return iter(self._pages)

        return pages


def a_slice(stream: str, source: str, start: date = JUNE_1, end: date = JUNE_2) -> Slice:
    return Slice(1, "sync_1", 1, stream, source, "ATVPDKIKX0DER", DayRange(start, end), SliceState.PLANNED)


def read(part: Slice, api: Any, now: datetime = NOON) -> list[bytes]:
    return list(read_slice(part, api, now))


BY_CHANGE = [
    ("orders", "searchOrders", "order_pages"),
    ("orders", "getOrders", "order_pages_v0"),
    ("inbound_shipments", "getShipments", "inbound_shipment_pages"),
    ("inbound_shipments", "getShipmentItems", "inbound_item_pages"),
]


@pytest.mark.parametrize(("stream", "source", "method"), BY_CHANGE)
def test_a_window_that_includes_its_end_stops_just_before_the_next_day(stream: str, source: str, method: str) -> None:
    api = RecordedApi(document(source).splitlines())
    assert read(a_slice(stream, source), api)
    name, _, start, end = api.asked
    assert name == method
    assert start == datetime(2026, 6, 1, 7, tzinfo=UTC)
    assert end == datetime(2026, 6, 3, 7, tzinfo=UTC) - timedelta(milliseconds=1)


@pytest.mark.parametrize("source", ["listFinancialEvents", "listTransactions"])
def test_a_window_that_excludes_its_end_ends_with_the_day(source: str) -> None:
    api = RecordedApi([])
    assert read(a_slice("financial_events", source), api) == []
    assert api.asked[1:] == (datetime(2026, 6, 1, 7, tzinfo=UTC), datetime(2026, 6, 3, 7, tzinfo=UTC))


@pytest.mark.parametrize(("stream", "source", "method"), BY_CHANGE)
def test_today_is_read_up_to_what_amazon_allows_and_a_day_to_come_not_at_all(
    stream: str, source: str, method: str
) -> None:
    api = RecordedApi(document(source).splitlines())
    read(a_slice(stream, source, JUNE_3, JUNE_3), api)
    assert NOON - timedelta(minutes=3) < api.asked[-1] < NOON - timedelta(minutes=2)  # type: ignore[operator]
    tomorrow = JUNE_3 + timedelta(days=1)
    assert read(a_slice(stream, source, tomorrow, tomorrow), RecordedApi([b"{}"])) == []


@pytest.mark.parametrize(
    ("stream", "source", "empty"),
    [
        ("orders", "searchOrders", {"orders": []}),
        ("inbound_shipments", "getShipments", {"payload": {"ShipmentData": []}}),
        ("inbound_shipments", "getShipmentItems", {"payload": {"ItemData": []}}),
        ("financial_events", "listTransactions", {"payload": None}),
    ],
)
def test_an_empty_page_writes_nothing(stream: str, source: str, empty: dict[str, Any]) -> None:
    assert read(a_slice(stream, source), RecordedApi([json.dumps(empty).encode()])) == []


@pytest.mark.parametrize(
    ("stream", "source"),
    [
        ("orders", "searchOrders"),
        ("orders", "getOrders"),
        ("inbound_shipments", "getShipments"),
        ("financial_events", "listFinancialEvents"),
        ("financial_events", "listTransactions"),
    ],
)
def test_what_pages_tell_of_persons_is_not_written(stream: str, source: str) -> None:
    raw = document(source)
    assert [word for word in PLANTED if word in raw]
    written = b"".join(read(a_slice(stream, source), RecordedApi(raw.splitlines())))
    assert not [word for word in PLANTED if word in written]
    assert written.count(b"\n") == raw.count(b"\n")


def test_a_page_that_tells_of_nobody_is_written_byte_for_byte() -> None:
    page = b'{"orders": [{"orderId": "1",  "n": 1.10}]}'
    assert read(a_slice("orders", "searchOrders"), RecordedApi([page])) == [page + b"\n"]


def test_a_page_of_several_lines_is_one_line() -> None:
    assert read(a_slice("orders", "searchOrders"), RecordedApi([b'{"orders":\n[{}]}'])) == [b'{"orders": [{}]}\n']


class Reports:
    """Settlement reports that Amazon has made, newest first, with their documents."""

    def __init__(self, documents: dict[datetime, bytes | None]) -> None:
        self._documents = documents

    def find_reports(self, types: list[str], marketplaces: tuple[str, ...], since: datetime) -> list[Report]:
        found = sorted((at for at in self._documents if at >= since), reverse=True)
        return [self._report(at, types[0], marketplaces) for at in found]

    def _report(self, at: datetime, name: str, marketplaces: tuple[str, ...]) -> Report:
        document_id = None if self._documents[at] is None else at.isoformat()
        return Report("R", name, "DONE", at, marketplaces, None, None, None, document_id)

    @contextmanager
    def open_document(self, document_id: str) -> Iterator[Iterator[bytes]]:
        content = self._documents[datetime.fromisoformat(document_id)]
        assert content is not None
        yield iter([content[:3], content[3:]])


def test_the_settlements_made_in_the_slices_days_follow_one_another() -> None:
    before, first, second, unfinished, after = (datetime(2026, 6, day, 12, tzinfo=UTC) for day in (1, 2, 3, 2, 4))
    made = {
        before - timedelta(hours=6): b"too early",
        first: b"a\tb\n1\t2",
        unfinished.replace(hour=13): None,
        second.replace(hour=6): b"a\tb\n3\t4\n",
        after: b"too late",
    }
    part = a_slice("financial_events", SETTLEMENT)
    assert b"".join(read(part, Reports(made), after)) == b"a\tb\n1\t2\na\tb\n3\t4\n"
    assert read(a_slice("financial_events", SETTLEMENT, JUNE_3, JUNE_3), Reports({}), after) == []
    to_come = date(2026, 6, 9)
    assert read(a_slice("financial_events", SETTLEMENT, to_come, to_come), Reports(made), after) == []


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_lines_are_the_same_however_the_bytes_come(size: int) -> None:
    content = b"one\r\n\ntwo\nthree"
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    assert list(lines_of(chunks)) == [b"one\r\n", b"\n", b"two\n", b"three\n"]
