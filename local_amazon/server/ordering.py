"""Orders as both orders APIs see them: lines gathered to orders, and the windows that are asked for."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from local_amazon.server import cells
from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Refused, bad_request, error, moment
from local_amazon.server.cursor import Cursor
from local_amazon.server.money import order_number
from local_amazon.world.schema import CHANNELS, ORDER_KINDS, ORDER_STATUSES
from local_amazon.world.store import Batch

NEWEST = timedelta(minutes=2)
OLDEST = timedelta(days=730)
"""Orders of the last two years are given (https://developer-docs.amazon.com/sp-api/docs/orders-api-v0-reference)."""
AT_ONCE = 5_000
PENDING, SHIPPED, CANCELLED = range(len(ORDER_STATUSES))
AMAZON, MERCHANT = CHANNELS.index("Amazon"), CHANNELS.index("Merchant")
REPLACEMENT, MULTICHANNEL = ORDER_KINDS.index("replacement"), ORDER_KINDS.index("multichannel")


class Window(NamedTuple):
    """First and last second, both included, of `purchased` or `updated`; `before` is what the answer repeats."""

    by: str
    first: int
    last: int
    before: datetime

    @property
    def clock(self) -> str:
        """The column by which the lines of the window come sorted, if there is one."""
        return self.by if self.by == "purchased" else ""


class Order(NamedTuple):
    """The lines of one order, equally long columns of them."""

    lines: Batch

    def first(self, column: str) -> int:
        return int(self.lines[column][0])

    def status(self) -> int:
        """The order's status: pending while a line is, cancelled when all are."""
        states = set(self.lines["status"].tolist())
        return PENDING if PENDING in states else SHIPPED if SHIPPED in states else CANCELLED

    def updated(self) -> str:
        return str(cells.stamps(self.lines["updated"].max(keepdims=True))[0])

    def purchased(self) -> str:
        return str(cells.stamps(self.lines["purchased"][:1])[0])

    def rows(self) -> Iterator[dict[str, int]]:
        """The lines one by one."""
        columns = self.lines.columns
        return (
            dict(zip(columns, row, strict=True)) for row in zip(*(c.tolist() for c in columns.values()), strict=True)
        )


def window(cursor: Cursor, created: str, updated: str) -> Window:
    """The window asked for by parameters that begin with `created` or `updated`: exactly one of them."""
    question, newest = cursor.question, cursor.as_of - NEWEST
    given = [name for name in (created, updated) if question.get(f"{name}After")]
    if len(given) != 1:
        raise bad_request(f"Exactly one of {created}After and {updated}After is required")
    name = given[0]
    after = moment(question[f"{name}After"], f"{name}After")
    before = moment(question[f"{name}Before"], f"{name}Before") if f"{name}Before" in question else newest
    if before > newest:
        raise bad_request(f"{name}Before must be at least two minutes before the time of the request")
    if before < after:
        raise bad_request(f"{name}Before must be later than {name}After")
    oldest = cursor.as_of - OLDEST
    by = "purchased" if name == created else "updated"
    return Window(by, seconds(max(after, oldest)), seconds(before), before)


def read(
    account: Account, found: Window, cursor: Cursor, markets: set[int] | None, wanted: Callable[[Batch], Batch]
) -> Callable[[int], Iterable[Batch]]:
    """A reader of order lines for `Cursor.rows`."""

    def from_(at: int) -> Iterator[Batch]:
        start, now = max(at, found.first), seconds(cursor.as_of)
        lines = account.tables.rows("orders", start, found.last + 1, now, by=found.by, markets=markets, size=AT_ONCE)
        for batch in lines:
            yield wanted(batch)

    return from_


def orders(lines: Batch | None) -> list[Order]:
    """Neighbouring lines of the same order as one order."""
    if lines is None or not len(lines):
        return []
    number = lines["order"]
    starts = [0, *(np.flatnonzero(number[1:] != number[:-1]) + 1).tolist(), len(number)]
    return [
        Order(Batch(lines.table, {name: column[low:high] for name, column in lines.columns.items()}))
        for low, high in pairwise(starts)
    ]


def order_of(account: Account, order_id: str, now: datetime) -> Order:
    """One order; 404 when the seller has none of that id."""
    lines = account.tables.having("orders", "order", order_number(order_id), seconds(now))
    if not len(lines):
        raise Refused(error(404, "NotFound", "Order not found", f"No order {order_id}"))
    return Order(lines)


def narrowing(column: str, names: Iterable[str], known: dict[str, int]) -> Callable[[Batch], Batch]:
    """Keeps the lines with one of those words in a column; words that no order here has keep none; no words: all."""
    asked = list(names)
    codes = [known[name] for name in asked if name in known]
    return lambda batch: batch.where(np.isin(batch[column], codes)) if asked else batch


def page_size(text: str | None) -> int:
    if text is None:
        return 100
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise bad_request("MaxResultsPerPage must be between 1 and 100")
    return int(text)


def several(text: str | None, most: int, name: str) -> list[str]:
    """A comma-separated parameter."""
    values = [value for value in (text or "").split(",") if value]
    if len(values) > most:
        raise bad_request(f"{name} may have up to {most} values")
    return values
