"""Which items a store touches: those of rows it writes or deletes, noted for detection in the store's transaction.

All names of a row are noted: by whichever of them detection reads its table, what the row links is found again. Where
it is tomorrow already in one of a connection's marketplaces, the note waits for detection's day, as the row does.

Most rows are of plain sales, which tell detection nothing new. Of those the note says the order, or the day of the
ledger's line, too, so that it can look at that alone; not before detection has looked at anything: a whole history
would be as many notes as orders. Of rows that are neither of sales nor about their fees the note says that.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import NamedTuple

from psycopg import sql

from clario.db.parts import listed, staged
from clario.domain.tables import Table

UNREAD = frozenset({"inventory", "settlement_lines"})
"""Tables that detection does not read."""


class Sale(NamedTuple):
    """Which rows of a table are of a sale, which order or day a note says of them, and which others may give a fee
    back."""

    condition: str
    order_id: str = "NULL"
    sold_on: str = "NULL"
    credit: str = "false"


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
SALES: Mapping[str, Sale] = {
    "order_items": Sale("true", order_id="t.order_id"),
    "shipped_items": Sale("true", order_id="t.order_id"),
    "financial_events": Sale(
        "t.transaction_type = 'Shipment'", order_id="t.order_id", credit="t.transaction_type = 'Adjustment'"
    ),
    "ledger_events": Sale("t.event_type = 'Shipments'", sold_on="t.occurred_on"),
}
"""Tables with rows of sales."""
FEES = frozenset({"fee_previews", "storage_charges"})
"""Tables that say which fees of a sale are right."""
CREDITS = frozenset({"claims", "replacements"})
"""Tables without sales whose rows may give a fee back, or say what a credit was for."""
TOLD = ("names", "about", "order_id", "sold_on", "seen_from")
"""What a note says beside the item."""
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
        "SELECT DISTINCT t.connection_id, t.seller_id, {names}, {about}, {row_names} AS names,"
        " {seen_from} AS seen_from FROM {table} AS t"
        " CROSS JOIN ("
        "SELECT EXISTS (SELECT FROM detection_components WHERE connection_id = %(connection_id)s) AS before"
        ") AS looked"
        " WHERE t.connection_id = %(connection_id)s AND t.document_id = %(document_id)s {of_days}"
    ).format(
        names=_names(table),
        about=_about(table),
        row_names=_row_names(table),
        seen_from=_seen_from(table),
        table=sql.Identifier(table.name),
        of_days=of_days,
    )
    return _note_items(table, written)


def note_news(table: Table) -> sql.Composed:
    """Note the items of staged rows that say something else than the newest ones stored: before they are merged.

    Rows of a day before the newest one, too: what they change is found out by looking.
    """
    assert table.day is not None
    names = [name for name in table.key if name != table.day]
    day = sql.Identifier(table.day)
    news = sql.SQL(
        "SELECT DISTINCT %(connection_id)s::bigint AS connection_id, %(seller_id)s AS seller_id, {names}, {about},"
        " {row_names} AS names, {seen_from} AS seen_from"
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
        row_names=_row_names(table, "s"),
        about=_about_no_sale(table),
        seen_from=_seen_from(table, "s"),
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
    gone = sql.SQL("SELECT *, {about}, NULL::text[] AS names, NULL::date AS seen_from FROM gone").format(
        about=_about_no_sale(table)
    )
    return sql.SQL(
        "WITH gone AS ({delete} RETURNING t.connection_id, t.seller_id, {names}), noted AS ({note}) SELECT FROM gone"
    ).format(delete=delete, names=_names(table), note=_note_items(table, gone))


def _columns(table: Table) -> list[tuple[str, str]]:
    there = {field.name for field in fields(table.record)}
    return [(column, kind) for column, kind in NAMES if column in there]


def _names(table: Table, alias: str = "t") -> sql.Composed:
    return listed([column for column, _ in _columns(table)], alias)


def _row_names(table: Table, alias: str = "t") -> sql.Composed:
    """ASIN, FNSKU and SKU of a row, each "" where it has none."""
    columns = {kind: column for column, kind in _columns(table)}
    cells = [
        sql.SQL("coalesce({}, '')").format(sql.Identifier(alias, columns[kind])) if kind in columns else sql.SQL("''")
        for kind in ("asin", "fnsku", "sku")
    ]
    return sql.SQL("ARRAY[{}]").format(sql.SQL(", ").join(cells))


def _about(table: Table) -> sql.Composable:
    """What a row is about, and the order and the day of one of a sale: nulls before detection has looked at
    anything."""
    if table.name not in SALES:
        return _about_no_sale(table)
    sale, order_id, sold_on, credit = map(sql.SQL, SALES[table.name])
    return sql.SQL(
        "CASE WHEN {sale} AND looked.before THEN 'sale' WHEN {sale} THEN NULL WHEN {credit} THEN 'credit'"
        " ELSE 'other' END AS about,"
        " CASE WHEN {sale} AND looked.before THEN {order_id}::text END AS order_id,"
        " CASE WHEN {sale} AND looked.before THEN {sold_on}::date END AS sold_on"
    ).format(sale=sale, credit=credit, order_id=order_id, sold_on=sold_on)


def _about_no_sale(table: Table) -> sql.Composable:
    """The same of rows of other tables, and of any that are gone: which sales those were nobody can ask."""
    about = "credit" if table.name in CREDITS else "other"
    known = None if table.name in SALES or table.name in FEES else about
    return sql.SQL("{}::text AS about, NULL::text AS order_id, NULL::date AS sold_on").format(sql.Literal(known))


def _seen_from(table: Table, alias: str = "t") -> sql.Composable:
    """The day of a row that detection may not look at yet, else null."""
    if table.day is None:
        return sql.SQL("NULL::date")
    day = sql.Identifier(alias, table.day)
    return sql.SQL("CASE WHEN {day} >= clario_now()::date THEN {day} END").format(day=day)


def _note_items(table: Table, rows: sql.Composable) -> sql.Composed:
    """Note every name in `rows`, which have the table's columns that name an item and what a note says beside it."""
    items = [
        sql.SQL("{} || nullif({}, '')").format(sql.Literal(f"{kind}:"), sql.Identifier("named", column))
        for column, kind in _columns(table)
    ]
    return sql.SQL(
        "INSERT INTO touched_items (connection_id, seller_id, item, {told})"
        " SELECT DISTINCT named.connection_id, named.seller_id, item, {named}"
        " FROM ({rows}) AS named CROSS JOIN LATERAL unnest(ARRAY[{items}]) AS item WHERE item IS NOT NULL"
    ).format(told=listed(TOLD), named=listed(TOLD, "named"), rows=rows, items=sql.SQL(", ").join(items))
