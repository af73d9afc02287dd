"""Which items a store touches: those of rows it writes or deletes, noted for detection in the store's transaction."""

from dataclasses import fields

from psycopg import sql

from clario.domain.tables import Table

UNREAD = frozenset({"inventory", "settlement_lines"})
"""Tables that detection does not read."""
NAMES = (("fnsku", "fnsku"), ("sku", "sku"), ("msku", "sku"), ("asin", "asin"))
"""The columns that name an item, and which identifier they hold. One of them is enough: those of a row belong
together."""


def names_items(table: Table) -> bool:
    """Whether detection must know when rows of the table change. Where rows name no item, others tell it of them."""
    return table.name not in UNREAD and any(_columns(table))


def note_written(table: Table) -> sql.Composed:
    """Note the items of the rows that the document has written; parameters as of `clario.db.tables`."""
    of_days = (
        sql.SQL("AND t.{} = ANY (%(days)s::date[])").format(sql.Identifier(table.day)) if table.day else sql.SQL("")
    )
    return sql.SQL(
        "INSERT INTO touched_items (connection_id, seller_id, item)"
        " SELECT DISTINCT t.connection_id, t.seller_id, {item} FROM {table} AS t"
        " WHERE t.connection_id = %(connection_id)s AND t.document_id = %(document_id)s {of_days}"
        " AND {item} IS NOT NULL"
    ).format(item=_item(table), table=sql.Identifier(table.name), of_days=of_days)


def noting(table: Table, delete: sql.Composed) -> sql.Composed:
    """The same deletion, which also notes the items of what it deletes and answers a row for each of them."""
    return sql.SQL(
        "WITH gone AS ({delete} RETURNING t.connection_id, t.seller_id, {item} AS item), noted AS ("
        "INSERT INTO touched_items (connection_id, seller_id, item)"
        " SELECT DISTINCT connection_id, seller_id, item FROM gone WHERE item IS NOT NULL)"
        " SELECT FROM gone"
    ).format(delete=delete, item=_item(table))


def _columns(table: Table) -> list[tuple[str, str]]:
    there = {field.name for field in fields(table.record)}
    return [(column, kind) for column, kind in NAMES if column in there]


def _item(table: Table) -> sql.Composed:
    texts = [
        sql.SQL("{} || nullif({}, '')").format(sql.Literal(f"{kind}:"), sql.Identifier("t", column))
        for column, kind in _columns(table)
    ]
    return sql.SQL("coalesce({})").format(sql.SQL(", ").join(texts))
