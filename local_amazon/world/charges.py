"""What Amazon charges for every sale: referral and fulfilment fees, by the size it measured."""

from dataclasses import replace

import numpy as np

from local_amazon.world import fees
from local_amazon.world.catalogue import RETIRED
from local_amazon.world.discrepancies import Charge, Discrepancy
from local_amazon.world.previews import measured
from local_amazon.world.sizes import Measurement, Size
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers
from local_amazon.world.trade import AMAZON, MULTICHANNEL, STANDARD, Lines

OVER, LONGEST_EPISODE, SHORTEST_EPISODE = 0.75, 240, 30


def mismeasure(stage: Stage) -> list[tuple[int, int, int, int]]:
    """Let Amazon measure some products wrongly for a while, mostly too large.

    The answer names the episodes: product, marketplace, first day and the day after the last.
    """
    episodes = []
    for number, product in enumerate(stage.products):
        rng = stage.rng("measured", number)
        if not stage.happens("fulfillment_fee_overcharge") or rng.random() >= stage.rates["fees.mismeasured"]:
            continue
        market = rng.randrange(len(stage.markets))
        first = rng.randrange(stage.calendar.first + 20, stage.calendar.last)
        last = first + round(min(LONGEST_EPISODE, max(SHORTEST_EPISODE, rng.lognormvariate(4.8, 0.5))))
        factor = rng.uniform(1.12, 1.35) if rng.random() < OVER else rng.uniform(0.75, 0.92)
        wrong = Measurement(market, first, scaled(product.size, factor))
        right = Measurement(market, last, product.size)
        stage.products[number] = replace(product, measured=(wrong, right))
        episodes.append((number, market, first, last))
    return episodes


def repackage(stage: Stage) -> None:
    """K18. Some products really get a larger package: Amazon's new measurement is right, and so is the higher fee."""
    calendar = stage.calendar
    for number in range(4, len(stage.products) - RETIRED, 9):
        if stage.products[number].measured or not stage.confounded("K18"):
            continue
        day = calendar.first + stage.rng("repackaged", number).randrange(30, calendar.length)
        size = scaled(stage.products[number].size, 1.15)
        rows = tuple(Measurement(market, day, size) for market in range(len(stage.markets)))
        stage.products[number] = replace(stage.products[number], measured=rows)
        listing = next(each for each in stage.sold if stage.listings[each].product == number)
        time = calendar.moment(0, day, 9)
        stage.truth.add(
            Discrepancy(
                "size_tier_change", listing, 0, 1, day, time, time, tier="info", owed=False, confounders=("K18",),
                tags=("repackaged",), charges=[Charge(time, time, 0)],
            )
        )  # fmt: skip


def scaled(size: Size, factor: float) -> Size:
    """Every side and the weight times a factor."""
    return Size(*(round(value * factor) for value in (size.longest, size.median, size.shortest, size.weight)))


def charge(stage: Stage, lines: Lines) -> None:
    """Fill the lines' fees as Amazon charges them, by its own measurements."""
    lines.commission = commissions(stage, lines)
    lines.fulfilment = fulfilments(stage, lines, by_amazon=True)


def commissions(stage: Stage, lines: Lines, category: Numbers | None = None) -> Numbers:
    """The referral fees of the lines, by their products' categories unless others are given; positive."""
    names = fees.categories()
    if category is None:
        of_product = np.array([names.index(each.category) for each in stage.products], np.int64)
        category = of_product[np.array([each.product for each in stage.listings], np.int64)[lines.listing]]
    unit = (lines.price - lines.promotion + lines.shipping) // lines.quantity
    fee = np.zeros(len(lines), np.int64)
    for market, place in enumerate(stage.markets):
        chosen = lines.market == market
        fee[chosen] = fees.referrals(category[chosen], unit[chosen], place.parity)
    return np.where(lines.kind == STANDARD, fee * lines.quantity, 0)


def fulfilments(stage: Stage, lines: Lines, *, by_amazon: bool) -> Numbers:
    """The fulfilment fees of the lines, by the size Amazon measured or by the true one; positive."""
    calendar = stage.calendar
    table = np.zeros((len(stage.listings), len(stage.markets), calendar.last - calendar.first + 2), np.int64)
    for listing in stage.sold:
        for market in range(len(stage.markets)):
            if stage.listings[listing].prices[market]:
                table[listing, market] = _by_day(stage, listing, market, by_amazon)
    day = calendar.days(lines.market, lines.shipped) - calendar.first
    fee = table[lines.listing, lines.market, day] * lines.quantity
    charged = (lines.channel == AMAZON) & ((lines.kind == STANDARD) | (lines.kind == MULTICHANNEL))
    return np.where(charged, fee, 0)


def _by_day(stage: Stage, listing: int, market: int, by_amazon: bool) -> Numbers:
    """The fee of one unit for every day of the world."""
    calendar, each = stage.calendar, stage.listings[listing]
    product, price, parity = stage.products[each.product], each.prices[market], stage.markets[market].parity
    turns = {calendar.first, *fees.change_days(), *(row.since for row in product.measured if row.market == market)}
    starts = sorted(day for day in turns if calendar.first <= day <= calendar.last + 1)
    by_day = np.zeros(calendar.last - calendar.first + 2, np.int64)
    for day in starts:
        size = measured(product, market, day) if by_amazon else product.size
        by_day[day - calendar.first :] = fees.fulfilment(size, price, day, parity)
    return by_day
