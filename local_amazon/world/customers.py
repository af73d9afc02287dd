"""What a customer does with an order line, one case at a time; the many ordinary refunds and returns are at the end."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from local_amazon.world.calendar import DAY
from local_amazon.world.discrepancies import Discrepancy, Link, Resolution
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.randomness import generator
from local_amazon.world.refunds import Refunds
from local_amazon.world.schema import DISPOSITIONS, EVENTS, RETURN_DISPOSITIONS, RETURN_STATUSES
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers
from local_amazon.world.trade import STANDARD, Lines, enter

REFUND_DELAY = 3 * 3600  # after that a refund shows in the seller's account
RETURN_DELAY = 20 * 3600
RETURNS = EVENTS.index("CustomerReturns")
_IN_LEDGER = {"DAMAGED": "WAREHOUSE_DAMAGED"}  # the returns report has words of its own


@dataclass(slots=True)
class Sales:
    """All order lines, the refunds so far, and the lines that still belong to nobody's story."""

    stage: Stage
    lines: Lines
    refunds: Refunds
    free: Numbers
    """Places of sent, paid lines in random order; every story takes its own."""
    taken: int = 0

    def take(self, count: int) -> list[int]:
        """That many lines of their own, fewer when the world is too small."""
        chosen = self.free[self.taken : self.taken + count]
        self.taken += len(chosen)
        return [int(line) for line in chosen]

    def take_where(self, fits: npt.NDArray[np.bool_], count: int) -> list[int]:
        """That many lines of their own among those that fit (one truth value for every line)."""
        left = self.free[self.taken :]
        places = np.flatnonzero(fits[left])[:count]
        self.free = np.concatenate([self.free[: self.taken], np.delete(left, places)])
        return [int(line) for line in left[places]]

    def share(self, rate: str) -> int:
        """How many lines a rate of all lines means, at random."""
        rng = generator(self.stage.seed, "share", rate)
        return int(rng.poisson(self.stage.rates[rate] * len(self.lines)))


def open_sales(stage: Stage, lines: Lines) -> Sales:
    """All lines that an ordinary customer has paid for, outside the quiet days of their listings."""
    sent = lines.sent()
    replaced = np.isin(lines.order[sent], lines.original[lines.original > 0])
    sent = sent[(lines.kind[sent] == STANDARD) & ~_quiet(stage, lines)[sent] & ~replaced]
    return Sales(stage, lines, Refunds(), generator(stage.seed, "stories").permutation(sent))


def _quiet(stage: Stage, lines: Lines) -> npt.NDArray[np.bool_]:
    """Lines whose return could fall into the quiet days of their listing."""
    quiet = np.zeros(len(lines), bool)
    for listing, spans in sorted(stage.quiet.items()):
        of_listing = lines.listing == listing
        for first, last in spans:
            begin, end = (stage.calendar.moment(0, day, 0) for day in (first - 120, last + 1))
            quiet |= of_listing & (lines.shipped >= begin) & (lines.shipped < end)
    return quiet


class Customer:
    """The buyer of one order line, and what Amazon does about him."""

    def __init__(self, sales: Sales, line: int) -> None:
        self.sales, self.stage, self.line, self.lines = sales, sales.stage, line, sales.lines
        self.listing, self.market = int(self.lines.listing[line]), int(self.lines.market[line])
        self.order, self.item = int(self.lines.order[line]), int(self.lines.item[line])
        self.quantity = int(self.lines.quantity[line])
        self.at: Scene = scene(self.stage, f"customer {line}", self.listing, self.market)
        self.rng = self.at.rng
        self.shipped = self.stage.calendar.day(self.market, int(self.lines.shipped[line]))

    @property
    def net(self) -> int:
        """What a unit brings after fees: what the seller is owed for it."""
        lines, n = self.lines, self.line
        left = lines.price[n] - lines.promotion[n] - lines.commission[n] - lines.fulfilment[n]
        return max(0, int(left) // self.quantity)

    def later(self, least: int, most: int) -> int:
        """A day that long after the shipment."""
        return self.shipped + self.rng.randrange(least, most)

    def refund(self, day: int, units: int = 0, *, number: int = 0, **how: int) -> tuple[int, int]:
        """Refund units (0: all), unless it is too late for this world: when, and the event's number.

        `how`: see `Refunds.one`.
        """
        time = self.stage.calendar.moment(self.market, day, self.rng.randrange(1, 22), self.rng.randrange(60))
        number = number or self.stage.ids.one("refund", 12)
        if day in self.stage.calendar:
            self.sales.refunds.one(self.line, time, units or self.quantity, number, **how)
        return time, number

    def send_back(
        self,
        day: int,
        units: int = 1,
        disposition: str = "SELLABLE",
        *,
        reason: str = "UNWANTED_ITEM",
        status: str = "Unit returned to inventory",
        restocked: bool = True,
        order: int | None = None,
        listing: int | None = None,
        delay: int = RETURN_DELAY,
    ) -> Resolution | None:
        """The units arrive; not `restocked`: the ledger never shows them. How it settles what is owed for them."""
        if day not in self.stage.calendar:
            return None
        time = self.at.warehouse.time_of(day)
        center, plate = self.at.warehouse.center(), self.stage.ids.one("plate", 9)
        self.stage.journal.write(
            "returns", returned=time, visible=time + delay, order=self.order if order is None else order,
            listing=self.listing if listing is None else listing, market=self.market, quantity=units, center=center,
            disposition=disposition, reason=reason, status=status, plate=plate,
        )  # fmt: skip
        if restocked:
            kept = _IN_LEDGER.get(disposition, disposition)
            reference = self.stage.ids.one("reference", 12)
            self.at.warehouse.enter(
                time, "CustomerReturns", units, kept, center=center, reference=reference, listing=listing
            )
        return Resolution("returned", units, day, time, time + delay, plate)

    def discrepancy(
        self, kind: str, day: int, time: int, units: int, *names: str, visible: int = 0, owed: bool = True
    ) -> Discrepancy:
        """Put it down as the truth; the value is what the sale of a unit brought."""
        return self.stage.truth.add(
            Discrepancy(
                kind,
                self.listing,
                self.market,
                units,
                day,
                time,
                visible or time + REFUND_DELAY,
                unit_value=self.net,
                owed=owed,
                tier="claim" if owed else "info",
                confounders=names,
                order=self.order,
                item=self.item,
                links=[Link("orders", self.order, "order")],
            )
        )


DELAY_DAYS, DELAY_SPREAD = 12, 0.6  # median and spread of the days from shipment to refund
WAY_BACK_DAYS, WAY_BACK_SPREAD = 9, 0.9  # and from refund to return
SLOW, LONGEST = 40, 80
"""Days from refund to return: up to the first nobody could claim anywhere; the second is the most there is."""
ORDINARY = ((0, 0.60), (2, 0.22), (1, 0.17), (5, 0.01))
"""How ordinary returns are found (index into `RETURN_DISPOSITIONS`): sellable, damaged by the customer, defective,
expired. None of them is owed."""


def simulate(stage: Stage, sales: Sales) -> None:
    """All ordinary refunds of whole units that come back, in numbers that the rates give."""
    rng = generator(stage.seed, "returns")
    count = round(len(sales.free) * stage.rates["refunds"] * stage.rates["refunds.returned"])
    line = np.array(sorted(sales.take(count)), np.int64)
    lines, last = sales.lines, stage.calendar.moment(0, stage.calendar.last, 20)
    refunded = lines.shipped[line] + _delays(rng, len(line), DELAY_DAYS, DELAY_SPREAD)
    slowest = LONGEST if stage.confounded("K12") and stage.happens("refund_no_return") else SLOW
    arrived = refunded + np.minimum(_delays(rng, len(line), WAY_BACK_DAYS, WAY_BACK_SPREAD), slowest * DAY)
    known = refunded < last
    line, refunded, arrived = line[known], refunded[known], arrived[known]
    units = np.where(rng.random(len(line)) < 0.5, lines.quantity[line], 1)
    sales.refunds.many(line, refunded, units, stage.ids.take("refund", len(line), 12))
    back = arrived < last
    _arrive(stage, rng, lines, line[back], arrived[back], units[back])
    for place in np.flatnonzero(arrived - refunded > SLOW * DAY).tolist():
        _put_down(Customer(sales, int(line[place])), *(int(each[place]) for each in (refunded, arrived, units)))


def _put_down(customer: Customer, refunded: int, arrived: int, units: int) -> None:
    """K12. A unit that comes back so late was missing until then, and could be claimed."""
    calendar, market = customer.stage.calendar, customer.market
    found = customer.discrepancy("refund_no_return", calendar.day(market, refunded), refunded, units, "K12")
    day = calendar.day(market, arrived)
    if arrived < calendar.moment(0, calendar.last, 20):
        back = Resolution("returned", units, day, arrived, arrived + RETURN_DELAY, 0)
        customer.at.warehouse.settle(found, back, "returns")


def _delays(rng: np.random.Generator, count: int, days: float, spread: float) -> Numbers:
    drawn = np.clip(rng.lognormal(np.log(days), spread, count), 0.3, 80) * DAY
    return drawn.astype(np.int64)


def _arrive(
    stage: Stage, rng: np.random.Generator, lines: Lines, line: Numbers, arrived: Numbers, units: Numbers
) -> None:
    codes, shares = zip(*ORDINARY, strict=True)
    found = rng.choice(np.array(codes), len(line), p=np.array(shares))
    to_ledger = np.array([DISPOSITIONS.index(_IN_LEDGER.get(name, name)) for name in RETURN_DISPOSITIONS])
    listing, market, center = lines.listing[line], lines.market[line], lines.center[line]
    stage.journal.block(
        "returns", returned=arrived, visible=arrived + RETURN_DELAY, order=lines.order[line], listing=listing,
        market=market, quantity=units, center=center, disposition=found, reason=rng.integers(0, 4, len(line)),
        status=RETURN_STATUSES.index("Unit returned to inventory"), plate=stage.ids.take("plate", len(line), 9),
    )  # fmt: skip
    references = stage.ids.take("reference", len(line), 12)
    enter(stage, arrived, RETURNS, listing, market, units, center, references, to_ledger[found])
