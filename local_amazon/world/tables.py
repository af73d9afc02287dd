"""What Amazon would show at a moment: the rows of each table in a window, in batches, from the world in memory.

    tables = Tables(world)
    for batch in tables.rows("ledger", start, end, as_of, markets={0}):
        batch["quantity"]            # int64 column
        batch.words("disposition")   # the same as text
        world.listings[batch["listing"][0]].fnsku

Times are seconds since 1970 (UTC). A window is [start, end) of the table's own clock (`BY`), or of the column named
`by`; `as_of` is the moment of looking: rows that become visible later are left out, and the columns which Amazon
rewrites show what they showed then. `markets` are indexes into `world.markets`; None: all of them. Rows come sorted by
the clock, ties in a fixed order. No batch has more than `size` rows; a batch may be empty.
"""

from collections.abc import Collection, Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from local_amazon.world.held import inventory
from local_amazon.world.previews import fee_previews
from local_amazon.world.schema import MONEY_KINDS
from local_amazon.world.store import Batch
from local_amazon.world.summary import Period, summaries
from local_amazon.world.world import World

BY = {
    "orders": "purchased",
    "customer_shipments": "shipped",
    "finances": "posted",
    "settlements": "ends",
    "ledger": "day",
    "reimbursements": "approved",
    "returns": "returned",
    "replacements": "shipped",
    "inbound_shipments": "updated",
    "inbound_items": "updated",
    "removal_orders": "requested_at",
    "removal_shipments": "shipped_at",
    "storage_charges": "month",
    "aged_charges": "day",
}
"""The column a window of that table means unless told otherwise. A window of days or months is in that column's unit,
so `rows("ledger", first_day, last_day + 1, as_of)` are whole days of the marketplaces' own calendars."""
REWRITTEN = ("updated",)
"""Columns that depend on the moment of looking; a window of them goes over the whole table."""
BORN = ("visible", "created", "purchased", "requested_at", "updated")
"""Which column of a table says from when on a row can be seen: the first of these that it has."""
LATEST = 2**31 - 1
SIZE = 50_000


class Tables:
    """Reads a world. Cheap to make; holds nothing but the world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def rows(
        self,
        table: str,
        start: int,
        end: int,
        as_of: int,
        *,
        by: str = "",
        markets: Collection[int] | None = None,
        size: int = SIZE,
    ) -> Iterator[Batch]:
        """The rows of a window. `by`: "updated" of orders, inbound tables and removal orders, else `BY`."""
        store, by = self.world.stores[table], by or BY[table]
        whole = by in REWRITTEN
        for low, high in store.batches(*((0, LATEST) if whole else (start, end)), size):
            batch = _as_of(store.read(low, high, as_of), as_of)
            shown = _shown(batch, as_of, markets)
            if whole:
                shown &= (batch[by] >= start) & (batch[by] < end)
            yield batch if shown.all() else batch.where(shown)

    def count(self, table: str) -> int:
        """How many rows the table will ever have."""
        return len(self.world.stores[table])

    def having(self, table: str, column: str, number: int, as_of: int) -> Batch:
        """The rows with that number in a column: an order's lines, a shipment's items, a settlement's money."""
        store = self.world.stores[table]
        places = np.flatnonzero(store.columns[column] == number)
        parts = [store.read(int(place), int(place) + 1, as_of) for place in places]
        if not parts:
            return store.read(0, 0, as_of)
        merged = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns}
        batch = _as_of(Batch(table, merged), as_of)
        return batch.where(_shown(batch, as_of, None))

    def settlement_lines(self, number: int, as_of: int) -> Iterator[Batch]:
        """The money of a settlement: its rows of `finances` without deferred ones and the payout itself, by posting."""
        store = self.world.stores["finances"]
        places = np.flatnonzero(store.columns["settlement"] == number)
        if len(places):
            low, high = int(places[0]), int(places[-1]) + 1
            for first in range(low, high, SIZE):
                batch = store.read(first, min(first + SIZE, high), as_of)
                earned = (batch["matures"] == 0) & (batch["kind"] != MONEY_KINDS.index("transfer"))
                yield batch.where(earned & (batch["settlement"] == number))

    def ledger_summary(
        self,
        first: int,
        last: int,
        as_of: int,
        *,
        period: Period = "month",
        place: Literal["country", "center"] = "country",
        markets: Collection[int] | None = None,
    ) -> Iterator[Batch]:
        """Balances of the days `first` to `last` (both included), a batch per period; `day` is the period's first."""
        return summaries(self.world, first, last, as_of, period, place, markets)

    def inventory(self, market: int, as_of: int) -> Batch:
        """What is held for each of a marketplace's listings, by SKU."""
        return inventory(self.world, market, as_of)

    def fee_previews(self, as_of: int, markets: Collection[int] | None = None) -> Batch:
        """What Amazon measures and would charge for each listing now."""
        return fee_previews(self.world, as_of, markets)


def _as_of(batch: Batch, as_of: int) -> Batch:
    """Fill the columns that follow from others."""
    columns = dict(batch.columns)
    if batch.table == "orders":
        gone, shipped = columns["status"] == 2, columns["shipped"]  # kept: 2 for lines that end cancelled
        ended = shipped <= as_of
        columns["status"] = np.where(ended, np.where(gone, 2, 1), 0)
        columns["updated"] = np.where(ended, shipped, columns["purchased"])
        columns["shipped"] = np.where(ended & ~gone, shipped, 0)
    if batch.table == "ledger":
        kept = columns["reconciled"] >= 0
        columns["unreconciled"] = np.where(kept, np.abs(columns["quantity"]) - columns["reconciled"], -1)
    return Batch(batch.table, columns)


def _shown(batch: Batch, as_of: int, markets: Collection[int] | None) -> npt.NDArray[np.bool_]:
    """Which rows can be seen."""
    born = next(name for name in BORN if name in batch.columns)
    shown: npt.NDArray[np.bool_] = batch[born] <= as_of
    if markets is not None:
        shown = shown & np.isin(batch["market"], list(markets))
    return shown
