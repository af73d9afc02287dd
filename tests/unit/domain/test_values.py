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


# https://developer-docs.amazon.com/sp-api/docs/marketplace-ids
AMAZONS = {
    "na": "US ATVPDKIKX0DER USD, CA A2EUQ1WTGCTBG2 CAD, MX A1AM78C64UM0Y8 MXN, BR A2Q3Y263D00KWC BRL",
    "eu": "GB A1F83G8C2ARO7P GBP, DE A1PA6795UKMFR9 EUR, FR A13V1IB3VIYZZH EUR, IT APJ6JRA9NG5V4 EUR,"
    " ES A1RKKUPIHCS9HS EUR, IE A28R8C7NBKEWEA EUR, NL A1805IZSGTT6HS EUR, BE AMEN7PMS3EDWL EUR,"
    " SE A2NODRKZP88ZB9 SEK, PL A1C3SOZRARQ6R3 PLN, TR A33AVAJ2PDY3EV TRY, AE A2VIGQ35RCS4UG AED,"
    " SA A17E79C6D8DWNP SAR, EG ARBP9OOSHTCHU EGP, IN A21TJRUUN4KGV INR, ZA AE08WJ6YKNBMC ZAR",
    "fe": "JP A1VC38T7YXB528 JPY, AU A39IBJ37TRP1C6 AUD, SG A19VAU5U5O7RUS SGD",
}


@pytest.mark.parametrize("region", AMAZONS)
def test_every_marketplace_of_a_region_is_known_with_its_country_and_currency(region: str) -> None:
    known = {f"{shop.country} {shop.id} {shop.currency}" for shop in MARKETPLACES.values() if shop.region == region}
    assert known == set(AMAZONS[region].split(", "))


def test_every_marketplace_has_its_region_currency_and_zone() -> None:
    assert {shop.region for shop in MARKETPLACES.values()} == {"na", "eu", "fe"}
    assert all(len(shop.currency) == 3 and len(shop.country) == 2 for shop in MARKETPLACES.values())
