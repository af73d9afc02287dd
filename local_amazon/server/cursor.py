"""Page tokens: where a listing goes on, how long Amazon remembers, and what faults do to pages."""

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np

from local_amazon.server.answers import bad_request
from local_amazon.server.call import Call
from local_amazon.server.faults import PAGES
from local_amazon.world.store import Batch


class Paging(NamedTuple):
    """An operation's rules: the request's token parameter, the token's life, whether arguments must be sent again."""

    parameter: str
    life: timedelta
    same_arguments: bool = True
    expired: str = "Next token has expired."


class Place(NamedTuple):
    """The row that is `offset` rows (or groups of rows) after the first one of the clock value `at`; 0: the start."""

    at: int
    offset: int


START = Place(0, 0)


class Cursor(NamedTuple):
    """Where a listing goes on: what was asked, as of when, from where; `fault` is what befalls this page."""

    question: dict[str, str]
    as_of: datetime
    place: Place
    previous: Place
    now: datetime
    sent: str | None = None
    fault: str | None = None

    def slice(self, size: int, total: int) -> tuple[slice, str | None]:
        """The page of a list with that many entries, and the token of the next one, None at the end."""
        place = self._begin()
        if self.fault == "empty_page" and total:
            return slice(0, 0), self._token(place, place)
        end = min(place.offset + size, total)
        return slice(place.offset, end), self._next(place, Place(0, end) if end < total else None)

    def rows(
        self, size: int, read: Callable[[int], Iterable[Batch]], clock: str, group: str = ""
    ) -> tuple[Batch | None, str | None]:
        """A page of rows, or of groups of neighbouring rows that are equal in `group`, and the next one's token.

        `read` gives the listing from a value of `clock` on (0: all of it), sorted by `clock`; without a clock it gives
        all of it, in an order that stays. None: there are no rows.
        """
        place = self._begin()
        if self.fault == "empty_page":
            return None, self._token(place, place)
        found = _merged(read(place.at), place.offset + size, group)
        if found is None:
            return None, None
        number = _numbered(found, group)
        chosen = found.where((number >= place.offset) & (number < place.offset + size))
        return chosen, self._next(place, _following(found, number, place.offset + size, clock))

    def _begin(self) -> Place:
        return self.previous if self.fault == "duplicated_page" else self.place

    def _next(self, place: Place, following: Place | None) -> str | None:
        if self.fault == "repeated_token":
            return self.sent
        return following and self._token(following, place)

    def _token(self, place: Place, previous: Place) -> str:
        fields = [self.question, self.as_of.isoformat(), *place, *previous, self.now.isoformat()]
        return base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()


def cursor_of(call: Call, paging: Paging) -> Cursor:
    """The first page, or the place that the request's token names; refused when that token is too old."""
    sent = call.query.get(paging.parameter) or None
    question = {name: value for name, value in call.query.items() if name != paging.parameter}
    fault = call.strike(tuple(PAGES) if sent else ("empty_page",))
    kind = fault.kind if fault else None
    if sent is None:
        return Cursor(question, call.now, START, START, call.now, None, kind)
    token = _read(sent)
    if call.now - token.now >= paging.life or kind == "expired_page":
        raise bad_request(paging.expired)
    if paging.same_arguments and token.question != question:
        raise bad_request("Next token does not belong to these parameters.")
    return token._replace(now=call.now, sent=sent, fault=kind)


def _read(token: str) -> Cursor:
    try:
        asked, as_of, at, offset, *previous, issued = json.loads(base64.b64decode(token, altchars=b"-_", validate=True))
        place, before = Place(at, offset), Place(*previous)
        return Cursor(asked, datetime.fromisoformat(as_of), place, before, datetime.fromisoformat(issued))
    except (binascii.Error, ValueError, TypeError):
        raise bad_request("Invalid next token.") from None


def _merged(batches: Iterable[Batch], enough: int, group: str) -> Batch | None:
    """So many rows that more than `enough` groups are known to exist, or all there are."""
    parts: list[Batch] = []
    count = 0
    for batch in batches:
        if len(batch):
            parts.append(batch)
            count += int(_numbered(batch, group)[-1])  # a lower bound: a group may go on in the next batch
            if count > enough:
                break
    if not parts:
        return None
    columns = {name: np.concatenate([part[name] for part in parts]) for name in parts[0].columns}
    return Batch(parts[0].table, columns)


def _numbered(batch: Batch, group: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The number of each row's group, from 0."""
    if not group:
        return np.arange(len(batch))
    ids = batch[group]
    changed = np.ones(len(ids), np.int64)
    changed[1:] = ids[1:] != ids[:-1]
    return np.cumsum(changed) - 1


def _following(found: Batch, number: np.ndarray[tuple[int], np.dtype[np.int64]], end: int, clock: str) -> Place | None:
    """The place of the group with that number."""
    if number[-1] < end:
        return None
    if not clock:
        return Place(0, end)
    row = int(np.searchsorted(number, end))
    at = int(found[clock][row])
    first = int(np.searchsorted(found[clock], at))
    return Place(at, end - int(number[first]))
