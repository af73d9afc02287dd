"""How a stream's rows meet its table: the statements of a store, built from the stream table."""

from dataclasses import dataclass, fields
from functools import cache

from psycopg import sql

from clario.domain.streams import Stream, WriteMode

STAGED = sql.Identifier("staged_rows")


@dataclass(frozen=True, slots=True)
class StoreStatements:
    """The statements of one store in order; `clean_up` only where a document is a day's whole truth."""

    create_staging: sql.Composed
    copy: sql.Composed
    merge: sql.Composed
    clean_up: sql.Composed | None


@cache
def store_statements(stream: Stream) -> StoreStatements:
    """Staging table, COPY into it, one MERGE that writes only changed rows, and the DELETE of what is gone.

    Every statement takes the parameters connection_id, seller_id, document_id, as_of and days (an array).
    """
    columns = [field.name for field in fields(stream.record)]
    # `line` says where a row was last written from; a row that only moved within its file has not changed.
    values = [name for name in columns if name not in stream.key and name != "line"]
    return StoreStatements(
        create_staging=sql.SQL(
            "CREATE TEMPORARY TABLE {staged} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"
        ).format(staged=STAGED, columns=_list(columns), table=sql.Identifier(stream.table)),
        copy=sql.SQL("COPY {staged} ({columns}) FROM STDIN (FORMAT csv, HEADER true)").format(
            staged=STAGED, columns=_list(columns)
        ),
        merge=_merge(stream, columns, values),
        clean_up=_clean_up(stream) if stream.mode is WriteMode.REPLACE else None,
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
        same_key=_same_key(stream),
        old=_list(values, "t"),
        new=_list(values, "s"),
        assignments=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(name), sql.Identifier("s", name)) for name in values
        ),
        touched=sql.SQL(", updated_at = clario_now()" if stream.table == "financial_events" else ""),
        columns=_list(columns),
        inserted=_list(columns, "s"),
    )


def _source(stream: Stream) -> sql.Composed:
    """The staged rows of accepted days. Pages may repeat a row: the later one counts, MERGE would refuse two."""
    newest = sql.SQL("DISTINCT ON ({key})").format(key=_list(list(stream.key)))
    return sql.SQL("SELECT {newest} * FROM {staged} WHERE {day} = ANY (%(days)s::date[]){order}").format(
        newest=newest if stream.mode is WriteMode.UPSERT else sql.SQL(""),
        staged=STAGED,
        day=sql.Identifier(stream.day),
        order=sql.SQL(" ORDER BY {key}, line DESC").format(key=_list(list(stream.key)))
        if stream.mode is WriteMode.UPSERT
        else sql.SQL(""),
    )


def _clean_up(stream: Stream) -> sql.Composed:
    return sql.SQL(
        "DELETE FROM {table} AS t WHERE t.connection_id = %(connection_id)s AND t.{day} = ANY (%(days)s::date[])"
        " AND NOT EXISTS (SELECT FROM {staged} AS s WHERE {same_key})"
    ).format(
        table=sql.Identifier(stream.table), day=sql.Identifier(stream.day), staged=STAGED, same_key=_same_key(stream)
    )


def _same_key(stream: Stream) -> sql.Composed:
    return sql.SQL(" AND ").join(
        sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("s", name)) for name in stream.key
    )


def _list(names: list[str], alias: str | None = None) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)
