"""How data sources are, from what is known of their streams."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clario.domain.health import DataSource, SourceNote, StreamState, cadences, data_sources, how_long_ago
from clario.domain.streams import STREAMS

NOW = datetime(2026, 6, 15, 18, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
SOURCES = ["shipments", "inventory", "orders", "returns"]


def state(stream: str, age: timedelta | None = MINUTE, **values: Any) -> StreamState:
    """A stream whose datasets are all as old as that."""
    as_of = dict.fromkeys(cadences(stream), NOW - age) if age is not None else {}
    return StreamState(**{"connection_id": 1, "stream": stream, "is_active": True, "as_of": as_of} | values)


def source(name: str, *states: StreamState, notes: tuple[SourceNote, ...] = ()) -> DataSource:
    found = {one.source: one for one in data_sources(states, notes, NOW)}
    return found[f"amazon_spapi_{name}"]


def test_the_four_sources_people_know_come_first_then_each_further_stream() -> None:
    found = data_sources([], [], NOW)
    assert [one.name for one in found[:4]] == [
        "Shipment Data",
        "Fulfillment Center Data",
        "Sales & Order Data",
        "Returns Data",
    ]
    assert [one.source for one in found[:4]] == [f"amazon_spapi_{name}" for name in SOURCES]
    shared = {"inbound_shipments", "inventory", "ledger", "orders", "financial_events", "returns"}
    assert [one.source for one in found[4:]] == [f"amazon_spapi_{name}" for name in STREAMS if name not in shared]
    assert found[4].name == "Ledger Summary Data"


def test_without_a_connection_everything_is_disconnected() -> None:
    assert {(one.status, one.last_pulled, one.enabled, one.rows) for one in data_sources([], [], NOW)} == {
        ("disconnected", None, False, 0)
    }


def test_a_stream_that_was_never_loaded_is_disconnected_and_says_why() -> None:
    found = source("returns", state("returns", None, error="HTTP 403"))
    assert (found.status, found.last_pulled, found.error) == ("disconnected", None, "HTTP 403")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({}, "connected"),
        ({"loading": True}, "syncing"),
        ({"error": "HTTP 500"}, "error"),
        ({"loading": True, "error": "HTTP 500"}, "error"),
        ({"age": 3 * DAY - MINUTE}, "connected"),
        ({"age": 3 * DAY}, "stale"),
        ({"age": 3 * DAY, "loading": True}, "syncing"),
        ({"is_active": False, "connection_error": "revoked"}, "disconnected"),
    ],
)
def test_a_source_is_as_its_stream_is(values: dict[str, Any], status: str) -> None:
    assert source("returns", state("returns", **values)).status == status


def test_of_several_streams_the_worst_gives_the_status_and_the_newest_data_the_time() -> None:
    found = source("inventory", state("ledger", 4 * DAY, rows=5), state("inventory", MINUTE, rows=7))
    assert (found.status, found.last_pulled, found.rows) == ("stale", NOW - MINUTE, 12)


def test_what_comes_with_daily_syncs_is_not_stale_beside_what_is_refreshed() -> None:
    """Settlements are reports: they are read once a day, the transactions every five minutes."""
    money = StreamState(
        1, "financial_events", True, as_of={"financial_events": NOW - MINUTE, "settlement_lines": NOW - DAY}
    )
    assert source("orders", state("orders"), money).status == "connected"


def test_a_dataset_that_was_never_loaded_beside_others_is_stale() -> None:
    half = StreamState(1, "removals", True, as_of={"removal_orders": NOW - MINUTE})
    assert source("removals", half).status == "stale"


def test_of_several_connections_the_worst_speaks() -> None:
    healthy = state("returns")
    found = source("returns", healthy, state("returns", 5 * DAY, connection_id=2))
    assert (found.status, found.last_pulled) == ("stale", NOW - 5 * DAY)
    revoked = state("returns", connection_id=2, is_active=False, connection_error="the authorisation was revoked")
    found = source("returns", healthy, revoked)
    assert (found.status, found.enabled, found.error) == ("disconnected", False, "the authorisation was revoked")


def test_a_source_is_due_when_its_first_stream_is() -> None:
    assert source("returns", state("returns", HOUR)).next_due == NOW + 23 * HOUR
    turn = NOW + 3 * MINUTE
    assert source("inventory", state("ledger"), state("inventory", due=turn)).next_due == turn
    assert source("returns", state("returns", is_active=False)).next_due is None


def test_a_dataset_that_no_stream_has_any_more_is_never_due() -> None:
    gone = state("returns", as_of={"returns": NOW, "old_returns": NOW - DAY})
    assert source("returns", gone).next_due == NOW + DAY


def test_a_note_is_shown_with_the_source_of_its_stream() -> None:
    note = SourceNote("ledger", "GET_LEDGER_DETAIL_VIEW_DATA", "unseen_code", "reason: Z", NOW)
    assert source("inventory", state("ledger"), notes=(note,)).notes == [note]
    assert source("returns", state("returns"), notes=(note,)).notes == []


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=59), "just now"),
        (MINUTE, "1 minute ago"),
        (59 * MINUTE, "59 minutes ago"),
        (HOUR, "1 hour ago"),
        (47 * HOUR, "1 day ago"),
        (50 * DAY, "50 days ago"),
    ],
)
def test_how_long_ago_is_told_in_the_largest_unit(age: timedelta, told: str) -> None:
    assert how_long_ago(NOW - age, NOW) == told


def test_what_never_was_is_never() -> None:
    assert how_long_ago(None, NOW) == "never"
