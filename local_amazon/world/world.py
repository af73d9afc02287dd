"""A world: a seller's catalogue, the tables of everything that happened, and the truth behind them."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from local_amazon.world.discrepancies import Truth
from local_amazon.world.markets import Marketplace
from local_amazon.world.settings import WorldSettings
from local_amazon.world.sizes import Measurement, Size
from local_amazon.world.store import Store


@dataclass(frozen=True, slots=True)
class Product:
    """An ASIN. `size` is what a seller measures; `measured` is what Amazon bills by."""

    number: int
    asin: str
    title: str
    brand: str
    category: str
    size: Size
    measured: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A seller's SKU under its FNSKU; `prices` (cents) by marketplace, 0 where it is not offered.

    `cost` is the sourcing cost in cents of a US dollar, `later_cost` the one from `later_from` on, None: the same
    for ever. `told`: whether the seller ever says what it costs. It exists from `opened` to `closed` (0: still).
    """

    sku: str
    fnsku: str
    asin: str
    title: str
    product: int
    prices: tuple[int, ...]
    cost: int
    later_cost: int | None = None
    later_from: date = date(1970, 1, 1)
    told: bool = True
    opened: int = 0
    closed: int = 0

    def cost_on(self, day: date) -> int:
        """The sourcing cost of that day."""
        return self.later_cost if self.later_cost is not None and day >= self.later_from else self.cost


@dataclass(frozen=True)
class World:
    """Everything there is to know; `Tables` shows what a seller could see of it at a moment."""

    settings: WorldSettings
    markets: tuple[Marketplace, ...]
    products: list[Product]
    listings: list[Listing]
    stores: dict[str, Store]
    truth: "Truth"
    unknown: list[tuple[int, int, str, int, int]] = field(default_factory=list)
    """Listing, marketplace, centre, day and units of what moved without a line in the ledger."""
    planned: dict[int, int] = field(default_factory=dict)
    """Listing to units of an inbound plan that is never sent."""

    @cached_property
    def costs(self) -> list[tuple[str, int, str, date]]:
        """What the seller tells about sourcing costs: SKU, cents, currency, valid from."""
        home, long_ago = self.markets[0], date(2020, 1, 1)
        rows = []
        for each in self.listings:
            if each.told:
                rows.append((each.sku, round(each.cost * home.parity), home.currency, long_ago))
                if each.later_cost is not None:
                    later = round(each.later_cost * home.parity)
                    rows.append((each.sku, later, home.currency, each.later_from))
        return list(dict.fromkeys(rows))  # a payment's row may name a product by its SKU alone


def seconds(at: datetime) -> int:
    """An aware datetime as seconds since 1970."""
    return int(at.timestamp())
