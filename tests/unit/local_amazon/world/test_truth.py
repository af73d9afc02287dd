"""What the truth tells, and when."""

from datetime import UTC, date, datetime, timedelta

import pytest

from local_amazon.world.calendar import local_day
from local_amazon.world.confounders import MEANINGS
from local_amazon.world.discrepancies import FAMILIES
from local_amazon.world.settings import CONFOUNDERS
from local_amazon.world.truth import asof_truth, truth
from local_amazon.world.windows import window
from tests.unit.local_amazon.world.worlds import NOW, lines, rows, world

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("kind", "country", "anchor", "opens", "closes"),
    [
        ("lost_warehouse", "US", date(2026, 9, 24), date(2026, 9, 24), date(2026, 11, 23)),
        ("refund_no_return", "US", date(2026, 9, 24), date(2026, 11, 23), date(2027, 1, 22)),
        ("refund_no_return", "GB", date(2026, 10, 9), date(2026, 11, 23), date(2027, 1, 22)),
        ("removal_lost", "US", date(2026, 11, 8), date(2026, 11, 23), date(2027, 1, 22)),
        ("fulfillment_fee_overcharge", "US", date(2026, 8, 25), date(2026, 8, 25), date(2026, 11, 23)),
        ("inbound_shortage", "US", date(2026, 2, 23), date(2026, 2, 23), date(2026, 11, 23)),
        ("inbound_shortage", "US", date(2026, 5, 31), date(2026, 5, 31), date(2027, 2, 28)),
        ("inbound_shortage", "DE", date(2026, 5, 31), date(2026, 5, 31), date(2026, 11, 30)),
    ],
)
def test_each_type_has_its_time_to_claim(kind: str, country: str, anchor: date, opens: date, closes: date) -> None:
    assert window(kind, country, anchor) == (opens, closes)


def test_every_type_and_every_confounder_happens_in_a_usual_world() -> None:
    found = truth(world(), NOW + timedelta(days=60))["discrepancies"]
    assert {each["type"] for each in found} == set(FAMILIES)
    assert {name for each in found for name in each["confounders"]} == set(CONFOUNDERS) - {"K07", "K08"}
    abroad = truth(world(profile="na", size=60_000), NOW)["discrepancies"]
    assert {"K07", "K08"} <= {name for each in abroad for name in each["confounders"]}
    assert set(MEANINGS) == set(CONFOUNDERS)


def test_fees_told_together_are_of_one_marketplace_with_the_oldest_charge_first() -> None:
    built = world(profile="na", size=60_000)
    market = {each["order"]: each["market"] for each in lines(rows(built, "orders"))}
    told = [each for each in built.truth.discrepancies if len(each.charges) > 1]
    assert {each.market for each in told if each.type == "referral_fee_overcharge"} > {0}
    for each in told:
        assert {market[link.number] for link in each.links} == {each.market}
        times = [charge.time for charge in each.charges]
        assert times == sorted(times)
        assert (len(times), times[0]) == (each.quantity, each.time)


@pytest.mark.parametrize("name", sorted(set(CONFOUNDERS) - {"K07", "K08"}))
def test_each_confounder_can_be_switched_on_alone(name: str) -> None:
    built = world(size=14_000, confounders=frozenset({name}))
    assert {each for discrepancy in built.truth.discrepancies for each in discrepancy.confounders} == {name}


@pytest.mark.parametrize("half", [0, 1])
def test_confounders_that_are_off_touch_nothing(half: int) -> None:
    on = frozenset(CONFOUNDERS[half::2])
    built = world(profile="na", confounders=on)
    assert {each for discrepancy in built.truth.discrepancies for each in discrepancy.confounders} <= on


def test_without_confounders_no_truth_is_confounded() -> None:
    built = world(confounders=frozenset())
    assert {name for each in built.truth.discrepancies for name in each.confounders} == set()
    assert len(built.truth.discrepancies) > 100


@pytest.mark.parametrize("half", [0, 1])
def test_types_that_are_left_out_are_never_owed(half: int) -> None:
    kept = frozenset(sorted(FAMILIES)[half::2])
    owed = {each.type for each in world(incidents=kept).truth.discrepancies if each.owed}
    assert owed <= kept
    assert len(owed) > 15


def test_a_world_of_two_types_has_no_others_that_are_owed() -> None:
    kinds = frozenset({"lost_warehouse", "damaged_warehouse"})
    built = world(incidents=kinds, confounders=frozenset({"K01"}))
    assert {each.type for each in built.truth.discrepancies if each.owed} == kinds


def test_a_usual_world_shows_open_expired_and_settled_losses() -> None:
    found = truth(world(), NOW)["discrepancies"]
    for kind in ("lost_warehouse", "damaged_warehouse"):
        lots = [each for each in found if each["type"] == kind and not each["decoy"]]
        assert sum(each["claimable"] for each in lots) >= 10
        assert sum(each["expired"] and each["owed"] for each in lots) >= 5
        assert sum(each["open_quantity"] == 0 for each in lots) >= 10


@pytest.mark.parametrize("kind", ["inbound_shortage", "refund_no_return", "fulfillment_fee_overcharge"])
def test_a_usual_world_has_something_to_claim_in_every_corner(kind: str) -> None:
    assert [each for each in truth(world(), NOW)["discrepancies"] if each["type"] == kind and each["claimable"]]


@pytest.mark.parametrize(
    ("kind", "ages"),
    [
        ("lost_warehouse", {60: True, 61: False}),
        ("refund_no_return", {59: False, 60: True, 120: True, 121: False}),
    ],
)
def test_the_edges_of_the_time_to_claim_are_in_the_world(kind: str, ages: dict[int, bool]) -> None:
    edges = {
        (TODAY - date.fromisoformat(each["anchor_date"])).days: each["claimable"]
        for each in truth(world(), NOW)["discrepancies"]
        if each["type"] == kind and "K19" in each["confounders"]
    }
    assert {age: edges[age] for age in ages} == ages


@pytest.mark.parametrize(
    ("kind", "ages"),
    [
        ("removal_lost", {14: "early", 15: "open", 75: "open", 76: "late"}),
        ("fulfillment_fee_overcharge", {89: "open", 90: "open", 91: "late"}),
        ("inbound_shortage", {272: "open", 273: "open", 274: "late"}),  # nine months: 23 February to 23 November
    ],
)
def test_so_are_those_of_removals_fees_and_shipments(kind: str, ages: dict[int, str]) -> None:
    found = {}
    for each in truth(world(), NOW)["discrepancies"]:
        if each["type"] == kind and "K19" in each["confounders"]:
            opens, closes = (date.fromisoformat(each[name]) for name in ("claim_open", "claim_close"))
            anchor = date.fromisoformat(each["anchor_date"])
            found[(TODAY - anchor).days] = "early" if opens > TODAY else "late" if closes < TODAY else "open"
    assert found == ages


def test_decoys_and_weak_losses_are_never_claimable() -> None:
    found = truth(world(size=60_000), NOW)["discrepancies"]
    weak = [each for each in found if each["decoy"] or each["expected_tier"] != "claim"]
    assert {each["reason_code"] for each in weak} >= {"7", "H", "K"}
    assert len({each["type"] for each in weak}) > 10
    assert not [each for each in weak if each["claimable"]]


def test_a_reversal_without_restoration_is_owed_in_place_of_the_loss() -> None:
    built = world(size=60_000)
    now = truth(built, NOW)["discrepancies"]
    reversed_ids = {each["reimbursement_id"] for each in now if each["type"] == "reimbursement_reversed_without_return"}
    assert reversed_ids
    losses = [
        each
        for each in now
        if each["type"].endswith("_warehouse")
        and any(settled["reference"] in reversed_ids for settled in each["resolutions"])
    ]
    assert len(losses) == len(reversed_ids)
    assert not any(each["owed"] for each in losses)


def test_a_product_without_known_cost_has_no_value() -> None:
    built = world()
    told = {sku for sku, *_ in built.costs}
    losses = [each for each in truth(built, NOW)["discrepancies"] if each["type"] == "lost_warehouse"]
    assert {each["value"] is None for each in losses if each["sku"] not in told} == {True}
    assert {each["value"] is None for each in losses if each["sku"] in told} == {False}


def test_what_has_happened_shows_later() -> None:
    built = world()
    shown = {each["id"]: each for each in asof_truth(built, NOW)}
    real = {each["id"]: each for each in asof_truth(built, NOW, real=True)}
    assert set(shown) <= set(real)
    settled = [key for key in shown if real[key]["open_quantity"] < shown[key]["open_quantity"]]
    assert settled != []
    assert not [
        key for key in shown if real[key]["open_quantity"] > shown[key]["open_quantity"] and not _undone(built, key)
    ]


def _undone(built: object, key: str) -> bool:
    """Whether a settlement of it is undone again later."""
    return any(each.until for each in built.truth.discrepancies[int(key[1:])].resolutions)  # type: ignore[attr-defined]


def test_a_wrong_fee_is_worth_what_was_charged_in_the_last_ninety_days() -> None:
    built = world(size=60_000)
    cohorts = [
        (number, each)
        for number, each in enumerate(built.truth.discrepancies)
        if each.type == "fulfillment_fee_overcharge" and each.owed and len(each.charges) > 5
    ]
    number, cohort = max(cohorts, key=lambda pair: len(pair[1].charges))
    middle = datetime.fromtimestamp(cohort.charges[-1].time, UTC) + timedelta(days=30)
    told = next(each for each in asof_truth(built, middle) if each["id"] == f"t{number}")
    zone = built.markets[cohort.market].zone
    days = [local_day(int(middle.timestamp()), zone) - local_day(each.time, zone) for each in cohort.charges]
    recent = [each for each, ago in zip(cohort.charges, days, strict=True) if ago <= 90]
    assert told["open_quantity"] == len(recent) > 0
    assert round(told["value"] * 100) == sum(each.cents for each in recent)
    later = next(each for each in asof_truth(built, middle + timedelta(days=200)) if each["id"] == f"t{number}")
    assert later["value"] == 0


def test_a_product_taken_for_larger_is_for_review_until_it_is_charged_rightly_again() -> None:
    built = world(size=60_000)
    number, episode = next(
        (number, each)
        for number, each in enumerate(built.truth.discrepancies)
        if "E1b measurement" in each.tags and each.charges[-1].time < each.sure_from < NOW.timestamp()
    )
    again = datetime.fromtimestamp(episode.sure_from, UTC)
    for moment, tier in ((again - timedelta(seconds=1), "review"), (again, "claim")):
        told = next(each for each in asof_truth(built, moment) if each["id"] == f"t{number}")
        assert told["expected_tier"] == tier
