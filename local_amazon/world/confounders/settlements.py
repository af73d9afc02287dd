"""Losses that are settled in unusual ways, and rows that look like losses."""

from dataclasses import replace

from local_amazon.world.confounders.cases import damage, decoy, lose, relabelled
from local_amazon.world.incidents.losses import Scene, scene

OTHER_REASONS = ("Damaged_Warehouse", "Lost_Inbound", "GeneralAdjustment")


def find_and_keep(at: Scene, day: int) -> None:
    """K01. Of five lost units two are found, two paid; one stays open."""
    lot = lose(at, day, 5, "K01")
    at.warehouse.find(lot, 2, day + 3)
    at.cashier.pay([(lot, 2)], day + 20)


def pay_lost_as_other(at: Scene, day: int) -> None:
    """K02. A lost unit is paid as damaged, as inbound, or as a general adjustment; the ledger shows it open."""
    lot = lose(at, day, 2, "K02")
    at.cashier.pay([(lot, 2)], day + 18, at.rng.choice(OTHER_REASONS), noticed=False)


def pay_damaged_as_lost(at: Scene, day: int) -> None:
    """K02. A damaged unit is paid as lost."""
    lot = damage(at, day, 1, "K02")
    at.cashier.pay([(lot, 1)], day + 25, "Lost_Warehouse", noticed=False)


def give_units_quietly(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the report alone."""
    lot = lose(at, day, 2, "K03")
    at.cashier.pay([(lot, 2)], day + 15, in_kind=True, noticed=False)


def give_units_twice_told(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the report and by the ledger: still one settlement."""
    lot = lose(at, day, 2, "K03")
    at.cashier.pay([(lot, 2)], day + 12, in_kind=True, note=True)


def give_units_in_ledger(at: Scene, day: int) -> None:
    """K03. Units instead of money, told by the ledger alone (reason N)."""
    lot = lose(at, day, 1, "K03")
    at.cashier.pay([(lot, 1)], day + 21, in_kind=True, note=True, row=False)


def pay_in_other_currency(at: Scene, day: int) -> None:
    """K07. A loss at home is paid in another country's money; only units can be compared."""
    currencies = [each.currency for each in at.stage.markets[1:]]
    if currencies:
        lot = lose(at, day, 2, "K07")
        at.cashier.pay([(lot, 1)], day + 16, currency=currencies[0])


def lose_in_two_countries(at: Scene, day: int) -> None:
    """K08. The same FNSKU loses a unit in two countries; one payment, which names no country."""
    abroad = [n for n in range(1, len(at.stage.markets)) if at.stage.listings[at.warehouse.listing].prices[n]]
    if abroad:
        lot = lose(at, day, 1, "K08")
        lose(scene(at.stage, f"cases {day}", at.warehouse.listing, abroad[0]), day, 1, "K08")
        at.cashier.pay([(lot, 1)], day + 20)


def pay_under_other_label(at: Scene, day: int) -> None:
    """K09. The product has two FNSKUs; the payment names the other one."""
    labels = at.stage.other_labels(at.warehouse.listing)
    lot = lose(at, day, 2, "K09")
    at.cashier.pay([(lot, 2)], day + 22, listing=labels[0] if labels else None, noticed=not labels)


def rename_sku(at: Scene, day: int) -> None:
    """K09. Between loss and payment the seller gave the FNSKU another SKU."""
    old = at.stage.listings[at.warehouse.listing]
    renamed = at.stage.add_listing(replace(old, sku=f"{old.sku}-NEW", prices=(0,) * len(old.prices), told=False))
    lot = lose(at, day, 2, "K09")
    at.cashier.pay([(lot, 2)], day + 24, listing=renamed)


def merge_listings(at: Scene, day: int) -> None:
    """K09, K16. A product is redefined: out of one FNSKU (code 4), into another (code 3). Nothing is lost."""
    old = at.stage.listings[at.warehouse.listing]
    merged = replace(old, fnsku=old.fnsku[:-1] + "_", asin=old.asin, prices=(0,) * len(old.prices), told=False)
    new = at.stage.add_listing(replace(merged, sku=f"{old.sku}-MERGED", fnsku=relabelled(old.fnsku)))
    time, center = at.warehouse.time_of(day), at.warehouse.center()
    reference = at.stage.ids.one("reference", 10)
    for units, code, listing in ((-2, "4", None), (2, "3", new)):
        at.warehouse.enter(time, "Adjustments", units, reason=code, center=center, reference=reference, listing=listing)
    decoy(at, "product_redefinition_unmatched", day, time, 2, ("K09", "K16"), reference)


def find_as_amazons(at: Scene, day: int) -> None:
    """K10. The unit is found as Amazon.Found, a label that Amazon keeps for units of an ASIN it cannot tell apart."""
    old = at.stage.listings[at.warehouse.listing]
    name, label = f"Amazon.Found.{old.asin}", relabelled(old.fnsku)
    found = at.stage.add_listing(replace(old, sku=name, fnsku=label, prices=(0,) * len(old.prices), told=False))
    lot = lose(at, day, 1, "K10")
    at.warehouse.find(lot, 1, day + 8, listing=found)


def lose_before_midnight(at: Scene, day: int) -> None:
    """K11. Lost late in the evening and found early the next morning: in UTC it is one day."""
    lot = lose(at, day, 1, "K11")
    at.warehouse.find(lot, 1, day + 1)


def learn_late(at: Scene, day: int) -> None:
    """K12. The ledger shows the loss three weeks late."""
    if at.stage.happens("lost_warehouse") and day + 21 in at.stage.calendar:
        at.warehouse.lose(day, 1, confounders=("K12",), delay=21 * 86_400)


def reconcile_in_steps(at: Scene, day: int) -> None:
    """K15. Three damaged units are paid in two rows, and the ledger follows ten days behind."""
    lot = damage(at, day, 3, "K15", "K21")
    for units, later in ((1, 8), (2, 19)):
        if at.cashier.pay([(lot, units)], day + later, noticed=False):
            shown = lot.resolutions[-1].visible + 10 * 86_400
            at.stage.journal.change("ledger", lot.handle, shown, "reconciled", units)


def move_about(at: Scene, day: int) -> None:
    """K16. Units change their disposition, leave and come again: nothing is lost."""
    time = at.warehouse.move(day, 1, "SELLABLE", at.rng.choice(("DEFECTIVE", "CUSTOMER_DAMAGED", "EXPIRED")))
    decoy(at, "damaged_warehouse", day, time, 1, ("K16",), 0)
    time, reference = at.warehouse.time_of(day + 2), at.stage.ids.one("reference", 10)
    for units, code in ((-1, "O"), (1, "N")):
        at.warehouse.enter(time, "Adjustments", units, reason=code, center=at.stage.centers(at.warehouse.listing, 0)[0])
    decoy(at, "ownership_transfer_out", day + 2, time, 1, ("K16",), reference)


def correct(at: Scene, day: int) -> None:
    """K16. Damaged on paper: an inspection makes the unit sellable again."""
    if at.stage.happens("damaged_warehouse"):
        at.warehouse.correct(damage(at, day, 1, "K16"), day + 6)


def find_before_loss(at: Scene, day: int) -> None:
    """K16. Clerks write in any order: found three days before the ledger says that it was misplaced."""
    at.warehouse.find(lose(at, day + 3, 1, "K16"), 1, day, noticed=False)


def pay_two_at_once(at: Scene, day: int) -> None:
    """K21. Two losses of one day in one payment."""
    lots = [lose(at, day, 1, "K21"), lose(at, day, 2, "K21")]
    at.cashier.pay([(lot, lot.quantity) for lot in lots], day + 17)


def meet_unknown_code(at: Scene, day: int) -> None:
    """K25. The ledger uses a reason code that no help page explains."""
    time = at.warehouse.time_of(day)
    at.warehouse.enter(time, "Adjustments", 1, reason="Z")


def pay_without_fnsku(at: Scene, day: int) -> None:
    """K25. The payment's row names the SKU and leaves FNSKU and ASIN empty."""
    old = at.stage.listings[at.warehouse.listing]
    bare = at.stage.add_listing(replace(old, fnsku="", asin="", prices=(0,) * len(old.prices)))
    lot = lose(at, day, 1, "K25")
    at.cashier.pay([(lot, 1)], day + 19, listing=bare)


def pay_by_price(at: Scene, day: int) -> None:
    """K26. What happened before 31 March 2025 was paid by price; such payments still settle units."""
    lot = lose(at, day, 2, "K26")
    at.cashier.pay([(lot, 1)], day + 14)


def never(at: Scene, day: int) -> None:
    """An ordinary loss that nobody settles, among all the unusual ones."""
    lose(at, day, 2)
