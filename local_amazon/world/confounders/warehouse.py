"""Confounders of losses in the fulfilment centre: rare cases, one at a time, each on a listing of its own.

A credit can settle a loss up to 120 days older than itself. The cases of one listing lie further apart, so that each
has exactly one reading whatever unusual thing happens in it. Found units settle older losses without limit: cases whose
stock Amazon's ledger does not connect with the loss come first on their listing.
"""

from collections.abc import Callable

from local_amazon.world import beats
from local_amazon.world.confounders import reversals, settlements
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.stage import Stage

APART = 131
ABROAD = ("K07", "K08")
"""These need more than one marketplace."""
Case = Callable[[Scene, int], None]
OPENINGS: tuple[tuple[str, Case], ...] = (("K16", settlements.correct), ("K16", settlements.find_before_loss))
CASES: tuple[tuple[str, Case], ...] = (
    ("K01", settlements.find_and_keep),
    ("K13", reversals.reverse),
    ("K02", settlements.pay_lost_as_other),
    ("K03", settlements.give_units_quietly),
    ("K08", settlements.lose_in_two_countries),
    ("K13", reversals.reverse_for_stock),
    ("K07", settlements.pay_in_other_currency),
    ("K02", settlements.pay_damaged_as_lost),
    ("K01 K13", reversals.find_after_payment),
    ("K27", reversals.pay_twice),
    ("K15 K21", settlements.reconcile_in_steps),
    ("K09", settlements.pay_under_other_label),
    ("K21", settlements.pay_two_at_once),
    ("K13", reversals.reverse_damage),
    ("", settlements.never),
    ("K10", settlements.find_as_amazons),
    ("K03", settlements.give_units_twice_told),
    ("K12", settlements.learn_late),
    ("K13", reversals.reverse_in_part),
    ("K09", settlements.rename_sku),
    ("K16", settlements.move_about),
    ("K13", reversals.pay_reverse_pay),
    ("K03", settlements.give_units_in_ledger),
    ("K09 K16", settlements.merge_listings),
    ("K13", reversals.reverse_without_trace),
    ("K11", settlements.lose_before_midnight),
    ("K13", reversals.reverse_too_much),
    ("K25", settlements.meet_unknown_code),
    ("K25", settlements.pay_without_fnsku),
    ("K26", settlements.pay_by_price),
)


def simulate(stage: Stage) -> None:
    """A case every four to five months on every odd listing, the kinds in turn."""
    if not (stage.happens("lost_warehouse") or stage.happens("damaged_warehouse")):
        return
    openings, others = _possible(stage, OPENINGS), _possible(stage, CASES)
    for turn, listing in enumerate(each for each in beats.listings(stage, beats.ODD) if _first_label(stage, each)):
        at = scene(stage, "cases", listing)
        day = stage.calendar.first + 4 + turn % 10
        place, first = turn * 4, True
        while day in stage.calendar and (others or (first and openings)):
            opening = openings[turn // 2 % len(openings)] if first and openings and turn % 2 == 0 else None
            (opening or others[place % len(others)])(at, day)
            place, first = place + (opening is None), False
            day += APART + at.rng.randrange(8)


def _possible(stage: Stage, cases: tuple[tuple[str, Case], ...]) -> list[Case]:
    """The cases all of whose confounders are on."""
    alone = len(stage.markets) == 1
    return [
        case
        for names, case in cases
        if all(stage.confounded(name) and not (alone and name in ABROAD) for name in names.split())
    ]


def _first_label(stage: Stage, listing: int) -> bool:
    return all(listing < other for other in stage.other_labels(listing))
