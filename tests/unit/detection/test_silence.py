"""Days on which the ledger came without the rows of what customers sent back."""

from datetime import date

import pytest

from clario.domain.detection.rows.coverage import LEDGER
from clario.domain.detection.rows.silence import Returned, without_silent_days
from clario.domain.values import DayRange
from tests.unit.detection.cases import TODAY, covering, day, review, run, units

USUAL = 400  # days of which both reports tell the same


def silent(counts: list[tuple[int, int]], begin: int = 0, **streams: tuple[DayRange, ...]) -> list[int]:
    """The days that are cut from the ledger's coverage. `counts`: of each day from `begin` on, what the ledger and
    the returns report tell; 400 days before, both tell of two units a day."""
    told = {day(begin + n): Returned(*each) for n, each in enumerate([(2, 2)] * USUAL + counts, start=-USUAL)}
    coverage = covering(**streams)
    kept = without_silent_days(coverage, told, TODAY)[LEDGER]
    everything = [each for held in coverage[LEDGER] for each in held.days()]
    return [(each - day(begin)).days for each in everything if not any(each in held for held in kept)]


WEEK = [(0, 2)] * 7
SILENT = {
    "a week without a row": (WEEK, [0, 1, 2, 3, 4, 5, 6]),
    "a day of many returns": ([(0, 10)], [0]),
    "a stretch that ends in the middle of a week": ([*WEEK, (0, 2), (2, 2)], [0, 1, 2, 3, 4, 5, 6, 7]),
    "a week of which a row came": ([(0, 4), (0, 4), (1, 4), (0, 4)], [0, 1, 2, 3]),
    "a day amid those that are whole": ([(99, 99), (0, 400), (99, 99)], [1]),
    "a day that is whole amid those that are not": ([(0, 9), (0, 9), (4, 4), (0, 9)], [0, 1, 3]),
    "days without returns between": ([(0, 5), (0, 0), (0, 5)], [0, 2]),
    "less than ten units in a week": ([(0, 1)] * 30, []),
    "more than half of many": ([(60, 100)] * 7, []),
    "less than half of many": ([(29, 99)] * 2, [0, 1]),
    "less than half of few": ([(3, 7)] * 2, []),
    "rows that come a day later": ([(0, 9), (9, 0)], []),
    "what only the ledger tells": ([(9, 0)] * 7, []),
}


@pytest.mark.parametrize(("counts", "days"), SILENT.values(), ids=SILENT.keys())
def test_days_that_lack_rows(counts, days):
    assert silent(counts) == days


def test_of_the_newest_days_rows_may_still_come():
    last = (TODAY - day(0)).days
    assert silent(WEEK, last - 6) == []
    assert silent(WEEK, last - 14) == [0, 1, 2, 3, 4, 5, 6]


def test_where_the_ledger_never_tells_of_most_returns_no_week_lacks_them():
    assert silent([(1, 9)] * 400, -400) == []


def test_nothing_is_said_without_returns():
    assert without_silent_days(covering(), {}, TODAY) == covering()
    assert without_silent_days(covering(), {day(0): Returned(9, 0)}, TODAY) == covering()


@pytest.mark.parametrize("report", ["ledger", "returns"])
def test_days_that_are_not_loaded_are_not_compared(report):
    loaded = (DayRange(date(2025, 1, 1), day(-1)), DayRange(day(7), TODAY))
    assert silent(WEEK, **{report: loaded}) == []


SILENT_FROM = -60


def another_product(each_day: int = 2) -> str:
    """Returns that their report lists on every day of three months, and the ledger too, but for a week."""
    lines, names = [], "in=DEFECTIVE fnsku=X9 sku=S9 asin=B9"
    for n in range(-90, 0):
        lines.append(f"d{n} return {each_day} of=Z{n} {names}")
        if not SILENT_FROM <= n < SILENT_FROM + 7:
            lines.append(f"d{n} restock +{each_day} {names}")
    return "\n".join(lines)


def not_shelved(on: int) -> str:
    return f"d{on} return 1 of=O1 in=SELLABLE"


def test_what_a_silent_week_may_explain_is_for_review_with_a_warning():
    table = f"{another_product()} \n {not_shelved(SILENT_FROM + 3)}"
    (claim,) = run(table).claims
    assert (claim.anomaly_type, claim.tier) == ("return_not_restocked", "review")
    assert "coverage" in claim.evidence["warnings"]
    assert claim.evidence["coverage"][LEDGER]["missing"] == [str(DayRange(day(SILENT_FROM), day(SILENT_FROM + 6)))]


def test_a_silent_week_may_hide_that_a_lost_unit_was_found():
    lost = f"d{SILENT_FROM - 5} M -1"
    assert (units(f"{another_product()} \n {lost}"), review(lost)) == ({}, {})
    assert review(f"{another_product()} \n {lost}") == units(lost) == {"lost": 1}


def test_what_happened_after_it_is_claimed():
    table = f"{another_product()} \n {not_shelved(SILENT_FROM + 20)}"
    assert (units(table), review(table)) == ({"return_not_restocked": 1}, {})


def test_a_seller_with_few_returns_is_not_judged():
    table = f"{another_product(each_day=1)} \n {not_shelved(SILENT_FROM + 3)}"
    assert (units(table), review(table)) == ({"return_not_restocked": 1}, {})


def test_a_week_that_the_returns_report_lacks_is_no_hole_for_refunds_of_items_that_did_not_come_back():
    lines = [f"d{n} restock +2 in=DEFECTIVE fnsku=X9 sku=S9 asin=B9" for n in range(-90, 0)]
    refund = "d-80 order 1x20 of=O1 \n d-80 pay 1x20 of=O1 \n d-75 refund 1x20 of=O1"
    table = "\n".join([*lines, refund])
    assert (units(table), review(table)) == ({"refund_no_return": 1}, {})
