"""What lies in Amazon's fulfilment centres at a moment: the units of the ledger, and listings without any stock."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from local_amazon.world.build import World
from local_amazon.world.model import PACIFIC, Listing, moment, stream

RETIRED = 60
CLOSES_AFTER = timedelta(days=25)
"""Sellers keep listings they no longer stock (how many is an assumption). One of them, with units planned for inbound,
is deleted that long after the clock's start: it is how a listing leaves the inventory."""
RESEARCH = ((10, "ShortTerm"), (20, "MidTerm"), (30, "LongTerm"))
"""Days up to which a misplaced unit is looked for, by Amazon's name for it (model fbaInventory.json: short term is 1 to
10 days, mid term 11 to 20, long term 21 to 30)."""
IN_TRANSIT = "in transit"


@dataclass(slots=True)
class Holding:
    """Units of one listing. `units` is keyed by the ledger's dispositions, and `IN_TRANSIT` between two centres."""

    listing: Listing
    changed_at: datetime
    units: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    researching: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    inbound_working: int = 0

    @property
    def total(self) -> int:
        return sum(self.units.values()) + sum(self.researching.values()) + self.inbound_working


def holdings(world: World, now: datetime) -> list[Holding]:
    """Every listing there is at `now`, by SKU."""
    held = {holding.listing.fnsku: holding for holding in _retired(world, now)}
    for row in world.ledger:
        if row.at > now:
            break
        holding = held.setdefault(row.listing.fnsku, Holding(row.listing, row.at))
        holding.changed_at = row.at
        holding.units[row.disposition] += row.quantity
        if row.event == "WhseTransfers":
            holding.units[IN_TRANSIT] -= row.quantity
    _research(world, now, held)
    return sorted(held.values(), key=lambda holding: holding.listing.sku)


def _research(world: World, now: datetime, held: dict[str, Holding]) -> None:
    """Lost sellable units that neither came back nor were paid, while Amazon still looks for them."""
    today = now.astimezone(PACIFIC).date()
    for lot in world.lots:
        if lot.kind != "lost_warehouse" or lot.row.disposition != "SELLABLE" or lot.row.at > now:
            continue
        age = (today - lot.row.day).days
        term = next((name for days, name in RESEARCH if age <= days), None)
        if term and (units := max(0, lot.open_units(now))):
            held[lot.row.listing.fnsku].researching[term] += units


def _retired(world: World, now: datetime) -> Iterator[Holding]:
    started = world.settings.now
    first = started.astimezone(PACIFIC).date() - timedelta(days=world.settings.days)
    for number in range(RETIRED):
        if number == 0 and now >= started + CLOSES_AFTER:
            continue
        holding = _retired_listing(world.settings.seed, number, first)
        holding.inbound_working = 12 if number == 0 else 0
        yield holding


def _retired_listing(seed: int, number: int, day: date) -> Holding:
    rng = stream(seed, "retired", number)
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    listing = Listing(
        sku=f"OLD-{number:03d}",
        fnsku="X00" + "".join(rng.choices(letters, k=7)),
        asin="B0" + "".join(rng.choices(letters, k=8)),
        title=f"Discontinued Item No. {number}",
        price=999,
        cost=None,
        later_cost=None,
        later_from=day,
    )
    return Holding(listing, moment(day, 9, rng.randrange(60)))
