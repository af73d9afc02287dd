"""A seller, his world, and what Amazon keeps for him."""

from dataclasses import dataclass, field
from datetime import datetime

from local_amazon.seller import Seller
from local_amazon.server.answers import bad_request
from local_amazon.server.jobs import Jobs
from local_amazon.world.markets import Marketplace
from local_amazon.world.tables import Tables
from local_amazon.world.world import World


@dataclass(slots=True, eq=False)
class Account:
    """One authorised selling partner with everything he holds."""

    seller: Seller
    world: World
    jobs: Jobs = field(default_factory=Jobs)

    @property
    def tables(self) -> Tables:
        return Tables(self.world)

    @property
    def markets(self) -> tuple[Marketplace, ...]:
        return self.world.markets

    def market(self, marketplace_id: str) -> int:
        """The number of a marketplace; refused when the seller does not sell there."""
        for number, market in enumerate(self.markets):
            if market.id == marketplace_id:
                return number
        raise bad_request(f"Marketplace {marketplace_id} is not one of the seller's")


def seconds(at: datetime) -> int:
    """Whole seconds since 1970."""
    return int(at.timestamp())
