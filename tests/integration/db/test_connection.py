"""Connections are kept, and a lost one is replaced before anybody notices."""

import psycopg
import pytest

from clario.db.connection import PostgresDatabase
from clario.errors import DatabaseUnavailable


def backend(database: PostgresDatabase) -> int:
    with database.statements() as run:
        row = run.connection.execute("SELECT pg_backend_pid() AS pid").fetchone()
    assert row is not None
    return int(row["pid"])


def test_a_connection_is_kept_for_the_next_transaction(database: PostgresDatabase) -> None:
    assert backend(database) == backend(database)


def test_a_connection_that_the_server_ended_meanwhile_is_replaced(database: PostgresDatabase, cluster) -> None:
    first = backend(database)
    with psycopg.connect(cluster.admin) as admin:
        admin.execute("SELECT pg_terminate_backend(%s, 5000)", (first,))
    assert backend(database) != first


def test_two_transactions_at_once_have_a_connection_each(database: PostgresDatabase) -> None:
    with database.statements() as outer:
        assert backend(database) != outer.connection.info.backend_pid


def test_a_server_that_is_away_is_worth_another_try() -> None:
    database = PostgresDatabase("postgresql://clario@127.0.0.1:1/none")
    with pytest.raises(DatabaseUnavailable), database.statements():
        pass
