"""Days on which a report came, but not the rows it should have: another report tells of the same units.

What customers send back is in two reports, the ledger (receipts of type CustomerReturns) and the returns report. They
have no number in common and may be a day apart, so weeks of the whole connection are compared. Where the ledger shows
clearly less of a week than it usually does, it lacks rows, and then not only of returns: such days are a hole, as if
they had never been loaded.

The other way round nothing is cut. A return that its report does not list is known by its receipt, unit by unit, and
puts the refunds of its item under review (`rivals.py`); those of other items stay proven.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import NamedTuple

from clario.domain.detection.rows.coverage import LEDGER, RETURNS, gaps
from clario.domain.detection.rows.facts import ComponentFacts, CoverageFacts
from clario.domain.values import DayRange

WEEK = 7
LATE = timedelta(days=7)  # rows of younger days may still come: our choice
ERRORS = 3  # standard errors of a count: of a week with less than ten units nothing is said


class Returned(NamedTuple):
    """Units that came back on a day: those the ledger took in, and those the returns report lists."""

    booked: int
    reported: int


ReturnedByDay = Mapping[date, Returned]


def returned_by_day(parts: Iterable[ComponentFacts]) -> ReturnedByDay:
    """The units of all components together."""
    booked: Counter[date] = Counter()
    reported: Counter[date] = Counter()
    for part in parts:
        for receipt in part.events("CustomerReturns"):
            booked[receipt.occurred_on] += receipt.quantity
        for row in part.returns:
            reported[row.returned_on] += row.quantity
    return {day: Returned(booked[day], reported[day]) for day in booked.keys() | reported.keys()}


def without_silent_days(coverage: CoverageFacts, units: ReturnedByDay, today: date) -> CoverageFacts:
    """The same, but the ledger does not cover the days of which it lacks rows."""
    loaded = {day: n for day, n in units.items() if day < today - LATE and _is_in_both(coverage, day)}
    silent = [DayRange(day, day) for day in sorted(_silent(loaded))]
    if not silent:
        return coverage
    kept = tuple(part for held in coverage[LEDGER] for part in gaps(silent, held))
    return CoverageFacts({**coverage.days, LEDGER: kept})


def _is_in_both(coverage: CoverageFacts, day: date) -> bool:
    return all(any(day in held for held in coverage[report]) for report in (LEDGER, RETURNS))


def _silent(units: ReturnedByDay) -> set[date]:
    """The days of short weeks on which less than half is there, whatever day a week begins on."""
    days = sorted(units)
    booked = [0, *accumulate(units[day].booked for day in days)]  # before the day of that place
    reported = [0, *accumulate(units[day].reported for day in days)]
    usual = Fraction(min(booked[-1], reported[-1]), reported[-1]) if reported[-1] else Fraction(0)
    silent: set[date] = set()
    for place, first in enumerate(days):
        end = bisect_left(days, first + timedelta(days=WEEK))
        if _is_short(Returned(booked[end] - booked[place], reported[end] - reported[place]), usual):
            silent.update(day for day in days[place:end] if 2 * units[day].booked < usual * units[day].reported)
    return silent


def _is_short(week: Returned, usual: Fraction) -> bool:
    """Less than usual by more than counts differ by chance: the error of a difference is the root of their sum."""
    expected, booked = usual.numerator * week.reported, usual.denominator * week.booked
    lacking = expected - booked
    return lacking > 0 and lacking**2 > ERRORS**2 * usual.denominator * (expected + booked)
