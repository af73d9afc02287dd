"""Parts of the statements that store rows. `t` is the stored row, `s` the staged one."""

from collections.abc import Iterable

from psycopg import sql

from clario.domain.tables import Table


def staged(table: Table) -> sql.Identifier:
    """The temporary table that a document's rows of that table are copied into."""
    return sql.Identifier(f"staged_{table.name}")


def listed(names: Iterable[str], alias: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)


def assigned(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name)) for name in names
    )


def same_key(table: Table) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("s", name)) for name in table.key
    )


def not_staged(table: Table) -> sql.Composed:
    return sql.SQL("NOT EXISTS (SELECT FROM {staged} AS s WHERE {same_key})").format(
        staged=staged(table), same_key=same_key(table)
    )
