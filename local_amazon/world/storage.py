"""What stock costs by lying there: monthly storage fees, and the surcharge for aged stock."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from local_amazon.world import fees
from local_amazon.world.calendar import DAY, as_date, number
from local_amazon.world.discrepancies import Charge, Discrepancy, Link
from local_amazon.world.previews import measured
from local_amazon.world.randomness import generator
from local_amazon.world.schema import AGE_TIERS, EVENTS, TIERS
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers

SNAPSHOT_DAY = 15
EXEMPT, EXEMPT_UNTIL = frozenset({"Jewelry"}), 271
"""What pays no surcharge below that age: of the categories there are here, one."""
TOO_MUCH = 1.5  # what a wrongly computed row charges, times what is due


@dataclass(slots=True)
class Balances:
    """All movements of stock: where, when, how many, and whether it was a receipt."""

    listing: Numbers
    market: Numbers
    center: Numbers
    time: Numbers
    quantity: Numbers
    receipt: Numbers


def simulate(stage: Stage) -> None:
    """Every month of the world that ends in it."""
    column = stage.journal.column
    listing, market, center, time, quantity = (
        column("ledger", name).astype(np.int64) for name in ("listing", "market", "center", "time", "quantity")
    )
    receipt = column("ledger", "event") == EVENTS.index("Receipts")
    stock = Balances(listing, market, center, time, quantity, receipt)
    day = as_date(stage.calendar.first).replace(day=1)
    while number(following := _next_month(day)) <= stage.calendar.last:
        if number(day) >= stage.calendar.first - 31:
            _month(stage, stock, day, following)
            _aged(stage, stock, number(day.replace(day=SNAPSHOT_DAY)))
        day = following


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _month(stage: Stage, stock: Balances, first: date, following: date) -> None:
    """A row for each place that held stock, and one charge per marketplace."""
    begin, end = (stage.calendar.moment(0, number(day), 0) for day in (first, following))
    group = (stock.listing * 16 + stock.market) * 64 + stock.center
    seen = stock.time < end
    weight = np.clip((end - stock.time[seen]) / (end - begin), 0, 1) * stock.quantity[seen]
    keys, place = np.unique(group[seen], return_inverse=True)
    average = np.bincount(place, weights=weight, minlength=len(keys)) if len(keys) else np.zeros(0)
    month, visible = first.year * 100 + first.month, end + 8 * DAY
    totals = dict.fromkeys(range(len(stage.markets)), 0)
    wrong = generator(stage.seed, "storage", month).random(len(keys)) < _rate(stage, "storage_fee_overcharge")
    for key, units, spoiled in zip(keys.tolist(), average.tolist(), wrong.tolist(), strict=True):
        rest, center = divmod(key, 64)
        listing, market = divmod(rest, 16)
        if units > 0.005 and market < len(stage.markets):
            totals[market] += _store(stage, month, visible, (listing, market, center), units, spoiled)
    for market, cents in totals.items():
        if cents:
            _bill(stage, "FBAStorageFee", market, visible, cents, month)


def _rate(stage: Stage, kind: str) -> float:
    name = {"storage_fee_overcharge": "fees.storage_error", "aged_inventory_overcharge": "fees.aged_error"}[kind]
    return stage.rates[name] if stage.happens(kind) else 0.0


def _store(stage: Stage, month: int, visible: int, place: tuple[int, int, int], units: float, spoiled: bool) -> int:
    listing, market, center = place
    day = fees.day_number(f"{month // 100}-{month % 100:02d}-01")
    size = measured(stage.products[stage.listings[listing].product], market, day)
    tier = fees.tier(size, day)
    rate = fees.storage_rate(month, tier, stage.markets[market].parity)
    due = round(rate * size.volume * units / 10_000)
    fee = round(due * TOO_MUCH) + 100 if spoiled else due
    stage.journal.write(
        "storage_charges", month=month, visible=visible, listing=listing, market=market, center=center,
        longest=size.longest, median=size.median, shortest=size.shortest, weight=size.weight, volume=size.volume,
        tier=TIERS.index(tier), average=round(units * 100), total_volume=round(size.volume * units), rate=rate, fee=fee,
    )  # fmt: skip
    if spoiled:
        _overcharged(stage, "storage_fee_overcharge", listing, market, visible, fee - due)
    return fee


def _overcharged(
    stage: Stage, kind: str, listing: int, market: int, visible: int, cents: int, *, billed: int = 0
) -> None:
    day = stage.calendar.day(market, billed or visible)
    stage.truth.add(
        Discrepancy(
            kind, listing, market, 1, day, visible, visible, tier="review", charges=[Charge(visible, visible, cents)],
            links=[Link("storage_charges" if kind.startswith("storage") else "aged_charges", listing, "charged")],
        )
    )  # fmt: skip


def _bill(stage: Stage, name: str, market: int, time: int, cents: int, reference: int) -> None:
    stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=stage.ids.one("service", 12), kind="service_fee",
        detail=name, market=market, amount=-cents, reference=reference,
    )  # fmt: skip


def _aged(stage: Stage, stock: Balances, day: int) -> None:
    """The units that have lain there for more than half a year on the snapshot day; the oldest are sold first."""
    if day not in stage.calendar:
        return
    moment = stage.calendar.moment(0, day, 0)
    group, known = stock.listing * 16 + stock.market, stock.time < moment
    keys, place = np.unique(group[known], return_inverse=True)
    if not len(keys):
        return
    held = np.bincount(place, weights=stock.quantity[known], minlength=len(keys))
    received, time = np.where(stock.receipt, stock.quantity, 0)[known], stock.time[known]
    bounds = [181, 211, 241, 271, 301, 331, 366, 456, 10_000]
    older = [
        np.maximum(0, held - np.bincount(place, weights=received * (time > moment - age * DAY), minlength=len(keys)))
        for age in bounds
    ]
    wrong = generator(stage.seed, "aged", day).random(len(keys)) < _rate(stage, "aged_inventory_overcharge")
    totals = dict.fromkeys(range(len(stage.markets)), 0)
    for turn, age in enumerate(bounds[:-1]):
        for at in np.flatnonzero(older[turn] - older[turn + 1] > 0).tolist():
            listing, market = divmod(int(keys[at]), 16)
            if age < EXEMPT_UNTIL and stage.products[stage.listings[listing].product].category in EXEMPT:
                continue
            units = int(older[turn][at] - older[turn + 1][at])
            totals[market] += _surcharge(stage, day, (listing, market), units, age, bool(wrong[at]))
    for market, cents in totals.items():
        if cents:
            _bill(stage, "FBALongTermStorageFee", market, moment + 5 * DAY, cents, day)


def _surcharge(stage: Stage, day: int, place: tuple[int, int], units: int, age: int, spoiled: bool) -> int:
    listing, market = place
    found = fees.aged_rate(age, day)
    assert found is not None, age
    tier, cents, least = found
    parity, visible = stage.markets[market].parity, stage.calendar.moment(0, day, 0) + 6 * DAY
    volume = measured(stage.products[stage.listings[listing].product], market, day).volume
    due = max(round(cents * parity * volume * units / 1000), round(least * parity) * units)
    amount = round(due * TOO_MUCH) + 50 if spoiled else due
    stage.journal.write(
        "aged_charges", day=day, visible=visible, listing=listing, market=market, volume=volume, quantity=units,
        amount=amount, tier=AGE_TIERS.index(tier), rate=round(cents * 10 * parity),
    )  # fmt: skip
    if spoiled:
        _overcharged(stage, "aged_inventory_overcharge", listing, market, visible, amount - due, billed=visible - DAY)
    return amount
