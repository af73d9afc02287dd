"""What loading costs at Amazon's pace, and which way to the same rows is the fastest. Pure: plans in, plan out.

The price of a slice is calls of operations; time follows from the usage plans. Operations have plans of their own and
are called side by side, so a load takes as long as the operation that takes longest, and every report, whatever its
type, waits for the same createReport and getReportDocument.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from .slices import cut
from .sources import FoundReportSource, PagedSource, ReportSource, Source
from .usage_plans import USAGE_PLANS
from .values import DayRange

ASSUMED_ORDERS_A_DAY = 100.0  # of a seller of whom nothing is loaded yet

# Amazon promises no time: a few minutes between createReport and the document is what one sees, looked at four times.
TURNAROUND = timedelta(minutes=3)
LOOKS = 4
NEVER = timedelta.max


@dataclass(frozen=True, slots=True)
class Need:
    """A run of days that must be loaded, and the ways to do it, the preferred one first.

    `rows_a_day`: of the first table, as measured or assumed.
    """

    stream: str
    ways: tuple[Source, ...]
    scope: str
    days: DayRange
    rows_a_day: float


@dataclass(frozen=True, slots=True)
class Load:
    """A need and the way that was chosen, cut into slices; `calls` by operation."""

    stream: str
    source: Source
    scope: str
    slices: tuple[DayRange, ...]
    calls: Mapping[str, int]


def plan_loads(needs: Iterable[Need]) -> list[Load]:
    """The fastest way for every need, in the order of the needs.

    What can be loaded in one way only is priced first: its calls are in the way of everything else.
    """
    wanted = list(needs)
    spent = Counter[str]()
    chosen: dict[int, Load] = {}
    for number, need in sorted(enumerate(wanted), key=lambda entry: len(entry[1].ways) > 1):
        chosen[number] = min((load_by(way, need) for way in need.ways), key=lambda load: _ready_after(load, spent))
        spent.update(chosen[number].calls)
    return [chosen[number] for number in range(len(wanted))]


def load_by(way: Source, need: Need) -> Load:
    """The need loaded in that way."""
    slices = tuple(cut(way, need.days, longest_slice(way, need.rows_a_day)))
    calls = Counter[str]()
    for days in slices:
        calls.update(_calls(way, rows=need.rows_a_day * len(days.days())))
    return Load(need.stream, way, need.scope, slices, calls)


def longest_slice(source: Source, rows_a_day: float) -> int:
    """So many days a slice may have for its pages to be read in time; one day at least."""
    if not isinstance(source, PagedSource) or rows_a_day <= 0:
        return source.slice_days
    rows = USAGE_PLANS[source.name].calls_within(source.paged_within) * source.page_rows
    if source.also_called:
        rows = min(rows, USAGE_PLANS[source.also_called].calls_within(source.paged_within))
    return max(1, min(source.slice_days, int(rows / rows_a_day)))


def total_calls(loads: Iterable[Load]) -> Counter[str]:
    """All calls by operation."""
    total = Counter[str]()
    for load in loads:
        total.update(load.calls)
    return total


def least_time(calls: Mapping[str, int]) -> timedelta:
    """The lower bound that usage plans set on that many calls, by operation."""
    return max((USAGE_PLANS[name].least_time(count) for name, count in calls.items()), default=timedelta(0))


def predicted_time(loads: Iterable[Load]) -> timedelta:
    """How long the loads will take: with the margin that is left of every burst, and the last report's turnaround.

    What computing takes is not in it; it goes on while Amazon is waited for.
    """
    return _ready(total_calls(loads))


def _ready(calls: Mapping[str, int]) -> timedelta:
    return max((_ready_of(name, count) for name, count in calls.items()), default=timedelta(0))


def _ready_of(operation: str, count: int) -> timedelta:
    turnaround = TURNAROUND if operation in ("createReport", "getReportDocument") else timedelta(0)
    return USAGE_PLANS[operation].with_margin().least_time(count) + turnaround


def _ready_after(load: Load, spent: Counter[str]) -> timedelta:
    """When the load is ready if those calls are made before it; never, where pages could not be read in time."""
    if not _pages_in_time(load):
        return NEVER
    return _ready({name: spent[name] + count for name, count in load.calls.items()})


def _pages_in_time(load: Load) -> bool:
    """Whether no slice has to wait longer for a page than it may, though somebody else pages the same operation.

    Where that is long, only a burst can be read: what comes after it would begin again and again.
    """
    source = load.source
    if not isinstance(source, PagedSource):
        return True
    plan = USAGE_PLANS[source.name].with_margin()
    slow = 2 / plan.rate > source.paged_within.total_seconds()
    return not slow or load.calls[source.name] <= plan.burst


def _calls(source: Source, rows: float) -> dict[str, int]:
    """The calls that load one slice with so many rows."""
    if isinstance(source, PagedSource):
        pages = {source.name: max(1, ceil(rows / source.page_rows))}
        return {**pages, source.also_called: ceil(rows)} if source.also_called else pages
    if isinstance(source, FoundReportSource):
        return {"getReports": 1, "getReportDocument": 1}
    assert isinstance(source, ReportSource)
    return {"createReport": 1, "getReport": LOOKS, "getReportDocument": 1}
