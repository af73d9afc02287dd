"""K19: refunds and fee charges exactly at the edges of their time to claim, at the clock's start."""

import numpy as np

from local_amazon.world.calendar import DAY
from local_amazon.world.customers import Customer, Sales
from local_amazon.world.incidents.fees import FULFILMENT, put_down
from local_amazon.world.store import Numbers

REFUNDS = {"na": (59, 60, 120, 121), "eu": (44, 45, 105, 106)}  # days since the refund
CHARGES = (89, 90, 91)  # days since the charge


def simulate(sales: Sales) -> None:
    """Refunds without return, of lines that were sent some weeks before."""
    stage = sales.stage
    region = "eu" if stage.markets[0].country in ("GB", "DE") else "na"
    if not (stage.confounded("K19") and stage.happens("refund_no_return")):
        return
    for age in REFUNDS[region]:
        day = stage.calendar.today - age
        moment = stage.calendar.moment(0, day, 0)
        sent = (sales.lines.shipped < moment - 4 * DAY) & (sales.lines.shipped > moment - 40 * DAY)
        for line in sales.take_where(sent & (sales.lines.market == 0), 1):
            customer = Customer(sales, line)
            time, _ = customer.refund(day)
            customer.discrepancy("refund_no_return", day, time, customer.quantity, "K19")


def charges(sales: Sales, wrong: Numbers) -> None:
    """Sales that are charged too much for their fulfilment on exactly that day."""
    stage, lines = sales.stage, sales.lines
    for age in CHARGES if stage.confounded("K19") and stage.happens("fulfillment_fee_overcharge") else ():
        begins = stage.calendar.moment(0, stage.calendar.today - age, 0)
        that_day = (lines.shipped >= begins) & (lines.shipped < begins + 20 * 3600) & (lines.market == 0)
        for line in sales.take_where(that_day & (lines.fulfilment > 0), 1):
            cents = 150 * int(lines.quantity[line])
            wrong[FULFILMENT, line] += cents
            found = put_down(
                stage, lines, np.array([line]), np.array([cents]), "fulfillment_fee_overcharge", "E1a billing"
            )
            found.confounders, found.order, found.item = ("K19",), int(lines.order[line]), int(lines.item[line])
