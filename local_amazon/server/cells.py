"""Columns of numbers as columns of text, a batch at a time: each distinct value is written once and looked up."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]

DAY = 86_400
EPOCH = date(1970, 1, 1)


def each(values: Numbers, render: Callable[[int], str]) -> Texts:
    """`render` of every value, called once for each distinct one."""
    distinct, place = np.unique(values, return_inverse=True)
    return _objects([render(value) for value in distinct.tolist()])[place]


def words(codes: Numbers, names: Sequence[str]) -> Texts:
    """The word of every code; -1 is empty."""
    return _objects([*names, ""])[codes]


def whole(values: Numbers) -> list[str]:
    return list(map(str, values.tolist()))


def whole_or_empty(values: Numbers, empty: int) -> Texts:
    """Integers; the value `empty` is an empty cell."""
    return each(values, lambda value: "" if value == empty else str(value))


def hundredths(values: Numbers) -> Texts:
    """Cents as 12.34."""
    return each(values, two_digits)


def thousandths(values: Numbers, digits: int = 3) -> Texts:
    return each(values, lambda value: f"{value / 1000:.{digits}f}")


def two_digits(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def days(values: Numbers, form: str) -> Texts:
    """Days since 1970 in a `strftime` form."""
    return each(values, lambda value: (EPOCH + timedelta(days=value)).strftime(form))


def moments(seconds: Numbers, zone: ZoneInfo, *, day: str = "%Y-%m-%dT", colon: bool = True) -> Texts:
    """Seconds since 1970 as local wall-clock times with their offset; 0 is empty."""
    shift = offsets(seconds, zone)
    local = seconds + shift
    text = days(local // DAY, day) + clock_faces(local) + each(shift, lambda value: _offset(value, colon))
    return _without_zero(seconds, text)


def stamps(seconds: Numbers, utc: str = "Z") -> Texts:
    """Seconds since 1970 as 2026-07-20T01:00:00Z; 0 is empty."""
    text = days(seconds // DAY, "%Y-%m-%dT") + clock_faces(seconds) + np.full(len(seconds), utc, object)
    return _without_zero(seconds, text)


def offsets(seconds: Numbers, zone: ZoneInfo) -> Numbers:
    """Seconds that the zone is ahead of UTC at each moment. Zones change on full quarters of an hour."""
    hours, place = np.unique(seconds // 900, return_inverse=True)
    ahead: Numbers = np.array([_ahead(hour, zone) for hour in hours.tolist()], np.int64)[place]
    return ahead


@lru_cache(maxsize=200_000)
def _ahead(quarter: int, zone: ZoneInfo) -> int:
    shift = datetime.fromtimestamp(quarter * 900, tz=UTC).astimezone(zone).utcoffset()
    return int(shift.total_seconds()) if shift else 0


def clock_faces(seconds: Numbers) -> Texts:
    """The time of day of each moment as 23:59:59."""
    return _faces()[seconds % DAY]


@lru_cache(maxsize=1)
def _faces() -> Texts:
    """Every second of a day as 23:59:59."""
    return _objects([f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in range(DAY)])


def _offset(seconds: int, colon: bool) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{':' if colon else ''}{minutes:02d}"


def _without_zero(seconds: Numbers, text: Texts) -> Texts:
    text[seconds == 0] = ""
    return text


def _objects(texts: Sequence[Any]) -> Texts:
    array = np.empty(len(texts), object)
    array[:] = texts
    return array
