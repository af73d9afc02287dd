"""Everyday losses in the fulfilment centre, `lost_warehouse` and `damaged_warehouse`, and what becomes of them."""

from dataclasses import dataclass
from random import Random

import numpy as np

from local_amazon.world import beats
from local_amazon.world.cashier import USUAL_REASON, Cashier
from local_amazon.world.discrepancies import Discrepancy
from local_amazon.world.randomness import generator
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers
from local_amazon.world.warehouse import Warehouse

FOUND = 0.75  # share of losses that are looked for with success, where all kinds of settlement mingle
MEAN_LOT = 1.76  # units, of the quantities below
PLANTED_AGES = (60, 45, 12, 33, 5, 21, 61, 52, 2, 59, 28, 9)
"""Ages in days of losses that are surely open at the clock's start: both edges of the 60 days to claim among them."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A listing in a marketplace, its warehouse and Amazon's cashier."""

    stage: Stage
    rng: Random
    warehouse: Warehouse
    cashier: Cashier


def scene(stage: Stage, process: str, listing: int, market: int = 0) -> Scene:
    """The place where a process works, with its own random stream."""
    rng = stage.rng(process, listing, market)
    warehouse = Warehouse(stage, rng, listing, market)
    return Scene(stage, rng, warehouse, Cashier(warehouse))


def simulate(stage: Stage, sold: Numbers) -> None:
    """All everyday losses; `sold` is how many units each listing (row) sells in each marketplace (column)."""
    for listing in beats.listings(stage, beats.USUAL):
        for market in range(len(stage.markets)):
            units = int(sold[listing, market])
            if stage.happens("lost_warehouse"):
                _lost(scene(stage, "lost", listing, market), units)
            if stage.happens("damaged_warehouse"):
                _damaged(scene(stage, "damaged", listing, market), units)
        if stage.confounded("K16"):
            _moved(scene(stage, "moved", listing), int(sold[listing, 0]))
        if not _takes_in_only(stage, listing):
            _planted(scene(stage, "planted", listing))


def days(stage: Stage, name: str, count: float, *keys: int) -> list[int]:
    """About that many days (Poisson), in order, none of them the first two."""
    rng = generator(stage.seed, name, *keys)
    first, last = stage.calendar.first + 3, stage.calendar.last
    drawn = np.sort(rng.integers(first, max(first + 1, last), rng.poisson(count)))
    return [int(day) for day in drawn]


def quantity(rng: Random) -> int:
    """Most losses are single units."""
    return rng.choices((1, 2, 3, 5), (60, 22, 12, 6))[0]


def _lost(at: Scene, units: int) -> None:
    stage, rng, listing = at.stage, at.rng, at.warehouse.listing
    style, calendar = beats.style(stage, listing), stage.calendar
    turns = calendar.first + calendar.length // 2
    if _takes_in_only(stage, listing):
        return
    happened = days(stage, "lost", units * stage.rates["lost"] / MEAN_LOT, listing, at.warehouse.market)
    turned = at.warehouse.market > 0  # one such loss for an FNSKU, wherever it is sold
    for day in happened:
        code = "5" if rng.random() < 0.1 else "M"
        by_units = style in ("found", "relabelled") or (style == "turning" and day < turns)
        if by_units or (style == beats.MINGLED and rng.random() < FOUND):
            _to_be_found(at, at.warehouse.lose(day, quantity(rng), code=code), style)
        elif style == "turning" and not turned:
            turned = True
            _found_and_paid(at, at.warehouse.lose(day, 5, code=code))
        else:
            _to_be_paid(at, at.warehouse.lose(day, quantity(rng), code=code))
    if style != "relabelled" and stage.confounded("K16") and rng.random() < 0.3:
        at.warehouse.lose_unsellable(calendar.first + calendar.length // 3, 1)


def _takes_in_only(stage: Stage, listing: int) -> bool:
    """Whether it is the second label of a product: it only takes in what is found of the first."""
    return beats.style(stage, listing) == "relabelled" and listing > stage.other_labels(listing)[0]


def _to_be_found(at: Scene, lot: Discrepancy, style: str) -> None:
    """Units that turn up again (K01), perhaps the same day (K16), perhaps under another label (K09)."""
    stage, rng, day = at.stage, at.rng, lot.day
    label = stage.other_labels(lot.listing)[0] if style == "relabelled" else None
    found, traps = 62 * stage.confounded("K01"), 8 * stage.confounded("K16")
    parts = 8 * stage.confounded("K15")
    outcome = rng.choices(("found", "same_day", "in_parts", "some", "never"), (found, traps, parts, 6, 16))[0]
    later = day + min(45, 1 + round(rng.expovariate(1 / 9)))
    tag = ("K09",) if label is not None else ()
    if outcome == "found":
        code = "N" if label is None and stage.confounded("K03") and rng.random() < 0.04 else "F"
        at.warehouse.find(lot, lot.quantity, later, listing=label, code=code)
        lot.confounders = ("K01", *tag)
    elif outcome == "same_day":
        at.warehouse.find(lot, lot.quantity, day, listing=label)
        lot.confounders = ("K16", *tag)
    elif lot.quantity > 1 and outcome != "never":
        at.warehouse.find(lot, 1, day + 2, listing=label)
        if outcome == "in_parts":
            at.warehouse.find(lot, lot.quantity - 1, day + 20, listing=label)
            lot.confounders = ("K15", *tag)


def _found_and_paid(at: Scene, lot: Discrepancy) -> None:
    at.warehouse.find(lot, 2, lot.day + 3)
    at.cashier.pay([(lot, 2)], lot.day + 20)


def _to_be_paid(at: Scene, lot: Discrepancy) -> None:
    """Units that Amazon pays for: in cash, in kind (K03), several lots at once (K21), a part, or never."""
    stage, rng, day = at.stage, at.rng, lot.day
    paid, kind = day + rng.randrange(3, 45), stage.confounded("K03")
    weights = (58, 10 * kind, 3 * kind, 9 * stage.confounded("K21"), 6, 14)
    outcome = rng.choices(("cash", "kind", "kind_quietly", "both", "some", "never"), weights)[0]
    if outcome == "cash":
        at.cashier.pay([(lot, lot.quantity)], paid)
    elif outcome in ("kind", "kind_quietly"):
        lot.confounders = ("K03",)
        at.cashier.pay([(lot, lot.quantity)], paid, in_kind=True, note=outcome == "kind")
    elif outcome == "both":
        again = day + rng.randrange(1, 3)
        if again in stage.calendar:
            other = at.warehouse.lose(again, quantity(rng), confounders=("K21",))
            lot.confounders = ("K21",)
            at.cashier.pay([(lot, lot.quantity), (other, other.quantity)], again + rng.randrange(5, 40))
    elif outcome == "some" and lot.quantity > 1:
        at.cashier.pay([(lot, 1)], paid)


def _damaged(at: Scene, units: int) -> None:
    stage, rng, listing = at.stage, at.rng, at.warehouse.listing
    in_kind = 6 * (stage.confounded("K03") and beats.style(stage, listing) == "paid")
    for day in days(stage, "damaged", units * stage.rates["damaged"] / MEAN_LOT, listing, at.warehouse.market):
        code = rng.choices(tuple("E6H7KU"), (80, 6, 5, 4, 3, 2))[0]
        lot = at.warehouse.damage(day, quantity(rng), code=code)
        if lot.tier == "claim":  # Amazon pays for the others neither
            outcome = rng.choices(("cash", "kind", "some", "never"), (74, in_kind, 5, 15))[0]
            paid = day + rng.randrange(3, 45)
            if outcome == "cash":
                at.cashier.pay([(lot, lot.quantity)], paid, USUAL_REASON[lot.type])
            elif outcome == "kind":
                lot.confounders = ("K03",)
                at.cashier.pay([(lot, lot.quantity)], paid, in_kind=True, note=True)
            elif outcome == "some" and lot.quantity > 1:
                at.cashier.pay([(lot, 1)], paid)


def _moved(at: Scene, units: int) -> None:
    """K16. Units change their disposition without any damage finding: nobody owes them."""
    for day in days(at.stage, "moved", units * at.stage.rates["harmless_moves"], at.warehouse.listing):
        at.warehouse.move(day, 1, "SELLABLE", at.rng.choice(("DEFECTIVE", "CUSTOMER_DAMAGED", "EXPIRED")))


def _planted(at: Scene) -> None:
    """Losses nobody settles, of known ages at the clock's start."""
    stage, number = at.stage, at.stage.listings[at.warehouse.listing].product
    calendar, edges = stage.calendar, stage.confounded("K19")
    ages = [age for age in PLANTED_AGES if edges or age < 59]
    lost = calendar.today - ages[number % len(ages)]
    damaged = calendar.today - ages[(number + 5) % len(ages)]
    tag = ("K19",) if edges else ()
    if stage.happens("lost_warehouse") and lost - 2 in calendar:
        lot = at.warehouse.lose(lost, quantity(at.rng), confounders=tag)
        if number % 4 == 1 and stage.confounded("K14"):
            at.warehouse.repeat(lot)
    if stage.happens("damaged_warehouse") and damaged - 2 in calendar:
        at.warehouse.damage(damaged, quantity(at.rng), confounders=tag)
