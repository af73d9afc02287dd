"""What goes wrong with removals: lost parcels, short shipments, damage, disposal, missing proceeds."""

from local_amazon.world import beats, removals
from local_amazon.world.calendar import DAY
from local_amazon.world.discrepancies import Charge, Discrepancy, Link
from local_amazon.world.incidents.losses import scene
from local_amazon.world.removals import Removal
from local_amazon.world.stage import Stage
from local_amazon.world.values import cost

LIQUIDATION_PAYS_WITHIN = 90


def simulate(stage: Stage, orders: list[Removal]) -> None:
    """Everything that goes wrong with the removal orders, at least once each where there are enough of them."""
    rng, rates = stage.rng("removal incidents"), stage.rates
    stories = (
        ("removal_lost", rates["removals.lost_parcel"], _lose_parcel),
        ("removal_short_shipped", rates["removals.short"], _ship_short),
        ("removal_damaged_or_wrong", rates["removals.damaged"], _arrive_damaged),
        ("removal_disposed_instead", rates["removals.disposed_instead"], _dispose_instead),
        ("removal_fee_error", rates["fees.removal_error"], _charge_too_much),
    )
    returns = [each for each in orders if each.type == "Return"]
    rng.shuffle(returns)
    for number, removal in enumerate(returns):
        draw = rng.random()
        if number >= len(stories) and stage.confounded("K22") and rng.random() < rates["removals.cancelled"]:
            _cancel(removal)
            continue
        for turn, (name, rate, story) in enumerate(stories):
            draw -= rate
            if (draw < 0 or number == turn) and stage.happens(name):
                story(removal)
                break
    for removal in (*orders, *_liquidations(stage)):
        removals.ship(removal)


def _found(removal: Removal, kind: str, units: int, time: int) -> Discrepancy:
    warehouse, stage = removal.at.warehouse, removal.at.stage
    day = stage.calendar.day(warehouse.market, time)
    return stage.truth.add(
        Discrepancy(
            kind,
            warehouse.listing,
            warehouse.market,
            units,
            day,
            time,
            time + removals.LEDGER_DELAY,
            unit_value=cost(stage, warehouse.listing, warehouse.market, day),
            disposition=removal.disposition,
            center=removal.center,
            removal=removal.number,
            links=[Link("removal_orders", removal.number, "order")],
        )
    )


def _lose_parcel(removal: Removal) -> None:
    """D1. A parcel never reaches the seller. Amazon's reports do not tell; only he knows."""
    removals.ship(removal)
    tracking, units = removal.parcels[0]
    found = _found(removal, "removal_lost", units, removal.done)
    found.reference, found.tier = tracking, "review"
    found.links.append(Link("removal_shipments", tracking, "lost parcel"))
    if removal.at.rng.random() < 0.2:
        removal.at.cashier.pay([(found, units)], found.day + removal.at.rng.randrange(25, 60))


def _ship_short(removal: Removal) -> None:
    """D2. The order is called completed, and a unit of it was neither shipped nor cancelled."""
    _keep_back(removal)
    _found(removal, "removal_short_shipped", 1, removal.done)


def _cancel(removal: Removal) -> None:
    """K22. One unit more had been asked for and is cancelled, as the order says: nothing is owed for it."""
    removal.note("requested", 1, removal.requested)
    removal.note("cancelled", 1)


def _keep_back(removal: Removal) -> None:
    removal.sent -= 1
    removal.note("shipped", -1)


def _arrive_damaged(removal: Removal) -> None:
    """D3. The units arrive broken or are other ones: only the seller can show it."""
    found = _found(removal, "removal_damaged_or_wrong", min(2, removal.units), removal.done)
    found.tier = "review"


def _dispose_instead(removal: Removal) -> None:
    """D4. The seller wanted a unit back, and Amazon threw it away."""
    _keep_back(removal)
    removal.note("disposed", 1)
    _found(removal, "removal_disposed_instead", 1, removal.done)


def _charge_too_much(removal: Removal) -> None:
    """E9. The removal is charged a second time."""
    stage, warehouse, time = removal.at.stage, removal.at.warehouse, removal.done + DAY
    fee = removal.units * removals.unit_fee(stage, warehouse.listing, warehouse.market, _day(removal))
    number = stage.ids.one("service", 12)
    stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="service_fee", detail="FBARemovalFee",
        market=warehouse.market, listing=warehouse.listing, quantity=removal.units, amount=-fee,
        reference=removal.number,
    )  # fmt: skip
    found = _found(removal, "removal_fee_error", 1, time)
    found.tier, found.unit_value = "review", None
    found.charges.append(Charge(time, time + 7200, fee))
    found.links.append(Link("finances", number, "charged again"))


def _day(removal: Removal) -> int:
    return removal.at.stage.calendar.day(removal.at.warehouse.market, removal.requested)


def _liquidations(stage: Stage) -> list[Removal]:
    """D5. Some listings are sold to a liquidator; every few times the proceeds never come."""
    calendar, orders = stage.calendar, []
    for turn, listing in enumerate(beats.listings(stage, beats.OTHER)):
        at = scene(stage, "liquidation", listing)
        day = calendar.first + 30 + at.rng.randrange(max(1, calendar.length - 60))
        if day + 1 + removals.UNDER_WAY // DAY > calendar.last:
            continue
        unpaid = turn == 0 or at.rng.random() < stage.rates["removals.unpaid_liquidation"]
        unpaid = unpaid and stage.happens("liquidation_proceeds_missing")
        removal = removals.liquidate(at, at.rng.randrange(3, 12), day, paid=not unpaid)
        orders.append(removal)
        if unpaid and removal.done + LIQUIDATION_PAYS_WITHIN * DAY < calendar.end:
            due = removal.done + LIQUIDATION_PAYS_WITHIN * DAY
            found = _found(removal, "liquidation_proceeds_missing", 1, due)
            found.tier, found.unit_value = "review", None
            found.charges.append(Charge(due, due, removals.proceeds(removal)))
    return orders
