"""Turns at refreshing streams: leases, who gets one, and that a message works once."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from clario.db.connection import PostgresDatabase
from clario.services.records import Turn
from devstack.clock import VirtualClock

NOW = datetime(2026, 7, 15, 12, tzinfo=UTC)
CADENCES = {"orders": timedelta(minutes=5), "inventory": timedelta(minutes=15)}
TO_BEGIN, LEASE = timedelta(minutes=15), timedelta(minutes=16)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def database(database_url: str, clock: VirtualClock) -> Iterator[PostgresDatabase]:
    database = PostgresDatabase(database_url, clock)
    yield database
    database.close()


def connect(
    database: PostgresDatabase, seller_id: str, regions: tuple[str, ...] = ("na",), synced: bool = True
) -> None:
    with database.statements(seller_id) as run:
        for region in regions:
            run.connection.execute(
                "INSERT INTO connections (seller_id, region, source, is_sandbox) VALUES (%s, %s, 'database', true)",
                (seller_id, region),
            )
    if synced:
        with database.transaction(seller_id) as work:
            work.syncs.add(f"sync_{seller_id}_1", "manual")
            work.syncs.end(f"sync_{seller_id}_1", "completed", "")


def lease(database: PostgresDatabase, limit: int = 100) -> list[tuple[str, str]]:
    """Seller and lease of each stream whose turn it is."""
    return database.lease_refreshes(CADENCES, TO_BEGIN, limit)


def begin(database: PostgresDatabase, seller_id: str, token: str) -> list[Turn]:
    with database.transaction(seller_id) as work:
        return work.refreshes.begin(token, LEASE)


def end(database: PostgresDatabase, seller_id: str, turn: Turn, due_at: datetime) -> None:
    with database.transaction(seller_id) as work:
        work.refreshes.end(turn, due_at)


def test_streams_of_one_connection_have_one_lease_and_each_connection_its_own(database: PostgresDatabase) -> None:
    connect(database, "anna", ("na", "eu"))
    leases = lease(database)
    assert {seller for seller, _ in leases} == {"anna"}
    tokens = [token for _, token in leases]
    assert len(tokens) == 4
    assert [tokens.count(token) for token in sorted(set(tokens))] == [2, 2]


def test_who_has_had_no_whole_sync_or_is_not_connected_any_more_has_no_turn(database: PostgresDatabase) -> None:
    connect(database, "anna", synced=False)
    connect(database, "bert")
    with database.transaction("bert") as work:
        work.connections.revoke(work.connections.all()[0].connection_id, "taken back")
    assert lease(database) == []


def test_a_leased_stream_is_nobody_elses_before_the_lease_has_run_out(
    database: PostgresDatabase, clock: VirtualClock
) -> None:
    connect(database, "anna")
    [(_, first), _] = lease(database)
    clock.sleep((TO_BEGIN - timedelta(seconds=1)).total_seconds())
    assert lease(database) == []
    clock.sleep(1)
    assert first not in [token for _, token in lease(database)]


def test_a_worker_keeps_what_it_has_begun_until_its_own_lease_runs_out(
    database: PostgresDatabase, clock: VirtualClock
) -> None:
    connect(database, "anna")
    [(seller, token), _] = lease(database)
    clock.sleep(600)
    assert {turn.stream for turn in begin(database, seller, token)} == set(CADENCES)
    clock.sleep((LEASE - timedelta(seconds=1)).total_seconds())
    assert lease(database) == []
    clock.sleep(1)
    assert len(lease(database)) == 2


def test_a_message_that_comes_twice_finds_no_turn_neither_during_the_first_nor_after_it(
    database: PostgresDatabase, clock: VirtualClock
) -> None:
    connect(database, "anna")
    [(seller, token), _] = lease(database)
    turns = begin(database, seller, token)
    assert begin(database, seller, token) == []
    for turn in turns:
        end(database, seller, turn, clock.now())
    assert begin(database, seller, token) == []


def test_a_worker_that_was_taken_for_dead_gives_nothing_back(database: PostgresDatabase, clock: VirtualClock) -> None:
    connect(database, "anna")
    [(seller, token), _] = lease(database)
    [turn, _] = begin(database, seller, token)
    clock.sleep(LEASE.total_seconds())
    [(_, other), _] = lease(database)
    end(database, seller, turn, clock.now() + timedelta(days=1))
    assert turn.stream in {entry.stream for entry in begin(database, seller, other)}


def test_a_turn_that_was_given_back_comes_when_it_is_due(database: PostgresDatabase, clock: VirtualClock) -> None:
    connect(database, "anna")
    [(seller, token), _] = lease(database)
    for turn in begin(database, seller, token):
        end(database, seller, turn, clock.now() + timedelta(minutes=5))
    clock.sleep(299)
    assert lease(database) == []
    clock.sleep(1)
    assert len(lease(database)) == 2


def test_a_sellers_lease_is_of_no_use_to_another(database: PostgresDatabase) -> None:
    connect(database, "anna")
    [(_, token), _] = lease(database)
    assert begin(database, "bert", token) == []


def test_sellers_get_their_turns_side_by_side(database: PostgresDatabase, clock: VirtualClock) -> None:
    """However many streams one of them has waiting, and for however long."""
    connect(database, "anna", ("na", "eu", "fe"))
    lease(database)
    clock.sleep(TO_BEGIN.total_seconds())
    connect(database, "bert")
    first = [seller for seller, _ in lease(database, limit=4)]
    assert sorted(first) == ["anna", "anna", "bert", "bert"]
    assert [seller for seller, _ in lease(database)] == ["anna"] * 4


def test_ticks_that_run_side_by_side_take_different_streams(database: PostgresDatabase) -> None:
    connect(database, "anna")
    assert database.lease_refreshes(CADENCES, timedelta(0), 0) == []
    with database.statements("anna") as run:
        run.connection.execute("SELECT FROM refreshes WHERE stream = 'orders' FOR UPDATE")
        [(seller, token)] = lease(database)
    assert [turn.stream for turn in begin(database, seller, token)] == ["inventory"]
