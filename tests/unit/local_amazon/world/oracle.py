"""An independent reading of the world's reports: netting by credits, with Amazon's reconciled units served first.

It sees only what a seller sees (ledger and reimbursement rows) and knows nothing of discrepancies and resolutions. It
reads losses and damage in the warehouse.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from local_amazon.world.calendar import as_date, local_day
from local_amazon.world.tables import Tables
from local_amazon.world.world import World

DAMAGE, LOSS, OWED = "6EU7HK", "M5", ("SELLABLE", "WAREHOUSE_DAMAGED")
FAMILY = {
    "Lost_Warehouse": "lost",
    "Damaged_Warehouse": "damaged",
    **dict.fromkeys(("Lost_Inbound", "Damaged_Inbound"), "inbound"),
    **dict.fromkeys(("CustomerReturn", "CustomerServiceIssue", "Lost_Outbound", "Damaged_Outbound"), "order"),
    **dict.fromkeys(("Removal_Order_Lost", "Removal_Order_Damaged"), "removal"),
    "Fee_Correction": "fee",
}
COMPATIBLE = {"lost": {"damaged", "inbound", "generic"}, "damaged": {"lost", "generic"}}


@dataclass
class Claimed:
    """A discrepancy as the ledger shows it; `left` units no credit has settled, `reserved` of them reconciled."""

    family: str
    fnsku: str
    asin: str
    day: date
    code: str
    left: int
    reserved: int
    unreconciled: int


@dataclass
class Credit:
    family: str
    fnsku: str
    asin: str
    day: date
    units: int


def claims(world: World, as_of: int) -> dict[tuple[str, str, str, date], int]:
    """Open units by family, FNSKU, reason code and day."""
    lots, gains, corrections, moved_in = _read_ledger(world, as_of)
    payments = _payments(world, as_of, moved_in)
    gains += [each for each in moved_in if each.units > 0]
    lost = [lot for lot in lots if lot.family == "lost"]
    damaged = [lot for lot in lots if lot.family == "damaged"]
    for everyone, credits, fits in (
        (lost, gains, lambda lot, c: lot.fnsku == c.fnsku and _in_clerical_order(lot, c)),
        (damaged, corrections, lambda lot, c: lot.fnsku == c.fnsku and lot.day <= c.day),
        (lots, payments, lambda lot, c: lot.fnsku == c.fnsku and lot.family == c.family and _near(lot, c, 120)),
        (lots, payments, lambda lot, c: lot.fnsku == c.fnsku and _compatible(lot, c) and _near(lot, c, 120)),
        (lost, gains, lambda lot, c: lot.asin == c.asin and _in_clerical_order(lot, c)),
        (lots, payments, lambda lot, c: lot.asin == c.asin and lot.family == c.family and _near(lot, c, 60)),
    ):
        _settle(everyone, credits, fits)
    open_units: dict[tuple[str, str, str, date], int] = defaultdict(int)
    for lot in lots:
        open_units[lot.family, lot.fnsku, lot.code, lot.day] += min(lot.unreconciled, lot.left)
    return dict(open_units)


def _rows(world: World, table: str, as_of: int, *codes: str) -> Iterator[dict[str, Any]]:
    """The rows of a table, these columns as words, with their listing."""
    for batch in Tables(world).rows(table, -(2**31), 2**31 - 1, as_of):
        columns = {name: batch[name].tolist() for name in batch.columns} | {name: batch.words(name) for name in codes}
        for values in zip(*columns.values(), strict=True):
            row = dict(zip(columns, values, strict=True))
            yield {**row, "listing": world.listings[row["listing"]]}


def _read_ledger(world: World, as_of: int) -> tuple[list[Claimed], list[Credit], list[Credit], list[Credit]]:
    lots, gains, corrections, moved_in = [], [], [], []
    for row in _rows(world, "ledger", as_of, "event", "reason", "disposition"):
        if row["event"] != "Adjustments":
            continue
        who = (row["listing"].fnsku, row["listing"].asin, as_date(row["day"]))
        units, reason, known = abs(row["quantity"]), row["reason"], (row["reconciled"], row["unreconciled"])
        if reason in LOSS and row["disposition"] in OWED:
            lots.append(Claimed("lost", *who, reason, units, *known))
        elif reason in DAMAGE:
            lots.append(Claimed("damaged", *who, reason, units, *known))
        elif reason in "FN":
            (gains if reason == "F" else moved_in).append(Credit("gain", *who, units))
        elif reason == "Q" and row["disposition"] == "WAREHOUSE_DAMAGED":
            corrections.append(Credit("corrected", *who, units))
    return lots, gains, corrections, moved_in


def _payments(world: World, as_of: int, moved_in: list[Credit]) -> list[Credit]:
    """Reimbursement rows without those of orders, reversals taken off, units given in kind paired with their N rows."""
    seen = [row for row in _rows(world, "reimbursements", as_of, "reason") if not row["order"]]
    taken_back: dict[int, int] = defaultdict(int)
    for row in seen:
        if row["original"]:
            taken_back[row["original"]] += row["cash"] + row["in_kind"]
    payments = []
    for row in seen:
        if row["original"]:
            continue
        day, listing = as_date(local_day(row["approved"], world.markets[row["market"]].zone)), row["listing"]
        fnsku, asin = _named(world, listing)
        _pair(moved_in, fnsku, day, row["in_kind"])
        units = row["cash"] + row["in_kind"] + taken_back[row["number"]]
        payments.append(Credit(FAMILY.get(row["reason"], "generic"), fnsku, asin, day, units))
    return payments


def _named(world: World, listing: Any) -> tuple[str, str]:
    """A row without FNSKU is that of the listing with its SKU."""
    known = next(each for each in world.listings if each.sku == listing.sku and each.fnsku)
    return known.fnsku, known.asin


def _pair(moved_in: list[Credit], fnsku: str, day: date, units: int) -> None:
    for each in moved_in:
        if each.fnsku == fnsku and -7 <= (each.day - day).days <= 21:
            used = min(units, each.units)
            each.units, units = each.units - used, units - used


def _compatible(lot: Claimed, credit: Credit) -> bool:
    return credit.family in COMPATIBLE[lot.family]


def _in_clerical_order(lot: Claimed, gain: Credit) -> bool:
    return (lot.day - gain.day).days <= 7


def _near(lot: Claimed, credit: Credit, horizon: int) -> bool:
    return -2 <= (credit.day - lot.day).days <= horizon


def _settle(lots: Iterable[Claimed], credits: list[Credit], fits: Callable[[Claimed, Credit], bool]) -> None:
    """One pass: reconciled units first, then oldest first."""
    for reserved_only in (True, False):
        for lot in sorted(lots, key=lambda lot: lot.day):
            for credit in sorted(credits, key=lambda credit: credit.day):
                if credit.units and fits(lot, credit):
                    wanted = lot.reserved if reserved_only else lot.left
                    used = min(wanted, credit.units)
                    lot.left -= used
                    lot.reserved -= min(used, lot.reserved)
                    credit.units -= used
