"""Dollar equivalents compare amounts of different currencies."""

from datetime import date
from decimal import Decimal

from clario.domain.exchange import exchange_rates, usd_rates
from clario.domain.values import MARKETPLACES


def test_every_marketplaces_currency_has_a_rate() -> None:
    rates = usd_rates(date(2026, 6, 15))
    assert {marketplace.currency for marketplace in MARKETPLACES.values()} <= rates.keys()
    assert rates["USD"] == 1


def test_an_equivalent_is_of_the_right_magnitude() -> None:
    rates = usd_rates(date(2026, 6, 15))
    assert Decimal("1.0") < rates["EUR"] < rates["GBP"] < Decimal("1.5")
    assert Decimal("0.004") < rates["JPY"] < Decimal("0.012")


def test_before_the_first_row_nothing_has_a_rate() -> None:
    assert usd_rates(date(1999, 12, 31)) == {}


def test_every_rate_says_where_it_is_from_and_how_certain_that_is() -> None:
    assert all(rate.source and rate.grade in "ABCP" for rate in exchange_rates())
