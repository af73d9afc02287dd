"""What lies in Amazon's centres at a moment, and what is on its way there."""

import numpy as np

from local_amazon.world.calendar import local_day
from local_amazon.world.schema import DISPOSITIONS, EVENTS, INBOUND_STATUSES, REASONS, SCHEMAS
from local_amazon.world.store import Batch, Numbers
from local_amazon.world.world import World

DAY = 86_400
RESEARCH = (("researching_short", 10), ("researching_mid", 20), ("researching_long", 30))
"""Days up to which a misplaced unit is looked for, by Amazon's name for it (model fbaInventory.json: short term is 1 to
10 days, mid term 11 to 20, long term 21 to 30)."""
_UNSELLABLE_NAMES = (
    "customer_damaged", "warehouse_damaged", "distributor_damaged", "carrier_damaged", "defective", "expired",
)  # fmt: skip
_UNSELLABLE = {name: DISPOSITIONS.index(name.upper()) for name in _UNSELLABLE_NAMES}


def inventory(world: World, market: int, as_of: int) -> Batch:
    """A row for each listing that the marketplace has at that moment, by SKU."""
    count = len(world.listings)
    columns = {name: np.zeros(count, np.int64) for name in SCHEMAS["inventory"]}
    columns["listing"] = np.arange(count)
    columns["market"] = np.full(count, market)
    columns["changed"] = np.array([each.opened for each in world.listings], np.int64)
    _lying(world, market, as_of, columns)
    _researched(world, market, as_of, columns)
    _coming(world, market, as_of, columns)
    _ordered(world, market, as_of, columns)
    offered = [
        bool(each.prices[market]) and each.opened <= as_of and (not each.closed or as_of < each.closed)
        for each in world.listings
    ]
    order = sorted((n for n in range(count) if offered[n]), key=lambda n: world.listings[n].sku)
    return Batch("inventory", {name: column[order] for name, column in columns.items()})


def _lying(world: World, market: int, as_of: int, columns: dict[str, Numbers]) -> None:
    ledger = world.stores["ledger"].columns
    known = np.flatnonzero((ledger["time"] <= as_of) & (ledger["market"] == market))
    listing, quantity = ledger["listing"][known], ledger["quantity"][known].astype(np.int64)
    disposition = ledger["disposition"][known]
    for name, code in {"fulfillable": 0, **_UNSELLABLE}.items():
        chosen = disposition == code
        np.add.at(columns[name], listing[chosen], quantity[chosen])
    moving = ledger["event"][known] == EVENTS.index("WhseTransfers")
    np.add.at(columns["in_transit"], listing[moving], -quantity[moving])
    np.maximum.at(columns["changed"], listing, ledger["time"][known].astype(np.int64))


def _researched(world: World, market: int, as_of: int, columns: dict[str, Numbers]) -> None:
    """Lost sellable units that neither came back nor were paid, while Amazon still looks for them."""
    store = world.stores["ledger"]
    days = store.columns["day"]
    today = local_day(as_of, world.markets[market].zone)
    low, high = (int(place) for place in np.searchsorted(days, (today - 32, today + 2)))
    rows = store.read(low, high, as_of)
    lost = np.isin(rows["reason"], [REASONS.index("M"), REASONS.index("5")]) & (rows["disposition"] == 0)
    rows = rows.where(lost & (rows["time"] <= as_of) & (rows["market"] == market))
    left = np.abs(rows["quantity"]) - rows["reconciled"]
    age, youngest = today - rows["day"], -1
    for name, oldest in RESEARCH:
        chosen = (age > youngest) & (age <= oldest)
        np.add.at(columns[name], rows["listing"][chosen], left[chosen])
        youngest = oldest


def _coming(world: World, market: int, as_of: int, columns: dict[str, Numbers]) -> None:
    """What inbound shipments still bring, by how far they have come."""
    shipments, items = world.stores["inbound_shipments"], world.stores["inbound_items"]
    heads, lines = shipments.read(0, len(shipments), as_of), items.read(0, len(items), as_of)
    lines = lines.where((lines["market"] == market) & (lines["updated"] <= as_of))
    order = np.argsort(heads["shipment"])
    place = np.searchsorted(heads["shipment"], lines["shipment"], sorter=order)
    status = heads["status"][order][place] if len(lines) else np.zeros(0, np.int64)
    left = np.maximum(0, lines["shipped"] - lines["received"])
    for name, statuses in (
        ("inbound_working", ("WORKING",)),
        ("inbound_shipped", ("SHIPPED", "IN_TRANSIT", "DELIVERED")),
        ("inbound_receiving", ("CHECKED_IN", "RECEIVING")),
    ):
        chosen = np.isin(status, [INBOUND_STATUSES.index(each) for each in statuses])
        np.add.at(columns[name], lines["listing"][chosen], left[chosen])
    for listing, units in world.planned.items() if market == 0 else ():
        columns["inbound_working"][listing] += units


def _ordered(world: World, market: int, as_of: int, columns: dict[str, Numbers]) -> None:
    """Units of orders that are placed and not yet sent are reserved, as far as there are any."""
    orders = world.stores["orders"].columns
    low, high = (int(place) for place in np.searchsorted(orders["purchased"], (as_of - 12 * DAY, as_of + 1)))
    waiting = (orders["shipped"][low:high] > as_of) & (orders["market"][low:high] == market)
    waiting &= orders["channel"][low:high] == 0
    reserved = columns["pending_order"]
    np.add.at(reserved, orders["listing"][low:high][waiting], orders["quantity"][low:high][waiting].astype(np.int64))
    np.minimum(reserved, columns["fulfillable"], out=reserved)
    columns["fulfillable"] -= reserved
