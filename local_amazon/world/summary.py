"""The ledger's summary view: opening balance, movements and closing balance of a period, from the ledger's rows."""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import Literal

import numpy as np

from local_amazon.world.schema import CENTERS, EVENTS, REASONS
from local_amazon.world.store import Batch, Numbers
from local_amazon.world.world import World

Period = Literal["day", "week", "month"]
MOVEMENTS = (
    "receipts", "customer_shipments", "customer_returns", "vendor_returns", "transfers", "found", "lost", "damaged",
    "disposed", "other",
)  # fmt: skip
_OF_REASON = {
    **dict.fromkeys("FN", "found"),
    **dict.fromkeys("M5", "lost"),
    **dict.fromkeys("E67HKUP", "damaged"),
    **dict.fromkeys("DG", "disposed"),
}
"""Which column counts an adjustment code; every other code is an "other event". (How Amazon sorts them is not
published; this reading follows the columns' names.)"""
_EPOCH = date(1970, 1, 1)


def summaries(
    world: World,
    first: int,
    last: int,
    as_of: int,
    period: Period,
    place: Literal["country", "center"],
    markets: Collection[int] | None,
) -> Iterator[Batch]:
    """A batch per period, of the balances that were or became different from nothing."""
    ledger = world.stores["ledger"].columns
    end = int(np.searchsorted(ledger["day"], last, side="right"))
    seen = ledger["visible"][:end] <= as_of
    if markets is not None:
        seen &= np.isin(ledger["market"][:end], list(markets))
    rows = {name: ledger[name][:end][seen].astype(np.int64) for name in ledger if name != "visible"}
    keys, group = np.unique(_key(rows, by_center=place == "center"), return_inverse=True)
    column = _movement(rows)
    spans = list(_periods(first, last, period))
    balance, low = _unknown(world, 0, spans[0][0] - 1, as_of, keys, by_center=place == "center"), 0
    for opening, closing in spans:
        begins = int(np.searchsorted(rows["day"], opening))
        np.add.at(balance, group[low:begins], rows["quantity"][low:begins])
        low = int(np.searchsorted(rows["day"], closing, side="right"))
        moved = np.zeros((len(MOVEMENTS), len(keys)), np.int64)
        np.add.at(moved, (column[begins:low], group[begins:low]), rows["quantity"][begins:low])
        unknown = _unknown(world, opening, closing, as_of, keys, by_center=place == "center")
        batch = _batch(opening, keys, balance, moved, _in_transit(rows, low, keys), unknown)
        balance = batch["ending"]
        yield batch.where((batch["starting"] != 0) | (batch["ending"] != 0) | moved.any(axis=0))


def _key(rows: dict[str, Numbers], *, by_center: bool) -> Numbers:
    center = rows["center"] + 1 if by_center else 0
    return ((rows["listing"] * 16 + rows["market"]) * 64 + center) * 16 + rows["disposition"]


def _movement(rows: dict[str, Numbers]) -> Numbers:
    """The index into `MOVEMENTS` of every ledger row."""
    of_event = np.array([*range(len(EVENTS) - 1), 0])
    of_reason = np.array([MOVEMENTS.index(_OF_REASON.get(code, "other")) for code in (*REASONS, "")])
    adjusted = rows["event"] == EVENTS.index("Adjustments")
    return np.where(adjusted, of_reason[rows["reason"]], of_event[rows["event"]])


def _in_transit(rows: dict[str, Numbers], low: int, keys: Numbers) -> Numbers:
    """Units that have left one centre and not reached the next, told with a country's sellable stock."""
    moving = np.flatnonzero(rows["event"][:low] == EVENTS.index("WhseTransfers"))
    stock = np.zeros(len(keys), np.int64)
    country = (rows["listing"][moving] * 16 + rows["market"][moving]) * 64 * 16
    place = np.searchsorted(keys, country)
    inside = (place < len(keys)) & (keys[np.minimum(place, len(keys) - 1)] == country)
    np.add.at(stock, place[inside], -rows["quantity"][moving][inside])
    return stock


def _unknown(world: World, first: int, last: int, as_of: int, keys: Numbers, *, by_center: bool) -> Numbers:
    """Units that moved in those days without a line in the ledger, with the sellable stock of their place."""
    units = np.zeros(len(keys), np.int64)
    for listing, market, center, day, moved in world.unknown:
        key = ((listing * 16 + market) * 64 + (CENTERS.index(center) + 1 if by_center else 0)) * 16
        place = int(np.searchsorted(keys, key))
        if first <= day <= last and (day + 1) * 86_400 <= as_of and place < len(keys) and keys[place] == key:
            units[place] += moved
    return units


def _batch(day: int, keys: Numbers, starting: Numbers, moved: Numbers, in_transit: Numbers, unknown: Numbers) -> Batch:
    rest, disposition = np.divmod(keys, 16)
    rest, center = np.divmod(rest, 64)
    listing, market = np.divmod(rest, 16)
    movements = dict(zip(MOVEMENTS, moved, strict=True))
    columns = {
        "day": np.full(len(keys), day, np.int64),
        "listing": listing,
        "market": market,
        "center": center - 1,
        "disposition": disposition,
        "starting": starting.copy(),
        "in_transit": in_transit,
        **movements,
        "ending": starting + moved.sum(axis=0) + unknown,
        "unknown": unknown,
    }
    return Batch("ledger_summary", columns)


def _periods(first: int, last: int, period: Period) -> Iterator[tuple[int, int]]:
    """First and last day of every period that the days touch; weeks begin on Sunday."""
    day = _EPOCH + timedelta(days=first)
    if period == "week":
        day -= timedelta(days=(day.weekday() + 1) % 7)
    if period == "month":
        day = day.replace(day=1)
    while (opening := (day - _EPOCH).days) <= last:
        after = day + timedelta(days={"day": 1, "week": 7}.get(period, 32))
        day = after.replace(day=1) if period == "month" else after
        yield opening, min(last, (day - _EPOCH).days - 1)
