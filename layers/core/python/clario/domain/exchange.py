"""What an amount is worth in US dollars, to compare and sort amounts of different currencies. Never shown as money."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict


class Rate(BaseModel):
    """US dollars for one unit of a currency from that day on, with where it was read and how certain that is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    currency: str
    usd: Decimal
    valid_from: date
    grade: str
    source: str


@cache
def exchange_rates() -> tuple[Rate, ...]:
    """The rows of `exchange_rates.json`; a new year adds rows and changes none.

    Grades as in the policy data: A the original page, B two or more others, C one other, P our own choice.
    """
    return _Rates.model_validate_json(files(__package__).joinpath("exchange_rates.json").read_bytes()).rates


class _Rates(BaseModel):
    rates: tuple[Rate, ...]


def usd_rates(on: date) -> Mapping[str, Decimal]:
    """The rates that hold on a day, by currency; a currency we have no rate for is missing."""
    valid = sorted((rate for rate in exchange_rates() if rate.valid_from <= on), key=lambda rate: rate.valid_from)
    return {rate.currency: rate.usd for rate in valid}
