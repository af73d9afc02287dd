"""A store writes exactly the days its document may speak for, and only what changed."""

import io
from collections.abc import Callable
from datetime import date

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.normalize import normaliser
from clario.domain.normalize.context import Context
from clario.domain.records import Rejected
from clario.domain.sources import Source
from clario.domain.streams import STREAMS
from clario.domain.tables import tables_of
from clario.domain.values import MARKETPLACES, DayRange
from clario.services.normalize import _csv
from clario.services.records import Document, Stored

LEDGER, FINANCE = STREAMS["ledger"].sources[0], STREAMS["financial_events"].sources[0]
HEADER = "Date\tFNSKU\tASIN\tMSKU\tEvent Type\tQuantity\tReason\tUnreconciled Quantity"
JUNE_1, JUNE_2, JUNE_3 = date(2026, 6, 1), date(2026, 6, 2), date(2026, 6, 3)
CONTEXT = Context(MARKETPLACES["ATVPDKIKX0DER"], DayRange(JUNE_1, JUNE_3))

NewDocument = Callable[..., Document]


def ledger_rows(*lines: str) -> bytes:
    """Normalized CSV of ledger lines like "06/01/2026 X1 Adjustments -3 M 3"."""
    text = [HEADER]
    for line in lines:
        day, fnsku, event, quantity, reason, unreconciled = line.split()
        text.append(f"{day}\t{fnsku}\tB0{fnsku}\tSKU-{fnsku}\t{event}\t{quantity}\t{reason}\t{unreconciled}")
    return csv_of(LEDGER, [line.encode() + b"\n" for line in text])


def csv_of(source: Source, lines: list[bytes]) -> bytes:
    return b"".join(_csv(normaliser(source)(lines, CONTEXT), tables_of(source)[0]))


@pytest.fixture
def store(database: PostgresDatabase) -> Callable[..., Stored]:
    def run(document: Document, rows: bytes, rejected: tuple[Rejected, ...] = ()) -> Stored:
        with database.transaction("anna") as work:
            return work.loads.store(document, {STREAMS[document.stream].sources[0].dataset: io.BytesIO(rows)}, rejected)

    return run


@pytest.fixture
def table(database: PostgresDatabase) -> Callable[[str], list[tuple[object, ...]]]:
    def read(query: str) -> list[tuple[object, ...]]:
        with database.statements("anna") as run:
            return [tuple(row.values()) for row in run.connection.execute(query)]

    return read


LOST = "06/01/2026 X1 Adjustments -3 M 3"
FOUND = "06/02/2026 X1 Adjustments 2 F 0"


def test_the_same_rows_from_a_newer_document_change_no_row(store, table, new_document: NewDocument) -> None:
    store(new_document("ledger", JUNE_1, JUNE_2, age=1), ledger_rows(LOST, FOUND))
    before = table("SELECT ctid, xmin, * FROM ledger_events ORDER BY occurred_on")
    second = store(new_document("ledger", JUNE_1, JUNE_2), ledger_rows(LOST, FOUND))
    assert (second.written, second.deleted) == (0, 0)
    assert table("SELECT ctid, xmin, * FROM ledger_events ORDER BY occurred_on") == before


def test_an_older_document_stored_after_a_newer_one_changes_nothing(store, table, new_document: NewDocument) -> None:
    store(new_document("ledger", JUNE_1, JUNE_2), ledger_rows(LOST))
    late = store(new_document("ledger", JUNE_1, JUNE_2, age=5), ledger_rows(FOUND))
    assert (late.accepted_days, late.written, late.deleted) == (0, 0, 0)
    assert table("SELECT reason FROM ledger_events") == [("M",)]


def test_an_older_document_still_fills_the_days_nobody_loaded(store, table, new_document: NewDocument) -> None:
    store(new_document("ledger", JUNE_2, JUNE_2), ledger_rows(FOUND))
    store(new_document("ledger", JUNE_1, JUNE_2, age=5), ledger_rows(LOST, "06/02/2026 X1 Adjustments 9 F 0"))
    assert table("SELECT occurred_on, quantity FROM ledger_events ORDER BY 1") == [(JUNE_1, -3), (JUNE_2, 2)]


def test_a_row_that_is_gone_is_deleted_inside_the_range_and_kept_outside(store, table, new_document) -> None:
    store(new_document("ledger", JUNE_1, JUNE_3, age=1), ledger_rows(LOST, FOUND, "06/03/2026 X1 Adjustments -1 M 1"))
    second = store(new_document("ledger", JUNE_1, JUNE_2), ledger_rows(LOST))
    assert second.deleted == 1
    assert table("SELECT occurred_on FROM ledger_events ORDER BY 1") == [(JUNE_1,), (JUNE_3,)]


def test_identical_rows_both_survive(store, table, new_document: NewDocument) -> None:
    store(new_document("ledger", JUNE_1, JUNE_1), ledger_rows(LOST, LOST))
    assert table("SELECT ordinal FROM ledger_events ORDER BY 1") == [(0,), (1,)]


def test_a_changed_quantity_updates_the_row_in_place(store, table, new_document: NewDocument) -> None:
    store(new_document("ledger", JUNE_1, JUNE_1, age=1), ledger_rows(LOST))
    newer = new_document("ledger", JUNE_1, JUNE_1)
    assert store(newer, ledger_rows("06/01/2026 X1 Adjustments -3 M 1")).written == 1
    assert table("SELECT unreconciled_quantity, document_id FROM ledger_events") == [(1, newer.document_id)]


def test_a_possibly_stale_document_deletes_nothing_and_moves_no_coverage(store, table, new_document) -> None:
    store(new_document("ledger", JUNE_1, JUNE_1, age=1), ledger_rows(LOST))
    before = table("SELECT * FROM coverage")
    stale = store(new_document("ledger", JUNE_1, JUNE_1, may_be_stale=True), ledger_rows())
    assert stale.deleted == 0
    assert table("SELECT count(*) FROM ledger_events") == [(1,)]
    assert table("SELECT * FROM coverage") == before


def page(*transactions: tuple[str, str]) -> bytes:
    """A page of one-line transactions (id, amount), posted on June 1."""
    entries = [
        f'{{"transactionId":"{name}","transactionType":"Shipment","postedDate":"2026-06-01T12:00:00Z",'
        f'"totalAmount":{{"currencyAmount":{amount},"currencyCode":"USD"}}}}'
        for name, amount in transactions
    ]
    return ('{"payload":{"transactions":[' + ",".join(entries) + "]}}\n").encode()


def test_upserted_rows_stay_when_a_newer_document_does_not_name_them(store, table, new_document) -> None:
    store(new_document("financial_events", JUNE_1, JUNE_1, age=1), csv_of(FINANCE, [page(("T1", "5"), ("T2", "7"))]))
    newer = store(new_document("financial_events", JUNE_1, JUNE_1), csv_of(FINANCE, [page(("T1", "6"))]))
    assert (newer.written, newer.deleted) == (1, 0)
    amounts = table("SELECT transaction_id, amount::float FROM financial_events ORDER BY 1")
    assert amounts == [("T1", 6.0), ("T2", 7.0)]


def test_a_row_repeated_over_two_pages_counts_once_and_the_later_one_wins(store, table, new_document) -> None:
    pages = [page(("T1", "5")), page(("T1", "6"))]
    store(new_document("financial_events", JUNE_1, JUNE_1), csv_of(FINANCE, pages))
    assert table("SELECT amount::float FROM financial_events") == [(6.0,)]


def test_rejected_rows_are_kept_and_go_when_a_newer_document_has_none(store, table, new_document) -> None:
    bad = (Rejected(3, "quantity is not a whole number: abc", "raw line", JUNE_1), Rejected(4, "2 cells", "x", None))
    store(new_document("ledger", JUNE_1, JUNE_2, age=1), ledger_rows(LOST), bad)
    assert table("SELECT line, reason, raw FROM rejected_rows ORDER BY 1") == [
        (3, "quantity is not a whole number: abc", "raw line"),
        (4, "2 cells", "x"),
    ]
    store(new_document("ledger", JUNE_1, JUNE_2), ledger_rows(LOST))
    assert table("SELECT * FROM rejected_rows") == []


def test_a_refused_store_leaves_nothing_behind(database, table, new_document: NewDocument) -> None:
    document = new_document("ledger", JUNE_1, JUNE_1)
    with pytest.raises(RuntimeError), database.transaction("anna") as work:
        work.loads.store(document, {LEDGER.dataset: io.BytesIO(ledger_rows(LOST))}, ())
        raise RuntimeError
    assert table("SELECT * FROM ledger_events") == []
    assert table("SELECT * FROM coverage") == []
