"""Between syncs: which streams are refreshed how often, and which window of a source a refresh reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from .slices import cut, joined, unit_of
from .sources import PagedSource, Source, Stream, Unit
from .streams import STREAMS, source_of, ways
from .values import ONE_DAY, DayRange, local_day

# Amazon refuses windows that end within the last two minutes.
HOLD_BACK = timedelta(minutes=2, seconds=5)
# What Amazon tells so much too late is found all the same. What is later still, trailing days bring when read again.
OVERLAP = timedelta(minutes=10)
# So far back we look for what is known.
LOOK_BACK = timedelta(days=31)
# Rows of trailing days change in place. The daily sync reads all of these days again; where it has not, a refresh does.
SWEEP = timedelta(hours=30)
# Days in which rows still come to light are read again so often.
LATE_SWEEP = timedelta(hours=1)

REFRESHED: dict[str, timedelta] = {
    stream.name: stream.cadence
    for stream in STREAMS.values()
    if any(isinstance(source, PagedSource) for source in stream.sources)
}
"""The streams that are refreshed, those that are read page by page, and how often."""


@dataclass(frozen=True, slots=True)
class Covered:
    """What is known of a loaded day: of when its data is, when the whole day was read last, and by which source."""

    as_of: datetime
    whole_as_of: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Window:
    """Days to read; of the first one only what is newer than `since`, where that is set."""

    days: DayRange
    since: datetime | None = None


def refreshed_sources(stream: Stream, versions: Mapping[str, str]) -> list[PagedSource]:
    """What a refresh of the stream reads.

    Args:
        versions: the generation of Amazon's API to read, by stream.
    """
    found = [source for sources in ways(stream, versions).values() for source in sources]
    return [source for source in found if isinstance(source, PagedSource)]


def next_turn(due: datetime, cadence: timedelta, now: datetime) -> datetime:
    """The first moment after now that is a whole number of cadences after `due`: each stream keeps to its own beat."""
    return due + (max(now - due, timedelta(0)) // cadence + 1) * cadence


def windows_to_refresh(
    stream: str, source: PagedSource, zone: tzinfo, covered: Mapping[date, Covered], now: datetime
) -> list[Window]:
    """What a refresh reads of a source, the newest data first.

    That is the *tail*, from where what is known ends, and the *sweep*: trailing days not read whole for long. What
    was never loaded, or ends before the trailing days, is for the next sync; so are days of another generation of
    Amazon's API, whose rows do not count beside ours. What is fresh, because a sync has just brought it, is left alone.

    Args:
        covered: the loaded days of the last `LOOK_BACK`.
        zone: the calendar of the days.
    """
    today = local_day(now, zone)
    known = {day: entry for day, entry in covered.items() if _same_generation(stream, source, entry.source)}
    if not known or known[max(known)].as_of > now - STREAMS[stream].cadence / 2:
        return []
    if source.present_only:
        return [Window(DayRange(today, today))]
    trailing = DayRange(today - timedelta(days=source.trailing_days - 1), today)
    known = {day: entry for day, entry in known.items() if day in trailing}
    swept = [day for day in sorted(known) if _is_swept(source, day, known[day], now, today)]
    tail = [window for window in _tail(source, zone, known, today) if not set(window.days.days()) <= set(swept)]
    return tail + [Window(days) for days in _slices(source, swept, today)]


def _is_swept(source: PagedSource, day: date, known: Covered, now: datetime, today: date) -> bool:
    still_late = today - day < timedelta(days=source.late_days)
    return (known.whole_as_of or known.as_of) < now - (LATE_SWEEP if still_late else SWEEP)


def _same_generation(stream: str, source: Source, other: str) -> bool:
    versions = {source.version, source_of(stream, other).version} - {None}
    return len(versions) <= 1


def _tail(source: Source, zone: tzinfo, known: Mapping[date, Covered], today: date) -> list[Window]:
    """From the end of what is known to now, cut into slices of the source."""
    if not known:
        return []
    run = _last_run(known)
    since = max(_known_until(run, zone, known) - OVERLAP, _midnight(run.start, zone))
    first = local_day(since, zone)
    if source.unit is not Unit.DAY or since == _midnight(first, zone):
        return [Window(days) for days in _slices(source, DayRange(first, today).days(), today)]
    head, *rest = _slices(source, DayRange(first, today).days(), today)
    return [Window(head, since), *map(Window, rest)]


def _last_run(known: Mapping[date, Covered]) -> DayRange:
    """The newest loaded days without a hole among them: a window must not reach over one and make it look loaded."""
    return joined(DayRange(day, day) for day in sorted(known))[-1]


def _known_until(run: DayRange, zone: tzinfo, known: Mapping[date, Covered]) -> datetime:
    """Up to when everything in these days is known: the first of them that was read before it was over says it."""
    ends = {day: _midnight(day + ONE_DAY, zone) for day in run.days()}
    unfinished = [known[day].as_of - HOLD_BACK for day, end in ends.items() if known[day].as_of - HOLD_BACK < end]
    return min(unfinished, default=ends[run.end])


def _slices(source: Source, days: list[date], today: date) -> list[DayRange]:
    """The units that hold these days, as slices, oldest first; none reaches beyond today."""
    units = sorted({unit_of(day, source.unit) for day in days})
    gaps = [DayRange(gap.start, min(gap.end, today)) for gap in joined(units)]
    return [part for gap in gaps for part in cut(source, gap)]


def _midnight(day: date, zone: tzinfo) -> datetime:
    """When the day begins there."""
    return datetime.combine(day, time(), zone)
