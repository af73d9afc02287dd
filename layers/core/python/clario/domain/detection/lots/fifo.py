"""First in, first out: units wanted meet units offered, oldest first, inside a window of days."""

from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
W = TypeVar("W")
G = TypeVar("G")


@dataclass(slots=True, eq=False)
class Stock(Generic[T]):
    """The units of one item that are still to be matched; matching counts `left` down."""

    on: date
    left: int
    item: T


class Match(NamedTuple, Generic[W, G]):
    wanted: Stock[W]
    offered: Stock[G]
    units: int


class Reach(NamedTuple):
    """Which queues may serve a wanted item, and how many days after it an offer may come (None: any time)."""

    queues: tuple[Hashable, ...]
    days_after: int | None


def match(
    wanted: Iterable[Stock[W]],
    offered: Iterable[Stock[G]],
    queue_of: Callable[[G], Hashable],
    reach_of: Callable[[W], Reach],
    days_before: int | None,
    limit: Callable[[Stock[W]], int] = lambda stock: stock.left,
) -> Iterator[Match[W, G]]:
    """Serve the wanted in their order (ascending by day), each from the oldest offer it may take.

    `offered` is ascending by day; offers more than `days_before` days older than the wanted item (None: no such end)
    never serve it, nor anything after it, so that every queue is walked once. `limit` caps what one item may take now.
    """
    queues: defaultdict[Hashable, deque[tuple[int, Stock[G]]]] = defaultdict(deque)
    for place, offer in enumerate(offered):
        if offer.left:
            queues[queue_of(offer.item)].append((place, offer))
    for want in wanted:
        if (room := limit(want)) <= 0:
            continue
        reach = reach_of(want.item)
        earliest = date.min if days_before is None else want.on - timedelta(days=days_before)
        heads = [queues[name] for name in reach.queues if name in queues]
        while room > 0 and (offer_left := _oldest(heads, earliest, _latest(want.on, reach.days_after))):
            units = min(room, offer_left.left)
            room -= units
            want.left -= units
            offer_left.left -= units
            yield Match(want, offer_left, units)


def _latest(day: date, days_after: int | None) -> date:
    return date.max if days_after is None else day + timedelta(days=days_after)


def _oldest(heads: list[deque[tuple[int, Stock[G]]]], earliest: date, latest: date) -> Stock[G] | None:
    for queue in heads:
        while queue and (queue[0][1].left == 0 or queue[0][1].on < earliest):
            queue.popleft()
    fronts = [queue[0] for queue in heads if queue and queue[0][1].on <= latest]
    return min(fronts, key=lambda front: front[0])[1] if fronts else None
