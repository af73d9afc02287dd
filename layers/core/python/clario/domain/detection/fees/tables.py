"""The fee tables as data. Which marketplaces have one decides where a wrong fee can be claimed at all.

Every row says how certain it is: A an Amazon page, B two or more others that agree, C one other or none; `source` names
an entry of the file's `sources`. Money is in the marketplace's currency, weights in ounces, sides in inches.
"""

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict

from clario.domain.values import Marketplace

Band = Literal["under_10", "from_10_to_50", "over_50"]


class Row(BaseModel):
    """What every row of a fee table has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    grade: str
    source: str


class Dated(Row):
    """A row in force from a day on, to another one where it has ended; both days included."""

    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class PeriodRow(Dated):
    """Which rate table holds. Amazon goes by the day a unit was shipped, not ordered or charged."""

    table: str


class SurchargeRow(Dated):
    """A share of the fulfilment fee on top of it."""

    name: str
    share: Decimal


class TierRow(Dated):
    """A size tier and its upper limits, None where it has none; the first tier that fits is the product's.

    `weight` says which weight counts: the unit's, the greater of unit and dimensional weight, or that with the
    dimensional weight capped at the tier's limit. Shorter sides count as `least_side` in the dimensional weight.
    """

    tier: str
    sides: tuple[Decimal, Decimal, Decimal] | None
    length_and_girth: Decimal | None
    up_to_oz: int | None
    least_side: Decimal
    weight: Literal["unit", "greater", "capped"]

    @property
    def size(self) -> str:
        """The coarse size that storage and removals go by."""
        return "standard" if self.tier.endswith("standard") else "bulky"


class OvermaxRow(Dated):
    """What a very long product costs on top."""

    tier: str
    longest: Decimal
    length_and_girth: Decimal
    amount: Decimal


class RateRow(Row):
    """A fulfilment fee per unit by price band: a fixed one, or one that grows with every started step of weight."""

    table: str
    tier: str
    up_to_oz: int | None
    under_10: Decimal
    from_10_to_50: Decimal
    over_50: Decimal
    over_oz: int = 0
    step_oz: int = 1
    per_step: Decimal = Decimal(0)

    def base(self, band: Band) -> Decimal:
        cells: dict[Band, Decimal] = {
            "under_10": self.under_10,
            "from_10_to_50": self.from_10_to_50,
            "over_50": self.over_50,
        }
        return cells[band]


class ExcludedRow(Row):
    """A word in a product group's name whose products have rates that this file does not hold."""

    word: str


class FulfillmentTables(BaseModel):
    """A marketplace's fulfilment fees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: dict[str, str]
    periods: tuple[PeriodRow, ...]
    surcharges: tuple[SurchargeRow, ...]
    size_tiers: tuple[TierRow, ...]
    doubtful_size_tiers: tuple[TierRow, ...]
    overmax: tuple[OvermaxRow, ...]
    rates: tuple[RateRow, ...]
    excluded_product_groups: tuple[ExcludedRow, ...]


class Step(BaseModel):
    """A rate for the part of a price up to `up_to` (None: all above)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to: Decimal | None
    rate: Decimal


class ReferralRow(Dated):
    """A category's referral fee: the rate of the whole price's step, or every portion of the price at its own rate."""

    category: str
    kind: Literal["whole", "portion"]
    steps: tuple[Step, ...]
    minimum: Decimal


class AdministrationRow(Dated):
    """What Amazon keeps of a referral fee when it gives it back: a share of it, at most an amount (None: no limit).

    `country` None is any other country.
    """

    country: str | None
    share: Decimal
    most: Decimal | None


class AdministrationTable(BaseModel):
    """The rows of all marketplaces, those with a country of their own first."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rows: tuple[AdministrationRow, ...]


class StorageRateRow(Dated):
    """Monthly storage per cubic foot, in those months of the year."""

    size: str
    months: tuple[int, ...]
    dangerous: bool
    rate: Decimal


class UtilizationRow(Row):
    """What storage costs more per cubic foot when a seller's stock lasts for so many weeks."""

    size: str
    from_weeks: int
    to_weeks: int | None
    rate: Decimal


class AgedRateRow(Dated):
    """The surcharge per cubic foot of stock of that age, at least an amount per unit."""

    from_days: int
    to_days: int | None
    rate: Decimal
    per_unit_least: Decimal


class ExemptRow(Row):
    """A word in a product group's name whose products pay no surcharge up to that age."""

    word: str
    up_to_days: int


class RemovalRateRow(Dated):
    """The removal or disposal fee per unit by weight."""

    size: str
    up_to_oz: int | None
    fee: Decimal
    over_oz: int = 0
    step_oz: int = 1
    per_step: Decimal = Decimal(0)


class EndedServiceRow(Row):
    """A service that Amazon no longer sells: its fee can only be for work done until the last day."""

    fee: str
    last_day: date


class OtherTables(BaseModel):
    """A marketplace's other fees."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: dict[str, str]
    referral: tuple[ReferralRow, ...]
    storage: tuple[StorageRateRow, ...]
    storage_utilization: tuple[UtilizationRow, ...]
    aged_inventory: tuple[AgedRateRow, ...]
    aged_inventory_exempt: tuple[ExemptRow, ...]
    removal: tuple[RemovalRateRow, ...]
    ended_services: tuple[EndedServiceRow, ...]


FULFILLMENT = {"US": "fulfillment_us.json"}
OTHER = {"US": "other_us.json"}


@cache
def fulfillment_tables(marketplace: Marketplace) -> FulfillmentTables | None:
    """The fulfilment fees there; None: no table is known."""
    name = FULFILLMENT.get(marketplace.country)
    return None if name is None else FulfillmentTables.model_validate_json(_text(name))


@cache
def other_tables(marketplace: Marketplace) -> OtherTables | None:
    """The other fees there; None: no table is known."""
    name = OTHER.get(marketplace.country)
    return None if name is None else OtherTables.model_validate_json(_text(name))


@cache
def administration_table() -> AdministrationTable:
    """What Amazon keeps of refunded referral fees."""
    return AdministrationTable.model_validate_json(_text("administration.json"))


def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")
