"""Fulfilment fees above what a product's size costs.

A package of 8 x 6 x 0.5 inches and 5 ounces costs 3.45 dollars until 16 April 2026, then 3.57 with the fuel surcharge,
and 3.78 from day 14 (15 October) in the peak season. The next dearer class, 8 ounces, costs 3.66 and 3.87.
"""

from decimal import Decimal

import pytest

from clario.domain.claims import Tier
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money.fee_cells import Observation, observations, suspect_cells
from clario.domain.detection.rows.components import components
from clario.domain.detection.rows.measurements import Product
from tests.unit.detection.cases import TODAY
from tests.unit.detection.money_tables import account, found, owed
from tests.unit.detection.tables import day

KIND = "fulfillment_fee_overcharge"
USUAL = "d-100-10/5 sale 1x20 fee=3.57"
PEAK = "d15-50/5 sale 1x20 fee=3.78"
SMALL = "preview 8x6x0.5 5oz price=20 fee=3.57"

WRONG = {
    "one dear charge amid usual ones": (
        f"{USUAL} \n d12 sale 1x20 of=X fee=5.00 \n d13 sale 1x20 fee=3.57",
        "1 for 1.43",
    ),
    "two units of it": (f"{USUAL} \n d12 sale 2x20 fee=5.00 \n d13 sale 1x20 fee=3.57", "2 for 2.86"),
    "some months in a dearer class": (f"{USUAL} \n d11-13 sale 1x20 fee=5.22 \n {PEAK}", "3 for 4.95"),
    "in the peak season": (f"{USUAL} \n {PEAK} \n d21 sale 1x20 fee=5.00", "1 for 1.22"),
    "above what Amazon measured that week": (f"d5 {SMALL} \n d8 sale 1x20 fee=5.22", "1 for 1.65"),
    "always in a dearer class than Amazon measured and estimates": (
        f"d5 {SMALL} \n d6-12 sale 1x20 fee=5.22",
        "7 for 11.55",
    ),
    "above its measurement of today, which agrees with the usual fee": (
        f"{USUAL} \n d53 {SMALL} \n d20 sale 1x20 fee=5.53",
        "1 for 1.75",
    ),
    "at 9.99 dollars, where the product was always charged as below ten": (
        "d-100-10/5 sale 1x9.99 fee=2.65 \n d12 sale 1x9.99 fee=3.01 \n d13 sale 1x9.99 fee=2.65",
        "1 for 0.36",
    ),
    "corrected in part": (
        f"{USUAL} \n d12 sale 1x20 of=X fee=5.00 \n d13 sale 1x20 fee=3.57 \n d20 credit 1.00 of=X",
        "1 for 0.43",
    ),
    "shipped before the surcharge began, charged after": (
        "d-200-10/5 sale 1x20 fee=3.57 \n d-30 ship 1x20 of=X \n d-29 sale 1x20 of=X fee=9 \n d-28 sale 1x20 fee=3.57",
        "1 for 5.43",
    ),
}


@pytest.mark.parametrize(("table", "claim"), WRONG.values(), ids=WRONG.keys())
def test_a_fee_above_the_products_size_is_owed(table, claim):
    assert owed(table, KIND) == {"claim": claim}


def test_a_charge_above_the_jumped_fee_is_owed_whatever_the_jump_was():
    table = f"""{USUAL}
        d11-13  sale 2x20 fee=5.22
        d16     sale 1x20 fee=9.00
        d17     sale 2x20 fee=5.53
        d53     preview 10x8x2 12oz"""
    assert owed(table, KIND) == {"claim": "1 for 3.47", "review": "6 for 9.90, 2 for 3.50"}
    never_again = table.replace("d17     sale 2x20 fee=5.53", "")
    assert "claim" not in owed(never_again, KIND)


JUMPS = {
    "to a dearer class": (f"{USUAL} \n d11-13 sale 2x20 fee=5.22", "6 for 9.90"),
    "to a fee that is in no table": (f"{USUAL} \n d11-13 sale 2x20 fee=6.00", "6 for 14.58"),
    "with Amazon's measurement of today": (
        f"{USUAL} \n d11-13 sale 2x20 fee=5.22 \n d53 preview 10x8x2 12oz",
        "6 for 9.90",
    ),
}


YOUNG = "d-6-0/3 sale 1x20 fee=3.57 \n d-8 preview 8x6x0.5 5oz"
GREW = "preview 10x8x2 12oz"
JUMPS |= {
    "of a product that had few charges before it": (
        f"{YOUNG} \n d1 {GREW} \n d2-12 sale 2x20 fee=5.22",
        "22 for 36.30",
    ),
}


@pytest.mark.parametrize(("table", "claim"), JUMPS.values(), ids=JUMPS.keys())
def test_a_jump_that_lasts_may_be_a_new_packaging_and_is_for_review(table, claim):
    assert owed(table, KIND) == {"review": claim}


RIGHT = {
    "always the same": f"{USUAL} \n {PEAK}",
    "the peak season's higher fee": f"{USUAL} \n d15 sale 1x20 fee=3.78 \n d16-50/5 sale 1x20 fee=3.78",
    "the first days of the peak season, shipped before": f"{USUAL} \n d15 sale 1x20 fee=3.57 \n {PEAK}",
    "charged on the season's first day, shipped on the last of the old": f"{USUAL} \n d14 sale 1x20 fee=3.78",
    "the surcharge shown elsewhere": "d-100-10/5 sale 1x20 fee=3.45 \n d11-13 sale 1x20 fee=3.57",
    "a price above fifty dollars": f"{USUAL} \n d11-13 sale 2x60 fee=3.84",
    "a price near fifty dollars, in either band": f"{USUAL} \n d11-13 sale 2x49.50 fee=3.84",
    "a price near ten dollars, in either band": "d-100-10/5 sale 1x9.50 fee=2.65 \n d11-13 sale 2x9.50 fee=3.57",
    "a price near fifty dollars but for the promotion": f"{USUAL} \n d11-13 sale 2x52 promo=3 fee=3.84",
    "a price near ten dollars but for the promotion": (
        "d-100-10/5 sale 1x9 fee=2.65 \n d11-13 sale 2x12 promo=3 fee=3.57"
    ),
    "as Amazon measures it today, by a reading that makes the usual fee right as well": (
        "d-100-10/5 sale 1x25 fee=4.35 \n d11-13 sale 1x25 fee=5.22 \n d53 preview 10x8x2 12oz"
    ),
    "a few cents": f"{USUAL} \n d11-13 sale 2x20 fee=3.61",
    "a cheaper class": f"{USUAL} \n d11-13 sale 2x20 fee=3.44",
    "only two units of a jump": f"{USUAL} \n d12 sale 2x20 fee=5.22",
    "a jump of a few dollars only": f"{USUAL} \n d11-13 sale 1x20 fee=3.66",
    "a jump with new rates, so that the product may have rates of its own": f"{USUAL} \n d14-50/3 sale 1x20 fee=6.00",
    "hardly any charge before Amazon measured it dearer": (
        f"d-3-0/3 sale 1x20 fee=3.57 \n d-8 preview 8x6x0.5 5oz \n d1 {GREW} \n d2-12 sale 2x20 fee=5.22"
    ),
    "dearer for most of its time, and measured so always": (
        f"d-6-0/3 sale 1x20 fee=3.57 \n d-8 {GREW} \n d1 preview 10x8x2.1 12oz \n d2-12 sale 2x20 fee=5.22"
    ),
    "measured dearer three months ago": (
        f"d-96--90/3 sale 1x20 fee=3.57 \n d-98 preview 8x6x0.5 5oz \n d-89 {GREW} \n d-88-12/4 sale 2x20 fee=5.22"
    ),
    "too few charges to know what is usual": "d0 sale 1x20 fee=3.57 \n d5 sale 1x20 fee=5.22",
    "dear from the beginning, and cheaper later": "d-20-10/5 sale 1x20 fee=5.22 \n d11-13/1 sale 9x20 fee=3.57",
    "fees that are in no table": "d-100-10/5 sale 1x20 fee=1.11 \n d11-13 sale 2x20 fee=2.99",
    "always dearer than the measurement, and Amazon estimates it so": (
        f"d5 {SMALL.replace('fee=3.57', 'fee=5.22')} \n d6-12 sale 1x20 fee=5.22"
    ),
    "always dearer than the measurement, and Amazon estimates nothing": (
        "d5 preview 8x6x0.5 5oz \n d6-12 sale 1x20 fee=5.22"
    ),
    "always dearer than the measurement, and Amazon estimates for a lower price": (
        f"d5 {SMALL.replace('price=20 fee=3.57', 'price=9 fee=2.65')} \n d6-12 sale 1x20 fee=5.22"
    ),
    "as Amazon measured it that week": "d5 preview 10x8x2 12oz \n d8 sale 1x20 fee=5.22",
    "by unit weight alone, which an old page says": "d5 preview 10x8x2 12oz \n d8 sale 1x20 fee=4.35",
    "measured before there was a table": "d-905 preview 8x6x0.5 5oz \n d-904 sale 1x20 fee=9",
    "a preview without a size": "d5 preview ? 5oz \n d8 sale 1x20 fee=9",
    "a preview in a unit nobody knows": "d5 preview 8x6x0.5 5stone \n d8 sale 1x20 fee=9",
    "apparel, which has rates of its own": f"{USUAL} \n d53 {SMALL} group=Apparel \n d20 sale 1x20 fee=5.53",
    "dangerous goods, which have rates of their own": (
        f"{USUAL} \n d12 sale 1x20 fee=5.00 \n d13 sale 1x20 fee=3.57 \n d0 stored 1 danger=Flammable"
    ),
    "another marketplace": f"{USUAL} at=CA \n d12 sale 1x20 fee=5.00 at=CA \n d13 sale 1x20 fee=3.57 at=CA",
    "a fee without goods": f"{USUAL} \n d12 bare 1 fee=5.00",
    "a sale without a fee": f"{USUAL} \n d12 sale 1x20 ref=3",
}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT.keys())
def test_a_fee_that_the_rules_allow_is_not_owed(table):
    assert owed(table, KIND) == {}


CREDITED = {
    "for the order": "credit 1.43 of=X",
    "by its name for a re-measurement": "credit 1.43 of=X name=WEIGHT_AND_DIMENSIONS_CHANGE",
    "for the product": "credit 1.43",
    "as a fee given back": "bare 1 of=X fee=-1.43",
    "in the reimbursements report alone": "Fee_Correction cash 1 pay=1.43 order=X",
}


@pytest.mark.parametrize("credit", CREDITED.values(), ids=CREDITED.keys())
def test_a_fee_that_came_back_is_not_owed(credit):
    table = f"{USUAL} \n d12 sale 1x20 of=X fee=5.00 \n d13 sale 1x20 fee=3.57 \n d20 {credit}"
    assert owed(table, KIND) == {}
    assert "credited: USD 1.43" in [settled.reason for settled in found(table).settled.values()]


NOT_CREDITED = {
    "another order": "credit 1.43 of=Y",
    "another product": "credit 1.43 fnsku=Y1",
    "before the charge": "credit 1.43 \n d-1 recharge 1",
    "money for something else": "posted 1.43",
    "a fee taken, not given": "credit -1.43 of=X",
}


@pytest.mark.parametrize("credit", NOT_CREDITED.values(), ids=NOT_CREDITED.keys())
def test_a_credit_for_something_else_settles_nothing(credit):
    when = "d10" if "\n" in credit else "d20"
    table = f"{USUAL} \n d12 sale 1x20 of=X fee=5.00 \n d13 sale 1x20 fee=3.57 \n {when} {credit}"
    assert owed(table, KIND) == {"claim": "1 for 1.43"}


def test_a_credit_that_both_reports_show_counts_once():
    table = f"""{USUAL}
        d12 sale 2x20 of=X fee=5.00
        d13 sale 1x20 fee=3.57
        d20 credit 1.43
        d22 Fee_Correction cash 1 pay=1.43"""
    assert owed(table, KIND) == {"claim": "2 for 1.43"}


def test_the_oldest_charge_that_can_be_claimed_sets_the_deadline():
    table = "d-200--45/5 sale 1x20 fee=3.57 \n d-44-12/4 sale 1x20 fee=5.00 \n d13 sale 1x20 fee=3.57"
    (claim,) = found(table).claims
    assert (claim.anchor_date, claim.deadline_date) == (day(-36), day(54))  # the first one after day -37, 90 days ago
    assert (claim.quantity, claim.estimated_value) == (13, Decimal("18.59"))
    assert (claim.evidence["valuation"]["charges"], claim.evidence["valuation"]["olderCharges"]) == (13, 2)


def test_a_day_later_it_is_the_same_claim():
    table = "d-200--45/5 sale 1x20 fee=3.57 \n d-44-12/4 sale 1x20 fee=5.00 \n d13 sale 1x20 fee=3.57"
    (today,), (later,) = found(table).claims, found(table, day(55)).claims
    assert today.fingerprint == later.fingerprint
    assert later.anchor_date == day(-32)


def test_what_is_too_old_to_claim_is_told_as_expired():
    (claim,) = found("d-200--145/5 sale 1x20 fee=3.57 \n d-144 sale 1x20 fee=5.00 \n d-140 sale 1x20 fee=3.57").claims
    assert (claim.anchor_date, claim.deadline_date, claim.quantity) == (day(-144), day(-54), 1)


def test_charges_that_are_all_too_old_are_no_claim_any_more():
    result = found("d-200--145/5 sale 1x20 fee=3.57 \n d-144--142 sale 1x20 fee=5.00 \n d-140 sale 1x20 fee=3.57")
    assert result.claims == ()
    assert [settled.reason for settled in result.settled.values()] == ["past the last day to file: USD 4.29"]


def test_money_held_back_is_of_the_day_on_which_it_was():
    table = f"""{USUAL}
        d12  sale 1x20 of=X fee=5.00 tx=HELD state=DEFERRED_RELEASED
        d26  sale 1x20 of=X fee=5.00 release=HELD
        d27  sale 1x20 fee=3.78"""
    (claim,) = found(table).claims
    assert (claim.anchor_date, claim.estimated_value) == (day(12), Decimal("1.43"))


def test_a_charge_posted_after_midnight_counts_from_the_day_it_shipped():
    table = f"{USUAL} \n d12 ship 1x20 of=X \n d13 sale 1x20 of=X fee=5.00 \n d13 sale 1x20 fee=3.57"
    (claim,) = found(table).claims
    assert (claim.anchor_date, claim.deadline_date) == (day(12), day(102))


@pytest.mark.parametrize("shipped", ["d4 ship 1x20 of=X", "d-8 ship 1x20 of=X", "d2 ship 1x20 of=Y"])
def test_a_parcel_that_left_later_or_long_before_or_was_another_orders_says_nothing_of_the_charge(shipped):
    table = f"{USUAL} \n {shipped} \n d3 sale 1x20 of=X fee=5.00 \n d3 sale 1x20 fee=3.57"
    (claim,) = found(table).claims
    assert claim.anchor_date == day(3)


def test_charges_of_different_amounts_are_claims_of_their_own():
    assert owed(f"{USUAL} \n d11 sale 1x20 fee=5.00 \n d12 sale 1x20 fee=5.22 \n d13 sale 1x20 fee=3.57", KIND) == {
        "claim": "1 for 1.43, 1 for 1.65"
    }


def test_how_sure_it_is_follows_the_proof():
    returned = found(f"{USUAL} \n d12 sale 1x20 fee=5.00 \n d13 sale 1x20 fee=3.57").claims
    jumped = found(f"{USUAL} \n d11-13 sale 2x20 fee=5.22").claims
    assert [claim.confidence for claim in (*returned, *jumped)] == [Decimal("0.75"), Decimal("0.30")]


def test_the_evidence_says_what_was_compared():
    (claim,) = found(f"d5 {SMALL} \n d8 sale 1x20 of=X fee=5.22 \n d9-12 sale 1x20 fee=3.57").claims
    told = claim.evidence["valuation"]
    assert (told["chargedFee"], told["expectedFees"], told["rateTable"]) == ("5.22", ["3.57"], "2026_base")
    assert (told["sizeTier"], told["grade"], told["underchargedUnits"]) == ("small_standard", "B", 0)
    assert [row["table"] for row in claim.evidence["sourceRows"]] == ["financial_events", "financial_events"]


def test_what_was_charged_too_little_meanwhile_is_told_beside_it():
    table = f"{USUAL} \n d11 sale 1x20 fee=5.00 \n d12 sale 3x20 fee=3.00 \n d13 sale 1x20 fee=3.57"
    (claim,) = found(table).claims
    assert claim.evidence["valuation"]["underchargedUnits"] == 3


def test_a_fee_by_a_rate_that_only_one_source_has_is_for_review():
    assert owed("d5 preview 30x30x30 160lb \n d8 sale 1x200 fee=300", KIND).keys() == {"review"}


def test_metric_measurements_are_understood():
    metric = "d5 preview 20.32x15.24x1.27 141.7476g price=20 unit=centimeters"
    assert owed(f"{metric.replace('g ', 'grams ')} \n d8 sale 1x20 fee=5.22", KIND) == {"claim": "1 for 1.65"}


# -- the rate card itself ----------------------------------------------------------------------------------------------

CELL = Cell("2026_base", "small_standard", 6, "from_10_to_50")


def seen(*differences: str, charges: int = 5) -> list[Observation]:
    return [
        Observation(CELL, Product("ATVPDKIKX0DER", f"B{n}"), Decimal(difference), charges)
        for n, difference in enumerate(differences)
    ]


SUSPECT = {
    "a third of the products disagree alike": seen(*["0"] * 4, "0.10", "0.10"),
    "many charges disagree": seen(*["0"] * 8, "0.10", "0.30"),
}
TRUSTED = {
    "all agree": seen(*["0"] * 8),
    "agree within a cent": seen(*["0.01"] * 8),
    "one disagrees": seen(*["0"] * 8, "1.65"),
    "too few products": seen("0.10", "0.10", "0.10", "0.10", charges=50),
    "too few charges": seen(*["0.10"] * 6, charges=3),
}


@pytest.mark.parametrize("observed", SUSPECT.values(), ids=SUSPECT.keys())
def test_a_field_that_many_products_contradict_is_suspect(observed):
    assert suspect_cells(observed) == {CELL}


@pytest.mark.parametrize("observed", TRUSTED.values(), ids=TRUSTED.keys())
def test_a_field_that_few_contradict_is_trusted(observed):
    assert suspect_cells(observed) == frozenset()


def products(count: int, fee: str) -> str:
    """So many products of the same size that are all charged that."""
    return "\n".join(
        f"d0-5 sale 1x20 fee={fee} fnsku=P{n} asin=A{n} \n d3 {SMALL} fnsku=P{n} asin=A{n}" for n in range(count)
    )


def test_where_all_products_of_a_size_are_charged_alike_the_table_is_wrong():
    assert owed(products(6, "4.00"), KIND) == {}
    assert len(owed(products(4, "4.00"), KIND)["claim"].split(",")) == 4


def test_a_component_observes_its_charges_by_todays_measurement():
    (part,) = components(account(f"d0-5 sale 1x20 fee=3.57 \n d6 sale 1x20 fee=5 \n d3 {SMALL}"), TODAY)
    assert list(observations(part)) == [Observation(CELL, Product("ATVPDKIKX0DER", "B1"), Decimal(0), 7)]


UNOBSERVED = {
    "without a measurement": "d0-5 sale 1x20 fee=3.57",
    "of apparel": f"d0-5 sale 1x20 fee=3.57 \n d3 {SMALL} group=Apparel",
    "of dangerous goods": f"d0-5 sale 1x20 fee=3.57 \n d3 {SMALL} \n d0 stored 1 danger=Flammable",
    "of another marketplace": f"d0-5 sale 1x20 fee=3.57 at=UK \n d3 {SMALL} at=UK",
    "of no marketplace": f"d0-5 sale 1x20 fee=3.57 at=? cur=XXX \n d3 {SMALL} at=? cur=XXX",
    "before the tables begin": f"d-905--900 sale 1x20 fee=3.57 \n d3 {SMALL}",
}


@pytest.mark.parametrize("table", UNOBSERVED.values(), ids=UNOBSERVED.keys())
def test_charges_that_cannot_be_compared_are_not_observed(table):
    (part,) = components(account(table), TODAY)
    assert list(observations(part)) == []


def test_a_row_without_a_marketplace_is_of_the_one_with_its_currency():
    table = f"{USUAL} at=? \n d12 sale 1x20 fee=5.00 at=? \n d13 sale 1x20 fee=3.57 at=?"
    (claim,) = found(table).claims
    assert (claim.marketplace_id, claim.tier) == ("ATVPDKIKX0DER", Tier.CLAIM)
    assert owed(table.replace("at=?", "at=? cur=CAD"), KIND) == {}
