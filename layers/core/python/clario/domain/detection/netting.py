"""One netting run over everything that happened to a component: each unit is owed once, each credit settles once.

Passes go from certain to merely possible. Up to the last strict pass a credit surely belongs to the lot; the generous
ones take every other way Amazon may have settled it. Inside a pass the oldest lot takes the oldest credit, but lots
Amazon itself shows as reconciled come first, as far as it shows them so. FIFO may pick the wrong lot of an item; the
open units of the item are right all the same.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from clario.domain.detection.fifo import Match, Reach, Stock, match
from clario.domain.detection.lots import Credit, CreditKind, Family, Lot


class Channel(NamedTuple):
    """The credits a pass may use, by what they are."""

    kind: CreditKind
    family: Family | None = None
    strict: bool = True


@dataclass(frozen=True, slots=True)
class Pass:
    """One line of the netting table. Days are counted from the lot; `days_after` None means to the present."""

    name: str
    strict: bool
    key: Literal["fnsku", "asin"]
    days_before: int
    days_after: int | None
    accepts: Mapping[Family, frozenset[Channel]]


F_ROWS = Channel(CreditKind.FOUND)
N_ROWS = Channel(CreditKind.TRANSFERRED)
REGRADED = Channel(CreditKind.REGRADED)


def _paid_as(*families: Family, strict: tuple[bool, ...] = (True,)) -> frozenset[Channel]:
    kinds = (CreditKind.REIMBURSED, CreditKind.IN_KIND)
    return frozenset(Channel(kind, family, sure) for kind in kinds for family in families for sure in strict)


def _replaced_as(family: Family) -> Channel:
    return Channel(CreditKind.IN_KIND, family)


LOST, DAMAGED = Family.FC_LOST, Family.FC_DAMAGED
EITHER = (True, False)
COMPATIBLE = {
    LOST: _paid_as(LOST, DAMAGED, Family.INBOUND, Family.GENERIC, strict=EITHER),
    DAMAGED: _paid_as(DAMAGED, LOST, Family.GENERIC, strict=EITHER),
}

# Tolerances and horizons are ours: stock is often booked in clerical order, money never before the loss, and Amazon
# pays a warehouse loss within weeks (it researches up to 60 days).
PASSES = (
    #    name                  strict  key      before  after  who takes what
    Pass("found",               True, "fnsku",   7, None, {LOST: frozenset({F_ROWS, N_ROWS})}),
    Pass("regraded",            True, "fnsku",   2, None, {DAMAGED: frozenset({REGRADED})}),
    Pass("same_reason",         True, "fnsku",   2,  120, {LOST: _paid_as(LOST), DAMAGED: _paid_as(DAMAGED)}),
    # A replacement is stock, too, and may be booked when it will; but it takes its turn among the payments first.
    Pass("replaced",            True, "fnsku",   7, None, {LOST: frozenset({_replaced_as(LOST)}),
                                                           DAMAGED: frozenset({_replaced_as(DAMAGED)})}),
    Pass("other_reason",       False, "fnsku",   2,  120, COMPATIBLE),
    Pass("unreported_in_kind", False, "fnsku",   7, None, {DAMAGED: frozenset({N_ROWS})}),
    Pass("found_other_label",  False, "asin",    7, None, {LOST: frozenset({F_ROWS, N_ROWS, _replaced_as(LOST)}),
                                                           DAMAGED: frozenset({N_ROWS, _replaced_as(DAMAGED)})}),
    Pass("paid_other_label",   False, "asin",    2,   60, COMPATIBLE),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Allocation:
    """So many units of a credit settle a lot. `before` and `after` are the lot's open units."""

    lot: Lot
    credit: Credit
    units: int
    step: Pass
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Settlement:
    """What netting found for a lot: its allocations in order of the passes, and what stays open under either rule.

    Units settled by a voided credit are in neither: they belong to the reversal's own claim.
    """

    lot: Lot
    allocations: tuple[Allocation, ...]
    open_strict: int
    open_generous: int


@dataclass(frozen=True, slots=True)
class Netting:
    """A settlement per lot, in lot order, and the credits no lot needed, with their units."""

    settlements: tuple[Settlement, ...]
    leftovers: tuple[tuple[Credit, int], ...]


def net(lots: Iterable[Lot], credits: Iterable[Credit], passes: Sequence[Pass] = PASSES) -> Netting:
    """Settle lots with credits. The order of the arguments' items does not matter; O(n log n) in their number."""
    run = _Run(lots, credits)
    run.settle([step for step in passes if step.strict])
    strict = [want.left for want in run.wanted]
    run.settle(passes)
    settlements = (run.settlement(want, left, passes) for want, left in zip(run.wanted, strict, strict=True))
    return Netting(tuple(settlements), tuple((offer.item, offer.left) for offer in run.offered if offer.left))


Held = dict[tuple[str, Stock[Credit]], int]


class _Run:
    """The open lots and unused credits while passes go over them; `_held` is what each lot has got, by pass."""

    def __init__(self, lots: Iterable[Lot], credits: Iterable[Credit]) -> None:
        self.wanted = [Stock(lot.anchor, lot.units, lot) for lot in sorted(lots, key=lambda x: x.order)]
        self.offered = [Stock(c.on, c.units, c) for c in sorted(credits, key=lambda c: c.order)]
        self._held: dict[Stock[Lot], Held] = {want: {} for want in self.wanted}

    def settle(self, passes: Sequence[Pass]) -> None:
        """All credits first, as if nothing had been voided, so that each payment finds its own lot; then valid credits
        take over what voided ones hold, and the voided ones take what remains."""
        self._go(passes, self.offered)
        if voided := [offer for offer in self.offered if offer.item.voided]:
            self._release_voided()
            self._go(passes, [offer for offer in self.offered if not offer.item.voided])
            self._go(passes, voided)

    def _go(self, passes: Sequence[Pass], offered: Sequence[Stock[Credit]]) -> None:
        for step in passes:
            for limit in (_as_amazon_shows, _all_open):
                for want, offer, units in _match(step, self.wanted, offered, limit):
                    held = self._held[want]
                    held[step.name, offer] = held.get((step.name, offer), 0) + units

    def _release_voided(self) -> None:
        for want, held in self._held.items():
            for step, offer in [entry for entry in held if entry[1].item.voided]:
                units = held.pop((step, offer))
                want.left += units
                offer.left += units

    def settlement(self, want: Stock[Lot], open_strict: int, passes: Sequence[Pass]) -> Settlement:
        """The lot's result, its allocations in the order of the passes and of the credits."""
        held, lot, left = self._held[want], want.item, want.item.units
        allocations = []
        for step in passes:
            mine = [(offer.item, n) for (name, offer), n in held.items() if name == step.name]
            for credit, units in sorted(mine, key=lambda pair: pair[0].order):
                allocations.append(Allocation(lot, credit, units, step, left, left - units))
                left -= units
        return Settlement(lot, tuple(allocations), open_strict, left)


def _match(
    step: Pass, wanted: list[Stock[Lot]], offered: Sequence[Stock[Credit]], limit: Callable[[Stock[Lot]], int]
) -> Iterator[Match[Lot, Credit]]:
    def reach_of(lot: Lot) -> Reach:
        name = getattr(lot, step.key)
        channels = step.accepts.get(lot.family, frozenset()) if name else ()
        return Reach(tuple((name, channel) for channel in channels), step.days_after)

    def queue_of(credit: Credit) -> Hashable:
        return getattr(credit, step.key), Channel(credit.kind, credit.family, credit.strict)

    return match(wanted, offered, queue_of, reach_of, step.days_before, limit)


def _as_amazon_shows(want: Stock[Lot]) -> int:
    """Open units as far as Amazon shows the lot reconciled beyond what is settled already."""
    return max(0, min(want.left, want.item.amazon_settled - (want.item.units - want.left)))


def _all_open(want: Stock[Lot]) -> int:
    return want.left
