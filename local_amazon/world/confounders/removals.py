"""Confounders of removals and disposals: what the seller's own settings do, and the edges of the time to claim."""

from local_amazon.world import beats, removals
from local_amazon.world.calendar import DAY
from local_amazon.world.discrepancies import Discrepancy, Link
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.removals import Removal
from local_amazon.world.stage import Stage
from local_amazon.world.values import cost

UNDER_WAY = removals.UNDER_WAY // DAY
EDGES = (14, 15, 75, 76)  # days after the shipment was created, at the clock's start


def simulate(stage: Stage) -> None:
    """K28 and K19, on listings of the beat that removals keep to."""
    listings = beats.listings(stage, beats.OTHER)
    for turn, listing in enumerate(listings):
        if stage.confounded("K28"):
            _dispose_by_order(scene(stage, "disposal", listing), stage.calendar.today - 40 - turn % 300)
            _expire(scene(stage, "expiry", listing), stage.calendar.today - 70 - turn % 200)
    for turn, age in enumerate(EDGES):
        if listings and stage.confounded("K19") and stage.happens("removal_lost"):
            _lose_at_the_edge(scene(stage, f"removal {age}", listings[turn % len(listings)]), age)


def _dispose_by_order(at: Scene, day: int) -> None:
    """K28. The seller had sellable units destroyed: an order stands behind the disposal, and nothing is owed."""
    if day - 2 in at.stage.calendar and day + UNDER_WAY in at.stage.calendar:
        removal = removals.order(at, "Disposal", "SELLABLE", at.warehouse.center(), 2, at.warehouse.time_of(day))
        _decoy(at, "disposed_unauthorized", removal.done, 2, "K28", removal)


def _expire(at: Scene, day: int) -> None:
    """K28. Units near their expiry date are taken out of sale and destroyed: Amazon's rule, the seller's risk."""
    if day - 2 in at.stage.calendar and day + 10 in at.stage.calendar:
        center = at.warehouse.center()
        at.warehouse.move(day, 2, "SELLABLE", "EXPIRED", center=center)
        time = at.warehouse.time_of(day + 9)
        reference = at.stage.ids.one("reference", 10)
        at.warehouse.enter(time, "Adjustments", -2, "EXPIRED", reason="D", center=center, reference=reference)
        _decoy(at, "disposed_unauthorized", time, 2, "K28", None).reference = reference


def _decoy(at: Scene, kind: str, time: int, units: int, name: str, removal: Removal | None) -> Discrepancy:
    warehouse, number = at.warehouse, removal.number if removal else 0
    return at.stage.truth.add(
        Discrepancy(
            kind, warehouse.listing, warehouse.market, units, at.stage.calendar.day(warehouse.market, time), time,
            time + removals.LEDGER_DELAY, tier="info", owed=False, confounders=(name,), removal=number,
            links=[Link("removal_orders", number, "order")] if number else [],
        )
    )  # fmt: skip


def _lose_at_the_edge(at: Scene, age: int) -> None:
    """K19. A parcel of a removal is lost, exactly so many days before the clock's start."""
    stage, warehouse = at.stage, at.warehouse
    day = stage.calendar.today - age
    if day - UNDER_WAY - 2 not in stage.calendar:
        return
    requested = stage.calendar.moment(warehouse.market, day, 15) - removals.UNDER_WAY
    removal = removals.order(at, "Return", "SELLABLE", warehouse.center(), 2, requested)
    removals.ship(removal)
    stage.truth.add(
        Discrepancy(
            "removal_lost", warehouse.listing, warehouse.market, 2, day, removal.done,
            removal.done + removals.LEDGER_DELAY, unit_value=cost(stage, warehouse.listing, warehouse.market, day),
            tier="review", confounders=("K19",), disposition="SELLABLE", center=removal.center, removal=removal.number,
            reference=removal.parcels[0][0],
            links=[Link("removal_shipments", removal.parcels[0][0], "lost parcel")],
        )
    )  # fmt: skip
