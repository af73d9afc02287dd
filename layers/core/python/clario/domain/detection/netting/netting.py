"""One netting run over everything that happened to a component: each unit is owed once, each credit settles once.

It goes over the passes of `passes.py`: first for lots Amazon itself shows as reconciled, as far as it shows them so,
then for all. Inside a pass the oldest lot takes the oldest credit. That may pick the wrong lot of an item; the open
units of the item are right all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Credit, CreditKind, Family, Lot
from clario.domain.detection.netting.passes import PASSES, Channel, Key, Pass

Names = tuple[Hashable, ...]


def _one(name: Hashable) -> Names:
    return (name,) if name else ()


LOT_KEYS: dict[Key, Callable[[Lot], Names]] = {
    "fnsku": lambda lot: _one(lot.names.fnsku),
    "asin": lambda lot: _one(lot.names.asin),
    "place": lambda lot: ((lot.names.fnsku, lot.place),),
    "number": lambda lot: ((lot.names.fnsku, lot.units),),
    "order": lambda lot: lot.order_ids,
    "net_sale": lambda lot: ((lot.names.fnsku, lot.units, lot.net_sale),) if lot.net_sale else (),
    "shipment": lambda lot: ((lot.shipment_id, lot.names.sku),),
}
CREDIT_KEYS: dict[Key, Callable[[Credit], Hashable]] = {
    "fnsku": lambda credit: credit.fnsku,
    "asin": lambda credit: credit.asin,
    "place": lambda credit: (credit.fnsku, credit.place),
    "number": lambda credit: (credit.fnsku, credit.units),
    "order": lambda credit: credit.order_id,
    "net_sale": lambda credit: (credit.fnsku, credit.units, credit.unit_paid),
    "shipment": lambda credit: (credit.shipment_id, credit.sku),
}


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many units of a credit settle a lot. `before` and `after` are the lot's open units."""

    lot: Lot
    credit: Credit
    units: int
    step: Pass
    before: int
    after: int

    @property
    def unreported(self) -> bool:
        """Whether a refund is settled by a return that the ledger took in and the returns report does not list."""
        return self.lot.family is Family.REFUND and self.credit.kind in (CreditKind.RESTOCKED, CreditKind.SHELVED)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What netting found for a lot: its allocations in order of the passes, and what stays open under either rule.

    Units settled by a voided credit are in neither: they belong to the reversal's own claim. `doubtful` of the open
    ones are what a credit that names no order may be for as well (`rivals.py`).
    """

    lot: Lot
    allocations: tuple[Allocation, ...]
    open_strict: int
    open_generous: int
    doubtful: int = 0


@dataclass(frozen=True, slots=True)
class Netting:
    """A settlement per lot, in lot order, and the credits no lot needed, with their units."""

    settlements: tuple[Settlement, ...]
    leftovers: tuple[tuple[Credit, int], ...]


def net(lots: Iterable[Lot], credits: Iterable[Credit], passes: Sequence[Pass] = PASSES) -> Netting:
    """Settle lots with credits. The order of the arguments' items does not matter; O(n log n) in their number."""
    run = _Run(lots, credits, passes)
    run.settle([step for step in run.passes if step.strict])
    strict = [want.left for want in run.wanted]
    run.settle(run.passes)
    settlements = (run.settlement(want, left) for want, left in zip(run.wanted, strict, strict=True))
    return Netting(tuple(settlements), tuple((offer.item, offer.left) for offer in run.offered if offer.left))


Held = dict[tuple[str, Stock[Credit]], int]


class _Run:
    """The open lots and unused credits while passes go over them; `_held` is what each lot has got, by pass."""

    def __init__(self, lots: Iterable[Lot], credits: Iterable[Credit], passes: Sequence[Pass]) -> None:
        self.wanted = [Stock(lot.on, lot.units, lot) for lot in sorted(lots, key=lambda x: x.order)]
        self.offered = [Stock(c.on, c.units, c) for c in sorted(credits, key=lambda c: c.order)]
        self._held: dict[Stock[Lot], Held] = {want: {} for want in self.wanted}
        families = {want.item.family for want in self.wanted}
        self.passes = [step for step in passes if not families.isdisjoint(step.accepts)]
        self._ranks = {step.name: rank for rank, step in enumerate(passes)}
        self._limits = (
            (_as_amazon_shows, _all_open) if any(w.item.amazon_settled for w in self.wanted) else (_all_open,)
        )

    def settle(self, passes: Sequence[Pass]) -> None:
        """All credits first, as if nothing had been voided, so that each payment finds its own lot; then valid credits
        take over what voided ones hold, and the voided ones take what remains, where they surely belong."""
        self._go(passes, self.offered)
        if voided := [offer for offer in self.offered if offer.item.voided]:
            self._release_voided()
            self._go(passes, [offer for offer in self.offered if not offer.item.voided])
            self._go([step for step in passes if step.strict], voided)

    def _go(self, passes: Sequence[Pass], offered: Sequence[Stock[Credit]]) -> None:
        channels: defaultdict[Channel, list[tuple[int, Stock[Credit]]]] = defaultdict(list)
        for place, offer in enumerate(offered):
            channels[channel_of(offer.item)].append((place, offer))
        for limit in self._limits:
            for step in passes:
                accepted = {channel for accepts in step.accepts.values() for channel in accepts} & channels.keys()
                if accepted:
                    places = sorted((p for channel in accepted for p in channels[channel]), key=lambda p: p[0])
                    self._pass(step, [offer for _, offer in places if offer.left], limit)

    def _pass(self, step: Pass, offered: Sequence[Stock[Credit]], limit: Callable[[Stock[Lot]], int]) -> None:
        wanted = [want for want in self.wanted if want.left and want.item.family in step.accepts]
        lot_keys, credit_key = LOT_KEYS[step.key], CREDIT_KEYS[step.key]

        def reach_of(lot: Lot) -> Reach:
            channels = step.accepts[lot.family]
            return Reach(tuple((name, channel) for name in lot_keys(lot) for channel in channels), step.days_after)

        def queue_of(credit: Credit) -> Hashable:
            return credit_key(credit), channel_of(credit)

        for want, offer, units in match(wanted, offered, queue_of, reach_of, step.days_before, limit):
            held = self._held[want]
            held[step.name, offer] = held.get((step.name, offer), 0) + units

    def _release_voided(self) -> None:
        for want, held in self._held.items():
            for step, offer in [entry for entry in held if entry[1].item.voided]:
                units = held.pop((step, offer))
                want.left += units
                offer.left += units

    def settlement(self, want: Stock[Lot], open_strict: int) -> Settlement:
        """The lot's result, its allocations in the order of the passes and of the credits."""
        lot, left = want.item, want.item.units
        steps = {step.name: step for step in self.passes}
        mine = [(steps[name], offer.item, units) for (name, offer), units in self._held[want].items()]
        mine.sort(key=lambda entry: (self._ranks[entry[0].name], entry[1].order))
        allocations = []
        for step, credit, units in mine:
            allocations.append(Allocation(lot, credit, units, step, left, left - units))
            left -= units
        return Settlement(lot, tuple(allocations), open_strict, left)


def channel_of(credit: Credit) -> Channel:
    """What a credit is to the passes."""
    named = credit.family is Family.ORDER and bool(credit.order_id)
    return Channel(credit.kind, credit.family, credit.strict, named)


def _as_amazon_shows(want: Stock[Lot]) -> int:
    """Open units as far as Amazon shows the lot reconciled beyond what is settled already."""
    return max(0, min(want.left, want.item.amazon_settled - (want.item.units - want.left)))


def _all_open(want: Stock[Lot]) -> int:
    return want.left
