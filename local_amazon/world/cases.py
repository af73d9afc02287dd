"""Rare cases, one at a time: payments under another reason, reversals, units found after payment, corrections.

A credit can settle a loss up to 120 days older than itself. The cases of one product lie further apart, so that each
has exactly one reading whatever unusual thing happens in it.
"""

from collections.abc import Callable
from datetime import date, timedelta

from local_amazon.world.catalogue import Product
from local_amazon.world.incidents import Warehouse
from local_amazon.world.model import Journal, Lot, Window, stream

APART = 131
OTHER_REASONS = ("Damaged_Warehouse", "Lost_Inbound", "GeneralAdjustment")


def simulate(seed: int, product: Product, window: Window, journal: Journal) -> None:
    """A case every four to five months, the kinds in turn."""
    warehouse = Warehouse(journal, window, stream(seed, product.number, "cases"), product.listings[0])
    turn = product.number // 10
    opening, others = (_found_and_paid, MIXED) if product.profile == "mixed" else (OPENINGS[turn % 2], RESTORED)
    day, first = window.day(4 + product.number % 10), True
    while day in window:
        case = opening if first else others[turn % len(others)]
        case(warehouse, day)
        day, turn, first = day + timedelta(days=APART + warehouse.rng.randrange(8)), turn + 1, False


def _later(day: date, days: int) -> date:
    return day + timedelta(days=days)


def _found_and_paid(warehouse: Warehouse, day: date) -> None:
    """Of five lost units two are found, two paid; one stays open."""
    lot = warehouse.lose(day, 5, tags=("found_and_paid",))
    warehouse.find(lot, 2, _later(day, 3))
    warehouse.pay_units([(lot, 2)], _later(day, 20), "Lost_Warehouse")


def _other_reason(warehouse: Warehouse, day: date) -> None:
    lot = warehouse.lose(day, 2, tags=("other_reason",))
    warehouse.pay([lot], _later(day, 18), warehouse.rng.choice(OTHER_REASONS))
    _unnoticed(lot)


def _damage_paid_as_lost(warehouse: Warehouse, day: date) -> None:
    lot = warehouse.damage(day, 1, tags=("other_reason",))
    warehouse.pay([lot], _later(day, 25), "Lost_Warehouse")
    _unnoticed(lot)


def _reversed(warehouse: Warehouse, day: date) -> None:
    """Paid, then taken back although no unit turned up: owed as a reversal, not as the old loss."""
    lot = warehouse.lose(day, 1, tags=("reversed",))
    if payment := warehouse.pay([lot], _later(day, 10), "Lost_Warehouse"):
        warehouse.reverse(lot, payment, _later(day, 40), in_kind=0, restored=False)


def _damage_reversed(warehouse: Warehouse, day: date) -> None:
    lot = warehouse.damage(day, 2, tags=("reversed",))
    if payment := warehouse.pay([lot], _later(day, 12), "Damaged_Warehouse"):
        warehouse.reverse(lot, payment, _later(day, 35), in_kind=0, restored=False)


def _reversed_in_kind(warehouse: Warehouse, day: date) -> None:
    """The reversal gives the unit back in its own row; the ledger does not show it a second time."""
    lot = warehouse.lose(day, 1, tags=("restored",))
    if payment := warehouse.pay([lot], _later(day, 10), "Lost_Warehouse"):
        warehouse.reverse(lot, payment, _later(day, 30), in_kind=1, restored=True)


def _found_after_payment(warehouse: Warehouse, day: date) -> None:
    """Paid, found, and the payment rightly taken back the day after."""
    lot = warehouse.lose(day, 1, tags=("restored",))
    payment = warehouse.pay([lot], _later(day, 10), "Lost_Warehouse")
    found = warehouse.find(lot, 1, _later(day, 30))
    if payment and found:
        lot.settlements[0] = lot.settlements[0]._replace(superseded_at=found.visible_at)
        warehouse.reverse(lot, payment, _later(day, 31), in_kind=0, restored=True)


def _in_kind_quietly(warehouse: Warehouse, day: date) -> None:
    lot = warehouse.lose(day, 2, tags=("in_kind",))
    warehouse.pay([lot], _later(day, 15), "Lost_Warehouse", in_kind=True)
    _unnoticed(lot)


def _paid_in_two_rows(warehouse: Warehouse, day: date) -> None:
    lot = warehouse.damage(day, 3, tags=("two_payments",))
    warehouse.pay_units([(lot, 1)], _later(day, 8), "Damaged_Warehouse")
    warehouse.pay_units([(lot, 2)], _later(day, 19), "Damaged_Warehouse")
    _unnoticed(lot)


def _corrected(warehouse: Warehouse, day: date) -> None:
    """Damaged on paper: an inspection makes the units sellable again."""
    warehouse.correct(warehouse.damage(day, 1, tags=("corrected",)), _later(day, 6))


def _found_before_lost(warehouse: Warehouse, day: date) -> None:
    """Clerks write in any order: the unit is found three days before the ledger says that it was misplaced."""
    lot = warehouse.lose(_later(day, 3), 1, tags=("found_before_lost",))
    warehouse.find(lot, 1, day)
    _unnoticed(lot)


def _unnoticed(lot: Lot) -> None:
    """Amazon's ledger does not connect the settlements with this lot: only netting shows that nothing is owed."""
    lot.settlements[:] = [each._replace(noticed=False) for each in lot.settlements]


def _never(warehouse: Warehouse, day: date) -> None:
    warehouse.lose(day, 2, tags=("never_settled",))


Case = Callable[[Warehouse, date], None]
MIXED: tuple[Case, ...] = (_reversed, _other_reason, _reversed_in_kind, _in_kind_quietly, _damage_paid_as_lost)
OPENINGS: tuple[Case, ...] = (_corrected, _found_before_lost)
RESTORED: tuple[Case, ...] = (_found_after_payment, _damage_reversed, _paid_in_two_rows, _never, _other_reason)
"""In a `restored` product every lot is settled wholly or not at all: its found units may stand for any older loss."""
