"""The days of the world: numbers since 1970, cut by each marketplace's own clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from local_amazon.world.markets import Marketplace

EPOCH = date(1970, 1, 1)
DAY = 86_400
BEFORE, AFTER = 500, 60  # days around the window whose midnights are known, too: stock is older than history


def number(day: date) -> int:
    """A date as days since 1970."""
    return (day - EPOCH).days


def as_date(day: int | np.integer[Any]) -> date:
    """Days since 1970 as a date."""
    return EPOCH + timedelta(days=int(day))


def as_moment(seconds: int) -> datetime:
    """Seconds since 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC)


def local_day(seconds: int, zone: ZoneInfo) -> int:
    """The calendar day of a moment in a zone."""
    return number(datetime.fromtimestamp(int(seconds), zone).date())


class Calendar:
    """The world covers the days `first` to `last`; `today` is the seller's day at the clock's start."""

    def __init__(self, now: datetime, days: int, ahead: int, markets: tuple[Marketplace, ...]) -> None:
        self.today = number(now.astimezone(markets[0].zone).date())
        self.first, self.last = self.today - days, self.today + ahead
        self.now = int(now.timestamp())
        self._origin = self.first - BEFORE
        span = range(self._origin, self.last + AFTER)
        self._midnights = np.array([[_midnight(day, each.zone) for day in span] for each in markets], np.int64)

    @property
    def end(self) -> int:
        """The moment after which nothing happens any more; what happened before may still take weeks to show."""
        return self.moment(0, self.last + 1, 0)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and self.first <= day <= self.last

    @property
    def length(self) -> int:
        return self.last - self.first

    def moment(self, market: int, day: int, hour: int, minute: int = 0, second: int = 0) -> int:
        """A wall-clock time of a marketplace."""
        return int(self._midnights[market, day - self._origin]) + hour * 3600 + minute * 60 + second

    def moments(
        self, market: npt.NDArray[np.int64], day: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Many wall-clock times at once."""
        found: npt.NDArray[np.int64] = self._midnights[market, day - self._origin] + seconds
        return found

    def day(self, market: int, seconds: int) -> int:
        """The marketplace's calendar day of a moment."""
        return int(np.searchsorted(self._midnights[market], seconds, side="right")) - 1 + self._origin

    def days(self, market: npt.NDArray[np.int64], seconds: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The calendar days of many moments."""
        found = np.zeros(len(seconds), np.int64)
        for each in range(len(self._midnights)):
            chosen = market == each
            found[chosen] = np.searchsorted(self._midnights[each], seconds[chosen], side="right") - 1 + self._origin
        return found


def _midnight(day: int, zone: ZoneInfo) -> int:
    at = as_date(day)
    return int(datetime(at.year, at.month, at.day, tzinfo=zone).timestamp())
