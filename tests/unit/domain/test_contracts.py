"""A document is held against those before it: what differs is noted, and nothing else."""

from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clario.domain.contracts import CODED, Counts, Unbalanced, rejected_share, row_volume, unseen
from clario.domain.tables import TABLES
from clario.domain.values import DayRange

MAY = DayRange(date(2026, 5, 1), date(2026, 5, 31))


def counts(rows: int, rejected: int = 0, days: DayRange = MAY) -> Counts:
    return Counts(days, rows, rejected)


def moved(days: DayRange, by: int) -> DayRange:
    return DayRange(days.start + timedelta(days=by), days.end + timedelta(days=by))


@pytest.mark.parametrize("table", CODED)
def test_coded_columns_are_columns_of_their_table(table: str) -> None:
    assert set(CODED[table]) <= {field.name for field in fields(TABLES[table].record)}


def test_a_new_code_is_noted_with_its_column() -> None:
    [note] = unseen({"reason": ["Z"], "event_type": []})
    assert (note.code, note.subject) == ("unseen_code", "reason=Z")
    assert note.detail == "reason has a value it never had before: Z"


def test_many_new_codes_of_a_column_are_one_note() -> None:
    [note] = unseen({"status": [f"S{number:02}" for number in range(11)]})
    assert (note.subject, note.detail[:44]) == ("status", "status has 11 values it never had before, as")


def test_a_new_header_is_noted_and_nothing_new_is_nothing() -> None:
    assert [(note.code, note.subject) for note in unseen({"header": ["abc"]})] == [("new_header", "abc")]
    assert unseen({}) == []


def test_a_share_of_rejected_rows_above_the_usual_one_is_odd() -> None:
    assert rejected_share(counts(980, 20), [counts(1000), counts(1000), counts(900, 100)]) == (
        "2.0% of the rows could not be read; usually it is 0.0%"
    )
    assert rejected_share(counts(1, 1), []) is not None


def test_a_share_that_is_usual_or_tiny_is_not_odd() -> None:
    assert rejected_share(counts(980, 20), [counts(980, 20)]) is None
    assert rejected_share(counts(1000, 10), []) is None
    assert rejected_share(counts(0), []) is None


def test_far_fewer_or_more_rows_than_the_same_days_used_to_have_are_odd() -> None:
    before = [counts(900, days=moved(MAY, -day)) for day in (1, 2, 3)]
    assert row_volume(counts(290), before, whole=False) == "290 rows; of these days it is usually about 900"
    assert row_volume(counts(2800), before, whole=False) is not None
    assert row_volume(counts(310), before, whole=False) is None
    assert row_volume(counts(2600), before, whole=False) is None


def test_other_days_few_documents_and_few_rows_are_not_compared() -> None:
    assert row_volume(counts(1), [counts(900, days=moved(MAY, -40))] * 3, whole=False) is None
    assert row_volume(counts(1), [counts(900)] * 2, whole=False) is None
    assert row_volume(counts(1), [counts(90)] * 3, whole=False) is None
    today = DayRange(MAY.end, MAY.end)
    assert row_volume(counts(1, days=today), [counts(900, days=today)] * 3, whole=False) is None


def test_documents_about_the_present_are_compared_whatever_their_day() -> None:
    days = [DayRange(day, day) for day in MAY.days()[:4]]
    before = [counts(900, days=day) for day in days[:3]]
    assert row_volume(counts(100, days=days[3]), before, whole=True) is not None
    assert row_volume(counts(890, days=days[3]), before, whole=True) is None


def test_the_note_about_a_settlement_says_both_amounts() -> None:
    note = Unbalanced("21", "EUR", total=Decimal("31.9900"), lines=Decimal("-2.5")).note()
    assert (note.code, note.subject) == ("settlement_difference", "21")
    assert note.detail == "settlement 21: its lines make -2.50 EUR, its total is 31.99"
