"""What every part of the simulation works with: the settings, the catalogue, the calendar, and where it writes."""

from collections import defaultdict
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from local_amazon.world import catalogue
from local_amazon.world.calendar import Calendar, as_date
from local_amazon.world.discrepancies import Discrepancy, Truth
from local_amazon.world.ids import Ids
from local_amazon.world.journal import Journal
from local_amazon.world.markets import PROFILES
from local_amazon.world.randomness import dice
from local_amazon.world.rates import Rates
from local_amazon.world.settings import WorldSettings
from local_amazon.world.world import Listing

MOST_CENTERS = 4
ABROAD = 0.3
"""How much a product sells in each further marketplace, against the seller's first."""


class Grant(NamedTuple):
    """A reimbursement in cash: cents for a unit, the units, and the claim for more money if it was too little."""

    per_unit: int
    units: int
    underpaid: Discrepancy | None


class Stage:
    """The state of a simulation."""

    def __init__(self, settings: WorldSettings) -> None:
        self.settings = settings
        self.seed = settings.seed
        self.markets = PROFILES[settings.profile]
        self.calendar = Calendar(settings.now, settings.days, settings.ahead_days, self.markets)
        self.products, self.listings = catalogue.build(settings, self.markets, self.calendar)
        self.sold = range(len(self.listings) - catalogue.RETIRED)
        self.rates = Rates(settings.stress, as_date(self.calendar.first))
        self.ids = Ids(settings.seed)
        self.journal, self.truth = Journal(), Truth()
        self.quiet: dict[int, list[tuple[int, int]]] = defaultdict(list)
        """Per listing the days without refunds: a return there could pass for a unit that was given back."""

        self.at_edges: list[int] = []
        """Places of the order lines that are sent just before or after a fee table changes."""
        self.unknown: list[tuple[int, int, str, int, int]] = []
        """Listing, marketplace, centre, day and units of what moved without a line in the ledger."""
        self.granted: dict[int, Grant] = {}
        """What was paid, by the number of the reimbursement."""
        self.unpaid: set[int] = set()
        """Reimbursements of the report that the account never shows."""

    def rng(self, *names: object) -> Random:
        """A stream of random numbers for that process."""
        return dice(self.seed, *names)

    def happens(self, incident: str) -> bool:
        return self.settings.happens(incident)

    def confounded(self, name: str) -> bool:
        return self.settings.confounded(name)

    def offered(self, market: int) -> Iterator[int]:
        """The listings that are sold in a marketplace."""
        return (each for each in self.sold if self.listings[each].prices[market])

    def add_listing(self, listing: Listing) -> int:
        """A further label, as which nothing is sold."""
        self.listings.append(listing)
        return len(self.listings) - 1

    def centers(self, listing: int, market: int) -> tuple[str, ...]:
        """The fulfilment centres that hold a listing: more of them for what sells more."""
        known = self.markets[market].centers
        count = max(1, min(MOST_CENTERS, len(known), 4 - self.listings[listing].product // 4))
        first = (listing * 7 + self.seed) % len(known)
        return tuple(known[(first + step) % len(known)] for step in range(min(len(known), max(2, count))))

    def other_labels(self, listing: int) -> list[int]:
        """The other listings of the same ASIN."""
        asin = self.listings[listing].asin
        return [each for each in self.sold if self.listings[each].asin == asin and each != listing]
