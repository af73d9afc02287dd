"""No seller sees or touches another's rows, and nobody sees any without naming a seller."""

import pytest
from psycopg.errors import InsufficientPrivilege

from clario.db.connection import PostgresDatabase, connect
from clario.errors import SyncNotFound

OUTSIDE_TENANTS = {"usage_plans", "schema_migrations"}


def test_every_table_but_the_shared_ones_is_under_forced_row_security(database_url: str) -> None:
    with connect(database_url) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        assert {row["relname"] for row in rows} == OUTSIDE_TENANTS


def test_another_sellers_sync_does_not_exist(database: PostgresDatabase) -> None:
    with database.transaction("anna") as work:
        work.syncs.add("sync_anna_1", "manual")
    with database.transaction("bert") as work:
        assert work.syncs.running() is None
        with pytest.raises(SyncNotFound):
            work.syncs.get("sync_anna_1")


def test_a_row_of_another_seller_cannot_be_written(database: PostgresDatabase, connection_id: int) -> None:
    with pytest.raises(InsufficientPrivilege), database.statements("bert") as run:
        run.connection.execute("INSERT INTO tokens (connection_id, seller_id) VALUES (%s, 'anna')", (connection_id,))


def test_without_a_seller_nothing_is_seen(database: PostgresDatabase, connection_id: int) -> None:
    with database.statements() as run:
        assert run.connection.execute("SELECT * FROM connections").fetchall() == []


def test_the_role_and_the_seller_end_with_the_transaction(database: PostgresDatabase) -> None:
    with database.statements("anna") as run:
        connection = run.connection
    row = connection.execute("SELECT current_user AS role, current_setting('app.seller_id', true) AS seller").fetchone()
    assert row == {"role": connection.info.user, "seller": ""}


def test_the_api_role_reads_no_token(database_url: str) -> None:
    with connect(database_url) as connection:
        connection.execute("SET ROLE clario_api")
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT * FROM tokens")
