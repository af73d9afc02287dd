"""Removals: what the seller has taken out of Amazon's centres, and what Amazon disposes of by itself."""

from dataclasses import dataclass, field
from random import Random

import numpy as np

from local_amazon.world import fees
from local_amazon.world.calendar import DAY
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.previews import measured
from local_amazon.world.schema import CARRIERS, CENTERS, DISPOSITIONS
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers

EVERY = 60  # days between two clearings of a place
UNDER_WAY = 18 * DAY
RIPENS = 20  # days for which unsellable units lie at least
LIQUIDATED = 0.06  # share of a sale's price that a liquidator pays: an assumption
LEDGER_DELAY = 6 * 3600


@dataclass(slots=True)
class Removal:
    """A removal order of one listing and disposition."""

    at: Scene
    number: int
    type: str
    disposition: str
    center: str
    units: int
    requested: int
    sent: int
    handle: int = -1
    parcels: list[tuple[int, int]] = field(default_factory=list)
    """Tracking numbers and units."""

    @property
    def done(self) -> int:
        """When everything has left."""
        return self.requested + UNDER_WAY

    def note(self, column: str, units: int, when: int = 0) -> None:
        """The order shows that many units more in that column from then on (0: when it is done)."""
        self.at.stage.journal.change("removal_orders", self.handle, when or self.done, column, units)


def simulate(stage: Stage) -> list[Removal]:
    """Clear out unsellable stock every two months, and sell some sellable stock to a liquidator."""
    orders = []
    for (listing, market, center, disposition), time, quantity in _unsellable(stage):
        at = scene(stage, f"removal {center} {disposition}", listing, market)
        free = np.minimum.accumulate(np.cumsum(quantity)[::-1])[::-1]
        gone, last = 0, 0
        for moment, units in zip((time + RIPENS * DAY).tolist(), free.tolist(), strict=True):
            if units <= gone or moment < last + EVERY * DAY or moment + UNDER_WAY > stage.calendar.end:
                continue
            if disposition == "WAREHOUSE_DAMAGED":
                _dispose(at, units - gone, moment, center)
            else:
                kind = at.rng.choices(("Return", "Disposal"), (3, 2))[0]
                orders.append(order(at, kind, disposition, center, units - gone, moment))
            gone, last = units, moment
    return orders


def _unsellable(stage: Stage) -> list[tuple[tuple[int, int, str, str], Numbers, Numbers]]:
    """All movements of unsellable stock by place, in time."""
    column = stage.journal.column
    rows = np.flatnonzero(column("ledger", "disposition") > 0)
    listing, market, center, disposition, time, quantity = (
        column("ledger", name)[rows].astype(np.int64)
        for name in ("listing", "market", "center", "disposition", "time", "quantity")
    )
    group = ((listing * 16 + market) * 64 + center) * 16 + disposition
    sort = np.lexsort((quantity, time, group))
    cuts = np.flatnonzero(np.diff(group[sort])) + 1
    return [
        (
            (int(listing[at[0]]), int(market[at[0]]), CENTERS[center[at[0]]], DISPOSITIONS[disposition[at[0]]]),
            time[at],
            quantity[at],
        )
        for at in np.split(sort, cuts)
        if len(at)
    ]


def _dispose(at: Scene, units: int, time: int, center: str) -> None:
    """Amazon throws away what it damaged itself (code D): the units are its own by then."""
    at.warehouse.enter(time, "Adjustments", -units, "WAREHOUSE_DAMAGED", reason="D", center=center)


def order(at: Scene, kind: str, disposition: str, center: str, units: int, requested: int) -> Removal:
    """A removal order without trouble: requested, done after two weeks, charged for; `ship` writes its parcels."""
    stage, market, listing = at.stage, at.warehouse.market, at.warehouse.listing
    removal = Removal(at, stage.ids.one("removal", 12), kind, disposition, center, units, requested, units)
    fee = units * unit_fee(stage, listing, market, stage.calendar.day(market, requested))
    removal.handle = stage.journal.write(
        "removal_orders", requested_at=requested, updated=requested, order=removal.number, listing=listing,
        market=market, type=kind, status="Pending", disposition=disposition, requested=units, in_process=units, fee=fee,
    )  # fmt: skip
    removal.note("status", 2)
    removal.note("in_process", -units)
    removal.note("disposed" if kind == "Disposal" else "shipped", units)
    left = removal.done - 3600
    at.warehouse.enter(left, "VendorReturns", -units, disposition, center=center, reference=removal.number)
    stage.journal.write(
        "finances", posted=removal.done, visible=removal.done + 7200, number=stage.ids.one("service", 12),
        kind="service_fee", detail="FBADisposalFee" if kind == "Disposal" else "FBARemovalFee", market=market,
        listing=listing, quantity=units, amount=-fee, reference=removal.number,
    )  # fmt: skip
    return removal


def unit_fee(stage: Stage, listing: int, market: int, day: int) -> int:
    """What the removal of one unit costs."""
    size = measured(stage.products[stage.listings[listing].product], market, day)
    return fees.removal_fee(size, fees.tier(size, day), stage.markets[market].parity)


def ship(removal: Removal) -> None:
    """Send its units in parcels of at most ten, once."""
    rng: Random = removal.at.rng
    units = 0 if removal.parcels or removal.type == "Disposal" else removal.sent
    while units > 0:
        part = min(units, rng.randrange(4, 11))
        tracking = removal.at.stage.ids.one("tracking", 13)
        time = removal.done - rng.randrange(0, 2 * DAY)
        removal.parcels.append((tracking, part))
        removal.at.stage.journal.write(
            "removal_shipments", requested_at=removal.requested, shipped_at=time, visible=time + LEDGER_DELAY,
            order=removal.number, listing=removal.at.warehouse.listing, market=removal.at.warehouse.market,
            type=removal.type, disposition=removal.disposition, quantity=part, carrier=rng.choice(CARRIERS),
            tracking=tracking,
        )  # fmt: skip
        units -= part


def liquidate(at: Scene, units: int, day: int, *, paid: bool = True) -> Removal:
    """Sell sellable units to a liquidator; `paid`: the proceeds come six weeks later."""
    stage, market = at.stage, at.warehouse.market
    removal = order(at, "Liquidations", "SELLABLE", at.warehouse.center(), units, at.warehouse.time_of(day))
    time = removal.done + 42 * DAY
    if paid and time < stage.calendar.end:
        stage.journal.write(
            "finances", posted=time, visible=time + 7200, number=stage.ids.one("service", 12), kind="liquidation",
            market=market, listing=at.warehouse.listing, quantity=units, amount=proceeds(removal),
            reference=removal.number,
        )  # fmt: skip
    return removal


def proceeds(removal: Removal) -> int:
    """What a liquidator pays for a removal, cents."""
    warehouse = removal.at.warehouse
    price = removal.at.stage.listings[warehouse.listing].prices[warehouse.market]
    return round(price * LIQUIDATED) * removal.units
