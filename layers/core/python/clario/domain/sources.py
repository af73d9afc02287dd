"""Where a stream's rows come from: reports that are asked for or found, and operations read page by page."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class Unit(StrEnum):
    """What slices are cut along: a slice holds whole units, and the newest one as far as it has come."""

    DAY = "day"
    WEEK = "week"  # from Monday
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One thing that Amazon is asked for, and what becomes of the answer.

    Attributes:
        name: the report type or the operation.
        tables: what its documents fill (`clario.domain.tables`). Sources of one stream with the same first table are
            ways to the same rows, of which one is enough; sources with different ones belong together.
        normaliser: the entry of `clario.domain.normalize` that reads its documents.
        slice_days: the longest range one slice loads (a unit is never cut).
        trailing_days: how far back rows still change at Amazon, so that every sync reads them again.
        unit: what slices are cut along.
        per_marketplace: Amazon is asked for one marketplace at a time.
        present_only: Amazon tells only how things are now, so a sync loads today.
        kept_days: how far back Amazon has it, where that is less than we want.
        version: the generation of Amazon's API, where a setting chooses between two.
        personal: an answer may tell who or where a buyer is; that is dropped before anything is written.
    """

    name: str
    tables: tuple[str, ...]
    normaliser: str
    slice_days: int
    trailing_days: int
    unit: Unit = Unit.DAY
    per_marketplace: bool = False
    present_only: bool = False
    kept_days: int | None = None
    version: str | None = None
    personal: bool = False

    @property
    def dataset(self) -> str:
        """What coverage calls the rows: the first table."""
        return self.tables[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSource(Source):
    """Rows come from a report of the Reports API.

    `cooldown` is how long Amazon keeps answering with the last build of the report: daily FBA reports are rebuilt at
    most every 4 hours, near-real-time ones every 30 minutes
    (https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba).
    `days_before`: days asked for before the slice's first one. `options`: the report's options.
    """

    cooldown: timedelta = timedelta(hours=4)
    days_before: int = 1
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundReportSource(Source):
    """Rows come from reports that Amazon makes by itself: nobody can ask for them, only find them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedSource(Source):
    """Rows come page by page from an operation, read in one go because page tokens live minutes or seconds."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One data set as a person knows it.

    Attributes:
        sources: in the order of preference among ways to the same rows.
        band: the progress band it counts in (`clario.domain.progress`).
    """

    name: str
    band: str
    cadence: timedelta
    health_source: str
    sources: tuple[Source, ...]
