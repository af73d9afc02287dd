"""An independent reading of the world's reports: netting by credits, with Amazon's reconciled units served first.

It sees only what a seller sees (ledger and reimbursement rows) and knows nothing of lots and settlements.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from local_amazon.world.build import World

DAMAGE, LOSS, OWED = "6EU7HK", "M5", ("SELLABLE", "WAREHOUSE_DAMAGED")
FAMILY = {"Lost_Warehouse": "lost", "Damaged_Warehouse": "damaged", "Lost_Inbound": "inbound"}
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


def claims(world: World, now: datetime) -> dict[tuple[str, str, str, date], int]:
    """Open units by family, FNSKU, reason code and day."""
    lots, gains, corrections, moved_in = _read_ledger(world, now)
    payments = _payments(world, now, moved_in)
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


def _read_ledger(world: World, now: datetime) -> tuple[list[Claimed], list[Credit], list[Credit], list[Credit]]:
    lots, gains, corrections, moved_in = [], [], [], []
    for row in world.ledger:
        if row.visible_at > now or row.event != "Adjustments":
            continue
        who = (row.listing.fnsku, row.listing.asin, row.day)
        reconciled = row.reconciled(now) or 0
        if row.reason in LOSS and row.disposition in OWED:
            lots.append(Claimed("lost", *who, row.reason, -row.quantity, reconciled, -row.quantity - reconciled))
        elif row.reason in DAMAGE:
            lots.append(Claimed("damaged", *who, row.reason, -row.quantity, reconciled, -row.quantity - reconciled))
        elif row.reason in "FN":
            (gains if row.reason == "F" else moved_in).append(Credit("gain", *who, row.quantity))
        elif row.reason == "Q" and row.disposition == "WAREHOUSE_DAMAGED":
            corrections.append(Credit("corrected", *who, -row.quantity))
    return lots, gains, corrections, moved_in


def _payments(world: World, now: datetime, moved_in: list[Credit]) -> list[Credit]:
    """Reimbursement rows without those of orders, reversals taken off, units given in kind paired with their N rows."""
    seen = [row for row in world.reimbursements if row.visible_at <= now and not row.order_id]
    taken_back: dict[str, int] = defaultdict(int)
    for row in seen:
        if row.original_id:
            taken_back[row.original_id] += row.cash + row.in_kind
    payments = []
    for row in seen:
        if row.original_id:
            continue
        day, listing = row.approved_at.date(), row.listing
        _pair(moved_in, listing.fnsku, day, row.in_kind)
        units = row.cash + row.in_kind + taken_back[row.id]
        payments.append(Credit(FAMILY.get(row.reason, "generic"), listing.fnsku, listing.asin, day, units))
    return payments


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
