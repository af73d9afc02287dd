"""Discrepancies of single orders: refunds without return, damaged and vanished returns, parcels that never arrived."""

from collections.abc import Callable

from local_amazon.world.customers import Customer, Sales
from local_amazon.world.discrepancies import Charge, Discrepancy, Link, Resolution

DAMAGED_PAID_AFTER = (3, 14)
UNRETURNED_PAID_AFTER = (46, 75)


def simulate(sales: Sales) -> None:
    """Every type in turn, each on lines of its own, in numbers that the rates give."""
    refunds = round(len(sales.free) * sales.stage.rates["refunds"])
    rates = sales.stage.rates
    returns = refunds * rates["refunds.returned"]
    numbers: tuple[tuple[str, float, Callable[[Customer], None]], ...] = (
        ("refund_no_return", refunds * (1 - rates["refunds.returned"]), _keep_it),
        ("return_damaged_by_amazon", returns * rates["refunds.damaged_by_amazon"], _return_damaged),
        ("return_not_restocked", returns * rates["refunds.not_restocked"], _return_and_vanish),
        ("return_wrong_item", returns * rates["refunds.wrong_item"], _return_something_else),
        ("refund_exceeds_order", refunds * rates["refunds.too_much"], _refund_too_much),
        ("refund_outside_policy", refunds * rates["refunds.late"], _refund_late),
        ("refund_fee_not_returned", refunds * rates["refunds.fee_kept"], _keep_the_fee),
        ("duplicate_refund", refunds * rates["refunds.twice"], _refund_twice),
        ("lost_outbound", sales.share("orders.lost_on_the_way"), _lose_on_the_way),
        ("damaged_outbound", sales.share("orders.lost_on_the_way") / 3, _damage_on_the_way),
        ("chargeback_a2z_not_reimbursed", sales.share("orders.claimed_by_guarantee"), _claim_guarantee),
    )
    for kind, count, story in numbers:
        if sales.stage.happens(kind):
            for line in sales.take(max(2, round(count))):
                customer = Customer(sales, line)
                if customer.shipped + 8 in sales.stage.calendar:
                    story(customer)


def _refunded(customer: Customer, kind: str, least: int = 4, most: int = 40) -> Discrepancy | None:
    """A whole refund that leaves something owed."""
    day = customer.later(least, most)
    if day not in customer.stage.calendar:
        return None
    time, number = customer.refund(day)
    found = customer.discrepancy(kind, day, time, customer.quantity)
    found.links.append(Link("finances", number, "refund"))
    return found


def _paid(customer: Customer, found: Discrepancy, day: int, reason: str = "") -> None:
    customer.at.cashier.pay([(found, found.quantity)], day, reason)


def _keep_it(customer: Customer) -> None:
    """C1. Refunded and never sent back: paid after 45 days, charged to the customer again, or nothing."""
    found, stage = _refunded(customer, "refund_no_return"), customer.stage
    if found is None:
        return
    draw, rng = customer.rng.random(), customer.rng
    paid = stage.rates["refunds.unreturned_paid"]
    if draw < paid:
        _paid(customer, found, found.day + rng.randrange(*UNRETURNED_PAID_AFTER))
    elif draw < paid + stage.rates["refunds.unreturned_recharged"]:
        recharge(customer, found, found.day + rng.randrange(35, 60))


def recharge(customer: Customer, found: Discrepancy, day: int) -> None:
    """Amazon charges the customer again, and the seller gets the sale's price back."""
    if day not in customer.stage.calendar:
        return
    time, number = customer.at.warehouse.time_of(day), customer.stage.ids.one("refund", 12)
    customer.stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="retrocharge", market=customer.market,
        order=customer.order, item=customer.item, listing=customer.listing, quantity=customer.quantity,
        amount=customer.net * customer.quantity,
    )  # fmt: skip
    charged = Resolution("recharged", found.quantity, day, time, time + 7200, number)
    customer.at.warehouse.settle(found, charged, "finances")


def _return_damaged(customer: Customer) -> None:
    """C3. It came back damaged by Amazon or its carrier: Amazon takes the unit and owes the sale."""
    found = _refunded(customer, "return_damaged_by_amazon")
    if found is None:
        return
    rng, stage = customer.rng, customer.stage
    disposition = rng.choices(("DAMAGED", "CARRIER_DAMAGED"), (3, 1))[0]
    paid = rng.random() < stage.rates["refunds.damaged_paid"]
    back = customer.send_back(
        found.day + rng.randrange(3, 25), customer.quantity, disposition, reason="DAMAGED_BY_CARRIER",
        status="Reimbursed" if paid else "Unit returned to inventory", restocked=disposition != "DAMAGED",
    )  # fmt: skip
    if back is None:
        found.owed, found.tier = False, "info"  # still on its way: no discrepancy yet
        return
    found.time, found.visible = back.time, max(found.visible, back.visible)
    if disposition == "CARRIER_DAMAGED" and stage.markets[customer.market].country not in ("GB", "DE"):
        found.day, found.tags = back.day, ("carrier",)  # America counts from the return there
    if paid:
        _paid(customer, found, back.day + rng.randrange(*DAMAGED_PAID_AFTER))


def _return_and_vanish(customer: Customer) -> None:
    """C2. The report says it is back in stock; the ledger never shows it, or (2 of 5) shows it weeks later."""
    found, rng = _refunded(customer, "return_not_restocked"), customer.rng
    if found is None:
        return
    back = customer.send_back(found.day + rng.randrange(3, 20), customer.quantity, restocked=False)
    if back is None:
        found.owed, found.tier = False, "info"
        return
    found.time, found.visible = back.time, max(found.visible, back.visible)
    late = back.day + rng.randrange(20, 28)
    if rng.random() < 0.4 and late in customer.stage.calendar:
        time, reference = customer.at.warehouse.time_of(late), customer.stage.ids.one("reference", 12)
        customer.at.warehouse.enter(time, "CustomerReturns", customer.quantity, reference=reference)
        restocked = Resolution("returned", found.quantity, late, time, time + 6 * 3600, reference)
        customer.at.warehouse.settle(found, restocked, "ledger")


def _return_something_else(customer: Customer) -> None:
    """C4. Another product of the seller came back under this order; only he can prove it."""
    found = _refunded(customer, "return_wrong_item")
    if found is None:
        return
    others = [each for each in customer.stage.offered(customer.market) if each != customer.listing]
    wrong = customer.rng.choice(others)
    back = customer.send_back(
        found.day + customer.rng.randrange(3, 20), customer.quantity, "CUSTOMER_DAMAGED", reason="SWITCHEROO",
        listing=wrong, restocked=False,
    )  # fmt: skip
    found.tier = "review"
    if back is None:
        found.owed, found.tier = False, "info"


def _refund_too_much(customer: Customer) -> None:
    """C5. More was refunded than had been charged."""
    day, extra = customer.later(4, 30), customer.rng.randrange(100, 900)
    if day in customer.stage.calendar:
        time, number = customer.refund(day, extra=extra)
        customer.send_back(day + customer.rng.randrange(3, 20), customer.quantity)
        _overcharged(customer, "refund_exceeds_order", day, time, extra, number)


def _overcharged(customer: Customer, kind: str, day: int, time: int, cents: int, number: int) -> Discrepancy:
    found = customer.discrepancy(kind, day, time, 1)
    found.unit_value = None
    found.charges.append(Charge(time, time + 3 * 3600, cents))
    found.links.append(Link("finances", number, "charged"))
    return found


def _refund_late(customer: Customer) -> None:
    """C6. Refunded long after the time to return had ended, and the unit came back."""
    day = customer.later(75, 120)
    if day in customer.stage.calendar:
        time, number = customer.refund(day)
        customer.send_back(day + customer.rng.randrange(2, 10), customer.quantity, "CUSTOMER_DAMAGED")
        found = customer.discrepancy("refund_outside_policy", day, time, customer.quantity)
        found.tier = "review"
        found.links.append(Link("finances", number, "refund"))


def _keep_the_fee(customer: Customer) -> None:
    """C8. Amazon gave back a part of the referral fee only."""
    day = customer.later(4, 30)
    if day in customer.stage.calendar:
        time, number = customer.refund(day, credit=500)
        customer.send_back(day + customer.rng.randrange(3, 20), customer.quantity)
        missing = int(customer.lines.commission[customer.line]) // 2
        _overcharged(customer, "refund_fee_not_returned", day, time, missing, number)


def _refund_twice(customer: Customer) -> None:
    """C9. The same unit was refunded in two events of their own."""
    day = customer.later(4, 30)
    if day + 2 in customer.stage.calendar:
        customer.refund(day)
        time, number = customer.refund(day + 2)
        customer.send_back(day + customer.rng.randrange(3, 20), customer.quantity)
        twice = int(customer.lines.price[customer.line] - customer.lines.promotion[customer.line])
        _overcharged(customer, "duplicate_refund", day + 2, time, twice, number)


def _lose_on_the_way(customer: Customer) -> None:
    """C10. The parcel never arrived; Amazon refunds the customer and mostly pays the seller."""
    _on_the_way(customer, "lost_outbound")


def _damage_on_the_way(customer: Customer) -> None:
    """C10. The parcel arrived broken."""
    _on_the_way(customer, "damaged_outbound")


def _on_the_way(customer: Customer, kind: str) -> None:
    found = _refunded(customer, kind, 5, 15)
    if found is not None and customer.rng.random() < 0.8:
        _paid(customer, found, found.day + customer.rng.randrange(2, 12))


def _claim_guarantee(customer: Customer) -> None:
    """C11. The customer's bank or Amazon's guarantee took the money back though Amazon had delivered."""
    day = customer.later(20, 60)
    if day not in customer.stage.calendar:
        return
    time, number = customer.at.warehouse.time_of(day), customer.stage.ids.one("refund", 12)
    price = int(customer.lines.price[customer.line])
    kind = customer.rng.choice(("chargeback", "guarantee_claim"))
    customer.stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind=kind, market=customer.market,
        order=customer.order, item=customer.item, listing=customer.listing, quantity=customer.quantity,
        principal=-price,
    )  # fmt: skip
    found = _overcharged(customer, "chargeback_a2z_not_reimbursed", day, time, price, number)
    found.tier = "review"
