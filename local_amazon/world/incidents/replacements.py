"""Free replacements, and multi-channel parcels: units that leave without a sale."""

import numpy as np

from local_amazon.world.customers import Customer, Sales
from local_amazon.world.schema import CENTERS, REPLACEMENT_REASONS
from local_amazon.world.trade import MULTICHANNEL, REPLACEMENT, SHIPPED

RETURNED, PAID = 0.8, 0.6
NOT_RETURNED_WITHIN = 60


def simulate(sales: Sales) -> None:
    """C7 and C12, and the rows of the replacements report."""
    stage, lines = sales.stage, sales.lines
    replaced = np.flatnonzero((lines.kind == REPLACEMENT) & (lines.status == SHIPPED))
    by_order = np.argsort(lines.order)
    originals = by_order[np.searchsorted(lines.order, lines.original[replaced], sorter=by_order)]
    for line, original in zip(replaced.tolist(), originals.tolist(), strict=True):
        _replace(sales, line, original)
    if stage.happens("mcf_lost"):
        parcels = np.flatnonzero((lines.kind == MULTICHANNEL) & (lines.status == SHIPPED))
        rng = stage.rng("multichannel")
        for turn, line in enumerate(parcels.tolist()):
            if turn == 0 or rng.random() < stage.rates["orders.multichannel_lost"]:
                _lose_parcel(Customer(sales, line))


def _replace(sales: Sales, line: int, original: int) -> None:
    """C7. The first unit mostly comes back; else Amazon pays after two months, or forgets."""
    stage, lines = sales.stage, sales.lines
    customer, rng = Customer(sales, original), stage.rng("replacement", line)
    shipped = int(lines.shipped[line])
    stage.journal.write(
        "replacements", shipped=shipped, visible=shipped + 20 * 3600, listing=int(lines.listing[line]),
        market=int(lines.market[line]), center=CENTERS[int(lines.center[line])],
        original_center=CENTERS[int(lines.center[original])], quantity=int(lines.quantity[line]),
        reason=rng.choice(REPLACEMENT_REASONS), replacement=int(lines.order[line]),
        original=int(lines.order[original]),
    )  # fmt: skip
    day, units = stage.calendar.day(customer.market, shipped), int(lines.quantity[line])
    back = None
    if rng.random() < RETURNED or not stage.happens("replacement_no_return"):
        back = customer.send_back(day + rng.randrange(3, 40), units, rng.choice(("DEFECTIVE", "CUSTOMER_DAMAGED")))
    if back is None and day + NOT_RETURNED_WITHIN in stage.calendar and stage.happens("replacement_no_return"):
        found = customer.discrepancy("replacement_no_return", day, shipped, units)
        if rng.random() < PAID:
            customer.at.cashier.pay([(found, units)], day + rng.randrange(55, 80))


def _lose_parcel(customer: Customer) -> None:
    """C12. A multi-channel parcel never arrived. No report says so; the seller knows."""
    day = customer.shipped + 20
    if day in customer.stage.calendar:
        found = customer.discrepancy("mcf_lost", day, customer.at.warehouse.time_of(day), customer.quantity)
        found.tier = "review"
