"""What goes wrong on the way in: short lines, vanished shipments, damage, units taken back, fees for nothing.

All of it happens to the listings of one beat, at as much higher rates as that beat is smaller than the catalogue.
"""

from random import Random

from local_amazon.world import beats
from local_amazon.world.calendar import DAY
from local_amazon.world.discrepancies import Charge, Discrepancy, Link, Resolution
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.stage import Stage
from local_amazon.world.stock import Line, Shipment, receive, start, write
from local_amazon.world.values import cost

MOST = 0.8  # of that beat's lines have trouble, however much the rates are stressed
TRANSPORT, PLACEMENT = 30, 27  # cents a unit, of a partnered carrier and for placement: assumptions


class Dock:
    """One line of a shipment under way, and what may happen to it."""

    def __init__(self, stage: Stage, rng: Random, shipment: Shipment, line: Line) -> None:
        self.stage, self.rng, self.shipment, self.line = stage, rng, shipment, line
        self.at: Scene = scene(stage, f"dock {shipment.number}", line.listing, shipment.market)

    @property
    def delivered(self) -> int:
        return self.stage.calendar.day(self.shipment.market, self.shipment.delivered)

    def add_sent(self, units: int, when: int = 0) -> None:
        """The seller had put more into the box than arrived (or the plan is changed at a moment)."""
        self.stage.journal.change("inbound_items", self.line.handle, when or self.shipment.created, "shipped", units)
        self.line.sent += units

    def discrepancy(self, kind: str, units: int, *names: str, visible: int = 0, owed: bool = True) -> Discrepancy:
        """Put it down as the truth, anchored at the delivery."""
        shipment = self.shipment
        return self.stage.truth.add(
            Discrepancy(
                kind,
                self.line.listing,
                shipment.market,
                units,
                self.delivered,
                shipment.delivered,
                visible or shipment.closed,
                unit_value=cost(self.stage, self.line.listing, shipment.market, self.delivered),
                owed=owed,
                tier="claim" if owed else "info",
                confounders=names,
                center=shipment.center,
                shipment=shipment.number,
                links=[Link("inbound_items", shipment.number, "line")],
            )
        )


def simulate(stage: Stage, shipments: list[Shipment]) -> None:
    """Everything that goes wrong on the way in."""
    rng, rates = stage.rng("inbound incidents"), stage.rates
    stories = (
        ("inbound_shortage", rates["inbound.short_line"], _short),
        ("inbound_damaged_carrier", rates["inbound.damaged"], _damaged),
        ("received_then_deducted", rates["inbound.deducted"], _deducted),
        ("inbound_shipment_missing", rates["inbound.missing_shipment"], _missing),
        ("inbound_carrier_claim", rates["inbound.missing_shipment"], _lost_by_own_carrier),
        ("unused_label_fee", rates["inbound.unused_label"], _unused_label),
        ("inbound_transport_overcharge", rates["inbound.unused_label"], _charged_twice),
    )
    begins = stage.calendar.moment(0, stage.calendar.first, 0)
    for shipment in shipments:
        if shipment.delivered > begins:
            _bill(stage, rng, shipment)
    lines = [
        (each, line) for each in shipments for line in each.lines if affected(stage, line) and each.delivered > begins
    ]
    weights = [rate * beats.concentration(stage) for _, rate, _ in stories]
    most = min(1.0, MOST / sum(weights))
    for number, (shipment, line) in enumerate(lines):
        spared = 1 - most * sum(weights)
        chosen = rng.choices((*stories, None), (*(most * weight for weight in weights), spared))[0]
        story = stories[number] if number < len(stories) else chosen  # each at least once
        if story is not None and stage.happens(story[0]):
            story[2](Dock(stage, rng, shipment, line))


def _bill(stage: Stage, rng: Random, shipment: Shipment) -> None:
    """What every shipment rightly costs: its transport by Amazon's carrier, and the placement of each line."""
    first = Dock(stage, rng, shipment, shipment.lines[0])
    charge(first, "FBAInboundTransportationFee", transport(shipment), shipment.delivered + 2 * DAY, shipment.number)
    for line in shipment.lines:
        cents, time = PLACEMENT * line.received, shipment.delivered + 3 * DAY
        dock = Dock(stage, rng, shipment, line)
        charge(dock, "FBAInboundPlacementFee", cents, time, shipment.number, listing=line.listing)


def transport(shipment: Shipment) -> int:
    """What its transport costs."""
    return TRANSPORT * sum(line.received for line in shipment.lines)


def affected(stage: Stage, line: Line) -> bool:
    """Whether inbound incidents keep to that listing."""
    return beats.keeps_to(stage, line.listing, beats.OTHER)


def shortage(rng: Random, units: int) -> int:
    """Mostly one or two units, sometimes part of a case or a whole carton."""
    return min(units, rng.choices((rng.randrange(1, 3), rng.randrange(3, 10), 12), (60, 30, 10))[0])


def _short(dock: Dock) -> None:
    """B1. Fewer units are received than were sent: found weeks later, paid, or neither."""
    rng, units = dock.rng, shortage(dock.rng, dock.line.received)
    dock.add_sent(units)
    found = dock.discrepancy("inbound_shortage", units)
    outcome = rng.choices(("found", "paid", "never"), (50 * dock.stage.confounded("K01"), 25, 25))[0]
    if outcome == "found":
        found.confounders = ("K01",)
        day = dock.delivered + min(90, 3 + round(rng.lognormvariate(3.0, 0.8)))
        turn_up(dock, found, units, day)
    elif outcome == "paid":
        dock.at.cashier.pay([(found, units)], dock.delivered + rng.randrange(20, 60))


def turn_up(dock: Dock, found: Discrepancy, units: int, day: int) -> None:
    """Missing units are received late."""
    if day in dock.stage.calendar:
        time = dock.at.warehouse.time_of(day)
        receive(dock.stage, dock.shipment, dock.line, time, units)
        came = Resolution("found", units, day, time, time + 6 * 3600, dock.shipment.number)
        dock.at.warehouse.settle(found, came, "ledger")


def _damaged(dock: Dock) -> None:
    """B3. Amazon's carrier damaged units on the way: received as damaged, mostly paid."""
    units = shortage(dock.rng, dock.line.received)
    dock.add_sent(units)
    time = dock.shipment.delivered + 6 * 3600
    receive(dock.stage, dock.shipment, dock.line, time, units, "CARRIER_DAMAGED")
    found = dock.discrepancy("inbound_damaged_carrier", units, visible=time + 6 * 3600)
    if dock.rng.random() < 0.7:
        dock.at.cashier.pay([(found, units)], dock.delivered + dock.rng.randrange(10, 40))


def _deducted(dock: Dock) -> None:
    """B4. Received, and taken back after the shipment was closed; half of it rightly."""
    units, rng = dock.rng.randrange(1, 4), dock.rng
    owed = rng.random() < 0.5
    if owed:
        dock.add_sent(units)
    receive(dock.stage, dock.shipment, dock.line, dock.line.needed - 3600, units)
    time = dock.shipment.closed + rng.randrange(3 * DAY, 20 * DAY)
    day = dock.stage.calendar.day(dock.shipment.market, time)
    if day in dock.stage.calendar:
        receive(dock.stage, dock.shipment, dock.line, time, -units)
        dock.discrepancy("received_then_deducted", units, visible=time + 6 * 3600, owed=owed)


def _missing(dock: Dock) -> None:
    """B2. A whole shipment is delivered and never received."""
    stage, rng = dock.stage, dock.rng
    lost = _another(dock, rng.randrange(6, 30))
    write(stage, rng, lost)
    missing = Dock(stage, rng, lost, lost.lines[0])
    found = missing.discrepancy("inbound_shipment_missing", lost.lines[0].sent)
    if rng.random() < 0.3:
        missing.at.cashier.pay([(found, found.quantity)], missing.delivered + rng.randrange(30, 80))


def _another(dock: Dock, units: int) -> Shipment:
    """A shipment of its own with that many units, none of which is received."""
    lost = start(dock.stage, dock.rng, dock.shipment.market, dock.shipment.center, dock.line.needed)
    lost.lines.append(Line(dock.line.listing, dock.line.needed, 0, units))
    return lost


def _lost_by_own_carrier(dock: Dock) -> None:
    """B5. The seller's own carrier lost a shipment: it never gets beyond "in transit", and Amazon owes nothing."""
    stage, rng = dock.stage, dock.rng
    lost = _another(dock, rng.randrange(6, 30))
    lost.handle = stage.journal.write(
        "inbound_shipments", shipment=lost.number, created=lost.created, updated=lost.created, market=lost.market,
        center=lost.center, status="SHIPPED",
    )  # fmt: skip
    lost.lines[0].handle = stage.journal.write(
        "inbound_items", shipment=lost.number, updated=lost.created, listing=lost.lines[0].listing, market=lost.market,
        shipped=lost.lines[0].sent,
    )  # fmt: skip
    Dock(stage, rng, lost, lost.lines[0]).discrepancy("inbound_carrier_claim", lost.lines[0].sent, owed=False)


def _unused_label(dock: Dock) -> None:
    """B6. A shipment was cancelled, and its transport charged all the same."""
    stage, rng = dock.stage, dock.rng
    unused = _another(dock, rng.randrange(6, 30))
    handle = stage.journal.write(
        "inbound_shipments", shipment=unused.number, created=unused.created, updated=unused.created,
        market=unused.market, center=unused.center, status="WORKING",
    )  # fmt: skip
    stage.journal.change("inbound_shipments", handle, unused.created + DAY, "status", 7)
    cents = TRANSPORT * unused.lines[0].sent
    number = charge(dock, "FBAInboundTransportationFee", cents, unused.created + 2 * DAY, unused.number)
    _money(Dock(stage, rng, unused, unused.lines[0]), "unused_label_fee", cents, unused.created + 2 * DAY, number)


def _charged_twice(dock: Dock) -> None:
    """B6. The transport of a shipment is charged a second time."""
    cents, time = transport(dock.shipment), dock.shipment.delivered + 4 * DAY
    number = charge(dock, "FBAInboundTransportationFee", cents, time, dock.shipment.number)
    _money(dock, "inbound_transport_overcharge", cents, time, number)


def charge(dock: Dock, name: str, cents: int, time: int, reference: int, *, listing: int = -1) -> int:
    """A service fee of the seller's account; the event's number."""
    number = dock.stage.ids.one("service", 12)
    dock.stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="service_fee", detail=name,
        market=dock.shipment.market, listing=listing, amount=-cents, reference=reference,
    )  # fmt: skip
    return number


def _money(dock: Dock, kind: str, cents: int, time: int, number: int) -> None:
    found = dock.discrepancy(kind, 1, visible=time + 7200)
    found.day, found.time, found.unit_value = dock.stage.calendar.day(dock.shipment.market, time), time, None
    found.charges.append(Charge(time, time + 7200, cents))
    found.links.append(Link("finances", number, "charged"))
