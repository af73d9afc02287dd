"""Every source of the stream table through fetch, normalize and store: right rows, nobody named, nothing twice."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.aws.metrics import CloudWatchMetrics
from clario.db.connection import PostgresDatabase
from clario.domain.slices import Slice, SliceState, Step
from clario.domain.sources import FoundReportSource, PagedSource, Source
from clario.domain.streams import STREAMS
from clario.domain.tables import tables_of
from clario.domain.values import DayRange
from clario.files.object_store import FolderObjectStore
from clario.payloads import SliceTask
from clario.services.amazon import AmazonStep
from clario.services.fetch import fetch
from clario.services.normalize import normalize
from clario.services.ports import Report
from clario.services.records import Connection, EnvironmentConnection
from clario.services.replay import replay
from clario.services.store import store
from tests.conftest import Cluster
from tests.fixtures.documents import US, context, document, normalized

JUNE_AND_MAY = DayRange(date(2026, 5, 1), date(2026, 6, 30))
JULY_1 = datetime(2026, 7, 1, 12, tzinfo=UTC)
SOURCES = [(stream.name, source) for stream in STREAMS.values() for source in stream.sources]
# Ways to the same rows as another source, tried by themselves below.
OTHER_WAYS = ("searchOrders", "getOrders", "listFinancialEvents")
FIRST_WAYS = [(stream, source) for stream, source in SOURCES if source.name not in OTHER_WAYS]
TABLES = sorted({(table, source.name) for _, source in FIRST_WAYS for table in source.tables})
PLANTED = ("Quill", "Elm Street", "89999", "999.999.999-99", "PO-4711", "quill@example.com", "tail 4242")


@dataclass
class Clock:
    at: datetime = JULY_1

    def now(self) -> datetime:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody waits here ({seconds} s)")


class FixtureAmazon:
    """Gives the fixture of whatever is asked for, as `Amazon` and as the API of any connection."""

    rate_scale = 1.0

    @contextmanager
    def api(self, connection: Connection, prepaid: Iterable[str] = ()) -> Iterator["FixtureAmazon"]:
        yield self

    @contextmanager
    def open_document(self, document_id: str) -> Iterator[Iterator[bytes]]:
        yield iter([document(document_id)])

    def find_reports(self, types: list[str], marketplaces: tuple[str, ...], since: datetime) -> list[Report]:
        made = datetime(2026, 6, 16, tzinfo=UTC)
        return [Report("R1", types[0], "DONE", made, marketplaces, None, None, None, types[0])]

    def inventory_pages(self, marketplace_id: str) -> list[bytes]:
        return document("getInventorySummaries").splitlines()

    def transaction_pages(self, after: datetime, before: datetime) -> list[bytes]:
        return document("listTransactions").splitlines()

    def financial_event_pages(self, after: datetime, before: datetime) -> list[bytes]:
        return document("listFinancialEvents").splitlines()

    def order_pages(self, marketplaces: tuple[str, ...], after: datetime, before: datetime) -> list[bytes]:
        return document("searchOrders").splitlines()

    def order_pages_v0(self, marketplaces: tuple[str, ...], after: datetime, before: datetime) -> list[bytes]:
        return document("getOrders").splitlines()

    def inbound_shipment_pages(self, marketplace_id: str, after: datetime, before: datetime) -> list[bytes]:
        return document("getShipments").splitlines()

    def inbound_item_pages(self, marketplace_id: str, after: datetime, before: datetime) -> list[bytes]:
        return document("getShipmentItems").splitlines()


class LastLineLost(FixtureAmazon):
    @contextmanager
    def open_document(self, document_id: str) -> Iterator[Iterator[bytes]]:
        yield iter(document(document_id).splitlines(keepends=True)[:-1])


class FirstPageOnly(FixtureAmazon):
    def inbound_shipment_pages(self, marketplace_id: str, after: datetime, before: datetime) -> list[bytes]:
        return document("getShipments").splitlines()[:1]


class Bench:
    """A seller, and sources loaded for them one by one."""

    def __init__(self, database: PostgresDatabase, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.objects = FolderObjectStore(folder)
        self.clock = Clock()
        self.amazon = FixtureAmazon()
        self.syncs = 0
        self.first: dict[str, Slice] = {}
        self.before: dict[str, list[dict[str, Any]]] = {}
        with database.transaction("anna") as work:
            work.connections.add_environment(EnvironmentConnection("na", is_sandbox=True, token_fingerprint="f"))
            self.connection_id = work.connections.all()[0].connection_id

    def load(self, stream: str, source: Source, days: DayRange | None = None) -> Slice:
        """One slice of the source to its end; every load is a day later than the one before."""
        self.clock.at += timedelta(days=1)
        task = self._planned(stream, source, days or DayRange(self._first(source), JUNE_AND_MAY.end))
        task = fetch(task, AmazonStep(self.database, self.amazon, self.clock), self.objects)  # type: ignore[arg-type]
        task = normalize(task, database=self.database, objects=self.objects)
        assert task.step is Step.STORE
        store(task, database=self.database, objects=self.objects, metrics=CloudWatchMetrics(heard=False))
        with self.database.transaction("anna") as work:
            return work.slices.get(task.slice_id)

    def _first(self, source: Source) -> date:
        return JUNE_AND_MAY.end if source.present_only else JUNE_AND_MAY.start

    def _planned(self, stream: str, source: Source, days: DayRange) -> SliceTask:
        self.syncs += 1
        sync_id = f"sync_anna_{self.syncs}"
        part = Slice(0, sync_id, self.connection_id, stream, source.name, US, days, SliceState.WAITING)
        with self.database.transaction("anna") as work:
            work.syncs.add(sync_id, "manual")
            work.slices.plan([part])
            [part] = work.slices.of(sync_id)
            if not isinstance(source, PagedSource | FoundReportSource):
                document_id = source.name
                work.slices.save(
                    replace(part, report_id="R1", report_document_id=document_id, report_made_at=self.clock.at)
                )
            work.syncs.end(sync_id, "completed", "")
        return SliceTask(seller_id="anna", sync_id=sync_id, slice_id=part.slice_id, step=Step.FETCH)

    def rows(self, query: str) -> list[dict[str, Any]]:
        with self.database.statements("anna") as run:
            return run.connection.execute(query).fetchall()

    def versions(self) -> dict[str, list[dict[str, Any]]]:
        return {name: self.rows(f"SELECT ctid::text, xmin::text FROM {name} ORDER BY 1") for name, _ in TABLES}


@contextmanager
def bench_on(cluster: Cluster, folder: Path) -> Iterator[Bench]:
    with cluster.database() as address, closing(PostgresDatabase(address)) as database:
        yield Bench(database, folder)


@pytest.fixture(scope="module")
def loaded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Everything loaded twice, the second time a day later."""
    with bench_on(cluster, tmp_path_factory.mktemp("objects")) as bench:
        bench.first = {source.name: bench.load(stream, source) for stream, source in FIRST_WAYS}
        bench.before = bench.versions()
        for stream, source in FIRST_WAYS:
            bench.load(stream, source)
        yield bench


@pytest.fixture
def bench(cluster: Cluster, tmp_path: Path) -> Iterator[Bench]:
    with bench_on(cluster, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(("stream", "source"), FIRST_WAYS, ids=lambda value: getattr(value, "name", ""))
def test_every_row_of_a_document_is_in_its_table(loaded: Bench, stream: str, source: Source) -> None:
    part = loaded.first[source.name]
    assert (part.state, part.rejected, part.outside) == (SliceState.STORED, 0, 0)
    days = DayRange(JUNE_AND_MAY.end, JUNE_AND_MAY.end) if source.present_only else JUNE_AND_MAY
    expected = Counter(type(row) for row in normalized(source.name, about=context(days=days)))
    stored = {table.record: len(loaded.rows(f"SELECT FROM {table.name}")) for table in tables_of(source)}
    assert stored == expected
    assert part.rows == expected[tables_of(source)[0].record]


@pytest.mark.parametrize(("table", "source"), TABLES)
def test_the_same_document_a_day_later_changes_no_row(loaded: Bench, table: str, source: str) -> None:
    assert loaded.versions()[table] == loaded.before[table]


@pytest.mark.parametrize(("table", "source"), TABLES)
def test_another_seller_sees_nothing_of_it(loaded: Bench, table: str, source: str) -> None:
    with loaded.database.statements("bert") as run:
        assert run.connection.execute(f"SELECT FROM {table}").fetchall() == []


def test_coverage_names_the_newest_document_of_every_dataset(loaded: Bench) -> None:
    found = loaded.rows(
        "SELECT c.dataset, d.source, count(*) AS days, count(DISTINCT c.document_id) AS documents"
        " FROM coverage AS c JOIN documents AS d USING (document_id) GROUP BY 1, 2"
    )
    assert {row["source"] for row in found} == {source.name for _, source in FIRST_WAYS}
    assert {row["dataset"]: row["source"] for row in found} == {source.dataset: source.name for _, source in FIRST_WAYS}
    assert {row["documents"] for row in found} == {1}
    assert {row["days"] for row in found} == {1, 61}


def test_nobody_who_was_told_of_is_in_an_object_a_part_or_a_table(loaded: Bench) -> None:
    for stream, source in [entry for entry in SOURCES if entry[1].name in OTHER_WAYS]:
        loaded.load(stream, source)
    objects = [path for path in loaded.folder.rglob("*.gz") if path.is_file()]
    assert len(objects) > 4 * len(FIRST_WAYS)
    texts = {str(path): loaded.objects.open(str(path.relative_to(loaded.folder))[:-3]).read() for path in objects}
    tables = {name: str(loaded.rows(f"SELECT t::text FROM {name} AS t")).encode() for name, _ in TABLES}
    found = [(place, word) for place, text in (texts | tables).items() for word in PLANTED if word.encode() in text]
    assert found == []


REPORT, API, API_V0 = (entry for entry in STREAMS["orders"].sources)
ORDERS = "SELECT order_id, status, replaced_order_id, last_updated_at FROM orders ORDER BY 1"
ITEMS = (
    "SELECT order_id, sku, quantity, quantity_shipped, item_price, tax, gift_wrap_price, order_item_ids, title"
    " FROM order_items ORDER BY 1, 2"
)


@pytest.mark.parametrize("api", [API, API_V0], ids=lambda source: source.name)
def test_report_then_api_equals_the_api_alone(bench: Bench, api: Source) -> None:
    bench.load("orders", api)
    alone = [bench.rows(query) for query in (ORDERS, ITEMS)]
    for table in ("orders", "order_items", "coverage"):
        bench.rows(f"DELETE FROM {table} RETURNING 1")
    bench.load("orders", REPORT)
    bench.load("orders", api)
    assert [bench.rows(query) for query in (ORDERS, ITEMS)] == alone


def test_a_report_after_the_api_takes_nothing_away_that_it_does_not_know(bench: Bench) -> None:
    bench.load("orders", API)
    alone = [bench.rows(query) for query in (ORDERS, ITEMS)]
    bench.load("orders", REPORT)
    assert [bench.rows(query) for query in (ORDERS, ITEMS)] == alone


def test_both_generations_of_finances_lie_side_by_side_and_coverage_says_which_one_counts(bench: Bench) -> None:
    newer, older, _ = STREAMS["financial_events"].sources
    bench.load("financial_events", newer)
    week = DayRange(date(2026, 6, 1), date(2026, 6, 7))
    bench.load("financial_events", older, week)
    generations = bench.rows("SELECT DISTINCT split_part(event_id, ':', 1) AS generation FROM financial_events")
    assert {row["generation"] for row in generations} == {"2024-06-19", "v0"}
    told = bench.rows(
        "SELECT d.source, min(c.day) AS first, max(c.day) AS last FROM coverage AS c JOIN documents AS d"
        " USING (document_id) WHERE c.dataset = 'financial_events' AND c.day BETWEEN '2026-06-01' AND '2026-06-07'"
        " GROUP BY 1"
    )
    assert told == [{"source": "listFinancialEvents", "first": week.start, "last": week.end}]


NOTES = "SELECT detail FROM source_notes WHERE code = 'settlement_difference'"


def test_a_settlement_whose_lines_do_not_make_its_total_is_noted(bench: Bench) -> None:
    settlements = STREAMS["financial_events"].sources[-1]
    bench.load("financial_events", settlements)
    assert bench.rows(NOTES) == []
    bench.rows("DELETE FROM settlement_lines RETURNING 1")
    bench.amazon = LastLineLost()
    bench.load("financial_events", settlements)
    [note] = bench.rows(NOTES)
    assert note["detail"] == "settlement 21000000001: its lines make 33.98 USD, its total is 31.99"


SHIPMENTS = "SELECT shipment_id, status, as_of FROM inbound_shipments ORDER BY 1"


def test_a_replay_brings_back_what_only_an_older_document_named(bench: Bench) -> None:
    shipments = STREAMS["inbound_shipments"].sources[0]
    bench.load("inbound_shipments", shipments)
    bench.amazon = FirstPageOnly()
    bench.load("inbound_shipments", shipments, DayRange(date(2026, 6, 24), JUNE_AND_MAY.end))
    before = bench.rows(SHIPMENTS)
    assert len(before) > len(bench.amazon.inbound_shipment_pages("", JULY_1, JULY_1))
    bench.rows("DELETE FROM inbound_shipments RETURNING 1")
    replay(
        "anna",
        JUNE_AND_MAY.start,
        database=bench.database,
        objects=bench.objects,
        clock=bench.clock,
        told=lambda _document, _stored: None,
    )
    assert bench.rows(SHIPMENTS) == before
