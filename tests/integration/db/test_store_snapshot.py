"""A snapshot replaces what is known of its marketplace: what it does not name becomes zero, and only if it is whole."""

import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Rejected
from clario.domain.streams import STREAMS
from clario.domain.tables import tables_of
from clario.domain.values import MARKETPLACES, DayRange
from clario.services.normalize import _csv
from clario.services.records import Document, Stored

INVENTORY = STREAMS["inventory"].sources[0]
US, CANADA = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2"
JUNE_1, JUNE_2 = date(2026, 6, 1), date(2026, 6, 2)
STOCK = "SELECT sku, total_quantity FROM inventory ORDER BY 1"
DAYS = "SELECT day, sku, total_quantity FROM inventory_history ORDER BY 1, 2"
EVERYTHING = "SELECT ctid, xmin, * FROM {} ORDER BY 1"


def rows_of(*pages: dict[str, int], marketplace: str = US) -> bytes:
    """Normalized CSV of pages, each of SKUs and their fulfillable units."""
    lines = [json.dumps({"payload": _payload(page, marketplace)}).encode() + b"\n" for page in pages]
    found = normaliser(INVENTORY)(lines, Context(MARKETPLACES[marketplace], DayRange(JUNE_1, JUNE_1)))
    return b"".join(_csv((row for row in found if not isinstance(row, Rejected)), tables_of(INVENTORY)[0]))


def _payload(page: dict[str, int], marketplace: str) -> dict[str, Any]:
    summaries = [
        {"sellerSku": sku, "totalQuantity": units, "inventoryDetails": {"fulfillableQuantity": units}}
        for sku, units in page.items()
    ]
    return {"granularity": {"granularityId": marketplace}, "inventorySummaries": summaries}


@pytest.fixture
def table(database: PostgresDatabase) -> Callable[[str], list[tuple[object, ...]]]:
    def read(query: str) -> list[tuple[object, ...]]:
        with database.statements("anna") as run:
            return [tuple(row.values()) for row in run.connection.execute(query)]

    return read


@pytest.fixture
def scan(database: PostgresDatabase, new_document: Callable[..., Document]) -> Callable[..., Stored]:
    """Store a snapshot of a day, taken `age` hours before noon of some later day."""

    def run(day: date, rows: bytes, *rejected: Rejected, age: int = 0, marketplace: str = US) -> Stored:
        document = new_document("inventory", day, day, age=age, scope=marketplace)
        with database.transaction("anna") as work:
            return work.loads.store(document, {"inventory": io.BytesIO(rows)}, rejected)

    return run


def test_a_sku_that_is_not_named_becomes_zero_in_every_known_quantity_and_stays(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5, "B": 7}), age=1)
    stored = scan(JUNE_1, rows_of({"A": 5}))
    assert (stored.accepted_days, stored.written, stored.deleted) == (1, 0, 1)
    assert table(STOCK) == [("A", 5), ("B", 0)]
    [gone] = table("SELECT fulfillable_quantity, expired_quantity, line FROM inventory WHERE sku = 'B'")
    assert gone == (0, 0, 0)


def test_the_same_snapshot_again_changes_no_row(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5, "B": 7}), age=3)
    scan(JUNE_1, rows_of({"A": 5}), age=2)
    before = [table(EVERYTHING.format(name)) for name in ("inventory", "inventory_history")]
    again = scan(JUNE_1, rows_of({"A": 5}))
    assert (again.written, again.deleted) == (0, 0)
    assert [table(EVERYTHING.format(name)) for name in ("inventory", "inventory_history")] == before


def test_a_sku_that_comes_back_is_counted_again(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5}), age=3)
    scan(JUNE_1, rows_of({}), age=2)
    scan(JUNE_1, rows_of({"A": 4}))
    assert table("SELECT sku, total_quantity, line FROM inventory") == [("A", 4, 1)]


def test_an_empty_inventory_makes_everything_zero(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5, "B": 7}), age=1)
    scan(JUNE_1, rows_of({}))
    assert table(STOCK) == [("A", 0), ("B", 0)]


def test_another_marketplace_keeps_its_stock(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5}), age=2)
    scan(JUNE_1, rows_of({"B": 7}, marketplace=CANADA), age=1, marketplace=CANADA)
    scan(JUNE_1, rows_of({}))
    assert table(STOCK) == [("A", 0), ("B", 7)]
    assert table(DAYS) == [(JUNE_1, "A", 0), (JUNE_1, "B", 7)]


def test_with_a_row_that_could_not_be_read_nothing_becomes_zero(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5, "B": 7}), age=1)
    scan(JUNE_1, rows_of({"A": 6}), Rejected(1, "summary: sellerSku is empty", "{}", None))
    assert table(STOCK) == [("A", 6), ("B", 7)]
    assert table(DAYS) == [(JUNE_1, "A", 6), (JUNE_1, "B", 7)]
    assert table("SELECT reason FROM rejected_rows") == [("summary: sellerSku is empty",)]


def test_a_sku_on_two_pages_counts_once_and_the_later_one_wins(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5}, {"A": 6}))
    assert table(STOCK) == [("A", 6)]
    assert table(DAYS) == [(JUNE_1, "A", 6)]


def test_a_snapshot_overtaken_on_its_day_changes_nothing(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5}))
    late = scan(JUNE_1, rows_of({"A": 9, "B": 7}), age=5)
    assert (late.accepted_days, late.written, late.deleted) == (0, 0, 0)
    assert table(STOCK) == [("A", 5)]
    assert table(DAYS) == [(JUNE_1, "A", 5)]


def test_a_snapshot_overtaken_on_a_later_day_is_history_only(scan, table) -> None:
    scan(JUNE_2, rows_of({"A": 5}))
    late = scan(JUNE_1, rows_of({"A": 9, "B": 7}), age=24)
    assert (late.written, late.deleted) == (0, 0)
    assert table(STOCK) == [("A", 5)]
    assert table(DAYS) == [(JUNE_1, "A", 9), (JUNE_1, "B", 7), (JUNE_2, "A", 5)]


def test_the_history_keeps_the_last_state_of_each_day(scan, table) -> None:
    scan(JUNE_1, rows_of({"A": 5, "B": 7}), age=24)
    scan(JUNE_1, rows_of({"A": 4}), age=20)
    scan(JUNE_2, rows_of({"A": 3}))
    assert table(DAYS) == [(JUNE_1, "A", 4), (JUNE_1, "B", 0), (JUNE_2, "A", 3)]
