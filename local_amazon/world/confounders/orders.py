"""Confounders of single orders: each takes order lines of its own and tells, in the truth, what is owed for them."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from local_amazon.world.calendar import DAY
from local_amazon.world.customers import Customer, Sales
from local_amazon.world.discrepancies import Charge, Discrepancy, Link
from local_amazon.world.incidents.orders import recharge
from local_amazon.world.trade import MERCHANT, SHIPPED

Chosen = npt.NDArray[np.bool_]
SHARE = 0.0006  # of all lines, for each kind of case: an assumption
LEAST = 2
WITHHELD = (107, 93)  # days before the clock's start: the returns that a gap hides
MOST_HIDDEN = 20  # of them told in the truth
GAP = 60  # days after which they show all the same


def simulate(sales: Sales) -> None:
    """All of them, at least two cases each."""
    if not sales.stage.happens("refund_no_return"):
        return
    for names, needs, story in CASES:
        if all(sales.stage.confounded(name) for name in names.split()):
            count = max(LEAST, round(len(sales.lines) * SHARE))
            for line in sales.take_where(needs(sales), count):
                customer = Customer(sales, line)
                if customer.shipped + 12 in sales.stage.calendar:
                    story(customer)


def _any(sales: Sales) -> Chosen:
    return np.ones(len(sales.lines), bool)


def _several(sales: Sales) -> Chosen:
    return sales.lines.quantity > 1


def _unreturned(customer: Customer, day: int, units: int, *names: str, owed: bool = True) -> Discrepancy:
    """The truth of a refund without return: owed, or only looking like it."""
    time = customer.at.stage.calendar.moment(customer.market, day, 12)
    return customer.discrepancy("refund_no_return", day, time, units, *names, owed=owed)


def _return_some(customer: Customer) -> None:
    """K04. All units are refunded, in two events; one comes back."""
    day = customer.later(5, 20)
    if day + 3 in customer.stage.calendar:
        customer.refund(day, 1)
        customer.refund(day + 3, customer.quantity - 1)
        customer.send_back(day + 9, 1)
        _unreturned(customer, day + 3, customer.quantity - 1, "K04")


def _refund_goodwill(customer: Customer) -> None:
    """K05. A third of the price, because the customer complained; he keeps the unit, and nobody owes it."""
    day = customer.later(4, 25)
    if day in customer.stage.calendar:
        customer.refund(day, share=300)
        _unreturned(customer, day, customer.quantity, "K05", owed=False)


def _refund_postage(customer: Customer) -> None:
    """K05. Only the postage is given back."""
    day = customer.later(4, 25)
    if day in customer.stage.calendar:
        customer.refund(day, share=0, shipping=1000)
        _unreturned(customer, day, customer.quantity, "K05", owed=False)


def _report_late(customer: Customer) -> None:
    """K12. The unit comes back in time; the returns report shows it seventy days later."""
    day = customer.later(5, 20)
    if day + 80 in customer.stage.calendar:
        customer.refund(day)
        found = _unreturned(customer, day, customer.quantity, "K12")
        back = customer.send_back(day + 8, customer.quantity, delay=70 * DAY)
        if back:
            customer.at.warehouse.settle(found, back, "returns")


def _come_back_late(customer: Customer) -> None:
    """K24. The unit comes back after seventy days, when Amazon had already paid for it; the payment is kept."""
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        found = _unreturned(customer, day, customer.quantity, "K24", "K27")
        if customer.at.cashier.pay([(found, found.quantity)], day + 50):
            customer.send_back(day + 72, customer.quantity)


def _return_under_other_order(customer: Customer) -> None:
    """K24. The return is booked under an order that nobody sent."""
    _return_as(customer, customer.stage.ids.one("order", 14) + 111 * 10**14)


def _return_without_order(customer: Customer) -> None:
    """K24. The return is booked without any order."""
    _return_as(customer, 0)


def _return_as(customer: Customer, order: int) -> None:
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        found = _unreturned(customer, day, customer.quantity, "K24")
        back = customer.send_back(day + 8, customer.quantity, order=order)
        if back:
            customer.at.warehouse.settle(found, back, "returns")


def _pay_without_order(customer: Customer) -> None:
    """K24, K02. Amazon pays for a unit that never came back, and its row names no order."""
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        found = _unreturned(customer, day, customer.quantity, "K24", "K02")
        customer.at.cashier.pay([(found, found.quantity)], day + 55, order=0)


def _recharge(customer: Customer) -> None:
    """K24. The customer never returned it, and is charged again."""
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        recharge(customer, _unreturned(customer, day, customer.quantity, "K24"), day + 46)


def _let_him_keep_it(customer: Customer) -> None:
    """K28. The seller's own setting: cheap units are refunded without return. Nobody owes them."""
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        _unreturned(customer, day, customer.quantity, "K28", owed=False)


def _reverse_return_payment(customer: Customer) -> None:
    """K13. Paid as unreturned; then the unit comes back and the payment is rightly taken back."""
    day = customer.later(5, 20)
    if day in customer.stage.calendar:
        customer.refund(day)
        found = _unreturned(customer, day, customer.quantity, "K13")
        payment = customer.at.cashier.pay([(found, found.quantity)], day + 48)
        back = customer.send_back(day + 60, customer.quantity) if payment else None
        if payment and back:
            customer.at.cashier.reverse(found, payment, found.quantity, day + 64)


Story = Callable[[Customer], None]
CASES: tuple[tuple[str, Callable[[Sales], Chosen], Story], ...] = (
    ("K04", _several, _return_some),
    ("K05", _any, _refund_goodwill),
    ("K05", lambda sales: sales.lines.shipping > 0, _refund_postage),
    ("K12", _any, _report_late),
    ("K13", _any, _reverse_return_payment),
    ("K24 K27", _any, _come_back_late),
    ("K24", _any, _return_under_other_order),
    ("K24", _any, _return_without_order),
    ("K24 K02", _any, _pay_without_order),
    ("K24", _any, _recharge),
    ("K28", _any, _let_him_keep_it),
)


def merchants(sales: Sales) -> None:
    """K23. Orders that the seller sends himself are refunded, too; Amazon never had those units."""
    stage, lines = sales.stage, sales.lines
    own = np.flatnonzero((lines.channel == MERCHANT) & (lines.status == SHIPPED) & (lines.price > 0))
    rng = stage.rng("merchant")
    for turn, line in enumerate(own.tolist()):
        if stage.confounded("K23") and (turn < LEAST or rng.random() < stage.rates["refunds"]):
            customer = Customer(sales, line)
            day = customer.later(4, 30)
            if day in stage.calendar:
                customer.refund(day)
                _unreturned(customer, day, customer.quantity, "K23", owed=False)


def hide_returns(sales: Sales) -> None:
    """K20. Two weeks of returns are missing from the report for two months."""
    stage, column = sales.stage, sales.stage.journal.column
    if not stage.confounded("K20"):
        return
    first, last = (stage.calendar.moment(0, stage.calendar.today - days, 0) for days in WITHHELD)
    returned, visible = column("returns", "returned").astype(np.int64), column("returns", "visible").astype(np.int64)
    hidden = (returned >= first) & (returned < last)
    stage.journal.fill("returns", "visible", np.where(hidden, visible + GAP * DAY, visible))
    orders = column("returns", "order")[hidden][:MOST_HIDDEN]
    for line in np.flatnonzero(np.isin(sales.lines.order, orders)).tolist():
        customer = Customer(sales, line)
        day = stage.calendar.today - WITHHELD[0]
        _unreturned(customer, day, int(sales.lines.quantity[line]), "K20", owed=False)


def cross_fee_edges(sales: Sales) -> None:
    """K17. Orders sent minutes before and after a fee table changes: each is charged by the day it was sent."""
    stage, lines = sales.stage, sales.lines
    for line in stage.at_edges:
        time = int(lines.shipped[line])
        stage.truth.add(
            Discrepancy(
                "fulfillment_fee_overcharge", int(lines.listing[line]), int(lines.market[line]), 1,
                stage.calendar.day(int(lines.market[line]), time), time, time + DAY, tier="info", owed=False,
                confounders=("K17",), order=int(lines.order[line]), item=int(lines.item[line]),
                charges=[Charge(time, time + DAY, 0)], links=[Link("orders", int(lines.order[line]), "at the edge")],
            )
        )  # fmt: skip
