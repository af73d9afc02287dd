"""Payments that are announced and never made."""

from local_amazon.world.discrepancies import Charge, Discrepancy, Link
from local_amazon.world.stage import Stage


def simulate(stage: Stage) -> None:
    """F5. A reimbursement of the report has no counterpart in the account."""
    if not stage.happens("reimbursement_not_paid_out"):
        return
    rng, column = stage.rng("not paid out"), stage.journal.column
    names = ("number", "approved", "visible", "listing", "market", "amount", "order")
    rows = [
        tuple(int(value) for value in row) for row in zip(*(column("reimbursements", n) for n in names), strict=True)
    ]
    paid = [row for row in rows if row[5] > 0]
    if not paid:
        return
    planted = rng.choice(paid)
    for number, approved, visible, listing, market, amount, order in paid:
        if number == planted[0] or rng.random() < stage.rates["reimbursements.not_paid_out"]:
            stage.unpaid.add(number)
            stage.truth.add(
                Discrepancy(
                    "reimbursement_not_paid_out", listing, market, 1, stage.calendar.day(market, approved), approved,
                    visible, tier="review", order=order, reimbursement=number,
                    charges=[Charge(approved, visible, amount)],
                    links=[Link("reimbursements", number, "not paid out")],
                )
            )  # fmt: skip
