"""Orders, shipments and disposals of an item among which nobody can tell which one a credit settled.

A claim about an order or a shipment names it. A return or a payment that names none goes to one of them in netting,
and the sum is right; but any other one within its reach may be the settled one: that is for review. A payment for a
shipment says by its units which one it is for, unless several shipments lack as many.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace

from clario.domain.detection.lots.lots import CreditKind, Family, Lot
from clario.domain.detection.netting.netting import LOT_KEYS, Allocation, Settlement, channel_of
from clario.domain.detection.netting.passes import Key

MOST_RIVALS = 9
"""Where more open units than that share the doubt about one, each is settled so rarely that it stays: our choice."""

SENT_BACK_WITHIN = range(-5, 46)
"""Days after a refund on which its unit may come back: claims open after 45 at the earliest, for until then it may be
on its way. Of a return that only the ledger shows no refund in that time is the likelier one: our choice."""

# Of units that are misplaced or damaged in the centre Amazon itself counts which ones are settled.
NAMED = frozenset({Family.REFUND, Family.RESTOCK, Family.RETURN, Family.INBOUND, Family.DISPOSED})

Place = tuple[Key, Hashable]


def with_doubts(settlements: Sequence[Settlement]) -> list[Settlement]:
    """The same, with the open units of lots that a credit given to another lot may be for."""
    unnamed = [each for settlement in settlements for each in settlement.allocations if _is_unnamed(each)]
    if not unnamed:
        return list(settlements)
    doubts: defaultdict[int, int] = defaultdict(int)
    open_lots = _open_lots(settlements, {each.step.key for each in unnamed})
    for each in unnamed:
        rivals = {number for place in _places(each.lot, each.step.key) for number in open_lots.get(place, ())}
        rivals = {n for n in rivals if _may_be_meant(settlements[n].lot, each)}
        if sum(settlements[n].open_generous for n in rivals) <= MOST_RIVALS * each.units:
            for number in rivals:
                doubts[number] += each.units
    return [
        replace(settlement, doubtful=min(settlement.open_generous, doubts[number])) if number in doubts else settlement
        for number, settlement in enumerate(settlements)
    ]


def _is_unnamed(allocation: Allocation) -> bool:
    """Whether it went to the lot by what may have been, or by its number of units, not by the order or shipment.
    What is posted alone says nothing of what it is for, whatever lot it went to."""
    step, uncounted = allocation.step, allocation.credit.kind is CreditKind.POSTED
    return (uncounted or allocation.lot.family in NAMED) and (not step.strict or step.key == "number")


def _open_lots(settlements: Sequence[Settlement], keys: set[Key]) -> Mapping[Place, Sequence[int]]:
    table: defaultdict[Place, list[int]] = defaultdict(list)
    for number, settlement in enumerate(settlements):
        if settlement.open_generous and settlement.lot.family in NAMED:
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
