"""Ordinary business, many at once: order lines, their parcels, and moves between fulfilment centres."""

from dataclasses import dataclass

import numpy as np

from local_amazon.world.calendar import DAY, as_date
from local_amazon.world.fees import change_days
from local_amazon.world.randomness import generator
from local_amazon.world.schema import CENTERS, EVENTS, ORDER_KINDS
from local_amazon.world.stage import ABROAD, Stage
from local_amazon.world.store import Numbers

ROWS_PER_LINE = 5.0
"""Rows that an order line brings in all tables together: its own, its parcel, its ledger row, its money (some of it
twice), and its share of refunds, returns, moves and the rest."""
PENDING, SHIPPED, CANCELLED = 0, 1, 2
STANDARD, REPLACEMENT, MULTICHANNEL, VINE = range(len(ORDER_KINDS))
AMAZON, MERCHANT = 0, 1
MERCHANT_SHARE, VINE_SHARE = 0.02, 0.003
DIVIDED = 0.3  # of the lines with several units
PROMOTION = 0.15
POSTAGE = 499
TAX = 0.07
SHIPMENTS, TRANSFERS = EVENTS.index("Shipments"), EVENTS.index("WhseTransfers")


@dataclass(slots=True)
class Lines:
    """Order lines as equally long columns; `shipped` is when a line is sent or cancelled, `center` where from,
    `divided` 1 where it goes out in two parcels (K06).

    `commission` and `fulfilment` are the fees charged for the whole line, positive, errors of billing left out.
    """

    order: Numbers
    item: Numbers
    purchased: Numbers
    shipped: Numbers
    listing: Numbers
    market: Numbers
    quantity: Numbers
    price: Numbers
    promotion: Numbers
    shipping: Numbers
    tax: Numbers
    channel: Numbers
    kind: Numbers
    status: Numbers
    original: Numbers
    center: Numbers
    divided: Numbers
    commission: Numbers
    fulfilment: Numbers

    def __len__(self) -> int:
        return len(self.order)

    def sent(self) -> Numbers:
        """Indexes of the lines that Amazon sent."""
        return np.flatnonzero((self.status == SHIPPED) & (self.channel == AMAZON))


def simulate(stage: Stage) -> Lines:
    """All order lines of ordinary customers, by the time of purchase."""
    calendar, settings = stage.calendar, stage.settings
    count = round(settings.size / ROWS_PER_LINE * calendar.length / settings.days)
    rng = generator(stage.seed, "trade")
    listing, market = _what(stage, rng, count)
    day = _when(stage, rng, count)
    hour = rng.integers(0, 24, count)
    purchased = calendar.moments(market, day, hour * 3600 + rng.integers(0, 3600, count))
    order = np.argsort(purchased, kind="stable")
    listing, market, purchased = listing[order], market[order], purchased[order]
    shipped = purchased + rng.integers(2 * 3600, 56 * 3600, count)
    alive = shipped < calendar.moment(0, calendar.last, 23)
    lines = _lines(stage, rng, listing[alive], market[alive], purchased[alive], shipped[alive])
    if stage.confounded("K17"):
        _to_the_edges(stage, lines)
    return lines


def _to_the_edges(stage: Stage, lines: Lines) -> None:
    """K17. Around each change of the fee tables send two lines ten minutes before midnight and two after."""
    for day in change_days():
        midnight = stage.calendar.moment(0, day, 0) if day in stage.calendar else 0
        near = np.flatnonzero((lines.purchased < midnight - 7200) & (lines.shipped > midnight - DAY))
        for place, line in enumerate(near[lines.channel[near] == AMAZON][:4].tolist()):
            lines.shipped[line] = midnight + (600 if place % 2 else -600)
            stage.at_edges.append(line)


def _what(stage: Stage, rng: np.random.Generator, count: int) -> tuple[Numbers, Numbers]:
    """Listings and marketplaces, by how well each sells (Zipf's law by rank)."""
    places = [(each, market) for market in range(len(stage.markets)) for each in stage.offered(market)]
    weights = np.array(
        [
            (stage.listings[each].product + 3) ** -1.1
            * (1 if market == 0 else ABROAD)
            / (1 + len(stage.other_labels(each)))
            for each, market in places
        ]
    )
    chosen = rng.choice(len(places), count, p=weights / weights.sum())
    pairs = np.array(places, np.int64)[chosen]
    return pairs[:, 0], pairs[:, 1]


def _when(stage: Stage, rng: np.random.Generator, count: int) -> Numbers:
    """Days of purchase: the last quarter sells more, and so do weekends."""
    calendar = stage.calendar
    days = np.arange(calendar.first + 1, calendar.last)
    high = stage.rates["orders.fourth_quarter"]
    weights = np.array([high if as_date(day).month >= 10 else 1.0 for day in days])
    weights *= np.array([1.15 if as_date(day).weekday() >= 5 else 1.0 for day in days])
    return rng.choice(days, count, p=weights / weights.sum())


def _lines(
    stage: Stage, rng: np.random.Generator, listing: Numbers, market: Numbers, purchased: Numbers, shipped: Numbers
) -> Lines:
    rates, count = stage.rates, len(listing)
    prices = np.array([each.prices for each in stage.listings], np.int64)
    parity = np.array([each.parity for each in stage.markets])
    draw = rng.random(count)
    three, two = rates["orders.three_units"], rates["orders.two_units"]
    quantity = np.where(draw < three, 3, np.where(draw < three + two, 2, 1)).astype(np.int64)
    price = prices[listing, market] * quantity
    promoted = rng.random(count) < rates["orders.promotion"]
    shipping = np.where(rng.random(count) < rates["orders.pays_shipping"], (POSTAGE * parity[market]).astype(int), 0)
    channel, kind, original = _kinds(stage, rng, listing, market)
    free = kind != STANDARD
    promotion = np.where(promoted & ~free, (price * PROMOTION).astype(np.int64), 0)
    shipping = np.where(free, 0, shipping)
    price = np.where(free, 0, price)
    order = stage.ids.orders(count)
    return Lines(
        order=order, item=stage.ids.take("item", count, 14), purchased=purchased, shipped=shipped, listing=listing,
        market=market, quantity=quantity, price=price, promotion=promotion, shipping=shipping,
        tax=np.rint((price - promotion) * TAX).astype(np.int64), channel=channel, kind=kind,
        status=np.where(rng.random(count) < rates["orders.cancelled"], CANCELLED, SHIPPED),
        original=np.where(original >= 0, order[original], 0), center=_centers(stage, rng, listing, market),
        divided=((quantity > 1) & (rng.random(count) < DIVIDED) & stage.confounded("K06")).astype(np.int64),
        commission=np.zeros(count, np.int64), fulfilment=np.zeros(count, np.int64),
    )  # fmt: skip


def _kinds(
    stage: Stage, rng: np.random.Generator, listing: Numbers, market: Numbers
) -> tuple[Numbers, Numbers, Numbers]:
    """Channel, kind, and for replacements the place of the line they replace (-1: none), which is an earlier one of the
    same listing. K23: some lines are sent by the seller himself, some are free reviews' copies."""
    count, rates = len(listing), stage.rates
    channel, kind, original = np.zeros(count, np.int64), np.full(count, STANDARD), np.full(count, -1)
    kind[rng.random(count) < rates["orders.multichannel"]] = MULTICHANNEL
    if stage.confounded("K23"):
        channel[rng.random(count) < MERCHANT_SHARE] = MERCHANT
        kind[(rng.random(count) < VINE_SHARE) & (channel == AMAZON)] = VINE
    same = np.lexsort((np.arange(count), market, listing))
    before = np.full(count, -1)
    follows = (listing[same][1:] == listing[same][:-1]) & (market[same][1:] == market[same][:-1])
    before[same[1:][follows]] = same[:-1][follows]
    plain = (kind == STANDARD) & (channel == AMAZON)
    replaced = plain & (before >= 0) & plain[before] & (rng.random(count) < rates["replacements"])
    replaced &= ~replaced[before]
    kind[replaced], original[replaced] = REPLACEMENT, before[replaced]
    return channel, kind, original


def _centers(stage: Stage, rng: np.random.Generator, listing: Numbers, market: Numbers) -> Numbers:
    """A centre that holds the listing, each as likely as the others."""
    widest = 8
    table = np.zeros((len(stage.listings), len(stage.markets), widest), np.int64)
    for each in range(len(stage.listings)):
        for place in range(len(stage.markets)):
            known = [CENTERS.index(name) for name in stage.centers(each, place)]
            table[each, place] = (known * widest)[:widest]
    found: Numbers = table[listing, market, rng.integers(0, widest, len(listing))]
    return found


def write(stage: Stage, lines: Lines) -> None:
    """The order lines, parcels and ledger rows of all lines."""
    stage.journal.block(
        "orders", order=lines.order, item=lines.item, purchased=lines.purchased, shipped=lines.shipped,
        listing=lines.listing, market=lines.market, quantity=lines.quantity, price=lines.price, tax=lines.tax,
        shipping=lines.shipping, promotion=lines.promotion, channel=lines.channel, kind=lines.kind,
        status=lines.status, original=lines.original,
    )  # fmt: skip
    rng = generator(stage.seed, "parcels")
    sent = lines.sent()
    number = stage.ids.take("parcel", len(sent), 12)
    line, quantity, second = parcels(lines, sent)
    parcel = np.repeat(number, 1 + lines.divided[sent]) + second
    shipped, listing, market = lines.shipped[line], lines.listing[line], lines.market[line]
    center = np.where(second, _centers(stage, rng, listing, market), lines.center[line])
    stage.journal.block(
        "customer_shipments", shipped=shipped, visible=shipped + rng.integers(3600, 3 * 3600, len(line)),
        order=lines.order[line], item=lines.item[line], shipment=parcel, listing=listing, market=market,
        center=center, quantity=quantity, price=lines.price[line] // lines.quantity[line],
        shipping=np.where(second, 0, lines.shipping[line]),
    )  # fmt: skip
    _ledger(stage, rng, lines, line, quantity, center)


def parcels(lines: Lines, line: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """The parcels of some lines: the line's place, the units in it, and 1 for the second parcel of a divided line (it
    holds one unit)."""
    divided = lines.divided[line]
    place = np.repeat(line, 1 + divided)
    second = np.zeros(len(place), np.int64)
    second[np.cumsum(1 + divided)[divided == 1] - 1] = 1
    units = np.where(second, 1, lines.quantity[place] - lines.divided[place])
    return place, units, second


def _ledger(
    stage: Stage, rng: np.random.Generator, lines: Lines, line: Numbers, quantity: Numbers, center: Numbers
) -> None:
    """Units that are sent together may show as equal rows; such rows are genuine."""
    apart = (quantity > 1) & (rng.random(len(quantity)) < 0.3) & stage.confounded("K14")
    row = np.repeat(np.arange(len(line)), np.where(apart, quantity, 1))
    units = np.where(apart, 1, quantity)[row]
    references = stage.ids.take("reference", len(line), 12)
    enter(
        stage, lines.shipped[line][row], SHIPMENTS, lines.listing[line][row], lines.market[line][row], -units,
        center[row], references[row],
    )  # fmt: skip


def enter(
    stage: Stage, time: Numbers, event: int, listing: Numbers, market: Numbers, quantity: Numbers, center: Numbers,
    reference: Numbers, disposition: Numbers | int = 0,
) -> None:  # fmt: skip
    """Write many ledger rows without reconciliation; they show six hours later."""
    stage.journal.block(
        "ledger", time=time, visible=time + 6 * 3600, day=stage.calendar.days(market, time), event=event,
        reference=reference, listing=listing, market=market, quantity=quantity, center=center, disposition=disposition,
        reconciled=-1, unreconciled=-1,
    )  # fmt: skip


def transfers(stage: Stage, lines: Lines) -> None:
    """Units move between centres; the legs share no reference and always add up to zero."""
    rng = generator(stage.seed, "transfers")
    sent = lines.sent()
    moved = sent[rng.random(len(sent)) < stage.rates["transfers"] / 3]
    origin = lines.center[moved]
    target = _centers(stage, rng, lines.listing[moved], lines.market[moved])
    real = origin != target
    moved, origin, target = moved[real], origin[real], target[real]
    out = lines.shipped[moved] + rng.integers(0, 5 * 3600, len(moved))
    back = out + rng.integers(DAY, 5 * DAY, len(moved))
    inside = back < stage.calendar.moment(0, stage.calendar.last, 23)
    moved, origin, target, out, back = (each[inside] for each in (moved, origin, target, out, back))
    units = rng.integers(1, 6, len(moved))
    listing, market = lines.listing[moved], lines.market[moved]
    for time, center, quantity in ((out, origin, -units), (back, target, units)):
        references = stage.ids.take("reference", len(moved), 12)
        enter(stage, time, TRANSFERS, listing, market, quantity, center, references)
