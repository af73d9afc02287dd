"""Refunds of an item among which nobody can tell which one a credit settled.

A claim about an order names that order. A return or a payment that names none goes to one refund of its item in
netting, and the sum is right; but any other refund within its reach may be the settled one: that is for review.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from clario.domain.detection.lots import Family, Lot
from clario.domain.detection.netting import LOT_KEYS, Allocation, Settlement, channel_of
from clario.domain.detection.passes import Key

MOST_RIVALS = 9
"""Where more open units than that share the doubt about one, each is settled so rarely that it stays: our choice."""

SENT_BACK_WITHIN = range(-5, 46)
"""Days after a refund on which its unit may come back: claims open after 45 at the earliest, for until then it may be
on its way. Of a return that only the ledger shows no refund in that time is the likelier one: our choice."""

OF_AN_ORDER = frozenset({Family.REFUND, Family.RESTOCK, Family.RETURN})

Place = tuple[Key, Hashable]


def with_doubts(settlements: Sequence[Settlement]) -> list[Settlement]:
    """The same, with the open units of refunds that a credit given to another refund may be for."""
    unnamed = [each for settlement in settlements for each in settlement.allocations if _is_unnamed(each)]
    if not unnamed:
        return list(settlements)
    doubts: defaultdict[int, int] = defaultdict(int)
    refunds = _open_refunds(settlements, {each.step.key for each in unnamed})
    for each in unnamed:
        rivals = {number for place in _places(each.lot, each.step.key) for number in refunds.get(place, ())}
        rivals = {n for n in rivals if _may_be_meant(settlements[n].lot, each)}
        if sum(settlements[n].open_generous for n in rivals) <= MOST_RIVALS * each.units:
            for number in rivals:
                doubts[number] += each.units
    return [
        replace(settlement, doubtful=min(settlement.open_generous, doubts[number])) if number in doubts else settlement
        for number, settlement in enumerate(settlements)
    ]


def _is_unnamed(allocation: Allocation) -> bool:
    """Whether it went to an order's unit by what may have been, not by the order."""
    return allocation.lot.family in OF_AN_ORDER and not allocation.step.strict


def _open_refunds(settlements: Sequence[Settlement], keys: set[Key]) -> Mapping[Place, Sequence[int]]:
    table: defaultdict[Place, list[int]] = defaultdict(list)
    for number, settlement in enumerate(settlements):
        if settlement.open_generous and settlement.lot.family in OF_AN_ORDER:
            for key in keys:
                for place in _places(settlement.lot, key):
                    table[place].append(number)
    return table


def _places(lot: Lot, key: Key) -> Iterator[Place]:
    return ((key, name) for name in LOT_KEYS[key](lot))


def _may_be_meant(lot: Lot, allocation: Allocation) -> bool:
    accepted = allocation.step.accepts.get(lot.family, frozenset())
    if lot is allocation.lot or channel_of(allocation.credit) not in accepted:
        return False
    days = (allocation.credit.on - lot.on).days
    in_time = allocation.unreported and days in SENT_BACK_WITHIN
    return in_time or allocation.step.reaches(lot.on, allocation.credit.on)
