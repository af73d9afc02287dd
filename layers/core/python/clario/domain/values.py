"""Small values the whole domain shares: money, marketplaces and their calendars."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)


class Money(NamedTuple):
    """An amount with its ISO 4217 currency. Amounts of different currencies are never added."""

    amount: Decimal
    currency: str


class DayRange(NamedTuple):
    """Whole calendar days, both ends included."""

    start: date
    end: date

    def days(self) -> list[date]:
        return [self.start + timedelta(days=n) for n in range((self.end - self.start).days + 1)]

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    def __str__(self) -> str:
        return f"{self.start} to {self.end}"


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One Amazon shop. `zone` is the calendar Amazon cuts this marketplace's days in."""

    id: str
    country: str
    currency: str
    region: str  # na, eu, fe: which SP-API host serves it
    zone: ZoneInfo


def _marketplaces() -> dict[str, Marketplace]:
    """The marketplaces by id.

    Ids, regions and currencies: https://developer-docs.amazon.com/sp-api/docs/marketplace-ids.
    Zones: Amazon shows North American days in Pacific time; the others by the country's own clock (unverified).
    """
    rows = """
        ATVPDKIKX0DER   US  USD  na  America/Los_Angeles
        A2EUQ1WTGCTBG2  CA  CAD  na  America/Los_Angeles
        A1AM78C64UM0Y8  MX  MXN  na  America/Los_Angeles
        A2Q3Y263D00KWC  BR  BRL  na  America/Sao_Paulo
        A1F83G8C2ARO7P  GB  GBP  eu  Europe/London
        A1PA6795UKMFR9  DE  EUR  eu  Europe/Berlin
        A13V1IB3VIYZZH  FR  EUR  eu  Europe/Berlin
        APJ6JRA9NG5V4   IT  EUR  eu  Europe/Berlin
        A1RKKUPIHCS9HS  ES  EUR  eu  Europe/Berlin
        A28R8C7NBKEWEA  IE  EUR  eu  Europe/Dublin
        A1805IZSGTT6HS  NL  EUR  eu  Europe/Berlin
        AMEN7PMS3EDWL   BE  EUR  eu  Europe/Berlin
        A2NODRKZP88ZB9  SE  SEK  eu  Europe/Berlin
        A1C3SOZRARQ6R3  PL  PLN  eu  Europe/Berlin
        A33AVAJ2PDY3EV  TR  TRY  eu  Europe/Istanbul
        A2VIGQ35RCS4UG  AE  AED  eu  Asia/Dubai
        A17E79C6D8DWNP  SA  SAR  eu  Asia/Riyadh
        ARBP9OOSHTCHU   EG  EGP  eu  Africa/Cairo
        A21TJRUUN4KGV   IN  INR  eu  Asia/Kolkata
        AE08WJ6YKNBMC   ZA  ZAR  eu  Africa/Johannesburg
        A1VC38T7YXB528  JP  JPY  fe  Asia/Tokyo
        A39IBJ37TRP1C6  AU  AUD  fe  Australia/Sydney
        A19VAU5U5O7RUS  SG  SGD  fe  Asia/Singapore
    """
    table = {}
    for line in rows.split("\n"):
        if fields := line.split():
            marketplace_id, country, currency, region, zone = fields
            table[marketplace_id] = Marketplace(marketplace_id, country, currency, region, ZoneInfo(zone))
    return table


MARKETPLACES = _marketplaces()


def home_marketplace(marketplace_ids: list[str]) -> Marketplace:
    """The marketplace whose calendar a connection's region-wide data is read in: the first one we know.

    Raises:
        KeyError: none of the ids is known.
    """
    for marketplace_id in marketplace_ids:
        if marketplace_id in MARKETPLACES:
            return MARKETPLACES[marketplace_id]
    raise KeyError(f"no known marketplace among {marketplace_ids}")


def local_day(moment: datetime, zone: tzinfo) -> date:
    """The calendar day of an aware moment in `zone`."""
    return moment.astimezone(zone).date()
