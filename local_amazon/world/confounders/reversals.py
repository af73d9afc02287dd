"""Payments that are taken back, or made twice (K13, K27, and what is found after it was paid)."""

from local_amazon.world.confounders.cases import damage, lose, undo
from local_amazon.world.discrepancies import Charge, Discrepancy, Link, Resolution
from local_amazon.world.incidents.losses import Scene


def find_after_payment(at: Scene, day: int) -> None:
    """K01. Paid, found, and the payment rightly taken back the day after."""
    lot = lose(at, day, 1, "K01", "K13")
    payment = at.cashier.pay([(lot, 1)], day + 10)
    found = at.warehouse.find(lot, 1, day + 30)
    if payment and found:
        undo(at, lot, found.visible)
        at.cashier.reverse(lot, payment, 1, day + 31)


def reverse(at: Scene, day: int) -> None:
    """K13. Paid, then taken back although no unit turned up: owed as a reversal, not as the old loss."""
    lot = lose(at, day, 1, "K13")
    _take_back(at, lot, at.cashier.pay([(lot, 1)], day + 10), 1, day + 40)


def reverse_damage(at: Scene, day: int) -> None:
    """K13. The same with damaged units."""
    lot = damage(at, day, 2, "K13")
    _take_back(at, lot, at.cashier.pay([(lot, 2)], day + 12), 2, day + 35)


def reverse_in_part(at: Scene, day: int) -> None:
    """K13. One of two paid units is taken back, and no unit given."""
    lot = lose(at, day, 2, "K13")
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


def reverse_for_stock(at: Scene, day: int) -> None:
    """K13. The reversal gives the unit back in its own row; the ledger does not show it a second time."""
    lot = lose(at, day, 1, "K13")
    if payment := at.cashier.pay([(lot, 1)], day + 10):
        at.cashier.reverse(lot, payment, 1, day + 30, in_kind=1)


def reverse_without_trace(at: Scene, day: int) -> None:
    """K13. A reversal of a payment that is older than all history."""
    time = at.stage.calendar.moment(at.warehouse.market, day, 10)
    at.cashier.reimburse(
        time, "Reversal_Reimbursement", -1, 0,
        original=at.stage.ids.one("reimbursement", 11), original_reason="Lost_Warehouse", per_unit=500,
    )  # fmt: skip


def pay_reverse_pay(at: Scene, day: int) -> None:
    """K13. Paid, taken back, and paid again."""
    lot = lose(at, day, 1, "K13")
    payment = at.cashier.pay([(lot, 1)], day + 8)
    if payment and (visible := at.cashier.reverse(lot, payment, 1, day + 25)):
        undo(at, lot, visible)
        at.cashier.pay([(lot, 1)], day + 38)


def reverse_too_much(at: Scene, day: int) -> None:
    """K13. A reversal takes back more money than had been paid for the unit, which had been found."""
    lot = lose(at, day, 1, "K13")
    payment, found = at.cashier.pay([(lot, 1)], day + 8), at.warehouse.find(lot, 1, day + 20)
    if not (payment and found and day + 21 in at.stage.calendar):
        return
    undo(at, lot, found.visible)
    time, paid = at.stage.calendar.moment(at.warehouse.market, day + 21, 11), at.stage.granted[payment].per_unit
    visible, number = at.cashier.reimburse(
        time, "Reversal_Reimbursement", -1, 0, original=payment, original_reason="Lost_Warehouse", per_unit=2 * paid
    )
    at.cashier.forgo(payment, 1, Resolution("corrected", 1, day + 21, time, visible, number))
    if at.stage.happens("reimbursement_reversal_excess"):
        at.stage.truth.add(
            Discrepancy(
                "reimbursement_reversal_excess", lot.listing, lot.market, 1, day + 21, time, visible,
                confounders=("K13",), reimbursement=payment, charges=[Charge(time, visible, paid)],
                links=[Link("reimbursements", number, "takes too much")],
            )
        )  # fmt: skip


def pay_twice(at: Scene, day: int) -> None:
    """K27. The same units are paid as lost and as a general adjustment: what is too much may be taken back."""
    lot = lose(at, day, 1, "K27")
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
