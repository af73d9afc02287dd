"""Amazon's rules as dated data (`policy.json`): claim windows, caps, what coverage a proof needs, how sure it is.

Each row says from when it holds, where it was read, and how certain that is: A an Amazon page, B two or more others,
C one other, P our own choice.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict

from clario.domain.claims import Evidence
from clario.domain.detection.lots import Family
from clario.domain.values import Marketplace, Money

FALLBACK_DAYS = 60  # from discovery, where no rule of Amazon is known


class _Dated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: date
    grade: str
    source: str


class WindowRow(_Dated):
    """When a kind of claim may be filed, counted from its event; both ends are days to file on."""

    family: Family
    group: str
    anchor: str
    open_days: int
    close_days: int | None = None
    close_months: int | None = None
    valid_to: date | None

    @property
    def id(self) -> str:
        return f"{self.family}/{self.group}/{self.valid_from}"

    def closes(self, anchor: date) -> date:
        """The last day to file."""
        return _months_after(anchor, self.close_months or 0) + timedelta(days=self.close_days or 0)


class CapRow(_Dated):
    """The most Amazon pays for one unit."""

    countries: tuple[str, ...]
    amount: Decimal
    currency: str


class CoverageRow(BaseModel):
    """Which days around a loss a report must cover: from `lead_days` before it to `lag_days` before today."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    report: str
    lead_days: int
    lag_days: int
    grade: str
    source: str


class ConfidenceRow(_Dated):
    """How sure a kind of proof is, 0 to 1; or the factor of a reason code's strength."""

    name: str
    value: Decimal


class Policy(BaseModel):
    """The data file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups: dict[str, tuple[str, ...]]
    windows: tuple[WindowRow, ...]
    unit_caps: tuple[CapRow, ...]
    cost_regime: _Dated
    coverage: tuple[CoverageRow, ...]
    confidence: tuple[ConfidenceRow, ...]


@cache
def policy() -> Policy:
    """The rules in force; read once."""
    return Policy.model_validate_json(files(__package__).joinpath("policy.json").read_text("utf-8"))


class Window(NamedTuple):
    """When a claim may be filed. `basis` is "policy", or "discovery_default" where no rule is known (`row` None)."""

    claimable_from: date
    deadline: date
    basis: str
    row: WindowRow | None

    def evidence(self, anchor: date) -> Evidence:
        """The rule as a claim shows it."""
        told = {"basis": self.basis, "anchorDate": anchor.isoformat()}
        if self.row is None:
            return {**told, "policyId": None, "anchorKind": "ledger_date", "source": None, "grade": None}
        row = self.row
        return {**told, "policyId": row.id, "anchorKind": row.anchor, "source": row.source, "grade": row.grade}


def window(family: Family, marketplace: Marketplace, anchor: date, discovery: date) -> Window:
    """The days on which a claim anchored on an event may be filed, by the rule in force on the event's day."""
    groups = {name for name, countries in policy().groups.items() if marketplace.country in countries}
    for row in policy().windows:
        in_force = row.valid_from <= anchor and (row.valid_to is None or anchor <= row.valid_to)
        if row.family is family and row.group in groups and in_force:
            return Window(anchor + timedelta(days=row.open_days), row.closes(anchor), "policy", row)
    return Window(discovery, discovery + timedelta(days=FALLBACK_DAYS), "discovery_default", None)


def unit_cap(marketplace: Marketplace, on: date) -> Money | None:
    """The most Amazon pays for one unit there on that day, None when no cap is known."""
    rows = [row for row in policy().unit_caps if marketplace.country in row.countries and row.valid_from <= on]
    newest = max(rows, key=lambda row: row.valid_from, default=None)
    return Money(newest.amount, newest.currency) if newest else None


def confidence(name: str, on: date) -> Decimal:
    """The value of a proof or factor on that day.

    Raises:
        KeyError: no such row is in force.
    """
    rows = [row for row in policy().confidence if row.name == name and row.valid_from <= on]
    if not rows:
        raise KeyError(f"no confidence {name!r} on {on}")
    return max(rows, key=lambda row: row.valid_from).value


def _months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
