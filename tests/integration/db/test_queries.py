"""Every named statement fits the real schema."""

import re

import pytest

from clario.db.connection import connect
from clario.db.queries import queries
from clario.db.tables import store_statements
from clario.domain.tables import TABLES, Table

PARAMETER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("name", sorted(queries()))
def test_query_plans_on_the_real_schema(name: str, database_url: str) -> None:
    text = queries()[name]
    with connect(database_url) as connection:
        connection.execute("SELECT set_config('role', 'clario_worker', false)")
        connection.execute("EXPLAIN " + text, dict.fromkeys(PARAMETER.findall(text)))


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_store_statements_plan_on_the_real_schema(table: Table, database_url: str) -> None:
    statements = store_statements(table)
    with connect(database_url) as connection, connection.transaction():
        connection.execute("SELECT set_config('role', 'clario_worker', true)")
        connection.execute(statements.create_staging)
        writes = filter(None, (statements.rows, statements.history))
        both = [statement for each in writes for statement in (each.merge, each.clean_up)]
        for statement in filter(None, (*both, statements.note)):
            text = statement.as_string(connection)
            connection.execute("EXPLAIN " + text, dict.fromkeys(PARAMETER.findall(text)))
