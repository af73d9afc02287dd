"""What a unit is worth: the seller's cost, what Amazon paid for it or for the like, or what the sale brought."""

from datetime import date
from decimal import Decimal

import pytest

from clario.domain.claims import Claim
from clario.domain.detection.claims.valuation import price_ratios
from clario.domain.detection.rows.facts import CostRow
from clario.domain.values import MARKETPLACES, DayRange
from tests.unit.detection.cases import TODAY, covering, only, run
from tests.unit.detection.money_tables import account, found
from tests.unit.detection.tables import day

JAPAN = MARKETPLACES["A1VC38T7YXB528"]


def cost(amount: str, valid_from: date = date(2025, 1, 1), currency: str = "USD") -> CostRow:
    return CostRow("SKU-X1", Decimal(amount), currency, valid_from)


COSTS = {
    "one unit at cost": ([cost("12.55")], "12.55", "cogs"),
    "the newest cost of that day": ([cost("9", day(-10)), cost("8"), cost("7", day(1))], "9.00", "cogs"),
    "no cost": ([], None, "unknown"),
    "a cost from the day after on": ([cost("9", day(1))], None, "unknown"),
    "a cost in another currency": ([cost("9", currency="EUR")], None, "unknown"),
    "more than Amazon pays for a unit": ([cost("7200")], "5000.00", "cogs"),
}


@pytest.mark.parametrize(("costs", "value", "basis"), COSTS.values(), ids=COSTS.keys())
def test_a_unit_is_worth_what_the_seller_paid_for_it(costs, value, basis):
    claim = only(run("d0 M -1", costs=tuple(costs)))
    assert (claim.estimated_value, claim.value_basis) == (value and Decimal(value), basis)


def test_two_units_are_worth_twice_as_much():
    assert only(run("d0 M -2", costs=(cost("12.55"),))).estimated_value == Decimal("25.10")


def test_the_evidence_says_which_cost_was_used():
    (line,) = only(run("d0 M -2", costs=(cost("12.55"),))).evidence["valuation"]["lines"]
    assert line == {
        "sku": "SKU-X1",
        "units": {"claim": 2},
        "unitValue": "12.55",
        "costValidFrom": "2025-01-01",
        "capped": False,
    }


def test_where_no_cap_is_known_none_is_applied():
    claim = only(run("d0 M -1", marketplace=JAPAN, costs=(cost("900000", currency="JPY"),)))
    assert (claim.estimated_value, claim.currency) == (Decimal(900000), "JPY")


def test_before_sourcing_cost_was_the_rule_it_is_no_value():
    whole = (DayRange(date(2024, 1, 1), TODAY),)
    covered = covering(ledger=whole, reimbursements=whole)
    claim = only(run("d-560 M -1", today=date(2025, 3, 30), coverage=covered, costs=(cost("9", date(2024, 1, 1)),)))
    assert (claim.estimated_value, claim.value_basis) == (None, "unknown")


def test_lots_with_and_without_a_cost_have_no_honest_sum():
    claim = only(run("d0 M -1 \n d0 M -1 sku=OTHER", costs=(cost("9"),)))
    assert (claim.estimated_value, claim.value_basis) == (None, "unknown")


def value(table: str, kind: str, **changes: object) -> str:
    """The value of the only claim of a kind and its basis."""
    (claim,) = [claim for claim in found(table, **changes).claims if claim.anomaly_type == kind]
    return f"{_value(claim)} {claim.value_basis}"


def _value(claim: Claim) -> Decimal | None:
    return claim.review_value if claim.tier == "review" else claim.estimated_value


# -- a unit lost before an order, without a cost -----------------------------------------------------------------------

LOST = "d0 M -1"
PAID_BEFORE = {
    "what Amazon paid lately": ("d-90 Lost_Warehouse cash 1 pay=8", "8.00 own_reimbursement"),
    "the middle of what it paid": (
        "d-90 Lost_Warehouse cash 1 pay=8 \n d-80 Damaged_Warehouse cash 1 pay=9 \n d-70 Lost_Inbound cash 1 pay=20",
        "9.00 own_reimbursement",
    ),
    "in kind: no money": ("d-90 Lost_Warehouse stock 1 pay=8", "None unknown"),
    "for a customer's order: by another rule": ("d-90 CustomerReturn cash 1 pay=8 order=O1", "None unknown"),
    "for another product": ("d-90 Lost_Warehouse cash 1 pay=8 fnsku=X2", "None unknown"),
    "more than 180 days ago": ("d-128 Lost_Warehouse cash 1 pay=8", "None unknown"),
    "before cost was the rule": ("d-600 Lost_Warehouse cash 1 pay=8", "None unknown"),
}


@pytest.mark.parametrize(("payments", "worth"), PAID_BEFORE.values(), ids=PAID_BEFORE.keys())
def test_without_a_cost_amazons_own_payments_speak(payments, worth):
    assert value(f"{LOST} \n {payments}", "lost_warehouse") == worth


def test_payments_in_another_currency_do_not_speak():
    table = f"{LOST} \n d-90 Lost_Warehouse cash 1 pay=8"
    covered = covering()
    canada = MARKETPLACES["A2EUQ1WTGCTBG2"]
    assert value(table, "lost_warehouse", marketplace=canada, coverage=covered) == "None unknown"


def test_a_cost_outweighs_what_amazon_paid():
    table = f"{LOST} \n d-90 Lost_Warehouse cash 1 pay=8"
    assert value(table, "lost_warehouse", costs=(cost("9"),)) == "9.00 cogs"


def others(count: int, price: str = "40", pay: str = "10", group: str = "Home") -> str:
    """So many other products of a group and price for which Amazon paid once."""
    return "\n".join(
        f"d-90 Lost_Warehouse cash 1 pay={pay} fnsku=Y{n} asin=C{n} \n"
        f"d0 preview 1x1x1 1oz price={price} group={group} fnsku=Y{n} asin=C{n}"
        for n in range(count)
    )


MINE = "d0 preview 1x1x1 1oz price=20 group=Home"
LIKE = {
    "a quarter of the price, as for the like": (f"{MINE} \n {others(3)}", "5.00 ratio"),
    "too few to say": (f"{MINE} \n {others(2)}", "None unknown"),
    "another group": (f"{MINE} \n {others(3, group='Toys')}", "None unknown"),
    "no price": (f"{MINE.replace('price=20 ', '')} \n {others(3)}", "None unknown"),
    "no preview": (others(3), "None unknown"),
    "a price in another currency": (f"{MINE} cur=CAD \n {others(3)}", "None unknown"),
    "prices in two currencies": (f"{MINE.replace('20', '99')} cur=CAD \n {MINE} \n {others(3)}", "5.00 ratio"),
    "prices in two currencies, the other one newer": (
        f"{MINE} \n {MINE.replace('20', '99').replace('d0', 'd1')} cur=CAD \n {others(3)}",
        "5.00 ratio",
    ),
}


@pytest.mark.parametrize(("table", "worth"), LIKE.values(), ids=LIKE.keys())
def test_without_own_payments_those_for_the_like_speak(table, worth):
    assert value(f"{LOST} \n {table}", "lost_warehouse") == worth


NO_RATIO = {
    "another currency": ("d-90 Lost_Warehouse cash 1 pay=10", "d0 preview 1x1x1 1oz price=40 cur=CAD"),
    "no price": ("d-90 Lost_Warehouse cash 1 pay=10", "d0 preview 1x1x1 1oz"),
    "no preview": ("d-90 Lost_Warehouse cash 1 pay=10", "d0 preview 1x1x1 1oz price=40 fnsku=Y1"),
    "no group": ("d-90 Lost_Warehouse cash 1 pay=10", "d0 preview 1x1x1 1oz price=40 group="),
    "no money": ("d-90 Lost_Warehouse stock 1", "d0 preview 1x1x1 1oz price=40"),
    "before cost was the rule": ("d-600 Lost_Warehouse cash 1 pay=10", "d0 preview 1x1x1 1oz price=40"),
}


@pytest.mark.parametrize(("payment", "preview"), NO_RATIO.values(), ids=NO_RATIO.keys())
def test_a_payment_that_cannot_be_compared_gives_no_ratio(payment, preview):
    facts = account("\n".join([payment.replace("pay=10", f"pay=10 id=R{n}") for n in range(3)] + [preview]))
    assert price_ratios(facts.reimbursements, facts.previews, "USD") == {}
    assert price_ratios(facts.reimbursements, facts.previews, "CAD") == {}


# -- before sourcing cost was the rule ---------------------------------------------------------------------------------

THEN = date(2025, 3, 30)
LONG = covering(
    ledger=(DayRange(date(2023, 1, 1), TODAY),),
    reimbursements=(DayRange(date(2023, 1, 1), TODAY),),
)
OLD_LOSS = f"d{(THEN - day(0)).days - 10} M -1"
PROCEEDS = {
    "what a sale brought": ("d-600 sale 1x20 fee=3.57 ref=3 promo=1 tax=2", "12.43 proceeds_estimate"),
    "the middle of them": (
        "d-600 sale 1x20 fee=3 ref=3 \n d-599 sale 2x24 fee=3 ref=3 \n d-598 sale 1x99 fee=3 ref=3",
        "18.00 proceeds_estimate",
    ),
    "no sale": ("d-600 sale 1x20 fee=3 ref=3 fnsku=X2", "None unknown"),
    "a sale too long ago": ("d-1100 sale 1x20 fee=3 ref=3", "None unknown"),
    "a sale in another currency": ("d-600 sale 1x20 fee=3 ref=3 cur=CAD", "None unknown"),
}


@pytest.mark.parametrize(("sold", "worth"), PROCEEDS.values(), ids=PROCEEDS.keys())
def test_before_april_2025_a_lost_unit_was_worth_what_a_sale_brings(sold, worth):
    assert value(f"{OLD_LOSS} \n {sold}", "lost_warehouse", today=THEN, coverage=LONG) == worth


# -- a unit lost after an order ----------------------------------------------------------------------------------------

REFUND = "d-60 back 1x20 of=O1 ref=3 admin=0.60"
NET = {
    "price less promotion and fees": ("d-70 sale 1x20 of=O1 fee=3.57 ref=3 promo=1 tax=2 ship=4", "12.43 net_sale"),
    "one of two units": ("d-70 sale 2x20 of=O1 fee=3.57 ref=3", "13.43 net_sale"),
    "never less than nothing": ("d-70 sale 1x20 of=O1 fee=25", "0.00 net_sale"),
    "by the order's price and Amazon's estimate of the fees": (
        "d-70 order 1x20 of=O1 \n d-5 preview 1x1x1 1oz price=40 ref=6 fee=3.57",
        "13.43 net_sale",
    ),
    "an order without a price": (
        "d-70 order 1x0 of=O1 \n d-5 preview 1x1x1 1oz price=40 ref=6 fee=3.57",
        "None unknown",
    ),
    "an order and no estimate": ("d-70 order 1x20 of=O1", "None unknown"),
    "an estimate without a price": ("d-70 order 1x20 of=O1 \n d-5 preview 1x1x1 1oz ref=6 fee=3.57", "None unknown"),
    "an estimate in another currency": (
        "d-70 order 1x20 of=O1 \n d-5 preview 1x1x1 1oz price=40 ref=6 fee=3.57 cur=CAD",
        "None unknown",
    ),
    "an estimate of one fee only": ("d-70 order 1x20 of=O1 \n d-5 preview 1x1x1 1oz price=40 ref=6", "None unknown"),
}


@pytest.mark.parametrize(("sold", "worth"), NET.values(), ids=NET.keys())
def test_a_unit_refunded_and_not_returned_is_worth_what_its_sale_brought(sold, worth):
    sent = "d-70 ship 1x20 of=O1" if "order" not in sold else ""
    assert value(f"{sold} \n {sent} \n {REFUND}", "refund_no_return") == worth


def test_a_dear_unit_is_worth_no_more_than_amazon_pays():
    table = "d-70 ship 1x9000 of=O1 \n d-70 sale 1x9000 of=O1 fee=9 ref=900 \n d-60 back 1x9000 of=O1"
    assert value(table, "refund_no_return") == "5000.00 net_sale"
