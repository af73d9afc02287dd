"""Units the seller asked to have back, destroyed or sold off."""

import pytest

from tests.unit.detection.cases import covering, day, only, review, run, units

LOST, SHORT = "removal_lost", "removal_short_shipped"
INSTEAD, PROCEEDS = "removal_disposed_instead", "liquidation_proceeds_missing"

OPEN = {
    "completed, and some neither sent nor cancelled": (
        "d0 removal 10 shipped=7 cancelled=1 updated=d20",
        {SHORT: 2},
    ),
    "left the centre and are in no parcel": (
        "d0 removal 10 shipped=10 updated=d20 \n d9 takeout -10 of=V1 \n d51 parcel 7",
        {SHORT: 3},
    ),
    "left the centre, completed long enough ago, and are in no parcel": (
        "d0 removal 10 shipped=10 updated=d38 \n d38 takeout -10 of=V1",
        {SHORT: 10},
    ),
    "disposed of instead of sent back": ("d0 removal 5 shipped=3 disposed=2 updated=d20", {INSTEAD: 2}),
    "paid in part": ("d0 removal 10 shipped=7 updated=d20 \n d30 Removal_Order_Lost cash 1", {SHORT: 2}),
    "an order's payment is not for it": (
        "d0 removal 2 shipped=1 updated=d20 \n d30 CustomerReturn cash 1 order=O1",
        {SHORT: 1},
    ),
}


@pytest.mark.parametrize(("table", "expected"), OPEN.values(), ids=OPEN.keys())
def test_is_owed(table, expected):
    assert units(table) == expected


SOLD = "d-200 removal 5 type=Liquidations shipped=5 updated=d-190"

NOT_OWED = {
    "all sent": "d0 removal 10 shipped=10 updated=d20",
    "the rest cancelled": "d0 removal 10 shipped=7 cancelled=3 updated=d20",
    "some still to do": "d0 removal 10 shipped=7 left=3 updated=d20",
    "not completed": "d0 removal 10 shipped=7 status=Pending updated=d20",
    "all in parcels": "d0 removal 10 shipped=10 updated=d20 \n d9 takeout -10 of=V1 \n d50 parcel 10",
    "parcels that are not in their report yet": "d0 removal 10 shipped=10 updated=d39 \n d38 takeout -10 of=V1",
    "the ledger names no order": "d0 removal 10 shipped=10 updated=d20 \n d9 takeout -12",
    "short, and paid": "d0 removal 10 shipped=7 updated=d20 \n d30 Removal_Order_Lost cash 3",
    "a disposal that disposed": "d0 removal 5 type=Disposal disposed=5 updated=d20",
    "sold off and paid": "d-200 removal 5 type=Liquidations shipped=5 updated=d-190 paid=d-150",
    "sold off, and money came for the item": f"{SOLD} \n d-150 proceeds 5x2 of=",
    "sold off, and money came for some of it": f"{SOLD} \n d-150 proceeds 3x2 of=",
    "two sold off, each paid, in another order": (
        f"{SOLD} \n d-198 removal 3 of=V2 type=Liquidations shipped=3 updated=d-189"
        " \n d-150 proceeds 3x2 of= \n d-140 proceeds 5x2 of="
    ),
    "sold off lately": "d0 removal 5 type=Liquidations shipped=5 updated=d10",
    "sold off, not completed": "d-200 removal 5 type=Liquidations shipped=5 status=Pending updated=d-190",
    "a parcel of a fortnight ago": "d39 parcel 4",
    "a parcel of a bulk sale": "d0 parcel 4 type=Liquidations",
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert run(table).claims == ()


DOUBTFUL = {
    "a parcel nobody confirmed": ("d0 parcel 4", {LOST: 4}),
    "a parcel paid in part": ("d0 parcel 4 \n d20 Removal_Order_Lost cash 1", {LOST: 3}),
    "short, paid as lost": ("d0 removal 2 shipped=1 updated=d20 \n d30 Lost_Warehouse cash 1", {SHORT: 1}),
    "two sold off, one paid": (
        f"{SOLD} \n d-200 removal 3 of=V2 type=Liquidations shipped=3 updated=d-190 \n d-150 proceeds 3x2 of=",
        {PROCEEDS: 5},
    ),
    "sold off, money came for another item": (f"{SOLD} \n d-150 proceeds 5x2 of= fnsku=X9 asin=B9", {PROCEEDS: 5}),
    "sold off, money came too late": (f"{SOLD} \n d-99 proceeds 5x2 of=", {PROCEEDS: 5}),
    "sold off, money was taken": (f"{SOLD} \n d-150 proceeds 5x-2 of=", {PROCEEDS: 5}),
    "sold off, never paid": ("d-200 removal 5 type=Liquidations shipped=5 updated=d-190", {PROCEEDS: 5}),
}


@pytest.mark.parametrize(("table", "expected"), DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_is_for_review(table, expected):
    assert (units(table), review(table)) == ({}, expected)


def test_a_parcel_is_expected_for_fifteen_days_and_can_be_claimed_until_day_75():
    assert (run("d0 parcel 1", day(14)).claims, run("d0 parcel 1", day(14)).next_review_on) == ((), day(15))
    claim = only(run("d0 parcel 1", day(15)))
    assert (claim.claimable_from, claim.deadline_date, claim.removal_order_id) == (day(15), day(75), "V1")
    assert claim.evidence["warnings"] == ["pending_confirmation"]


def test_two_parcels_of_an_order_are_two_claims():
    assert len(run("d0 parcel 1 track=A \n d0 parcel 1 track=B").claims) == 2


def test_what_the_ledger_confirms_is_surer():
    by_order = only(run("d0 removal 3 shipped=1 updated=d20"))
    confirmed = [
        claim
        for claim in run("d0 removal 3 shipped=1 updated=d20 \n d9 takeout -3 of=V1 \n d50 parcel 1").claims
        if claim.anomaly_type == SHORT
    ]
    assert confirmed[0].confidence > by_order.confidence


def test_the_time_to_file_runs_from_the_orders_last_change():
    claim = only(run("d0 removal 3 shipped=1 updated=d20"))
    assert (claim.anchor_date, claim.deadline_date) == (day(20), day(80))


def test_without_the_removals_report_it_is_for_review():
    assert review("d0 removal 3 shipped=1 updated=d20", coverage=covering(removals=())) == {SHORT: 2}
