"""Confounders of losses in the fulfilment centre: rare cases, one at a time, each on a listing of its own.

A credit can settle a loss up to 120 days older than itself. The cases of one listing lie further apart, so that each
has exactly one reading whatever unusual thing happens in it. Found units settle older losses without limit: cases whose
stock Amazon's ledger does not connect with the loss come first on their listing.
"""

from collections.abc import Callable
from dataclasses import replace

from local_amazon.world import beats
from local_amazon.world.discrepancies import Charge, Discrepancy, Link
from local_amazon.world.incidents.losses import Scene, scene
from local_amazon.world.stage import Stage

APART = 131
ABROAD = ("K07", "K08")
"""These need more than one marketplace."""
OTHER_REASONS = ("Damaged_Warehouse", "Lost_Inbound", "GeneralAdjustment")


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


def _possible(stage: Stage, cases: "tuple[tuple[str, Case], ...]") -> "list[Case]":
    """The cases all of whose confounders are on."""
    alone = len(stage.markets) == 1
    return [
        case
        for names, case in cases
        if all(stage.confounded(name) and not (alone and name in ABROAD) for name in names.split())
    ]


def _first_label(stage: Stage, listing: int) -> bool:
    return all(listing < other for other in stage.other_labels(listing))


def _lose(at: Scene, day: int, units: int, *names: str) -> Discrepancy:
    """Misplaced, if that may happen in this world; else damaged."""
    if at.stage.happens("lost_warehouse"):
        return at.warehouse.lose(day, units, confounders=names)
    return at.warehouse.damage(day, units, confounders=names)


def _damage(at: Scene, day: int, units: int, *names: str) -> Discrepancy:
    """Damaged, if that may happen in this world; else misplaced."""
    if at.stage.happens("damaged_warehouse"):
        return at.warehouse.damage(day, units, confounders=names)
    return at.warehouse.lose(day, units, confounders=names)


def _find_and_keep(at: Scene, day: int) -> None:
    """K01. Of five lost units two are found, two paid; one stays open."""
    lot = _lose(at, day, 5, "K01")
    at.warehouse.find(lot, 2, day + 3)
    at.cashier.pay([(lot, 2)], day + 20)


def _find_after_payment(at: Scene, day: int) -> None:
    """K01. Paid, found, and the payment rightly taken back the day after."""
    lot = _lose(at, day, 1, "K01", "K13")
    payment = at.cashier.pay([(lot, 1)], day + 10)
    found = at.warehouse.find(lot, 1, day + 30)
    if payment and found:
        _undo(at, lot, found.visible)
        at.cashier.reverse(lot, payment, 1, day + 31)


def _undo(at: Scene, lot: Discrepancy, when: int) -> None:
    """The first payment of a lot no longer counts from then on."""
    paid = lot.resolutions[0]
    lot.resolutions[0] = replace(paid, until=when)
    at.stage.journal.change("ledger", lot.handle, when, "reconciled", -paid.units)


def _pay_lost_as_other(at: Scene, day: int) -> None:
    """K02. A lost unit is paid as damaged, as inbound, or as a general adjustment; the ledger shows it open."""
    lot = _lose(at, day, 2, "K02")
    at.cashier.pay([(lot, 2)], day + 18, at.rng.choice(OTHER_REASONS), noticed=False)


def _pay_damaged_as_lost(at: Scene, day: int) -> None:
    """K02. A damaged unit is paid as lost."""
    lot = _damage(at, day, 1, "K02")
    at.cashier.pay([(lot, 1)], day + 25, "Lost_Warehouse", noticed=False)


def _give_units_quietly(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the report alone."""
    lot = _lose(at, day, 2, "K03")
    at.cashier.pay([(lot, 2)], day + 15, in_kind=True, noticed=False)


def _give_units_twice_told(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the report and by the ledger: still one settlement."""
    lot = _lose(at, day, 2, "K03")
    at.cashier.pay([(lot, 2)], day + 12, in_kind=True, note=True)


def _give_units_in_ledger(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the ledger alone (reason N)."""
    lot = _lose(at, day, 1, "K03")
    at.cashier.pay([(lot, 1)], day + 21, in_kind=True, note=True, row=False)


def _pay_in_other_currency(at: Scene, day: int) -> None:
    """K07. A loss at home is paid in another country's money; only units can be compared."""
    currencies = [each.currency for each in at.stage.markets[1:]]
    if currencies:
        lot = _lose(at, day, 2, "K07")
        at.cashier.pay([(lot, 1)], day + 16, currency=currencies[0])


def _lose_in_two_countries(at: Scene, day: int) -> None:
    """K08. The same FNSKU loses a unit in two countries; one payment, which names no country."""
    abroad = [n for n in range(1, len(at.stage.markets)) if at.stage.listings[at.warehouse.listing].prices[n]]
    if abroad:
        lot = _lose(at, day, 1, "K08")
        _lose(scene(at.stage, f"cases {day}", at.warehouse.listing, abroad[0]), day, 1, "K08")
        at.cashier.pay([(lot, 1)], day + 20)


def _pay_under_other_label(at: Scene, day: int) -> None:
    """K09. The product has two FNSKUs; the payment names the other one."""
    labels = at.stage.other_labels(at.warehouse.listing)
    lot = _lose(at, day, 2, "K09")
    at.cashier.pay([(lot, 2)], day + 22, listing=labels[0] if labels else None, noticed=not labels)


def _rename_sku(at: Scene, day: int) -> None:
    """K09. Between loss and payment the seller gave the FNSKU another SKU."""
    old = at.stage.listings[at.warehouse.listing]
    renamed = at.stage.add_listing(replace(old, sku=f"{old.sku}-NEW", prices=(0,) * len(old.prices), told=False))
    lot = _lose(at, day, 2, "K09")
    at.cashier.pay([(lot, 2)], day + 24, listing=renamed)


def _merge_listings(at: Scene, day: int) -> None:
    """K09, K16. A product is redefined: out of one FNSKU (code 4), into another (code 3). Nothing is lost."""
    old = at.stage.listings[at.warehouse.listing]
    merged = replace(old, fnsku=old.fnsku[:-1] + "_", asin=old.asin, prices=(0,) * len(old.prices), told=False)
    new = at.stage.add_listing(replace(merged, sku=f"{old.sku}-MERGED", fnsku=_relabelled(old.fnsku)))
    time, center = at.warehouse.time_of(day), at.warehouse.center()
    reference = at.stage.ids.one("reference", 10)
    for units, code, listing in ((-2, "4", None), (2, "3", new)):
        at.warehouse.enter(time, "Adjustments", units, reason=code, center=center, reference=reference, listing=listing)
    _decoy(at, "product_redefinition_unmatched", day, time, 2, ("K09", "K16"), reference)


def _relabelled(fnsku: str) -> str:
    return fnsku[:3] + fnsku[:2:-1]


def _decoy(
    at: Scene, kind: str, day: int, time: int, units: int, names: tuple[str, ...], reference: int
) -> Discrepancy:
    """Something that looks like that type and is none."""
    return at.stage.truth.add(
        Discrepancy(
            kind,
            at.warehouse.listing,
            at.warehouse.market,
            units,
            day,
            time,
            time + 6 * 3600,
            owed=False,
            tier="info",
            confounders=names,
            reference=reference,
            links=[Link("ledger", reference, "looks like it")],
        )
    )


def _find_as_amazons(at: Scene, day: int) -> None:
    """K10. The unit is found as Amazon.Found, a label that Amazon keeps for units of an ASIN it cannot tell apart."""
    old = at.stage.listings[at.warehouse.listing]
    name, label = f"Amazon.Found.{old.asin}", _relabelled(old.fnsku)
    found = at.stage.add_listing(replace(old, sku=name, fnsku=label, prices=(0,) * len(old.prices), told=False))
    lot = _lose(at, day, 1, "K10")
    at.warehouse.find(lot, 1, day + 8, listing=found)


def _lose_before_midnight(at: Scene, day: int) -> None:
    """K11. Lost late in the evening and found early the next morning: in UTC it is one day."""
    lot = _lose(at, day, 1, "K11")
    at.warehouse.find(lot, 1, day + 1)


def _learn_late(at: Scene, day: int) -> None:
    """K12. The ledger shows the loss three weeks late."""
    if at.stage.happens("lost_warehouse") and day + 21 in at.stage.calendar:
        at.warehouse.lose(day, 1, confounders=("K12",), delay=21 * 86_400)


def _reverse(at: Scene, day: int) -> None:
    """K13. Paid, then taken back although no unit turned up: owed as a reversal, not as the old loss."""
    lot = _lose(at, day, 1, "K13")
    _take_back(at, lot, at.cashier.pay([(lot, 1)], day + 10), 1, day + 40)


def _reverse_damage(at: Scene, day: int) -> None:
    """K13. The same with damaged units."""
    lot = _damage(at, day, 2, "K13")
    _take_back(at, lot, at.cashier.pay([(lot, 2)], day + 12), 2, day + 35)


def _reverse_in_part(at: Scene, day: int) -> None:
    """K13. One of two paid units is taken back, and no unit given."""
    lot = _lose(at, day, 2, "K13")
    _take_back(at, lot, at.cashier.pay([(lot, 2)], day + 9), 1, day + 33)


def _take_back(at: Scene, lot: Discrepancy, payment: int, units: int, day: int) -> None:
    """A reversal without any unit given back: a claim of its own."""
    visible = at.cashier.reverse(lot, payment, units, day) if payment else 0
    if visible and at.stage.happens("reimbursement_reversed_without_return"):
        at.stage.truth.add(
            Discrepancy(
                "reimbursement_reversed_without_return",
                lot.listing,
                lot.market,
                units,
                day,
                visible,
                visible,
                unit_value=lot.unit_value,
                confounders=("K13",),
                reimbursement=payment,
                links=[Link("reimbursements", payment, "reversed")],
            )
        )


def _reverse_for_stock(at: Scene, day: int) -> None:
    """K13. The reversal gives the unit back in its own row; the ledger does not show it a second time."""
    lot = _lose(at, day, 1, "K13")
    if payment := at.cashier.pay([(lot, 1)], day + 10):
        at.cashier.reverse(lot, payment, 1, day + 30, in_kind=1)


def _reverse_without_trace(at: Scene, day: int) -> None:
    """K13. A reversal of a payment that is older than all history."""
    time = at.stage.calendar.moment(at.warehouse.market, day, 10)
    at.cashier.reimburse(
        time, "Reversal_Reimbursement", -1, 0,
        original=at.stage.ids.one("reimbursement", 11), original_reason="Lost_Warehouse", per_unit=500,
    )  # fmt: skip


def _pay_reverse_pay(at: Scene, day: int) -> None:
    """K13. Paid, taken back, and paid again."""
    lot = _lose(at, day, 1, "K13")
    payment = at.cashier.pay([(lot, 1)], day + 8)
    if payment and (visible := at.cashier.reverse(lot, payment, 1, day + 25)):
        _undo(at, lot, visible)
        at.cashier.pay([(lot, 1)], day + 38)


def _reverse_too_much(at: Scene, day: int) -> None:
    """K13. A reversal takes back more money than had been paid for the unit, which had been found."""
    lot = _lose(at, day, 1, "K13")
    payment, found = at.cashier.pay([(lot, 1)], day + 8), at.warehouse.find(lot, 1, day + 20)
    if not (payment and found and day + 21 in at.stage.calendar):
        return
    _undo(at, lot, found.visible)
    time, paid = at.stage.calendar.moment(at.warehouse.market, day + 21, 11), lot.unit_value or 600
    visible, number = at.cashier.reimburse(
        time, "Reversal_Reimbursement", -1, 0, original=payment, original_reason="Lost_Warehouse", per_unit=2 * paid
    )
    if at.stage.happens("reimbursement_reversal_excess"):
        at.stage.truth.add(
            Discrepancy(
                "reimbursement_reversal_excess", lot.listing, lot.market, 1, day + 21, time, visible,
                confounders=("K13",), reimbursement=payment, charges=[Charge(time, visible, paid)],
                links=[Link("reimbursements", number, "takes too much")],
            )
        )  # fmt: skip


def _reconcile_in_steps(at: Scene, day: int) -> None:
    """K15. Three damaged units are paid in two rows, and the ledger follows ten days behind."""
    lot = _damage(at, day, 3, "K15", "K21")
    for units, later in ((1, 8), (2, 19)):
        if at.cashier.pay([(lot, units)], day + later, noticed=False):
            shown = lot.resolutions[-1].visible + 10 * 86_400
            at.stage.journal.change("ledger", lot.handle, shown, "reconciled", units)


def _move_about(at: Scene, day: int) -> None:
    """K16. Units change their disposition, leave and come again: nothing is lost."""
    time = at.warehouse.move(day, 1, "SELLABLE", at.rng.choice(("DEFECTIVE", "CUSTOMER_DAMAGED", "EXPIRED")))
    _decoy(at, "damaged_warehouse", day, time, 1, ("K16",), 0)
    time, reference = at.warehouse.time_of(day + 2), at.stage.ids.one("reference", 10)
    for units, code in ((-1, "O"), (1, "N")):
        at.warehouse.enter(time, "Adjustments", units, reason=code, center=at.stage.centers(at.warehouse.listing, 0)[0])
    _decoy(at, "ownership_transfer_out", day + 2, time, 1, ("K16",), reference)


def _correct(at: Scene, day: int) -> None:
    """K16. Damaged on paper: an inspection makes the unit sellable again."""
    if at.stage.happens("damaged_warehouse"):
        at.warehouse.correct(_damage(at, day, 1, "K16"), day + 6)


def _find_before_loss(at: Scene, day: int) -> None:
    """K16. Clerks write in any order: found three days before the ledger says that it was misplaced."""
    at.warehouse.find(_lose(at, day + 3, 1, "K16"), 1, day, noticed=False)


def _pay_two_at_once(at: Scene, day: int) -> None:
    """K21. Two losses of one day in one payment."""
    lots = [_lose(at, day, 1, "K21"), _lose(at, day, 2, "K21")]
    at.cashier.pay([(lot, lot.quantity) for lot in lots], day + 17)


def _meet_unknown_code(at: Scene, day: int) -> None:
    """K25. The ledger uses a reason code that no help page explains."""
    time = at.warehouse.time_of(day)
    at.warehouse.enter(time, "Adjustments", 1, reason="Z")


def _pay_without_fnsku(at: Scene, day: int) -> None:
    """K25. The payment's row names the SKU and leaves FNSKU and ASIN empty."""
    old = at.stage.listings[at.warehouse.listing]
    bare = at.stage.add_listing(replace(old, fnsku="", asin="", prices=(0,) * len(old.prices), told=False))
    lot = _lose(at, day, 1, "K25")
    at.cashier.pay([(lot, 1)], day + 19, listing=bare)


def _pay_by_price(at: Scene, day: int) -> None:
    """K26. What happened before 31 March 2025 was paid by price; such payments still settle units."""
    lot = _lose(at, day, 2, "K26")
    at.cashier.pay([(lot, 1)], day + 14)


def _pay_twice(at: Scene, day: int) -> None:
    """K27. The same units are paid as lost and as a general adjustment: what is too much may be taken back."""
    lot = _lose(at, day, 1, "K27")
    if at.cashier.pay([(lot, 1)], day + 10):
        time = at.stage.calendar.moment(at.warehouse.market, min(day + 22, at.stage.calendar.last), 9)
        visible, number = at.cashier.reimburse(time, "GeneralAdjustment", 1, 0)
        at.stage.truth.add(
            Discrepancy(
                "duplicate_reimbursement", lot.listing, lot.market, 1, day + 22, time, visible, unit_value=0,
                tier="info", owed=False, confounders=("K27",), reimbursement=number,
                links=[Link("reimbursements", number, "paid again")],
            )
        )  # fmt: skip


def _never(at: Scene, day: int) -> None:
    """An ordinary loss that nobody settles, among all the unusual ones."""
    _lose(at, day, 2)


Case = Callable[[Scene, int], None]
OPENINGS: tuple[tuple[str, Case], ...] = (("K16", _correct), ("K16", _find_before_loss))
CASES: tuple[tuple[str, Case], ...] = (
    ("K01", _find_and_keep),
    ("K13", _reverse),
    ("K02", _pay_lost_as_other),
    ("K03", _give_units_quietly),
    ("K08", _lose_in_two_countries),
    ("K13", _reverse_for_stock),
    ("K07", _pay_in_other_currency),
    ("K02", _pay_damaged_as_lost),
    ("K01 K13", _find_after_payment),
    ("K27", _pay_twice),
    ("K15 K21", _reconcile_in_steps),
    ("K09", _pay_under_other_label),
    ("K21", _pay_two_at_once),
    ("K13", _reverse_damage),
    ("K19", _never),
    ("K10", _find_as_amazons),
    ("K03", _give_units_twice_told),
    ("K12", _learn_late),
    ("K13", _reverse_in_part),
    ("K09", _rename_sku),
    ("K16", _move_about),
    ("K13", _pay_reverse_pay),
    ("K03", _give_units_in_ledger),
    ("K09 K16", _merge_listings),
    ("K13", _reverse_without_trace),
    ("K11", _lose_before_midnight),
    ("K13", _reverse_too_much),
    ("K25", _meet_unknown_code),
    ("K25", _pay_without_fnsku),
    ("K26", _pay_by_price),
)
