"""What a report is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from local_amazon.server.account import Account, seconds
from local_amazon.server.cells import EPOCH, Texts, each
from local_amazon.server.jobs import Job
from local_amazon.world.markets import Marketplace
from local_amazon.world.store import Batch

AT_ONCE = 8_000  # rows of a batch: few enough for the processor's cache, which is a quarter faster than 50,000
STORES = {"GB": "UK"}
"""Amazon's reports write the United Kingdom as UK."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Local days `first` to `last`, both included, in these marketplaces, as could be seen at `as_of`.

    Days are those of the first marketplace: a report's window is cut there, and every row of a day that the window
    touches is in it.
    """

    account: Account
    markets: tuple[int, ...]
    first: date
    last: date
    as_of: int
    options: dict[str, str]
    subject: int = 0

    @property
    def home(self) -> Marketplace:
        return self.account.markets[self.markets[0]]

    @property
    def zone(self) -> ZoneInfo:
        return self.home.zone

    def days(self) -> tuple[int, int]:
        """[first, last + 1) in days since 1970."""
        return (self.first - EPOCH).days, (self.last - EPOCH).days + 1

    def moments(self) -> tuple[int, int]:
        """The days' begin and end in seconds since 1970."""
        begin, end = (
            datetime.combine(day, time(), tzinfo=self.zone) for day in (self.first, self.last + timedelta(days=1))
        )
        return int(begin.timestamp()), int(end.timestamp())

    def rows(self, table: str, window: tuple[int, int], by: str = "") -> Iterator[Batch]:
        """The rows of a window of the table's clock."""
        return self.account.tables.rows(table, *window, self.as_of, by=by, markets=self.markets, size=AT_ONCE)

    def product(self, batch: Batch, *names: str, separator: str = "\t") -> Texts:
        """Fields of each row's listing, joined."""
        listings = self.account.world.listings

        def joined(number: int) -> str:
            return separator.join(getattr(listings[number], name) if number >= 0 else "" for name in names)

        return each(batch["listing"], joined)

    def market(self, batch: Batch, field: str) -> Texts:
        """A field of each row's marketplace."""
        return each(batch["market"], lambda number: str(getattr(self.account.markets[number], field)))

    def store(self, batch: Batch) -> Texts:
        """The marketplace's code as reports write it."""
        codes = [STORES.get(market.country, market.country) for market in self.account.markets]
        return each(batch["market"], lambda number: codes[number])


def ask_of(account: Account, job: Job) -> Ask:
    """What a job asks for."""
    markets = tuple(sorted(account.market(each) for each in job.marketplace_ids))
    zone = account.markets[markets[0]].zone
    first, last = (at.astimezone(zone).date() for at in (job.start, job.end))
    return Ask(account, markets, first, last, seconds(job.as_of), job.options, job.subject)
