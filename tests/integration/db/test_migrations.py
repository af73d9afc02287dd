"""Migrations: applied once, in order, by the owner, to exactly the schema that is written down."""

from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import psycopg
import pytest

from clario.db import migrate as module
from clario.db.connection import connect
from clario.db.migrate import migrate, migrations
from clario.errors import ConfigurationError

CATALOGUE = """
SELECT 'column' AS kind, table_name || '.' || column_name AS name,
       concat_ws(' ', data_type, is_nullable, column_default, is_identity) AS detail
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint
          WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'policy', tablename || '.' || policyname, concat_ws(' ', cmd, roles::text, qual, with_check)
          FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'security', relname, concat(relrowsecurity, relforcerowsecurity, relkind) FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
UNION ALL SELECT 'grant', table_name, concat_ws(' ', grantee, privilege_type) FROM information_schema.table_privileges
          WHERE table_schema = 'public'
UNION ALL SELECT 'column grant', table_name || '.' || column_name, concat_ws(' ', grantee, privilege_type)
          FROM information_schema.column_privileges WHERE table_schema = 'public'
UNION ALL SELECT 'function', proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


def catalogue(address: str) -> set[tuple[str, ...]]:
    with psycopg.connect(address) as connection:
        rows = {tuple(map(str, row)) for row in connection.execute(CATALOGUE)}
    return {row for row in rows if "schema_migrations" not in row[1]}


def test_schema_sql_is_what_the_migrations_leave(database_url: str, empty_database: str) -> None:
    migrate(empty_database)
    with connect(empty_database) as connection:
        connection.execute("SET ROLE clario_migrate")
        connection.execute("DROP OWNED BY clario_migrate CASCADE")
        connection.execute("RESET ROLE")
        module._ensure_roles(connection)
        connection.execute("SET ROLE clario_migrate")
        connection.execute((files("clario.db") / "schema.sql").read_text())
    assert catalogue(empty_database) == catalogue(database_url)


def test_a_second_run_applies_nothing(database_url: str) -> None:
    assert migrate(database_url) == []


def test_two_runs_at_once_apply_each_migration_once(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        applied = list(pool.map(migrate, [empty_database, empty_database]))
    assert sorted(applied, key=len) == [[], list(migrations())]


def test_a_migration_changed_afterwards_is_refused(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "migrations", lambda: {"0001_initial.sql": "SELECT 1"})
    with pytest.raises(ConfigurationError, match=r"0001_initial\.sql was changed"):
        migrate(database_url)


def test_a_wrong_address_is_one_line_without_the_password() -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        migrate("postgresql://clario:hush@127.0.0.1:1/nowhere")
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_application_is_no_superuser_and_owns_no_table(database_url: str) -> None:
    with connect(database_url) as connection:
        roles = connection.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'clario%'")
        assert {row["rolname"] for row in roles.fetchall() if row["rolsuper"] or row["rolbypassrls"]} == set()
        owners = connection.execute("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
        assert [row["tableowner"] for row in owners] == ["clario_migrate"]
