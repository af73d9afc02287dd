"""Days, ranges and marketplaces."""

from datetime import UTC, date, datetime

import pytest

from clario.domain.values import MARKETPLACES, DayRange, home_marketplace, local_day

US, DE = "ATVPDKIKX0DER", "A1PA6795UKMFR9"


def test_a_range_holds_its_ends_and_nothing_else() -> None:
    days = DayRange(date(2026, 2, 27), date(2026, 3, 1))
    assert len(days.days()) == 3
    assert date(2026, 3, 1) in days
    assert date(2026, 3, 2) not in days
    assert "2026-03-01" not in days
    assert str(days) == "2026-02-27 to 2026-03-01"


def test_home_is_the_first_marketplace_we_know() -> None:
    assert home_marketplace(["A0UNKNOWN", DE, US]).country == "DE"
    with pytest.raises(KeyError, match="no known marketplace"):
        home_marketplace(["A0UNKNOWN"])


def test_a_moment_belongs_to_the_marketplaces_day_across_midnight_and_summer_time() -> None:
    zone = MARKETPLACES[US].zone
    assert local_day(datetime(2026, 3, 8, 7, 59, tzinfo=UTC), zone) == date(2026, 3, 7)
    assert local_day(datetime(2026, 3, 8, 8, 0, tzinfo=UTC), zone) == date(2026, 3, 8)
    assert local_day(datetime(2026, 3, 9, 6, 59, tzinfo=UTC), zone) == date(2026, 3, 8)
    assert local_day(datetime(2026, 3, 9, 7, 0, tzinfo=UTC), zone) == date(2026, 3, 9)


def test_every_marketplace_has_its_region_currency_and_zone() -> None:
    assert {shop.region for shop in MARKETPLACES.values()} == {"na", "eu", "fe"}
    assert all(len(shop.currency) == 3 and len(shop.country) == 2 for shop in MARKETPLACES.values())
