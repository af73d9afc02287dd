"""Slices: which days a sync must load, and what the next step of each slice is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from .sources import PagedSource, ReportSource, Source, Unit
from .streams import source_of
from .values import ONE_DAY, DayRange


class SliceState(StrEnum):
    """How far a slice is. The last four are finished."""

    PLANNED = "planned"
    WAITING = "waiting"
    FETCHED = "fetched"
    NORMALIZED = "normalized"
    STORED = "stored"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    QUARANTINED = "quarantined"


FINISHED = frozenset({SliceState.STORED, SliceState.UNCHANGED, SliceState.FAILED, SliceState.QUARANTINED})


class Step(StrEnum):
    """What the state machine does next with a slice; REST is nothing for now, or ever."""

    REQUEST = "request"
    POLL = "poll"
    FETCH = "fetch"
    NORMALIZE = "normalize"
    STORE = "store"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Slice:
    """One unit of loading, as the database keeps it: a source of a stream, for some days.

    `days` are the marketplace's calendar days, both included.
    """

    slice_id: int
    sync_id: str
    connection_id: int
    stream: str
    source: str
    scope: str
    days: DayRange
    state: SliceState
    since: datetime | None = None  # of a refresh, which keeps no row: of the first day only what is newer
    wait_until: datetime | None = None
    prepaid: tuple[str, ...] = ()  # an operation for each call that its usage plan has set aside for `wait_until`
    polls: int = 0
    failures: int = 0  # tries that Amazon's failures cut short since the slice last got on
    requested_at: datetime | None = None
    report_id: str | None = None
    report_document_id: str | None = None
    report_made_at: datetime | None = None
    document_id: int | None = None
    attempts: int = 0
    rows: int | None = None
    rejected: int | None = None
    outside: int | None = None
    orders: int | None = None  # orders that no other slice of the sync had before
    note: str | None = None  # why it was held back or failed: a word
    severity: str | None = None  # info, warning, error
    error: str | None = None

    @property
    def definition(self) -> Source:
        return source_of(self.stream, self.source)

    @property
    def marketplace_ids(self) -> tuple[str, ...]:
        return tuple(self.scope.split(","))


def next_step(part: Slice) -> Step:
    """The step that brings the slice on; a waiting slice is due once its time has come."""
    if part.state in FINISHED:
        return Step.REST
    if part.state is SliceState.FETCHED:
        return Step.NORMALIZE
    if part.state is SliceState.NORMALIZED:
        return Step.STORE
    if not isinstance(part.definition, ReportSource) or part.report_document_id:
        return Step.FETCH
    return Step.POLL if part.report_id else Step.REQUEST


def scopes(source: Source, marketplace_ids: Iterable[str]) -> list[str]:
    """What the slices of a source ask for: all marketplaces together, or each alone where Amazon takes only one."""
    return list(marketplace_ids) if source.per_marketplace else [",".join(marketplace_ids)]


def missing_days(source: Source, history: DayRange, covered: Iterable[date]) -> list[DayRange]:
    """The runs of days a sync loads: what was never loaded, and the trailing days that still change at Amazon.

    Args:
        history: the first and the last day anybody wants; the last is the marketplace's today.
        covered: days loaded before, complete or not.

    Returns:
        Runs that do not touch, oldest first. They hold whole units of the source, so the first may begin before the
         history, while the last ends today. Of what Amazon tells only as it is now it is today alone: what was
        there yesterday cannot be read any more.
    """
    if source.present_only:
        return [DayRange(history.end, history.end)]
    trailing_start = history.end - timedelta(days=source.trailing_days - 1)
    done = {day for day in covered if day < trailing_start}
    wanted = {unit_of(day, source.unit).start for day in _kept(source, history) if day not in done}
    units = [unit_of(start, source.unit) for start in sorted(wanted)]
    return [DayRange(gap.start, min(gap.end, history.end)) for gap in joined(units)]


def scheduled_days(
    source: Source, cadence: timedelta, history: DayRange, covered: Mapping[date, datetime], now: datetime
) -> list[DayRange]:
    """The same for a sync that nobody asked for: while what still changes at Amazon is young, only the holes.

    Young is less than three quarters of the cadence, or of a day for what is read between such syncs: syncs take a
    while, and one must not wait for the next because the last ended late. The oldest of the trailing days tells.
    """
    trailing_start = history.end - timedelta(days=source.trailing_days - 1)
    trailing = [as_of for day, as_of in covered.items() if day >= trailing_start]
    read_at = max(covered.values(), default=None) if source.present_only else min(trailing, default=None)
    if read_at is None or now - read_at >= max(cadence, ONE_DAY) * 3 / 4:
        return missing_days(source, history, covered)
    if source.present_only:
        return []
    loaded = DayRange(history.start, max(covered))
    return missing_days(replace(source, trailing_days=0), loaded, covered)


def cut(source: Source, gap: DayRange, longest: int | None = None) -> list[DayRange]:
    """The slices of a run of days, oldest first: whole units, as many as fit into `longest` or the source's own days.

    They are cut from the newest day backwards, so that the trailing window is asked for in the same pieces every day.
    """
    days = min(source.slice_days, longest or source.slice_days)
    parts: list[DayRange] = []
    end = gap.end
    while end >= gap.start:
        start = _first_unit(source, end, days)
        parts.append(DayRange(max(start, gap.start), end))
        end = start - ONE_DAY
    return parts[::-1]


def _first_unit(source: Source, end: date, days: int) -> date:
    """Where the slice that ends then begins: its last unit, and those before it while it is not too long."""
    start, last = unit_of(end, source.unit)
    while (last - (before := unit_of(start - ONE_DAY, source.unit).start)).days < days:
        start = before
    return start


def _kept(source: Source, history: DayRange) -> list[date]:
    """The days of the history that Amazon still has."""
    return history.days()[-source.kept_days :] if source.kept_days else history.days()


def unit_of(day: date, unit: Unit) -> DayRange:
    """The day, the week from Monday, or the month that holds that day."""
    if unit is Unit.WEEK:
        monday = day - timedelta(days=day.weekday())
        return DayRange(monday, monday + timedelta(days=6))
    if unit is Unit.MONTH:
        first = day.replace(day=1)
        return DayRange(first, (first + timedelta(days=31)).replace(day=1) - ONE_DAY)
    return DayRange(day, day)


def joined(ranges: Iterable[DayRange]) -> list[DayRange]:
    """Ranges, given in order, with neighbours made one."""
    runs: list[DayRange] = []
    for part in ranges:
        if runs and runs[-1].end + ONE_DAY == part.start:
            runs[-1] = DayRange(runs[-1].start, part.end)
        else:
            runs.append(part)
    return runs


def choose_batch(due: Iterable[Slice], limit: int = 40) -> list[Slice]:
    """The slices to work on side by side: at most `limit`, and one at a time of those that page the same operation.

    Two slices that page one operation would share its usage plan and make each other's page tokens grow old.
    The limit keeps a batch within what an inline Map runs at once (40 iterations,
    https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html).
    """
    batch: list[Slice] = []
    paging: set[tuple[int, str]] = set()
    for part in due:
        if isinstance(part.definition, PagedSource) and next_step(part) is Step.FETCH:
            lane = (part.connection_id, part.source)
            if lane in paging:
                continue
            paging.add(lane)
        batch.append(part)
        if len(batch) == limit:
            break
    return batch
