"""Parts of the statements that store rows. `t` is the stored row, `s` the staged one."""

from collections.abc import Iterable

from psycopg import sql

from clario.domain.streams import Stream

STAGED = sql.Identifier("staged_rows")


def listed(names: Iterable[str], alias: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)


def assigned(names: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name)) for name in names
    )


def same_key(stream: Stream) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("s", name)) for name in stream.key
    )


def not_staged(stream: Stream) -> sql.Composed:
    return sql.SQL("NOT EXISTS (SELECT FROM {staged} AS s WHERE {same_key})").format(
        staged=STAGED, same_key=same_key(stream)
    )
