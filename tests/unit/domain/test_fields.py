"""Cells of every region as values."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clario.domain.normalize.fields import (
    Unreadable,
    amount,
    day_and_moment,
    month,
    settlement_moment,
    us_period,
    written_day,
    yes_or_no,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("-0.5", "-0.5"),
        ("1,234.56", "1234.56"),
        ("1,234,567.8", "1234567.8"),
        ("12,50", "12.50"),
        ("1.234,56", "1234.56"),
        ("-1.234.567,8", "-1234567.8"),
        ("1234,5", "1234.5"),
        ("0,234", "0.234"),
        ("1.234", "1.234"),
        ("7", "7"),
    ],
)
def test_a_decimal_point_and_a_decimal_comma_are_told_apart(text: str, value: str) -> None:
    assert amount(text, "price") == Decimal(value)


@pytest.mark.parametrize("text", ["1,234", "1.2.3", "1,2,3", "12,34.5", "1.23,4.5", "NaN", "Infinity", "x", "", None])
def test_what_is_no_amount_or_could_be_two_is_refused(text: str | None) -> None:
    with pytest.raises(Unreadable, match="price is not an amount"):
        amount(text, "price")


@given(st.decimals(-99999, 99999, places=2))
def test_an_amount_means_the_same_with_point_and_with_comma(value: Decimal) -> None:
    swap = str.maketrans(",.", ".,")
    assert amount(f"{value}", "price") == amount(f"{value:,}", "price") == amount(f"{value:,}".translate(swap), "price")


def test_yes_and_no_are_words_and_empty_is_no() -> None:
    assert [yes_or_no(text, "flag") for text in ("true", "TRUE", "false", None)] == [True, True, False, False]
    with pytest.raises(Unreadable, match="flag is neither true nor false: 1"):
        yes_or_no("1", "flag")


def test_days_months_and_periods() -> None:
    assert us_period("06/2026", "Date") == date(2026, 6, 1)
    assert us_period("06/17/2026", "Date") == date(2026, 6, 17)
    assert month("2026-06", "month") == date(2026, 6, 1)
    assert written_day("2026-06-15T00:00:00+00:00", "day") == date(2026, 6, 15)
    with pytest.raises(Unreadable, match="Date is not a date like 12/31/2026: empty"):
        us_period(None, "Date")
    with pytest.raises(Unreadable, match="month is not a date like 2026-12-31: empty"):
        month(None, "month")


def test_a_moment_belongs_to_the_local_day_and_a_day_to_itself() -> None:
    late = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)
    assert day_and_moment("2026-06-01T22:30:00Z", "when", BERLIN) == (date(2026, 6, 2), late)
    assert day_and_moment("2026-06-01", "when", BERLIN) == (date(2026, 6, 1), None)
    with pytest.raises(Unreadable, match="when is not a time: empty"):
        day_and_moment(None, "when", BERLIN)


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-02 05:30:00 UTC",
        "02.06.2026 05:30:00 UTC",
        "2026-06-02T05:30:00+00:00",
        "2026-06-01T22:30:00-0700",
    ],
)
def test_a_settlements_times_are_read_in_every_form(text: str) -> None:
    assert settlement_moment(text, "posted") == datetime(2026, 6, 2, 5, 30, tzinfo=UTC)


def test_a_settlements_days_are_midnights_and_anything_else_is_refused() -> None:
    assert settlement_moment("02.06.2026", "posted") == datetime(2026, 6, 2, tzinfo=UTC)
    with pytest.raises(Unreadable, match="posted is not a time: 06/02/2026"):
        settlement_moment("06/02/2026", "posted")
