"""Units: nothing comes from nowhere, nothing vanishes unexplained, and the summary adds up."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from local_amazon.world.schema import EVENTS, REASONS
from local_amazon.world.summary import MOVEMENTS
from local_amazon.world.tables import Tables
from local_amazon.world.world import seconds
from tests.unit.local_amazon.world.worlds import LATER, NOW, lines, rows, world

PROFILES = [
    {},
    {"profile": "na", "size": 20_000},
    {"profile": "eu", "size": 5_000, "seed": 3, "stress": 8.0},
    {"mingled": True},
]


@pytest.mark.parametrize("settings", PROFILES)
def test_no_unit_leaves_a_place_it_is_not_in(settings: dict[str, object]) -> None:
    ledger = rows(world(**settings), "ledger")
    place = ((ledger["listing"] * 16 + ledger["market"]) * 64 + ledger["center"]) * 16 + ledger["disposition"]
    order = np.lexsort((-ledger["quantity"], ledger["time"], place))
    place, quantity = place[order], ledger["quantity"][order]
    starts = np.flatnonzero(np.diff(place, prepend=-1))
    running = np.cumsum(quantity)
    balance = running - np.repeat((running - quantity)[starts], np.diff(np.append(starts, len(place))))
    assert balance.min() == 0


@pytest.mark.parametrize("settings", PROFILES)
def test_no_quantity_in_stock_is_negative_on_any_day(settings: dict[str, object]) -> None:
    built = world(**settings)
    for market in range(len(built.markets)):
        for back in range(-20, 540, 80):
            held = Tables(built).inventory(market, seconds(NOW) - back * 86_400)
            assert min(column.min() for column in held.columns.values()) >= 0


def test_stock_is_what_the_ledger_says() -> None:
    built, now = world(), seconds(NOW)
    held = Tables(built).inventory(0, now)
    ledger = rows(built, "ledger")
    before = ledger.where((ledger["time"] <= now) & (ledger["disposition"] == 0))
    sellable = Counter[int]()
    for row in lines(before):
        sellable[row["listing"]] += row["quantity"]
    shown = held["fulfillable"] + held["pending_order"]
    assert dict(zip(held["listing"].tolist(), shown.tolist(), strict=True)) == {
        listing: sellable[listing] for listing in held["listing"].tolist()
    }


def test_every_lost_unit_is_a_lot_of_the_truth_and_every_lot_a_row() -> None:
    built = world()
    lost = Counter[tuple[int, str]]()
    for row in lines(rows(built, "ledger")):
        if row["reason"] >= 0 and REASONS[row["reason"]] in "M5E67HKU":
            lost[row["reference"], REASONS[row["reason"]]] += -row["quantity"]
    told = Counter[tuple[int, str]]()
    for each in built.truth.discrepancies:
        if each.type in ("lost_warehouse", "damaged_warehouse") and each.owed | (each.handle >= 0):
            told[each.reference, each.reason] += each.quantity
    assert lost == told


@pytest.mark.parametrize("settings", PROFILES)
@pytest.mark.parametrize("real", [True, False])
def test_a_unit_is_open_or_settled_once(settings: dict[str, object], real: bool) -> None:
    for each in world(**settings).truth.discrepancies:
        for back in (-200, 0, 100, 300):
            assert 0 <= each.open_units(seconds(NOW) - back * 86_400, real=real) <= each.quantity


def test_transfers_add_up_to_zero_but_for_what_is_lost_on_the_way() -> None:
    built = world()
    moved: Counter[int] = Counter()
    for row in lines(rows(built, "ledger")):
        if EVENTS[row["event"]] == "WhseTransfers":
            moved[row["listing"]] += row["quantity"]
    lost: Counter[int] = Counter()
    for each in built.truth.discrepancies:
        if each.type == "transfer_loss":
            lost[each.listing] -= each.quantity
    assert lost
    assert {listing: units for listing, units in moved.items() if units} == dict(lost)


def test_every_damaged_or_moved_unit_has_its_other_half() -> None:
    halves: Counter[tuple[int, ...]] = Counter()
    for row in lines(rows(world(), "ledger")):
        code = REASONS[row["reason"]] if row["reason"] >= 0 else ""
        if code and code in "E67HKUQP":
            halves[row["time"], row["listing"], row["reference"], row["center"]] += row["quantity"]
    assert len(halves) > 50
    assert set(halves.values()) == {0}


@pytest.mark.parametrize("back", [-30, 0, 30, 200])
def test_reconciled_units_stay_inside_the_row(back: int) -> None:
    ledger = rows(world(), "ledger", seconds(NOW) - back * 86_400)
    kept = ledger.where(ledger["reconciled"] >= 0)
    codes = {REASONS[code] for code in kept["reason"].tolist()}
    assert codes <= set("M5FNE67HKU")
    assert (kept["reconciled"] + kept["unreconciled"] == np.abs(kept["quantity"])).all()
    assert (kept["unreconciled"] >= 0).all()
    assert (ledger.where(ledger["reconciled"] < 0)["unreconciled"] == -1).all()


def test_reconciled_units_change_as_the_clock_moves() -> None:
    before: dict[int, int] = {}
    changes = 0
    for back in range(360, -1, -30):
        ledger = rows(world(), "ledger", seconds(NOW) - back * 86_400)
        shown = dict(zip(ledger["reference"].tolist(), ledger["reconciled"].tolist(), strict=True))
        changes += sum(units < shown[reference] for reference, units in before.items())
        before = shown
    assert changes >= 10


@pytest.mark.parametrize("place", ["country", "center"])
@pytest.mark.parametrize("settings", PROFILES[:2])
def test_each_days_balance_is_the_last_ones_plus_what_moved(settings: dict[str, object], place: str) -> None:
    built = world(**settings)
    first = int(rows(built, "ledger")["day"].min())
    closing: dict[tuple[int, ...], int] = defaultdict(int)
    days = 0
    for batch in Tables(built).ledger_summary(first, first + 60, LATER, period="day", place=place):  # type: ignore[arg-type]
        moved = sum(batch[name] for name in MOVEMENTS) + batch["unknown"]
        assert (batch["starting"] + moved == batch["ending"]).all()
        for row in lines(batch):
            key = row["listing"], row["market"], row["center"], row["disposition"]
            assert row["starting"] == closing[key]
            closing[key] = row["ending"]
        days += 1
    assert days == 61


def test_months_add_up_their_days_and_countries_their_centres() -> None:
    tables = Tables(world())
    first = 20_400  # 8 November 2025
    daily: Counter[tuple[int, int, str]] = Counter()
    for batch in tables.ledger_summary(first, first + 22, LATER, period="day", place="center"):
        for row in lines(batch):
            for name in MOVEMENTS:
                daily[row["listing"], row["disposition"], name] += row[name]
    monthly: Counter[tuple[int, int, str]] = Counter()
    (month,) = list(tables.ledger_summary(first, first + 22, LATER))
    for row in lines(month):
        for name in MOVEMENTS:
            monthly[row["listing"], row["disposition"], name] += row[name]
    before: Counter[tuple[int, int, str]] = Counter()
    for batch in tables.ledger_summary(first - 7, first - 1, LATER, period="day"):
        for row in lines(batch):
            for name in MOVEMENTS:
                before[row["listing"], row["disposition"], name] += row[name]
    assert {key: units for key, units in monthly.items() if units} == {
        key: daily[key] + before[key] for key in {*daily, *before} if daily[key] + before[key]
    }


def test_what_a_shipment_received_is_what_the_ledger_received() -> None:
    built = world()
    ledger: Counter[tuple[int, int]] = Counter()
    for row in lines(rows(built, "ledger")):
        if EVENTS[row["event"]] == "Receipts":
            ledger[row["reference"], row["listing"]] += row["quantity"]
    shown: Counter[tuple[int, int]] = Counter()
    for row in lines(rows(built, "inbound_items")):
        shown[row["shipment"], row["listing"]] += row["received"]
    assert {key: units for key, units in shown.items() if units} == dict(ledger)
