"""How a stream's rows meet its table: the statements of a store, built from the stream table."""

from dataclasses import dataclass, fields
from functools import cache

from psycopg import sql

from clario.db.parts import STAGED, assigned, listed, not_staged, same_key
from clario.db.snapshots import index_staged, write_history, zero_unnamed, zero_unnamed_in_history
from clario.domain.streams import History, Stream, WriteMode


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
    rows: Writes
    history: Writes | None


@cache
def store_statements(stream: Stream) -> StoreStatements:
    """Staging table, COPY into it, one MERGE that writes only changed rows, and what is done about rows that are gone.

    Every statement takes the parameters connection_id, seller_id, document_id, scope, as_of and days (an array: the
    days it may write; a snapshot, whose rows have none, is written whole or, without any, not at all).
    """
    columns = [field.name for field in fields(stream.record)]
    # `line` says where a row was last written from; a row that only moved within its file has not changed.
    values = [name for name in columns if name not in stream.key and name != "line"]
    return StoreStatements(
        create_staging=sql.SQL(
            "CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
        ).format(staged=STAGED, columns=listed(columns), table=sql.Identifier(stream.table)),
        copy=sql.SQL("COPY {staged} ({columns}) FROM STDIN (FORMAT csv, HEADER true)").format(
            staged=STAGED, columns=listed(columns)
        ),
        index=index_staged(stream) if stream.mode is WriteMode.SNAPSHOT else None,
        rows=Writes(_merge(stream, columns, values), _clean_up(stream)),
        history=_history(stream, stream.history) if stream.history else None,
    )


def _merge(stream: Stream, columns: list[str], values: list[str]) -> sql.Composed:
    return sql.SQL(
        "MERGE INTO {table} AS t USING ({source}) AS s"
        " ON t.connection_id = %(connection_id)s AND {same_key}"
        " WHEN MATCHED AND t.as_of <= %(as_of)s AND ({old}) IS DISTINCT FROM ({new}) THEN"
        " UPDATE SET {assignments}, line = s.line, as_of = %(as_of)s, document_id = %(document_id)s{touched}"
        " WHEN NOT MATCHED THEN"
        " INSERT (connection_id, seller_id, document_id, as_of, {columns})"
        " VALUES (%(connection_id)s, %(seller_id)s, %(document_id)s, %(as_of)s, {inserted})"
    ).format(
        table=sql.Identifier(stream.table),
        source=_source(stream),
        same_key=same_key(stream),
        old=listed(values, "t"),
        new=listed(values, "s"),
        assignments=assigned(values),
        touched=sql.SQL(", updated_at = clario_now()" if stream.table == "financial_events" else ""),
        columns=listed(columns),
        inserted=listed(columns, "s"),
    )


def _source(stream: Stream) -> sql.Composed:
    """The staged rows of accepted days. Pages may repeat a row: the later one counts, MERGE would refuse two."""
    distinct, order = sql.SQL(""), sql.SQL("")
    if stream.mode is not WriteMode.REPLACE:
        distinct, order = sql.SQL("DISTINCT ON ({})"), sql.SQL(" ORDER BY {}, ctid DESC")
    key = listed(stream.key)
    return sql.SQL("SELECT {distinct} * FROM {staged} WHERE {accepted}{order}").format(
        distinct=distinct.format(key), staged=STAGED, accepted=_accepted(stream), order=order.format(key)
    )


def _accepted(stream: Stream) -> sql.Composable:
    if stream.day is None:
        return sql.SQL("cardinality(%(days)s::date[]) > 0")
    return sql.SQL("{} = ANY (%(days)s::date[])").format(sql.Identifier(stream.day))


def _history(stream: Stream, history: History) -> Writes:
    return Writes(write_history(stream, history, _source(stream)), zero_unnamed_in_history(stream, history))


def _clean_up(stream: Stream) -> sql.Composed | None:
    if stream.mode is WriteMode.SNAPSHOT:
        return zero_unnamed(stream)
    if stream.mode is WriteMode.UPSERT or stream.day is None:
        return None
    return sql.SQL(
        "DELETE FROM {table} AS t WHERE t.connection_id = %(connection_id)s AND t.{day} = ANY (%(days)s::date[])"
        " AND {not_staged}"
    ).format(table=sql.Identifier(stream.table), day=sql.Identifier(stream.day), not_staged=not_staged(stream))
