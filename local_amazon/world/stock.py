"""Receipts: the seller sends new stock before a place runs out, so that every unit that leaves has been there."""

from dataclasses import dataclass, field
from random import Random

import numpy as np

from local_amazon.world.calendar import DAY
from local_amazon.world.schema import CENTERS, INBOUND_STATUSES
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers

SAFETY = 3
LEAST = 24  # units sent at once
SENDINGS = 8  # about how often a listing is sent to a centre in all the time
_BIG = 10**10
HOUR = 3600


@dataclass(slots=True)
class Line:
    """Units of a listing in an inbound shipment; `received` arrive before `needed`, `sent` were put into the box."""

    listing: int
    needed: int
    received: int
    sent: int
    handle: int = -1  # of its row in `inbound_items`


@dataclass(slots=True)
class Shipment:
    """An inbound shipment to one centre, with the moments of its life."""

    number: int
    market: int
    center: str
    created: int
    delivered: int
    closed: int
    handle: int = -1  # of its row in `inbound_shipments`
    lines: list[Line] = field(default_factory=list)


def replenish(stage: Stage) -> list[Shipment]:
    """Send what keeps the sellable stock of every listing above zero in every centre at every moment."""
    shipments: dict[tuple[int, int, int], Shipment] = {}
    rng = stage.rng("inbound")
    for listing, market, center, needed, units in _needs(stage):
        week = (needed - stage.calendar.moment(0, stage.calendar.first, 0)) // (10 * DAY)
        key = market, center, week
        if key not in shipments:
            shipments[key] = start(stage, rng, market, CENTERS[center], needed)
        shipments[key].lines.append(Line(listing, needed, units, units))
    for shipment in shipments.values():
        write(stage, rng, shipment)
    return list(shipments.values())


def _needs(stage: Stage) -> list[tuple[int, int, int, int, int]]:
    """Listing, marketplace, centre, by when and how many: what has to come, the earliest first."""
    group, time, quantity = _movements(stage)
    if not len(group):
        return []
    starts = np.flatnonzero(np.concatenate([[True], np.diff(group) != 0]))
    place = np.cumsum(np.concatenate([[0], np.diff(group) != 0]))
    total = np.cumsum(quantity)
    balance = total - (total[starts] - quantity[starts])[place]
    missing = np.maximum.accumulate(np.maximum(0, SAFETY - balance) + place * _BIG) - place * _BIG
    out = np.add.reduceat(np.maximum(0, -quantity), starts)
    batch = np.maximum(LEAST, out // SENDINGS)[place]
    batches = np.maximum(1, -(-missing // batch))
    before = np.concatenate([[0], batches[:-1]])
    before[starts] = 0
    more = np.flatnonzero(batches > before)
    units = ((batches - before) * batch)[more]
    rest, center = np.divmod(group[more], 64)
    listing, market = np.divmod(rest, 16)
    found = list(zip(*(each.tolist() for each in (listing, market, center, time[more], units)), strict=True))
    opening = stage.calendar.moment(0, stage.calendar.first, 6, 30)
    initial = set(starts.tolist())
    rows = [
        (a, b, c, opening if place in initial else t, u)
        for (a, b, c, t, u), place in zip(found, more.tolist(), strict=True)
    ]
    return sorted(rows, key=lambda row: (row[3], row[:3]))


def _movements(stage: Stage) -> tuple[Numbers, Numbers, Numbers]:
    """All changes of sellable stock so far by place and time, at one moment what leaves first."""
    column = stage.journal.column
    sellable = np.flatnonzero(column("ledger", "disposition") == 0)
    listing, market = column("ledger", "listing")[sellable], column("ledger", "market")[sellable]
    center, time = column("ledger", "center")[sellable], column("ledger", "time")[sellable]
    quantity = column("ledger", "quantity")[sellable].astype(np.int64)
    group = (listing.astype(np.int64) * 16 + market) * 64 + center
    order = np.lexsort((quantity, time, group))
    return group[order], time[order].astype(np.int64), quantity[order]


def start(stage: Stage, rng: Random, market: int, center: str, needed: int) -> Shipment:
    """A shipment that arrives two to four days before it is needed."""
    delivered = needed - rng.randrange(2 * DAY, 4 * DAY)
    created = delivered - rng.randrange(9 * DAY, 20 * DAY)
    closed = needed + rng.randrange(9 * DAY, 25 * DAY)
    return Shipment(stage.ids.one("shipment", 10), market, center, created, delivered, closed)


def write(stage: Stage, rng: Random, shipment: Shipment, *, ends: str = "CLOSED") -> None:
    """The shipment's row with its statuses, its lines, and the receipts of what arrives."""
    shipment.handle = stage.journal.write(
        "inbound_shipments", shipment=shipment.number, created=shipment.created, updated=shipment.created,
        market=shipment.market, center=shipment.center, status="WORKING",
    )  # fmt: skip
    way = (("SHIPPED", 5 * DAY), ("IN_TRANSIT", 4 * DAY), ("DELIVERED", 0), ("CHECKED_IN", -3 * HOUR))
    status = "WORKING"
    for name, before in way:
        status = _becomes(stage, shipment, status, name, shipment.delivered - before)
    status = _becomes(stage, shipment, status, "RECEIVING", shipment.delivered + 5 * HOUR)
    _becomes(stage, shipment, status, ends, shipment.closed)
    for line in shipment.lines:
        write_line(stage, rng, shipment, line)


def _becomes(stage: Stage, shipment: Shipment, before: str, after: str, when: int) -> str:
    if when > stage.calendar.end:
        return before
    step = INBOUND_STATUSES.index(after) - INBOUND_STATUSES.index(before)
    stage.journal.change("inbound_shipments", shipment.handle, when, "status", step)
    return after


def write_line(stage: Stage, rng: Random, shipment: Shipment, line: Line) -> None:
    """The line's row, and one to three receipts before it is needed."""
    case = rng.choice((0, 0, 6, 12))
    line.handle = stage.journal.write(
        "inbound_items", shipment=shipment.number, updated=shipment.created, listing=line.listing,
        market=shipment.market, shipped=line.sent, in_case=case,
    )  # fmt: skip
    parts = rng.choice((1, 1, 2, 3)) if line.received > 6 else 1
    first = line.received - (parts - 1) * (line.received // 4)
    for part in range(parts):
        units = first if part == 0 else line.received // 4
        if units:
            receive(stage, shipment, line, line.needed - rng.randrange(600, 20_000), units)


def receive(stage: Stage, shipment: Shipment, line: Line, time: int, units: int, disposition: str = "SELLABLE") -> None:
    """A receipt in the ledger, counted as received six hours later; negative: taken back."""
    stage.journal.write(
        "ledger", time=time, visible=time + 6 * HOUR, day=stage.calendar.day(shipment.market, time), event="Receipts",
        reference=shipment.number, listing=line.listing, market=shipment.market, quantity=units,
        center=shipment.center, disposition=disposition, reconciled=-1, unreconciled=-1,
    )  # fmt: skip
    stage.journal.change("inbound_items", line.handle, time + 6 * HOUR, "received", units)
