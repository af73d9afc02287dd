"""What a document does not say itself."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ..values import DayRange, Marketplace


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when a document belongs.

    Attributes:
        home: the marketplace it was asked for, or the first of them.
        days: the days it was asked for, in that marketplace's calendar.
    """

    home: Marketplace
    days: DayRange

    @property
    def zone(self) -> ZoneInfo:
        """The calendar that moments become days in."""
        return self.home.zone

    @property
    def encoding(self) -> str:
        """What a line is in that is not UTF-8: Windows-1252, in Japan Shift-JIS as Windows writes it
        (https://github.com/amzn/selling-partner-api-docs/issues/2086)."""
        return "cp932" if self.home.country == "JP" else "cp1252"
