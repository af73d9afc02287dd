"""Shipments to Amazon as a seller has them who looks often: with the first day of each status."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from typing import Any

from clario.domain.detection.rows.source import SourceRef
from clario.domain.detection.rows.unit_rows import InboundRow, ShipmentRow
from clario.domain.values import local_day
from local_amazon.server.account import Account, seconds
from local_amazon.world import names
from local_amazon.world.calendar import DAY
from local_amazon.world.store import Store
from local_amazon.world.world import World

ARRIVED = frozenset({"DELIVERED", "CHECKED_IN", "RECEIVING", "CLOSED"})
ON_ITS_WAY = frozenset({"SHIPPED", "IN_TRANSIT"})


def inbound_rows(account: Account, now: datetime, brought: set[str]) -> dict[str, tuple[Any, ...]]:
    """The rows of `shipments` and `inbound`. `brought`: what came with Amazon's partner; empty: nothing says so."""
    as_of, zone = seconds(now), account.markets[0].zone
    first_seen = _first_seen(account.world, as_of)
    shipments: dict[int, ShipmentRow] = {}
    for row in _each(account, as_of, "inbound_shipments", "status"):
        seen = first_seen.get(row["shipment"], {})
        shipments[row["shipment"]] = ShipmentRow(
            shipment_id=names.shipment_id(row["shipment"]),
            status=row["status"],
            created_on=_day(row["created"], zone),
            delivered_on=_first(seen, ARRIVED, zone),
            closed_on=_first(seen, frozenset({"CLOSED"}), zone),
            ref=SourceRef("inbound_shipments", 1, "raw/inbound_shipments", str(row["shipment"])),
        )
    lines = [row for row in _each(account, as_of, "inbound_items") if row["shipment"] in shipments]
    left_with = _left_with(account.world, first_seen)
    return {
        "shipments": tuple(shipments.values()),
        "inbound": tuple(_line(shipments[row["shipment"]], row, account.world, brought, left_with) for row in lines),
    }


def _each(account: Account, as_of: int, table: str, *words: str) -> Iterator[dict[str, Any]]:
    for batch in account.tables.rows(table, 0, as_of + 1, as_of):
        columns = {name: batch.words(name) if name in words else batch[name].tolist() for name in batch.columns}
        for values in zip(*columns.values(), strict=True):
            yield dict(zip(columns, values, strict=True))


def _first_seen(world: World, as_of: int) -> dict[int, dict[str, int]]:
    """By shipment, the second in which each status began."""
    store = world.stores["inbound_shipments"]
    seen: defaultdict[int, dict[str, int]] = defaultdict(dict)
    moments = set() if store.changes is None else set(store.changes.visible.tolist())
    for moment in sorted(each for each in moments if each <= as_of):
        batch = store.read(0, len(store), moment)
        for number, status in zip(batch["shipment"].tolist(), batch.words("status"), strict=True):
            seen[number].setdefault(status, moment)
    return seen


def _left_with(world: World, first_seen: dict[int, dict[str, int]]) -> dict[tuple[int, int], int]:
    """By shipment and listing, the units that a line had a day after its shipment was first seen on its way."""
    store = world.stores["inbound_items"]
    until = {number: _moment(seen, ON_ITS_WAY) for number, seen in first_seen.items()}
    lines = list(zip(store.columns["shipment"].tolist(), store.columns["listing"].tolist(), strict=True))
    units = store.columns["shipped"].tolist()
    for row, moment, delta in _moves(store, "shipped"):
        left = until.get(lines[row][0])
        if left is not None and moment <= left + DAY:
            units[row] += delta
    return {line: sent for line, sent in zip(lines, units, strict=True) if until.get(line[0]) is not None}


def _moves(store: Store, column: str) -> Iterator[tuple[int, int, int]]:
    """Row, moment and difference of every change of a column."""
    changes = store.changes
    if changes is not None and column in changes.names:
        chosen = changes.column == changes.names.index(column)
        yield from zip(*(each[chosen].tolist() for each in (changes.row, changes.visible, changes.delta)), strict=True)


def _day(stamp: int, zone: tzinfo) -> date:
    return local_day(datetime.fromtimestamp(stamp, UTC), zone)


def _first(seen: dict[str, int], statuses: frozenset[str], zone: tzinfo) -> date | None:
    moment = _moment(seen, statuses)
    return None if moment is None else _day(moment, zone)


def _moment(seen: dict[str, int], statuses: frozenset[str]) -> int | None:
    return min((moment for status, moment in seen.items() if status in statuses), default=None)


def _line(
    shipment: ShipmentRow,
    row: dict[str, Any],
    world: World,
    brought: set[str],
    left_with: dict[tuple[int, int], int],
) -> InboundRow:
    listing = world.listings[row["listing"]]
    return InboundRow(
        shipment_id=shipment.shipment_id,
        status=shipment.status,
        created_on=shipment.created_on,
        delivered_on=shipment.delivered_on,
        closed_on=shipment.closed_on,
        partnered=shipment.shipment_id in brought if brought else None,
        sku=listing.sku,
        fnsku=listing.fnsku,
        asin=listing.asin,
        shipped=row["shipped"],
        received=row["received"],
        in_case=row["in_case"],
        left_with=left_with.get((row["shipment"], row["listing"])),
        ref=SourceRef("inbound_shipment_items", 1, "raw/inbound_shipment_items", listing.sku),
    )
