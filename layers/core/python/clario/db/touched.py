"""Which items a store touches: those of rows it writes or deletes, noted for detection in the store's transaction.

All names of a row are noted: by whichever of them detection reads its table, what the row links is found again.
"""

from collections.abc import Mapping
from dataclasses import fields

from psycopg import sql

from clario.db.parts import listed, staged
from clario.domain.tables import Table

UNREAD = frozenset({"inventory", "settlement_lines"})
"""Tables that detection does not read."""
RESTATED: Mapping[str, tuple[str, ...]] = {
    "fee_previews": (
        *("sku", "fnsku", "store", "asin", "your_price", "currency", "longest_side", "median_side", "shortest_side"),
        *("dimension_unit", "package_weight", "weight_unit", "size_tier", "product_group", "referral_fee"),
        "fulfillment_fee",
    )
}
"""Tables whose rows say the same day after day, and the columns of theirs that detection reads. It takes the days that
say the same for one row (`preview_facts`), so that only a day that says something else touches an item."""
REMEMBERED_DAYS = 7
"""What was not heard for longer than that is new, though it says the same."""
NAMES = (("fnsku", "fnsku"), ("sku", "sku"), ("msku", "sku"), ("asin", "asin"))
"""The columns that name an item, and which identifier they hold."""


def names_items(table: Table) -> bool:
    """Whether detection must know when rows of the table change. Where rows name no item, others tell it of them."""
    return table.name not in UNREAD and any(_columns(table))


def note_written(table: Table) -> sql.Composed:
    """Note the items of the rows that the document has written; parameters as of `clario.db.tables`."""
    of_days = (
        sql.SQL("AND t.{} = ANY (%(days)s::date[])").format(sql.Identifier(table.day)) if table.day else sql.SQL("")
    )
    written = sql.SQL(
        "SELECT DISTINCT t.connection_id, t.seller_id, {names} FROM {table} AS t"
        " WHERE t.connection_id = %(connection_id)s AND t.document_id = %(document_id)s {of_days}"
    ).format(names=_names(table), table=sql.Identifier(table.name), of_days=of_days)
    return _note_items(table, written)


def note_news(table: Table) -> sql.Composed:
    """Note the items of staged rows that say something else than the newest ones stored: before they are merged.

    Rows of a day before the newest one, too: what they change is found out by looking.
    """
    assert table.day is not None
    names = [name for name in table.key if name != table.day]
    day = sql.Identifier(table.day)
    news = sql.SQL(
        "SELECT DISTINCT %(connection_id)s::bigint AS connection_id, %(seller_id)s AS seller_id, {names}"
        " FROM {staged} AS s"
        " LEFT JOIN ("
        "SELECT DISTINCT ON ({key}) * FROM {table}"
        " WHERE connection_id = %(connection_id)s AND {day} >= (SELECT min({day}) FROM {staged}) - {days}"
        " ORDER BY {key}, {day} DESC"
        ") AS t ON {same_names} AND t.{day} BETWEEN s.{day} - {days} AND s.{day}"
        " WHERE s.{day} = ANY (%(days)s::date[])"
        " AND (t.{day} IS NULL OR ({old}) IS DISTINCT FROM ({new}))"
    ).format(
        names=_names(table, "s"),
        staged=staged(table),
        table=sql.Identifier(table.name),
        key=listed(names),
        day=day,
        days=sql.Literal(REMEMBERED_DAYS),
        same_names=sql.SQL(" AND ").join(
            sql.SQL("{} = {}").format(sql.Identifier("t", name), sql.Identifier("s", name)) for name in names
        ),
        old=listed(RESTATED[table.name], "t"),
        new=listed(RESTATED[table.name], "s"),
    )
    return _note_items(table, news)


def noting(table: Table, delete: sql.Composed) -> sql.Composed:
    """The same deletion, which also notes the items of what it deletes and answers a row for each of them."""
    return sql.SQL(
        "WITH gone AS ({delete} RETURNING t.connection_id, t.seller_id, {names}), noted AS ({note}) SELECT FROM gone"
    ).format(delete=delete, names=_names(table), note=_note_items(table, sql.SQL("SELECT * FROM gone")))


def _columns(table: Table) -> list[tuple[str, str]]:
    there = {field.name for field in fields(table.record)}
    return [(column, kind) for column, kind in NAMES if column in there]


def _names(table: Table, alias: str = "t") -> sql.Composed:
    return listed([column for column, _ in _columns(table)], alias)


def _note_items(table: Table, rows: sql.Composable) -> sql.Composed:
    """Note every name in `rows`, which have the table's columns that name an item."""
    items = [
        sql.SQL("{} || nullif({}, '')").format(sql.Literal(f"{kind}:"), sql.Identifier("named", column))
        for column, kind in _columns(table)
    ]
    return sql.SQL(
        "INSERT INTO touched_items (connection_id, seller_id, item)"
        " SELECT DISTINCT named.connection_id, named.seller_id, item"
        " FROM ({rows}) AS named CROSS JOIN LATERAL unnest(ARRAY[{items}]) AS item WHERE item IS NOT NULL"
    ).format(rows=rows, items=sql.SQL(", ").join(items))
