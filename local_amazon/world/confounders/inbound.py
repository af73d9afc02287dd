"""Confounders of inbound shipments: what is cancelled, edited, mixed up, or made up for by a sibling."""

from random import Random

from local_amazon.world import beats
from local_amazon.world.calendar import DAY, as_date, number
from local_amazon.world.discrepancies import Discrepancy
from local_amazon.world.incidents.inbound import Dock, affected, turn_up
from local_amazon.world.schema import INBOUND_STATUSES
from local_amazon.world.stage import Stage
from local_amazon.world.stock import Line, Shipment, receive, start, write, write_line

SHARE = 0.02  # of the lines of that beat, for each kind of case: an assumption
MONTHS = 9


def simulate(stage: Stage, shipments: list[Shipment]) -> None:
    """All of them, once at least, on listings of the inbound beat."""
    rng = stage.rng("odd inbound")
    begins = stage.calendar.moment(0, stage.calendar.first, 0)
    lines = [
        (each, line)
        for each in shipments
        for line in each.lines
        if affected(stage, line) and begins < each.delivered and line.sent == line.received
    ]
    rng.shuffle(lines)
    for name, story in (("K06", _make_up_for), ("K22", _cancel), ("K22", _edit), ("K22", _swap), ("K12", _late)):
        count = max(1, round(len(lines) * SHARE)) if stage.confounded(name) else 0
        for shipment, line in lines[:count]:
            if line.sent > 4:
                story(Dock(stage, rng, shipment, line))
        lines = lines[count:]
    if stage.confounded("K22"):
        for shipment, line in lines:
            if rng.random() < stage.rates["inbound.over_receipt"]:
                _receive_too_many(Dock(stage, rng, shipment, line))
    if stage.confounded("K19") and stage.happens("inbound_shortage") and lines:
        for days in (-1, 0, 1):
            _deliver_at_the_edge(Dock(stage, rng, *lines[days % len(lines)]), days)


def _looks_short(dock: Dock, units: int, name: str) -> Discrepancy:
    """A line that seems to have come short, and nothing is owed for it."""
    return dock.discrepancy("inbound_shortage", units, name, owed=False)


def _make_up_for(dock: Dock) -> None:
    """K06. A plan goes out as two shipments; what one of them lacks the other has too much."""
    units = dock.rng.randrange(1, 4)
    dock.add_sent(units)
    _looks_short(dock, units, "K06")
    twin = start(dock.stage, dock.rng, dock.shipment.market, dock.shipment.center, dock.line.needed)
    twin.created, twin.delivered = dock.shipment.created, dock.shipment.delivered
    twin.lines.append(Line(dock.line.listing, dock.line.needed, 12 + units, 12))
    write(dock.stage, dock.rng, twin)


def _cancel(dock: Dock) -> None:
    """K22. A shipment is cancelled or deleted before it leaves: its units were never sent."""
    gone = start(dock.stage, dock.rng, dock.shipment.market, dock.shipment.center, dock.line.needed)
    handle = dock.stage.journal.write(
        "inbound_shipments", shipment=gone.number, created=gone.created, updated=gone.created, market=gone.market,
        center=gone.center, status="WORKING",
    )  # fmt: skip
    line = Line(dock.line.listing, dock.line.needed, 0, dock.rng.randrange(6, 24))
    dock.stage.journal.write(
        "inbound_items", shipment=gone.number, updated=gone.created, listing=line.listing, market=gone.market,
        shipped=line.sent,
    )  # fmt: skip
    step = INBOUND_STATUSES.index(dock.rng.choice(("CANCELLED", "DELETED")))
    dock.stage.journal.change("inbound_shipments", handle, gone.created + 2 * DAY, "status", step)
    _looks_short(Dock(dock.stage, dock.rng, gone, line), line.sent, "K22")


def _edit(dock: Dock) -> None:
    """K22. The seller raised the quantity in the plan after the box had gone: the difference never existed."""
    units = dock.rng.randrange(1, 5)
    dock.add_sent(units, dock.shipment.delivered - DAY)
    _looks_short(dock, units, "K22")


def _swap(dock: Dock) -> None:
    """K22. A wrong label: two units of this product are received as another one, of the same shipment if it has any."""
    if other := _other_line(dock):
        dock.add_sent(2)
        found = _looks_short(dock, 2, "K22")
        found.tier = "review"
        receive(dock.stage, dock.shipment, other, dock.line.needed - 3600, 2)


def _other_line(dock: Dock) -> Line | None:
    """A line of another product, or one that the plan does not have: nothing of it was to be sent."""
    stage, shipment, own = dock.stage, dock.shipment, dock.line
    lines = (each for each in shipment.lines if each.listing != own.listing and affected(stage, each))
    if found := next(lines, None):
        return found
    sold_there = (each for each in beats.listings(stage, beats.OTHER) if stage.listings[each].prices[shipment.market])
    other = next((each for each in sold_there if each != own.listing), None)
    if other is None:
        return None
    unplanned = Line(other, own.needed, 0, 0)
    write_line(stage, stage.rng("unplanned", shipment.number), shipment, unplanned)
    return unplanned


def _receive_too_many(dock: Dock) -> None:
    """K22. More units are counted than were sent; a month later Amazon takes them back (code O), rightly."""
    units, warehouse = dock.rng.randrange(1, 4), dock.at.warehouse
    receive(dock.stage, dock.shipment, dock.line, dock.line.needed - 3600, units)
    day = dock.stage.calendar.day(dock.shipment.market, dock.shipment.closed) + 30
    if day in dock.stage.calendar:
        time, reference = warehouse.time_of(day), dock.stage.ids.one("reference", 10)
        warehouse.enter(time, "Adjustments", -units, reason="O", center=dock.shipment.center, reference=reference)
        dock.discrepancy("ownership_transfer_out", units, "K22", visible=time + 6 * 3600, owed=False)


def _late(dock: Dock) -> None:
    """K12. Two units are received a month after the shipment was closed."""
    if not dock.stage.happens("inbound_shortage"):
        return
    dock.add_sent(2)
    found = dock.discrepancy("inbound_shortage", 2, "K12")
    day = dock.stage.calendar.day(dock.shipment.market, dock.shipment.closed) + 30
    turn_up(dock, found, 2, day)


def _deliver_at_the_edge(dock: Dock, days: int) -> None:
    """K19. Delivered nine calendar months before the clock's start, a day earlier, a day later; a unit is missing."""
    stage, rng, today = dock.stage, dock.rng, as_date(dock.stage.calendar.today)
    month = (today.month - 1 - MONTHS) % 12 + 1
    edge = today.replace(year=today.year - (1 if month > today.month else 0), month=month, day=min(today.day, 28))
    day = number(edge) + days
    if day - 30 not in stage.calendar:
        return
    shipment = _arrives(stage, rng, dock, day)
    late = Dock(stage, rng, shipment, shipment.lines[0])
    late.discrepancy("inbound_shortage", 1, "K19")


def _arrives(stage: Stage, rng: Random, dock: Dock, day: int) -> Shipment:
    needed = stage.calendar.moment(dock.shipment.market, day + 3, 10)
    shipment = start(stage, rng, dock.shipment.market, dock.shipment.center, needed)
    shipment.delivered = stage.calendar.moment(dock.shipment.market, day, 9)
    shipment.lines.append(Line(dock.line.listing, needed, 11, 12))
    write(stage, rng, shipment)
    return shipment
