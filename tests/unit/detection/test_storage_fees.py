"""Fees for keeping stock. Standard-size goods cost 0.78 dollars a cubic foot in September, bulky ones 0.56."""

from datetime import date

import pytest

from clario.domain.values import DayRange
from tests.unit.detection.cases import covering
from tests.unit.detection.money_tables import found, owed
from tests.unit.detection.tables import day

STORAGE, AGED = "storage_fee_overcharge", "aged_inventory_overcharge"
NO_BALANCES = covering(ledger_summary=())


TOO_MUCH = {
    "more than rate times volume times stock": ("d9 stored 10 vol=0.5 rate=0.78 fee=9.90", "10 for 6.00"),
    "a rate above the table": ("d9 stored 10 vol=0.5 rate=1.50 fee=7.50", "10 for 3.60"),
    "October's rate in September": ("d9 stored 10 vol=0.5 rate=2.40 fee=12.00", "10 for 8.10"),
    "a volume above the measured one": ("d9 stored 10 vol=1 sides=12x12x6 rate=0.78 fee=7.80", "10 for 3.90"),
    "a metric volume": ("d9 stored 10 vol=1 sides=30.48x30.48x15.24 unit=cm rate=0.78 fee=7.80", "10 for 3.90"),
    "a bulky product": ("d9 stored 10 vol=5 tier=LargeBulky rate=0.78 fee=39.00", "10 for 11.00"),
    "two centres together": (
        "d9 stored 4 vol=0.5 rate=1.50 fee=3.00 in=PHX7 \n d9 stored 6 vol=0.5 rate=1.50 fee=4.50 in=LAS1",
        "10 for 3.60",
    ),
    "no rate in the report": ("d9 stored 10 vol=1 sides=12x12x6 fee=9.90", "10 for 6.00"),
}


@pytest.mark.parametrize(("table", "claim"), TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_storage_above_its_own_numbers_is_for_review(table, claim):
    assert owed(table, STORAGE, coverage=NO_BALANCES) == {"review": claim}


RIGHT = {
    "rate times volume times stock": "d9 stored 10 vol=0.5 rate=0.78 fee=3.90",
    "less than a dollar too much": "d9 stored 10 vol=0.5 rate=0.97 fee=4.85",
    "less than two per cent too much": "d9 stored 1000 vol=0.5 rate=0.79 fee=395",
    "with the surcharge that the row names": "d9 stored 10 vol=1 rate=1.22 more=0.44 fee=12.20",
    "at a rate that the surcharge on slow stock explains": "d9 stored 10 vol=1 rate=1.22 fee=12.20",
    "with units that wait for their removal": "d9 stored 10 vol=0.5 rate=0.78 fee=5.85 waiting=5",
    "with a discount": "d9 stored 10 vol=1 rate=0.78 fee=9.80 off=2.00",
    "in cubic inches": "d9 stored 10 vol=864 volunit=cubic_inches rate=0.78 fee=3.90",
    "dangerous goods, whose rate is not known": "d9 stored 10 vol=0.5 rate=3 fee=15 danger=Flammable",
    "a marketplace without a table": "d9 stored 10 vol=0.5 rate=3 fee=15 country=DE",
    "a month before the table": "d9 stored 10 vol=0.5 rate=3 fee=15 year=2020",
    "a volume in a unit nobody knows": "d9 stored 10 vol=0.5 volunit=gallons rate=3 fee=15",
    "no volume": "d9 stored 10 rate=3 fee=15",
    "no fee": "d9 stored 10 vol=0.5 rate=3",
    "one centre of two unknown": "d9 stored 4 vol=0.5 rate=3 fee=6 \n d9 stored 6 rate=3 fee=9 in=LAS1",
    "sides in a unit nobody knows, and the volume right": (
        "d9 stored 10 vol=0.5 sides=1x1x1 unit=furlongs rate=0.78 fee=3.90"
    ),
    "rounded sides": "d9 stored 10 vol=0.51 sides=12x12x6 rate=0.78 fee=3.98",
}


@pytest.mark.parametrize("table", RIGHT.values(), ids=RIGHT.keys())
def test_storage_that_may_be_right_is_not_told(table):
    assert owed(table, STORAGE, coverage=NO_BALANCES) == {}


def stock(units: int) -> str:
    """The ledger's balance of September, which are days -30 to -1."""
    return f"d-30 balance {units}+0={units}"


def test_more_units_than_the_ledger_ever_had_are_told():
    table = f"{stock(6)} \n d9 stored 10 vol=0.5 rate=0.78 fee=3.90"
    assert owed(table, STORAGE) == {"review": "10 for 1.56"}
    assert owed(f"{table} \n d-20 transfer +4 \n d0 receive +4", STORAGE) == {"review": "10 for 1.56"}


HAD = {
    "as many": stock(10),
    "as many with those on the way": stock(6).replace("=6", "=6 transit=4"),
    "as many since they were received": f"{stock(6)} \n d-9 receive +4",
    "as many before they left": f"{stock(10)} \n d-9 takeout -4",
}


@pytest.mark.parametrize("balances", HAD.values(), ids=HAD.keys())
def test_units_that_the_ledger_had_are_not(balances):
    assert owed(f"{balances} \n d9 stored 10 vol=0.5 rate=0.78 fee=3.90", STORAGE) == {}


def test_with_a_day_of_the_balances_missing_they_prove_nothing():
    hole = covering(ledger_summary=(DayRange(date(2026, 9, 2), date(2026, 9, 30)),))
    assert owed(f"{stock(1)} \n d9 stored 10 vol=0.5 rate=0.78 fee=3.90", STORAGE, coverage=hole) == {}


def test_a_storage_claim_counts_from_the_first_day_it_may_be_charged():
    (claim,) = found("d9 stored 10 vol=0.5 rate=1.50 fee=7.50", coverage=NO_BALANCES).claims
    assert (claim.anchor_date, claim.deadline_date, claim.fnsku) == (date(2026, 10, 7), date(2027, 1, 5), "X1")
    assert claim.evidence["valuation"]["causes"] == ["rate above the table"]


# -- old stock ---------------------------------------------------------------------------------------------------------

NO_LEDGER = covering(ledger=(), ledger_summary=())

OLD = {
    "a rate above the table": ("d14 old 10 ages=181-210 vol=1 fee=10.00", "10 for 5.00"),
    "the next age's rate": ("d14 old 10 ages=211-240 vol=1 fee=15.00", "10 for 5.00"),
    "above a year": ("d14 old 10 ages=366-455 vol=1 fee=79.00", "10 for 10.00"),
    "above a year, before 2026": ("d-300 old 10 ages=365+ vol=1 fee=79.00", "10 for 10.00"),
    "small goods above the least": ("d14 old 10 ages=366-455 vol=0.01 fee=6.00", "10 for 3.00"),
    "shoes, which are exempt until day 270": (
        "d0 preview 8x6x0.5 5oz group=Shoes \n d14 old 10 ages=181-210 vol=1 fee=5.00",
        "10 for 5.00",
    ),
    "younger than the first age": ("d14 old 10 ages=150-180 vol=1 fee=5.00", "10 for 5.00"),
}


@pytest.mark.parametrize(("table", "claim"), OLD.values(), ids=OLD.keys())
def test_a_surcharge_above_the_table_is_for_review(table, claim):
    assert owed(table, AGED, coverage=NO_LEDGER) == {"review": claim}


RIGHT_AGE = {
    "the table's rate": "d14 old 10 ages=181-210 vol=1 fee=5.00",
    "the least per unit": "d14 old 10 ages=366-455 vol=0.01 fee=3.00",
    "above a year": "d14 old 10 ages=456+ vol=1 fee=79.00",
    "shoes above the exempt age": "d0 preview 8x6x0.5 5oz group=Shoes \n d14 old 10 ages=271-300 vol=1 fee=38.00",
    "two per cent too much": "d14 old 10 ages=181-210 vol=1 fee=5.10",
    "a volume rounded down": "d14 old 100 ages=271-300 vol=0.010 fee=3.98",
    "an age nobody can read": "d14 old 10 ages=ancient vol=1 fee=99",
    "a marketplace without a table": "d14 old 10 ages=181-210 vol=1 fee=99 country=DE",
    "no volume": "d14 old 10 ages=181-210 fee=99",
    "before the table": "d-1100 old 10 ages=181-210 vol=1 fee=99",
}


@pytest.mark.parametrize("table", RIGHT_AGE.values(), ids=RIGHT_AGE.keys())
def test_a_surcharge_that_may_be_right_is_not_told(table):
    assert owed(table, AGED, coverage=NO_LEDGER) == {}


def test_the_bill_in_the_finances_says_when_it_was_charged():
    stored = (
        "d9 stored 10 vol=0.5 rate=1.50 fee=7.50 \n d8 bill 900 name=FBAStorageFee \n d39 bill 900 name=FBAStorageFee"
    )
    (claim,) = found(stored, coverage=NO_BALANCES).claims
    assert (claim.anchor_date, claim.deadline_date) == (day(8), day(98))
    aged = "d14 old 10 ages=181-210 vol=1 fee=10.00 \n d20 bill 90 name=FBALongTermStorageFee"
    (claim,) = found(aged, coverage=NO_LEDGER).claims
    assert claim.anchor_date == day(20)


NO_BILL = {
    "of another month": "d39 bill 900 name=FBAStorageFee",
    "of another marketplace": "d8 bill 900 name=FBAStorageFee at=CA",
    "of another fee": "d8 bill 900 name=Subscription",
    "given back": "d8 bill -900 name=FBAStorageFee",
}


@pytest.mark.parametrize("bill", NO_BILL.values(), ids=NO_BILL.keys())
def test_another_bill_says_nothing_of_the_day(bill):
    (claim,) = found(f"d9 stored 10 vol=0.5 rate=1.50 fee=7.50 \n {bill}", coverage=NO_BALANCES).claims
    assert claim.anchor_date == date(2026, 10, 7)


def test_units_received_since_cannot_be_that_old():
    """10 units are there, 8 of them came in the last half year: at most 2 are older."""
    table = "d-100 receive +8 \n d0 balance 10+0=10 \n d14 old 10 ages=181-210 vol=1 fee=5.00"
    assert owed(table, AGED) == {"review": "10 for 4.00"}
    (claim,) = [c for c in found(table).claims if c.anomaly_type == AGED]
    assert (claim.evidence["valuation"]["unitsOfThatAge"], str(claim.confidence)) == (2, "0.4000")


AS_OLD = {
    "received before": "d-200 receive +10 \n d0 balance 10+0=10",
    "received another product": "d-100 receive +8 fnsku=Y1 \n d0 balance 10+0=10",
    "taken back after all": "d-100 receive -8 \n d0 balance 10+0=10",
    "gone on the day of the charge": "d0 balance 10+0=10 \n d14 takeout -8",
    "gone after the charge": "d0 balance 10+0=10 \n d20 takeout -8",
    "two days within the reckoning": "d-164 receive +8 \n d0 balance 10+0=10",
    "as many as are left of those charged as older": "d0 balance 15+0=15 \n d14 old 5 ages=211-240 vol=1 fee=5.00",
}


@pytest.mark.parametrize("table", AS_OLD.values(), ids=AS_OLD.keys())
def test_units_that_may_be_that_old_are_not_told(table):
    assert owed(f"{table} \n d14 old 10 ages=181-210 vol=1 fee=5.00", AGED) == {}


def test_units_charged_as_older_are_not_there_again():
    table = """
        d0   balance  10+0=10
        d14  old 8  ages=211-240 vol=1 fee=8.00
        d14  old 6  ages=181-210 vol=1 fee=3.00"""
    assert owed(table, AGED) == {"review": "6 for 2.00"}


def test_a_charge_of_unknown_age_leaves_the_others_alone():
    table = "d0 balance 10+0=10 \n d14 old 8 ages=? vol=1 fee=8 \n d14 old 10 ages=181-210 vol=1 fee=5.00"
    assert owed(table, AGED) == {}


def test_with_days_of_the_ledger_missing_ages_prove_nothing():
    hole = covering(ledger=(DayRange(day(-100), day(53)),))
    table = "d-100 receive +8 \n d0 balance 10+0=10 \n d14 old 10 ages=181-210 vol=1 fee=5.00"
    assert owed(table, AGED, coverage=hole) == {}
    assert owed(table, AGED, coverage=covering(ledger_summary=())) == {}
