"""Quarantine: a slice that failed again and again rests, so that a hopeless one does not hold up every sync."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .slices import Slice, SliceState
from .values import DayRange

FAILURES = 3
REST = timedelta(days=3)
LOOK_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Try:
    """How an earlier slice of the same connection ended."""

    source: str
    scope: str
    days: DayRange
    failed: bool
    error: str | None
    ended_at: datetime


def quarantined(parts: Iterable[Slice], tries: Sequence[Try], now: datetime) -> list[Slice]:
    """The planned slices; those whose last three tries failed, the last of them within three days, as quarantined.

    The trailing days move on by a day each day, and so do the slices cut from them: a try is one of the same slice if
    it was about the slice's first day.

    Args:
        tries: newest first.
    """
    return [_quarantined(part, tries, now) for part in parts]


def _quarantined(part: Slice, tries: Sequence[Try], now: datetime) -> Slice:
    of_it = [
        one for one in tries if (one.source, one.scope) == (part.source, part.scope) and part.days.start in one.days
    ]
    last = of_it[:FAILURES]
    if len(last) < FAILURES or not all(one.failed for one in last) or now - last[0].ended_at >= REST:
        return part
    detail = (
        f"failed in {FAILURES} syncs in a row; tried again after {last[0].ended_at + REST:%Y-%m-%d}, or in a sync"
        f" started by hand: {last[0].error or 'no reason was given'}"
    )
    return replace(part, state=SliceState.QUARANTINED, note="quarantined", severity="error", error=detail)
