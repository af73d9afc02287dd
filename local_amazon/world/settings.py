"""What a world depends on."""

from dataclasses import dataclass
from datetime import datetime

CONFOUNDERS = tuple(f"K{number:02d}" for number in range(1, 29))


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """Equal settings give equal worlds. `now` (aware) is the clock's start; `ahead_days` of events lie after it.

    `size` is about how many rows of orders, shipments, ledger, money and the rest a seller can see at `now`; `stress`
    multiplies the rates at which things go wrong. `incidents` are the anomaly types that may happen, `confounders` the
    ways in which they are hard to tell; empty means none, None means all. `mingled` lets everything happen to every
    product (see `beats`).
    """

    now: datetime
    seed: int = 7
    size: int = 20_000
    days: int = 540  # a little less than the 18 months a first sync reads: the first losses, too, have days before them
    ahead_days: int = 30
    profile: str = "us"
    stress: float = 5.0  # at 1 a world of 20,000 rows shows next to nothing of what can go wrong
    mingled: bool = False
    incidents: frozenset[str] | None = None
    confounders: frozenset[str] | None = None

    def happens(self, incident: str) -> bool:
        return self.incidents is None or incident in self.incidents

    def confounded(self, name: str) -> bool:
        return self.confounders is None or name in self.confounders
