"""What a unit is worth by policy, and what Amazon pays for it.

Since 31 March 2025 Amazon pays what it costs the seller to source a unit that is lost before an order; before that day
it paid what a sale would have brought (announcement of the change, repeated by many; the date is data here).
"""

from random import Random

from local_amazon.world import fees
from local_amazon.world.calendar import as_date
from local_amazon.world.previews import measured
from local_amazon.world.stage import Stage

COST_RULE_FROM = "2025-03-31"
CAP = 500_000  # cents a unit, United States: an older official page
UNDERPAID = (0.3, 0.8)
OF_ORDERS = ("CustomerReturn", "CustomerServiceIssue", "Lost_Outbound", "Damaged_Outbound")


def cost(stage: Stage, listing: int, market: int, day: int) -> int | None:
    """The sourcing cost of that day in the marketplace's cents, capped; None when the seller never told it."""
    each = stage.listings[listing]
    if not each.told:
        return None
    return min(CAP, round(each.cost_on(as_date(day)) * stage.markets[market].parity))


def net_sale(stage: Stage, listing: int, market: int, day: int) -> int:
    """What a sale brings after referral and fulfilment fee."""
    each, place = stage.listings[listing], stage.markets[market]
    product, price = stage.products[each.product], each.prices[market]
    referral = fees.referral(product.category, price, place.parity)
    return max(0, price - referral - fees.fulfilment(measured(product, market, day), price, day, place.parity))


def paid_per_unit(
    stage: Stage, rng: Random, listing: int, market: int, time: int, reason: str, order: int
) -> tuple[int, int]:
    """Cents that Amazon pays for a unit, and what it should: the cost it takes may be far too low."""
    day = stage.calendar.day(market, time)
    each = stage.listings[listing]
    by_price = day < fees.day_number(COST_RULE_FROM) and stage.confounded("K26")
    if order or reason in OF_ORDERS or by_price:
        price = net_sale(stage, listing, market, day)
        return price, price
    fair = min(CAP, round(each.cost_on(as_date(day)) * stage.markets[market].parity))
    if stage.happens("reimbursement_underpaid") and rng.random() < stage.rates["reimbursements.underpaid"]:
        return max(1, round(fair * rng.uniform(*UNDERPAID))), fair
    return fair, fair
