"""The guard against documents that make rows go which are there: Amazon's reports are cut short now and then."""

from typing import Any

from psycopg import sql

from clario.db.parts import staged
from clario.db.statements import Statements
from clario.domain.tables import Table, WriteMode

MANY = 100  # fewer rows come and go with a few sales
# Two documents agree when their numbers of rows differ by no more than a tenth of the rows that are known.
TOLERANCE = 10


def would_shrink(run: Statements, table: Table, values: dict[str, Any], unread: int) -> tuple[int, int] | None:
    """How many rows are known and how many the staged document has, if it is not to be believed; else None.

    It drops more than half of many rows, or as a report all of a few, and no earlier document says the same; or it may
    not say so, because it was made within the report's refresh period, or because what it lacks may be what could not
    be read.

    Args:
        values: the parameters of a store, and `any_day` (documents are about the present, whatever their days),
            `may_be_stale`, `all_days` (how many the document has) and `staged_rows`.
    """
    if table.mode is WriteMode.UPSERT or _is_as_big(run, table, values):
        return None
    row = run.connection.execute(_counts(table), values).fetchone()
    assert row is not None
    known, named = row["known"], row["named"]
    if named * 2 >= known or _come_and_go(table, known, named):
        return None
    may_confirm = not values["may_be_stale"] and (named + unread) * 2 < known
    if may_confirm and run.row("is_confirmed", **values, named=named, tolerance=known // TOLERANCE)["confirmed"]:
        return None
    return known, named


def _come_and_go(table: Table, known: int, named: int) -> bool:
    """Whether rows are so few that many of them may be gone. What was reported of a day never is, down to the last."""
    return known < MANY and (named > 0 or table.mode is WriteMode.SNAPSHOT)


def _is_as_big(run: Statements, table: Table, values: dict[str, Any]) -> bool:
    """Whether the document surely has half of the rows that are known: counting a million of them takes a second."""
    if table.day is None or len(values["days"]) < values["all_days"]:
        return False
    return bool(run.row("rows_told", **values)["rows"] <= 2 * values["staged_rows"])


def _counts(table: Table) -> sql.Composed:
    """Rows that are known of the days, and rows that are staged for them; of a snapshot, rows that are not zero."""
    known: sql.Composable = sql.SQL("marketplace_id = %(scope)s AND line > 0")
    named: sql.Composable = sql.SQL("true")
    if table.day is not None:
        known = named = sql.SQL("{} = ANY (%(days)s::date[])").format(sql.Identifier(table.day))
    return sql.SQL(
        "SELECT (SELECT count(*) FROM {table} WHERE connection_id = %(connection_id)s AND {known}) AS known,"
        " (SELECT count(*) FROM {staged} WHERE {named}) AS named"
    ).format(table=sql.Identifier(table.name), staged=staged(table), known=known, named=named)
