"""The stream table is whole: every row names what the other layers need."""

from dataclasses import fields
from typing import Any

import pytest

from clario.domain.normalize import normaliser
from clario.domain.progress import BANDS
from clario.domain.records import Record, money, stock, trade
from clario.domain.sources import FoundReportSource, PagedSource, ReportSource
from clario.domain.streams import STREAMS, source_of, ways
from clario.domain.tables import TABLES, Table, WriteMode, tables_of

SOURCES = [source for stream in STREAMS.values() for source in stream.sources]
NEWEST = {"orders": "2026-01-01", "financial_events": "2024-06-19"}


def test_there_are_the_thirteen_streams_of_the_product() -> None:
    assert list(STREAMS) == [
        "ledger",
        "ledger_summary",
        "inventory",
        "inbound_shipments",
        "customer_shipments",
        "reimbursements",
        "returns",
        "replacements",
        "removals",
        "fees",
        "storage_fees",
        "orders",
        "financial_events",
    ]


def test_every_stream_is_in_a_band_and_every_band_has_a_stream() -> None:
    assert {stream.band for stream in STREAMS.values()} == set(BANDS)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
def test_every_source_is_whole(source: Any) -> None:
    assert isinstance(source, ReportSource | FoundReportSource | PagedSource)
    assert source.name.startswith("GET_") is not isinstance(source, PagedSource)
    assert normaliser(source)
    assert 1 <= source.slice_days <= 366
    assert source.trailing_days >= 1
    assert tables_of(source)


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_table_is_whole(table: Table) -> None:
    columns = {field.name for field in fields(table.record)}
    assert {*table.key, *table.kept, "line"} <= columns
    assert {table.day, table.version} - {None} <= columns
    assert table.history is None or {*table.history.columns} <= columns
    assert not {*table.kept, table.version} & {*table.key}
    assert (table.history is not None) == (table.mode is WriteMode.SNAPSHOT)
    assert table.day or table.mode is not WriteMode.REPLACE


def test_every_table_is_filled_and_every_record_has_one() -> None:
    assert {name for source in SOURCES for name in source.tables} == set(TABLES)
    found = [entry for module in (money, stock, trade) for entry in vars(module).values() if isinstance(entry, type)]
    shapes = {entry for entry in found if issubclass(entry, Record) and entry is not Record}
    assert {table.record for table in TABLES.values()} == shapes


def test_a_table_belongs_to_one_dataset_so_that_one_lock_is_enough() -> None:
    datasets = {name: {source.dataset for source in SOURCES if name in source.tables} for name in TABLES}
    assert all(len(found) == 1 for found in datasets.values())


def test_only_ways_to_the_same_rows_are_alternatives() -> None:
    found = ways(STREAMS["orders"], NEWEST)
    assert {name: [source.name for source in sources] for name, sources in found.items()} == {
        "orders": ["GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", "searchOrders"]
    }
    assert set(ways(STREAMS["removals"], NEWEST)) == {"removal_orders", "removal_shipments"}


@pytest.mark.parametrize(("version", "name"), [("2024-06-19", "listTransactions"), ("v0", "listFinancialEvents")])
def test_of_two_generations_the_one_that_is_set_is_read(version: str, name: str) -> None:
    found = ways(STREAMS["financial_events"], {"financial_events": version})
    assert [source.name for source in found["financial_events"]] == [name]
    assert "settlement_lines" in found


@pytest.mark.parametrize("stream", STREAMS.values(), ids=lambda stream: stream.name)
def test_every_dataset_has_a_way_in_every_generation(stream: Any) -> None:
    datasets = {source.dataset for source in stream.sources}
    for version in ("v0", NEWEST.get(stream.name, "")):
        assert set(ways(stream, {stream.name: version})) == datasets


def test_a_source_is_known_by_its_stream_and_name() -> None:
    assert source_of("orders", "getOrders").dataset == "orders"
    with pytest.raises(KeyError, match="ledger has no source getOrders"):
        source_of("ledger", "getOrders")
