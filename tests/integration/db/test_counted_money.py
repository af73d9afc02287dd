"""Each amount counts once: one generation of finances a day, and deferred money with its release."""

import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.slices import Slice, SliceState
from clario.domain.streams import source_of
from clario.domain.tables import tables_of
from clario.domain.values import MARKETPLACES, DayRange
from clario.services.normalize import _csv
from clario.services.records import Document

US = "ATVPDKIKX0DER"
JUNE_1, JUNE_7, JUNE_8, JUNE_14 = date(2026, 6, 1), date(2026, 6, 7), date(2026, 6, 8), date(2026, 6, 14)
TRANSACTIONS, EVENTS = "listTransactions", "listFinancialEvents"

NewDocument = Callable[..., Document]


def transaction(name: str, day: int, amount: int, status: str = "RELEASED", **related: str) -> dict[str, Any]:
    return {
        "transactionId": name,
        "transactionType": "Shipment",
        "transactionStatus": status,
        "postedDate": f"2026-06-{day:02}T12:00:00Z",
        "totalAmount": {"currencyAmount": amount, "currencyCode": "USD"},
        "relatedIdentifiers": [
            {"relatedIdentifierName": each, "relatedIdentifierValue": value} for each, value in related.items()
        ],
    }


def event(day: int, amount: int) -> dict[str, Any]:
    money = {"CurrencyCode": "USD", "CurrencyAmount": amount}
    return {"AdjustmentType": "WAREHOUSE_LOST", "PostedDate": f"2026-06-{day:02}T12:00:00Z", "AdjustmentAmount": money}


@pytest.fixture
def load(database: PostgresDatabase, new_document: NewDocument) -> Callable[..., None]:
    """Load a week from Monday, 1 or 8 June; `age` as of `new_document`."""

    def run(source_name: str, monday: date, *entries: dict[str, Any], age: int = 0) -> None:
        source = source_of("financial_events", source_name)
        days = DayRange(monday, JUNE_7 if monday == JUNE_1 else JUNE_14)
        newer = {"transactions": list(entries)}
        older = {"FinancialEvents": {"AdjustmentEventList": list(entries)}}
        page = json.dumps({"payload": newer if source_name == TRANSACTIONS else older}).encode()
        [table] = tables_of(source)
        rows = b"".join(_csv(normaliser(source)([page], Context(MARKETPLACES[US], days)), table))
        document = new_document("financial_events", days.start, days.end, age=age, source=source_name)
        with database.transaction("anna") as work:
            work.loads.store(document, {table.name: io.BytesIO(rows)}, ())

    return run


@pytest.fixture
def counted(database: PostgresDatabase) -> Callable[[], Decimal]:
    def total() -> Decimal:
        with database.statements("anna") as run:
            query = "SELECT coalesce(sum(amount), 0) AS total FROM counted_financial_events"
            row = run.connection.execute(query).fetchone()
            assert row is not None
            return Decimal(row["total"])

    return total


def test_switching_the_generation_back_and_forth_doubles_nothing(load, counted) -> None:
    load(TRANSACTIONS, JUNE_1, transaction("T1", 2, 10), transaction("T2", 3, 5), age=5)
    assert counted() == 15
    load(EVENTS, JUNE_1, event(2, 10), event(3, 5), age=4)
    assert counted() == 15
    load(TRANSACTIONS, JUNE_1, transaction("T1", 2, 10), transaction("T2", 3, 5), age=3)
    assert counted() == 15


def test_weeks_read_by_different_generations_count_side_by_side(load, counted) -> None:
    load(TRANSACTIONS, JUNE_1, transaction("T1", 2, 10), age=5)
    load(EVENTS, JUNE_8, event(9, 7), age=4)
    assert counted() == 17


def test_a_document_of_the_other_generation_that_comes_too_late_does_not_count(load, counted) -> None:
    load(EVENTS, JUNE_1, event(2, 10))
    load(TRANSACTIONS, JUNE_1, transaction("T1", 2, 99), age=9)
    assert counted() == 10


def test_a_week_in_which_the_newer_reading_found_nothing_counts_nothing_of_the_older(
    load, counted, database: PostgresDatabase, connection_id: int, new_document: NewDocument
) -> None:
    load(TRANSACTIONS, JUNE_1, transaction("T1", 2, 10), age=5)
    as_of = new_document("financial_events", JUNE_1, JUNE_7).as_of
    days = DayRange(JUNE_1, JUNE_7)
    part = Slice(0, "sync_1", connection_id, "financial_events", EVENTS, US, days, SliceState.PLANNED)
    with database.transaction("anna") as work:
        work.loads.cover(part, as_of)
    assert counted() == 0


DEFERRED = transaction("T1", 2, 10, "DEFERRED")
RELEASED_SINCE = transaction("T1", 2, 10, "DEFERRED_RELEASED", RELEASE_TRANSACTION_ID="T9")
RELEASE = transaction("T9", 9, 10, DEFERRED_TRANSACTION_ID="T1")


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_deferred_money_counts_once_in_whatever_order_its_two_transactions_come(load, counted, order) -> None:
    steps = [(JUNE_1, DEFERRED, 5), (JUNE_8, RELEASE, 2), (JUNE_1, RELEASED_SINCE, 1)]
    for number in order:
        monday, entry, age = steps[number]
        load(TRANSACTIONS, monday, entry, age=age)
        assert counted() == 10


def test_another_seller_counts_nothing_of_it(load, database: PostgresDatabase) -> None:
    load(TRANSACTIONS, JUNE_1, DEFERRED)
    with database.statements("bert") as run:
        assert run.connection.execute("SELECT FROM counted_financial_events").fetchall() == []
