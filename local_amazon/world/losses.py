"""Ordinary losses: how often units are lost or damaged, and what becomes of them. All rates are assumptions."""

from collections.abc import Iterator
from datetime import date, timedelta

from local_amazon.world.catalogue import Product
from local_amazon.world.incidents import USUAL_REASON, Warehouse
from local_amazon.world.model import Journal, Listing, Lot, Window, stream

LOSS_EVERY, DAMAGE_EVERY = 32, 40  # mean days between lots of one listing
PLANTED_AGES = (60, 45, 12, 33, 5, 21, 61, 52, 2, 59, 28, 9)
"""Ages in days of losses that are surely open at the clock's start: both edges of the 60 days to claim among them."""


def simulate(seed: int, product: Product, window: Window, journal: Journal) -> None:
    """All ordinary losses of a product."""
    first, last = product.listings[0], product.listings[-1]
    lose = Warehouse(journal, window, stream(seed, product.number, "lost"), first)
    _lost(lose, last, _last_found_day(product, window))
    for n, listing in enumerate(product.listings):
        damage = Warehouse(journal, window, stream(seed, product.number, "damaged", n), listing)
        _damaged(damage, in_kind=product.profile == "paid")
    _planted(Warehouse(journal, window, stream(seed, product.number, "planted"), first), product.number)


def _last_found_day(product: Product, window: Window) -> date:
    """Until that day losses are settled by found units, afterwards by money: see `catalogue.PROFILES`."""
    if product.profile == "turning":
        return window.day(window.length // 2)
    return window.first if product.profile == "paid" else window.last


def _days(warehouse: Warehouse, every: int) -> Iterator[date]:
    window, rng = warehouse.window, warehouse.rng
    number = 2 + rng.expovariate(1 / every)
    while window.day(int(number)) in window:
        yield window.day(int(number))
        number += 1 + rng.expovariate(1 / every)


def _quantity(warehouse: Warehouse) -> int:
    return warehouse.rng.choices((1, 2, 3, 5), (60, 22, 12, 6))[0]


def _lost(warehouse: Warehouse, found_as: Listing, last_found: date) -> None:
    turned = False
    for day in _days(warehouse, LOSS_EVERY):
        code = "5" if warehouse.rng.random() < 0.1 else "M"
        if day < last_found:
            _loss_to_find(warehouse, warehouse.lose(day, _quantity(warehouse), code=code), found_as)
        elif warehouse.window.first < last_found and not turned:
            turned = True
            _found_and_paid(warehouse, warehouse.lose(day, 5, code=code, tags=("found_and_paid",)))
        else:
            _loss_to_pay(warehouse, warehouse.lose(day, _quantity(warehouse), code=code))
    if found_as == warehouse.listing and warehouse.rng.random() < 0.3:
        warehouse.lose_unsellable(warehouse.window.day(warehouse.window.length // 3), 1)


def _loss_to_find(warehouse: Warehouse, lot: Lot, found_as: Listing) -> None:
    rng, day = warehouse.rng, lot.row.day
    outcome = rng.choices(("found", "same_day", "in_parts", "some", "never"), (62, 8, 8, 6, 16))[0]
    later = day + timedelta(days=min(45, 1 + round(rng.expovariate(1 / 9))))
    if outcome == "found":
        code = "N" if found_as == warehouse.listing and rng.random() < 0.04 else "F"
        warehouse.find(lot, lot.quantity, later, listing=found_as, code=code)
    elif outcome == "same_day":
        warehouse.find(lot, lot.quantity, day, listing=found_as)
    elif lot.quantity > 1 and outcome != "never":
        warehouse.find(lot, 1, day + timedelta(days=2), listing=found_as)
        if outcome == "in_parts":
            warehouse.find(lot, lot.quantity - 1, day + timedelta(days=20), listing=found_as)


def _found_and_paid(warehouse: Warehouse, lot: Lot) -> None:
    day = lot.row.day
    warehouse.find(lot, 2, day + timedelta(days=3))
    warehouse.pay_units([(lot, 2)], day + timedelta(days=20), "Lost_Warehouse")


def _loss_to_pay(warehouse: Warehouse, lot: Lot) -> None:
    rng, day = warehouse.rng, lot.row.day
    paid = day + timedelta(days=rng.randrange(3, 45))
    outcome = rng.choices(("cash", "kind", "kind_quietly", "both", "some", "never"), (58, 10, 3, 9, 6, 14))[0]
    if outcome == "cash":
        warehouse.pay([lot], paid, "Lost_Warehouse")
    elif outcome in ("kind", "kind_quietly"):
        warehouse.pay([lot], paid, "Lost_Warehouse", in_kind=True, note=outcome == "kind")
    elif outcome == "both":
        again = day + timedelta(days=rng.randrange(1, 3))
        if again in warehouse.window:
            other = warehouse.lose(again, _quantity(warehouse), tags=("combined_payment",))
            warehouse.pay([lot, other], again + timedelta(days=rng.randrange(5, 40)), "Lost_Warehouse")
    elif outcome == "some" and lot.quantity > 1:
        warehouse.pay_units([(lot, 1)], paid, "Lost_Warehouse")


def _damaged(warehouse: Warehouse, *, in_kind: bool) -> None:
    rng = warehouse.rng
    for day in _days(warehouse, DAMAGE_EVERY):
        code = rng.choices(tuple("E6H7KU"), (80, 6, 5, 4, 3, 2))[0]
        lot = warehouse.damage(day, _quantity(warehouse), code=code)
        if lot.tier != "claim":
            continue  # Amazon pays for those neither
        paid = day + timedelta(days=rng.randrange(3, 45))
        outcome = rng.choices(("cash", "kind", "some", "never"), (74, 6, 5, 15))[0]
        if outcome == "cash":
            warehouse.pay([lot], paid, USUAL_REASON[lot.kind])
        elif outcome == "kind" and in_kind:
            warehouse.pay([lot], paid, USUAL_REASON[lot.kind], in_kind=True, note=True)
        elif outcome == "some" and lot.quantity > 1:
            warehouse.pay_units([(lot, 1)], paid, USUAL_REASON[lot.kind])
        if rng.random() < 0.4:
            _harmless_move(warehouse, day + timedelta(days=rng.randrange(3, 20)))


def _harmless_move(warehouse: Warehouse, day: date) -> None:
    if day in warehouse.window:
        warehouse.move(day, 1, "SELLABLE", warehouse.rng.choice(("DEFECTIVE", "CUSTOMER_DAMAGED", "EXPIRED")))


def _planted(warehouse: Warehouse, number: int) -> None:
    """Losses nobody settles, of known ages at the clock's start."""
    age = PLANTED_AGES[number % len(PLANTED_AGES)]
    lost = warehouse.window.today - timedelta(days=age)
    damaged = warehouse.window.today - timedelta(days=PLANTED_AGES[(number + 5) % len(PLANTED_AGES)])
    if lost - timedelta(days=2) in warehouse.window:
        lot = warehouse.lose(lost, _quantity(warehouse), tags=("planted",))
        if number % 4 == 1:
            warehouse.repeat(lot)
    if damaged - timedelta(days=2) in warehouse.window:
        warehouse.damage(damaged, _quantity(warehouse), tags=("planted",))
