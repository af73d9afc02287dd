"""A document that would make more than half of many rows go is believed when a second one says the same."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Rejected
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.tables import tables_of
from clario.domain.values import MARKETPLACES, DayRange
from clario.services.normalize import _csv
from clario.services.records import Document, Stored

US = "ATVPDKIKX0DER"
JUNE_1, JUNE_2 = date(2026, 6, 1), date(2026, 6, 2)
LEDGER, INVENTORY = STREAMS["ledger"].sources[0], STREAMS["inventory"].sources[0]
HEADER = b"Date\tFNSKU\tASIN\tMSKU\tEvent Type\tQuantity\tReason\tUnreconciled Quantity\n"
BAD = tuple(Rejected(line, "not a number", "x", JUNE_1) for line in range(60))


def ledger(rows: int) -> bytes:
    """So many movements on June 1."""
    lines = [f"06/01/2026\tX{n}\tB0\tS\tAdjustments\t1\tF\t0\n".encode() for n in range(rows)]
    found = normaliser(LEDGER)([HEADER, *lines], Context(MARKETPLACES[US], DayRange(JUNE_1, JUNE_1)))
    return b"".join(_csv(found, tables_of(LEDGER)[0]))


def stock(skus: int) -> bytes:
    """One unit of each of so many SKUs."""
    summaries = [{"sellerSku": f"S{n}", "totalQuantity": 1} for n in range(skus)]
    page = {"payload": {"granularity": {"granularityId": US}, "inventorySummaries": summaries}}
    found = normaliser(INVENTORY)([json.dumps(page).encode()], Context(MARKETPLACES[US], DayRange(JUNE_1, JUNE_1)))
    return b"".join(_csv(found, tables_of(INVENTORY)[0]))


@pytest.fixture
def store(database: PostgresDatabase, new_document: Callable[..., Document]) -> Callable[..., Stored]:
    """Store a document that is `age` hours old; its rows tell of which stream it is."""

    def run(stream: str, rows: bytes, *rejected: Rejected, age: int, day: date = JUNE_1, stale: bool = False) -> Stored:
        document = new_document(stream, day, day, age=age, may_be_stale=stale)
        with database.transaction("anna") as work:
            return work.loads.store(document, {STREAMS[stream].sources[0].dataset: io.BytesIO(rows)}, rejected)

    return run


@pytest.fixture
def one(database: PostgresDatabase) -> Callable[[str], object]:
    """The one value that a query gives."""

    def read(query: str) -> object:
        with database.statements("anna") as run:
            [row] = run.connection.execute(query).fetchall()
            [value] = row.values()
            return value

    return read


COUNT = "SELECT count(*) FROM ledger_events"
IN_STOCK = "SELECT count(*) FROM inventory WHERE total_quantity > 0"


def test_a_report_cut_short_changes_nothing_until_a_second_one_agrees(store, one) -> None:
    store("ledger", ledger(120), age=9)
    loaded = one("SELECT as_of FROM coverage")
    doubted = store("ledger", ledger(50), age=5)
    assert (doubted.doubted, doubted.written, doubted.deleted) == (120, 0, 0)
    assert (one(COUNT), one("SELECT as_of FROM coverage")) == (120, loaded)
    agreed = store("ledger", ledger(48), age=1)
    assert (agreed.doubted, agreed.deleted) == (None, 72)
    assert one(COUNT) == 48


def test_half_of_the_rows_or_most_of_a_few_may_go(store, one) -> None:
    store("ledger", ledger(120), age=9)
    assert store("ledger", ledger(60), age=5).deleted == 60
    assert store("ledger", ledger(1), age=1).deleted == 59


def test_the_last_rows_of_a_report_go_only_when_a_second_one_is_empty_too(store, one) -> None:
    store("ledger", ledger(3), age=9)
    assert (store("ledger", ledger(0), age=5).doubted, one(COUNT)) == (3, 3)
    assert (store("ledger", ledger(0), age=1).deleted, one(COUNT)) == (3, 0)


def test_the_last_products_of_a_small_seller_may_go_at_once(store, one) -> None:
    store("inventory", stock(3), age=9)
    assert store("inventory", stock(0), age=5).doubted is None
    assert one(IN_STOCK) == 0


def test_a_second_report_that_says_something_else_does_not_agree(store, one) -> None:
    store("ledger", ledger(120), age=9)
    store("ledger", ledger(50), age=5)
    assert store("ledger", ledger(10), age=1).doubted == 120
    assert one(COUNT) == 120


def test_what_was_said_before_the_rows_were_confirmed_does_not_count(store, one) -> None:
    store("ledger", ledger(120), age=9)
    store("ledger", ledger(50), age=7)
    assert store("ledger", ledger(120), age=5).doubted is None
    assert store("ledger", ledger(50), age=1).doubted == 120


def test_the_same_build_again_is_no_second_report(store, one) -> None:
    store("ledger", ledger(120), age=9)
    store("ledger", ledger(50), age=5)
    assert store("ledger", ledger(50), age=4, stale=True).doubted == 120
    assert one(COUNT) == 120


def test_rows_that_could_not_be_read_are_not_gone_however_often_it_happens(store, one) -> None:
    store("ledger", ledger(120), age=9)
    for age in (5, 1):
        assert store("ledger", ledger(50), *BAD, age=age).doubted == 120
    assert (one(COUNT), one("SELECT count(DISTINCT line) FROM rejected_rows")) == (120, 60)


def test_stock_that_is_suddenly_gone_stays_until_the_next_scan_agrees_even_on_another_day(store, one) -> None:
    store("inventory", stock(120), age=9)
    assert store("inventory", stock(0), age=5).doubted == 120
    assert one(IN_STOCK) == 120
    assert store("inventory", stock(0), age=1, day=JUNE_2).deleted == 120
    assert one(IN_STOCK) == 0


def test_the_moment_of_a_doubted_report_is_known(store, database, connection_id: int) -> None:
    """So that one made within its refresh period is taken for the same build."""
    store("ledger", ledger(120), age=9)
    days = DayRange(JUNE_1, JUNE_1 + timedelta(days=9))
    part = Slice(0, "", connection_id, "ledger", LEDGER.name, US, days, SliceState.PLANNED)
    with database.transaction("anna") as work:
        assert work.loads.doubted_at(part) is None
    store("ledger", ledger(50), age=5)
    with database.transaction("anna") as work:
        assert work.loads.doubted_at(part).hour == 7
