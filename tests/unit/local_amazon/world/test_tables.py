"""Reading the tables: windows, moments, marketplaces, batches."""

import numpy as np
import pytest

from local_amazon.world.calendar import local_day
from local_amazon.world.schema import SCHEMAS
from local_amazon.world.tables import BY, Tables
from local_amazon.world.world import seconds
from tests.unit.local_amazon.world.worlds import EVER, LATER, NOW, lines, rows, world

DAY = 86_400


@pytest.mark.parametrize("table", sorted(BY))
def test_a_batch_has_the_columns_of_its_schema_as_integers(table: str) -> None:
    batch = rows(world(), table)
    assert list(batch.columns) == list(SCHEMAS[table])
    assert {str(column.dtype) for column in batch.columns.values()} == {"int64"}
    assert len(batch) > 5
    for name, column in SCHEMAS[table].items():
        if column.kind == "code":
            assert batch[name].min() >= -1 and batch[name].max() < len(column.words)


@pytest.mark.parametrize("table", sorted(BY))
def test_a_window_is_cut_at_its_ends_and_batches_put_together_are_the_window(table: str) -> None:
    built, by = world(), BY[table]
    clock = rows(built, table)[by]
    start, end = (int(each) for each in np.quantile(clock, (0.3, 0.7)))
    parts = list(Tables(built).rows(table, start, end, LATER, size=37))
    together = np.concatenate([part[by] for part in parts])
    assert np.array_equal(np.sort(together), np.sort(clock[(clock >= start) & (clock < end)]))
    assert max(len(part) for part in parts) <= 37


@pytest.mark.parametrize("table", sorted(BY))
def test_nothing_shows_before_its_time(table: str) -> None:
    built, then = world(), seconds(NOW) - 200 * DAY
    seen = rows(built, table, then)
    assert 0 < len(seen) < len(rows(built, table))
    for name, column in SCHEMAS[table].items():
        if column.kind == "time" and name in ("visible", "created", "purchased", "updated", "requested_at"):
            assert seen[name].max() <= then


def test_an_order_is_pending_until_it_is_sent() -> None:
    built = world()
    orders = rows(built, "orders")
    sent = next(row for row in lines(orders) if row["status"] == 1)
    before, after = (
        next(row for row in lines(rows(built, "orders", sent["shipped"] + step)) if row["item"] == sent["item"])
        for step in (-1, 0)
    )
    assert (before["status"], before["shipped"], before["updated"]) == (0, 0, sent["purchased"])
    assert (after["status"], after["shipped"], after["updated"]) == (1, sent["shipped"], sent["shipped"])


def test_a_window_of_updates_finds_what_changed_in_it() -> None:
    built, tables, now = world(), Tables(world()), seconds(NOW)
    found = np.concatenate([part["item"] for part in tables.rows("orders", now - DAY, now, now, by="updated")])
    everything = rows(built, "orders", now)
    expected = everything["item"][(everything["updated"] >= now - DAY) & (everything["updated"] < now)]
    assert sorted(found.tolist()) == sorted(expected.tolist()) != []


def test_a_shipment_goes_through_its_statuses() -> None:
    built, now = world(), seconds(NOW)
    shipments = rows(built, "inbound_shipments", now)
    assert len(set(shipments.words("status"))) >= 6
    first = int(shipments["created"][0])
    early = rows(built, "inbound_shipments", first + 3600)
    assert early.words("status")[0] in ("WORKING", "SHIPPED")


def test_a_removal_order_is_pending_before_it_is_completed() -> None:
    built = world()
    last = next(row for row in lines(rows(built, "removal_orders")) if not row["cancelled"])
    before = next(
        row for row in lines(rows(built, "removal_orders", last["requested_at"] + DAY)) if row["order"] == last["order"]
    )
    assert (before["in_process"], before["shipped"], before["disposed"]) == (before["requested"], 0, 0)
    assert last["requested"] == last["cancelled"] + last["shipped"] + last["disposed"]
    assert last["in_process"] == 0


def test_marketplaces_are_told_apart() -> None:
    built = world(profile="na")
    ours = list(Tables(built).rows("ledger", -EVER, EVER, LATER, markets={1}))
    assert {market for part in ours for market in part["market"].tolist()} == {1}
    assert 0 < sum(len(part) for part in ours) < len(rows(built, "ledger"))


def test_the_ledgers_day_is_the_marketplaces_own() -> None:
    for profile in ("us", "eu"):
        built = world(profile=profile, size=5_000)
        for row in list(lines(rows(built, "ledger")))[:400]:
            assert row["day"] == local_day(row["time"], built.markets[row["market"]].zone)


def test_what_belongs_to_a_number_is_found_by_it() -> None:
    built = world()
    shipment = int(rows(built, "inbound_items")["shipment"][5])
    found = Tables(built).having("inbound_items", "shipment", shipment, LATER)
    assert set(found["shipment"].tolist()) == {shipment}


def test_a_fee_preview_follows_amazons_measurement() -> None:
    built = world(size=60_000)
    number, product = next((n, each) for n, each in enumerate(built.products) if each.measured)
    first = product.measured[0]
    listing = next(n for n, each in enumerate(built.listings) if each.product == number)
    sides = []
    for day in (first.since - 1, first.since):
        preview = Tables(built).fee_previews(day * DAY + 1, {first.market})
        at = preview["listing"].tolist().index(listing)
        sides.append(int(preview["longest"][at]))
    assert sides == [product.size.longest, first.size.longest]


def test_a_closed_listing_leaves_the_inventory() -> None:
    built = world()
    closed = next(each for each in built.listings if each.closed)
    held = [Tables(built).inventory(0, closed.closed + step)["listing"].tolist() for step in (-1, 0)]
    number = built.listings.index(closed)
    assert number in held[0]
    assert number not in held[1]
