"""How rows meet their table: the statements of a store, built from `clario.domain.tables`."""

from dataclasses import dataclass, fields
from functools import cache

from psycopg import sql

from clario.db.parts import listed, not_staged, same_key, staged
from clario.db.snapshots import index_staged, write_history, zero_unnamed, zero_unnamed_in_history
from clario.db.touched import RESTATED, names_items, note_news, note_written, noting
from clario.domain.tables import History, Table, WriteMode


@dataclass(frozen=True, slots=True)
class Writes:
    """`merge` brings the staged rows into a table; `clean_up` deals with rows that a whole document does not name."""

    merge: sql.Composed
    clean_up: sql.Composed | None


@dataclass(frozen=True, slots=True)
class StoreStatements:
    """The statements of one store in order."""

    create_staging: sql.Composed
    copy: sql.Composed
    index: sql.Composed | None
    note_news: sql.Composed | None
    rows: Writes
    note: sql.Composed | None
    history: Writes | None


@cache
def store_statements(table: Table) -> StoreStatements:
    """Staging table, COPY into it, one MERGE that writes only changed rows, and what is done about rows that are gone.

    Every statement takes the parameters connection_id, seller_id, document_id, scope, as_of and days (an array: the
    days it may write; a snapshot, whose rows have none, is written whole or, without any, not at all).
    """
    columns = [field.name for field in fields(table.record)]
    # `line` says where a row was last written from; a row that only moved within its file has not changed.
    values = [name for name in columns if name not in table.key and name != "line"]
    return StoreStatements(
        create_staging=sql.SQL(
            "CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
        ).format(staged=staged(table), columns=listed(columns), table=sql.Identifier(table.name)),
        copy=sql.SQL("COPY {staged} ({columns}) FROM STDIN (FORMAT csv, HEADER true)").format(
            staged=staged(table), columns=listed(columns)
        ),
        index=index_staged(table) if table.mode is WriteMode.SNAPSHOT else None,
        note_news=note_news(table) if table.name in RESTATED else None,
        rows=Writes(_merge(table, columns, values), _clean_up(table)),
        note=note_written(table) if names_items(table) and table.name not in RESTATED else None,
        history=_history(table, table.history) if table.history else None,
    )


def _merge(table: Table, columns: list[str], values: list[str]) -> sql.Composed:
    return sql.SQL(
        "MERGE INTO {table} AS t USING ({source}) AS s"
        " ON t.connection_id = %(connection_id)s AND {same_key}"
        "{update} WHEN NOT MATCHED THEN"
        " INSERT (connection_id, seller_id, document_id, as_of, {columns})"
        " VALUES (%(connection_id)s, %(seller_id)s, %(document_id)s, %(as_of)s, {inserted})"
    ).format(
        table=sql.Identifier(table.name),
        source=_source(table),
        same_key=same_key(table),
        update=_update(table, values) if values else sql.SQL(""),
        columns=listed(columns),
        inserted=listed(columns, "s"),
    )


def _update(table: Table, values: list[str]) -> sql.Composed:
    """Only rows that change are written."""
    news = {name: _new(table, name) for name in values}
    return sql.SQL(
        " WHEN MATCHED AND {not_older} AND ({old}) IS DISTINCT FROM ({new}) THEN"
        " UPDATE SET {assignments}, line = s.line, as_of = %(as_of)s, document_id = %(document_id)s{touched}"
    ).format(
        not_older=_not_older(table),
        old=listed(values, "t"),
        new=sql.SQL(", ").join(news.values()),
        assignments=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), new) for name, new in news.items()
        ),
        touched=sql.SQL(", updated_at = clario_now()" if table.name == "financial_events" else ""),
    )


def _new(table: Table, name: str) -> sql.Composable:
    """The value a stored row gets: of a column that not every source knows, what is known."""
    new, old = sql.Identifier("s", name), sql.Identifier("t", name)
    return sql.SQL("coalesce({}, {})").format(new, old) if name in table.kept else new


def _not_older(table: Table) -> sql.Composable:
    if table.version is None:
        return sql.SQL("t.as_of <= %(as_of)s")
    old, new = sql.Identifier("t", table.version), sql.Identifier("s", table.version)
    return sql.SQL("({}, t.as_of) <= ({}, %(as_of)s)").format(old, new)


def _source(table: Table) -> sql.Composed:
    """The staged rows of accepted days. Pages may repeat a row: the newer one counts, else the later one."""
    distinct: sql.Composable = sql.SQL("")
    order: sql.Composable = sql.SQL("")
    if table.mode is not WriteMode.REPLACE:
        version = [sql.SQL("{} DESC").format(sql.Identifier(table.version))] if table.version else []
        distinct = sql.SQL("DISTINCT ON ({})").format(listed(table.key))
        order = sql.SQL(" ORDER BY {}").format(sql.SQL(", ").join([listed(table.key), *version, sql.SQL("ctid DESC")]))
    return sql.SQL("SELECT {distinct} * FROM {staged} WHERE {accepted}{order}").format(
        distinct=distinct, staged=staged(table), accepted=_accepted(table), order=order
    )


def _accepted(table: Table) -> sql.Composable:
    if table.day is None:
        return sql.SQL("cardinality(%(days)s::date[]) > 0")
    return sql.SQL("{} = ANY (%(days)s::date[])").format(sql.Identifier(table.day))


def _history(table: Table, history: History) -> Writes:
    return Writes(write_history(table, history, _source(table)), zero_unnamed_in_history(table, history))


def _clean_up(table: Table) -> sql.Composed | None:
    if table.mode is WriteMode.SNAPSHOT:
        return zero_unnamed(table)
    if table.mode is WriteMode.UPSERT or table.day is None:
        return None
    delete = sql.SQL(
        "DELETE FROM {table} AS t WHERE t.connection_id = %(connection_id)s AND t.{day} = ANY (%(days)s::date[])"
        " AND {not_staged}"
    ).format(table=sql.Identifier(table.name), day=sql.Identifier(table.day), not_staged=not_staged(table))
    return noting(table, delete)
