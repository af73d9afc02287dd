"""Plain sales change nothing: a run without them finds what a run with them finds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from clario.domain.detection.claims.findings import Case
from clario.domain.detection.engine import examine, examine_money, with_statistics
from clario.domain.detection.money.fee_cells import observations
from clario.domain.detection.rows.components import components
from clario.domain.detection.rows.facts import TABLES, ComponentFacts, CostRow, Names, SellerFacts
from clario.domain.detection.rules import BESIDE_SALES, MONEY_RULES, SALES_RULES, MoneyRule
from clario.domain.detection.runs.plain_sales import Usual, are_plain, are_single, are_usual, odd_orders, usual_of
from tests.unit.detection.cases import TODAY
from tests.unit.detection.money_tables import account
from tests.unit.detection.random_tables import LINES, ORDERS
from tests.unit.detection.tables import day, read
from tests.unit.detection.test_incremental import content

COSTS = (CostRow("SKU-X1", Decimal(6), "USD", date(2025, 1, 1)),)
MEASURED = "d-20 preview 8x6x0.5 5oz price=20 fee=3.57 ref=3.00"
HISTORY = f"""
    d-100-10/5 sale 1x20 fee=3.57 ref=3.00
    d-100 order 1x20 of=H
    d-100 ship 1x20 of=H
    d-100 sell -1
    {MEASURED}
"""
SOLD = "d12 order 1x20 of=N \n d12 ship 1x20 of=N \n d13 sale 1x20 fee=3.57 ref=3.00 of=N \n d12 sell -1"


def facts_of(table: str) -> SellerFacts:
    """A table of money, in which new charges are lines of `tables.py`."""
    lines = table.split("\n")
    charged_again = [line for line in lines if "recharge" in line]
    facts = account("\n".join(line for line in lines if line not in charged_again), COSTS)
    return replace(facts, money=(*facts.money, *read("\n".join(charged_again)).get("money", ())))


def part_of(facts: SellerFacts, today: date = TODAY) -> ComponentFacts:
    return next(part for part in components(facts, today) if part.key == "asin:B1")


def case_of(part: ComponentFacts, facts: SellerFacts, today: date = TODAY) -> Case:
    return Case(part, with_statistics(facts, list(components(facts, today)), today), today)


def names_in(part: ComponentFacts) -> set[Names]:
    return {table.names(row) for table in TABLES for row in table.rows(part)}


def orders_in(part: ComponentFacts) -> set[str]:
    return {row.order_id for row in (*part.orders, *part.shipped, *part.money) if row.order_id}


def news_in(part: ComponentFacts, before: ComponentFacts) -> ComponentFacts:
    """All that is known of orders that have new rows, and of days on which the ledger has new sales."""
    old = {id_of(row) for rows in (before.orders, before.shipped, before.money, before.ledger) for row in rows}
    fresh = [row for rows in (part.orders, part.shipped, part.money, part.ledger) for row in rows]
    fresh = [row for row in fresh if id_of(row) not in old]
    orders = {row.order_id for row in fresh if hasattr(row, "order_id")}
    days = {row.occurred_on for row in fresh if hasattr(row, "occurred_on")}
    return ComponentFacts(
        part.key,
        orders=tuple(row for row in part.orders if row.order_id in orders),
        shipped=tuple(row for row in part.shipped if row.order_id in orders),
        money=tuple(row for row in part.money if row.order_id in orders),
        ledger=tuple(row for row in part.ledger if row.event_type == "Shipments" and row.occurred_on in days),
        previews=part.previews,
    )


def id_of(row: Any) -> tuple[str, object]:
    return row.ref.table, row.key


def told_of(part: ComponentFacts) -> set[str]:
    """Orders that a return, a payment or a replacement names."""
    replaced = {order for row in part.replacements for order in (row.original_order_id, row.replacement_order_id)}
    return {row.order_id or "" for rows in (part.returns, part.reimbursements) for row in rows} | replaced


def without_plain_sales(part: ComponentFacts) -> ComponentFacts:
    """As the database reads it: of sales those of orders of which more is known than one plain sale."""
    transactions: dict[tuple[str, str], set[str]] = {}
    for row in part.money:
        if row.kind == "Shipment" and row.status != "DEFERRED_RELEASED":
            transactions.setdefault((row.order_id, row.sku), set()).add(row.transaction_id)
    more = told_of(part) | {row.order_id for row in part.money if row.kind != "Shipment"}
    more |= odd_orders(part)
    more |= {order for (order, _), found in transactions.items() if len(found) > 1}
    more |= {line.order_id for line in part.orders if line.status == "Cancelled" or line.original_order_id}
    return replace(
        part,
        orders=tuple(row for row in part.orders if row.order_id in more),
        shipped=tuple(row for row in part.shipped if row.order_id in more),
        money=tuple(r for r in part.money if r.kind != "Shipment" or not r.order_id or r.order_id in more),
    )


def found(
    parts: Iterable[ComponentFacts], case: Case, money_rules: Sequence[MoneyRule] = MONEY_RULES
) -> tuple[dict[str, object], date | None]:
    run = examine(parts, case.account, case.as_of, money_rules=money_rules)
    return content({claim.fingerprint: claim for claim in run.claims}), run.next_review_on


def is_plain(news: Case, usual: Usual, before: ComponentFacts, after: ComponentFacts) -> bool:
    return are_usual(news, usual, names_in(before)) and are_plain(news.facts, usual, told_of(after))


# -- single cases ------------------------------------------------------------------------------------------------------


def judged(more: str, history: str = HISTORY, today: date = TODAY) -> tuple[bool, bool]:
    """Whether new rows are usual, and plain."""
    facts, then = facts_of(f"{history} \n {more}"), facts_of(history)
    part, before = part_of(facts, today), part_of(then, today)
    usual = usual_of(case_of(before, then, today))
    assert usual is not None
    news = case_of(part, facts, today)._replace(facts=news_in(part, before))
    return are_usual(news, usual, names_in(before)), is_plain(news, usual, before, part)


def test_a_sale_like_those_before_is_plain():
    assert judged(SOLD) == (True, True)


@pytest.mark.parametrize(
    "more",
    [
        "d12 order 1x20 of=N",
        "d12 order 1x20 of=N status=Cancelled",
        "d12 ship 1x20 of=N \n d13 sale 1x20 of=N",
        "d20 sale 1x20 fee=3.78 ref=3.00 of=N",
        "d13 sale 1x20 fee=3.57 ref=3.00 of=N state=DEFERRED",
        "d13 sale 1x20 fee=3.57 of=N tx=T1 state=DEFERRED_RELEASED \n d20 sale 1x20 fee=3.57 of=N tx=T2 release=T1",
        "d12 order 1x20 of=N \n d13 sale 2x25 fee=3.57 ref=3.75 of=N",
    ],
    ids=[
        "ordered only",
        "cancelled",
        "without fees",
        "in the peak season",
        "held back",
        "released",
        "two at another price",
    ],
)
def test_so_is_any_other_that_is_charged_by_the_same_rates(more):
    assert judged(more, HISTORY.replace(MEASURED, "")) == (True, True)


@pytest.mark.parametrize(
    "more",
    [
        "d13 sale 1x20 fee=5.22 ref=3.00",
        "d13 sale 1x20 fee=3.57 ref=1.60",
        "d13 sale 1x20 fee=3.57 ref=3.00 sku=SKU-NEW",
        "d13 sale 1x20 fee=3.57 ref=3.00 cur=CAD at=CA",
        "d13 bare 1 fee=3.57",
        "d13 sale 1x20 fee=-1.00",
    ],
    ids=["dearer", "another category", "another SKU", "another marketplace", "no goods", "a fee given back"],
)
def test_a_sale_with_another_fee_name_or_form_is_not_usual(more):
    assert judged(more) == (False, False)


@pytest.mark.parametrize(
    "more",
    [
        f"{SOLD} \n d20 back 1x20 of=N",
        f"{SOLD} \n d30 return 1 of=N",
        f"{SOLD} \n d30 CustomerReturn cash 1 order=N",
        f"{SOLD} \n d30 replace 1 of=M with=N",
        SOLD.replace("order 1x20", "order 1x20 status=Cancelled"),
        f"{SOLD} \n d14 sale 1x20 fee=3.57 ref=3.00 of=N tx=T2",
        "d12 sell -1 fnsku=X9 sku=SKU-X1",
    ],
    ids=["refunded", "sent back", "paid for", "a replacement", "cancelled", "in two transactions", "another label"],
)
def test_a_usual_sale_of_which_more_is_known_is_not_plain(more):
    assert judged(more)[1] is False


def test_a_sale_on_a_day_whose_stock_a_bill_is_held_against_is_not_plain():
    stored = "d12 stored 10 vol=0.5 rate=0.78 fee=3.90"
    assert judged("d-5 sell -1", f"{HISTORY} \n {stored}") == (True, False)
    assert judged("d5 sell -1", f"{HISTORY} \n {stored}") == (True, True)
    assert judged("d5 sell -1", f"{HISTORY} \n d6 old 10 ages=181-210 vol=1 fee=5.00") == (True, False)


@pytest.mark.parametrize(
    "unlike",
    [
        "d11 sale 1x20 fee=5.22 ref=3.00",
        "d-90-10/3 sale 1x20 fee=5.22 ref=3.00",
        "d-100-10/5 sale 1x20 fee=3.57 ref=1.60",
        "d-50 sale 1x20 fee=5.22 ref=3.00 \n d-9 preview 9x9x9 9oz price=20 fee=5.22 ref=3.00",
    ],
    ids=["since the last usual one", "most of them", "half in another category", "measured as another size"],
)
def test_sales_that_agree_on_nothing_are_remembered_as_nothing(unlike):
    facts = facts_of(f"{HISTORY} \n {unlike}")
    assert usual_of(case_of(part_of(facts), facts)) is None


WRONG = f"{HISTORY} \n d-30--20/2 sale 1x20 fee=5.22 ref=3.00"


@pytest.mark.parametrize(
    ("more", "is_plain"),
    [
        ("d13 sale 1x20 fee=3.57 ref=3.00", True),
        ("d13 sale 1x20 fee=5.22 ref=3.00", False),
        ("d-25 sale 1x20 fee=3.57 ref=3.00", False),
        ("d13 sale 1x9.99 fee=2.65 ref=1.50", False),
    ],
    ids=["usual", "wrong again", "between them", "at the edge of a price band"],
)
def test_after_wrong_charges_only_what_is_as_usual_as_all_since_is_plain(more, is_plain):
    assert judged(more, WRONG) == (is_plain, is_plain)


def test_after_wrong_charges_their_review_is_remembered_and_sales_may_be_left_out_until_then():
    facts = facts_of(WRONG)
    usual = usual_of(case_of(part_of(facts), facts))
    assert usual is not None
    assert usual.fees_review_on is not None
    assert usual.fees_review_on > TODAY
    assert (usual.may_be_left_out(TODAY), usual.may_be_left_out(usual.fees_review_on)) == (True, False)


def test_a_charge_that_amazons_measurement_of_these_days_does_not_allow_is_not_usual():
    assert judged("d13 sale 1x20 fee=5.22 ref=3.00", HISTORY.replace("d-20 preview", "d9 preview")) == (False, False)


def test_sales_of_products_once_charged_by_another_category_are_plain_but_not_left_out():
    history = f"{HISTORY} \n d-30--20/5 sale 1x20 fee=3.57 ref=1.60"
    facts = facts_of(history)
    usual = usual_of(case_of(part_of(facts), facts))
    assert usual is not None
    assert not usual.may_be_left_out(TODAY)
    assert judged("d13 sale 1x20 fee=3.57 ref=3.00", history) == (True, True)
    assert judged("d13 sale 1x20 fee=3.57 ref=1.60", history) == (False, False)


def test_an_order_of_another_form_is_remembered_by_its_name():
    facts = facts_of(f"{HISTORY} \n d-9 bare 1 fee=3.57 of=A \n d-9 sale 1x20 fee=-1 of=B \n d-9 sale 1x20 of=C")
    usual = usual_of(case_of(part_of(facts), facts))
    assert usual is not None
    assert usual.odd_orders == {"A", "B"}


def test_what_sales_brought_decided_what_a_lost_unit_is_worth_before_units_were_paid_at_cost():
    facts = facts_of("d-700 sale 1x20 fee=3.57")
    today = day(-650)
    assert usual_of(case_of(part_of(facts, today), facts, today)) is None


def test_products_whose_rates_are_not_ours_are_not_held_against_them():
    history = "d-100-10/5 sale 1x20 fee=3.57 ref=3.00 \n d12 stored 10 vol=0.5 rate=0.78 fee=3.90 danger=Flammable"
    assert judged("d13 sale 1x20 fee=9.99 ref=3.00", history) == (True, True)


def test_a_charge_that_would_be_the_first_to_speak_of_a_field_of_the_rate_card_is_not_usual():
    few = "d-9-9/6 sale 1x20 fee=3.57 ref=3.00 \n d9 preview 8x6x0.5 5oz price=20 fee=3.57 ref=3.00"
    assert judged("d13 sale 1x20 fee=3.57 ref=3.00", few) == (False, False)
    many = few.replace("/6", "/1") + " \n d-9-9 sale 1x20 fee=3.57 ref=3.00"
    assert judged("d13 sale 1x20 fee=3.57 ref=3.00", many) == (True, True)


# -- any case ----------------------------------------------------------------------------------------------------------

FEES = st.sampled_from(["fee=3.57 ref=3.00"] * 6 + ["fee=5.22 ref=3.00", "ref=3.00", "fee=3.57 ref=1.60", "fee=-1"])
DEARER = st.builds("d{} sale 1x20 fee={} ref=3.00".format, st.integers(-90, -12), st.sampled_from(["5.22", "9.99"]))
CREDITED = st.builds("d{} credit 1.65 of={}".format, st.integers(-90, 13), st.sampled_from(["", "O1", "1"]))
PRICES = st.sampled_from(["1x20", "1x20", "2x20", "1x25"])
HELD_BACK = (
    "d{0} sale 1x20 fee=3.57 of=H{0} tx=H{0} state=DEFERRED_RELEASED \nd12 sale 1x20 fee=3.57 of=H{0} release=H{0}"
)
HELD = st.builds(HELD_BACK.format, st.integers(-120, 11))
SALES = st.builds("d{} sale {} {} of={}".format, st.integers(-120, 13), PRICES, FEES, st.integers(1, 9))
NAMED_SALES = st.builds("d{} sale 1x20 fee=3.57 ref=3.00 of={}".format, st.integers(-120, 13), ORDERS)
BOOKED = st.builds("d{} sell -{}".format, st.integers(-120, 13), st.integers(1, 2))
ORDERED = st.builds("d{} {} 1x20 of={}".format, st.integers(-120, 13), st.sampled_from(["order", "ship"]), ORDERS)
SAID = st.builds(
    "d{} preview 8x6x0.5 5oz price=20 {}".format,
    st.integers(-120, 13),
    st.sampled_from(["fee=3.57 ref=3.00", "fee=3.57 ref=3.00", "fee=5.22 ref=1.60"]),
)
STOCKED = st.sampled_from(["d12 stored 10 vol=0.5 rate=0.78 fee=3.90", "d-40 old 9 ages=181-210 vol=1 fee=50.00"])
OF_SALES = st.one_of(SALES, NAMED_SALES, BOOKED, ORDERED, HELD)
ROWS = st.one_of(LINES, SALES, DEARER, CREDITED, NAMED_SALES, BOOKED, ORDERED, HELD, SAID, STOCKED)


@given(st.lists(ROWS, max_size=15), st.lists(OF_SALES, min_size=1, max_size=4), st.sampled_from(["", HISTORY, WRONG]))
def test_sales_that_are_plain_change_nothing_that_is_found_or_remembered(lines, more, usual_ones):
    history = "\n".join([usual_ones, "d-100 sell -1", *lines])
    then, facts = facts_of(history), facts_of("\n".join([history, *more]))
    before, after = part_of(then), part_of(facts)
    usual = usual_of(case_of(before, then))
    case = case_of(after, facts)
    news = case._replace(facts=news_in(after, before))
    if usual and is_plain(news, usual, before, after):
        event("plain, some charges were wrong" if usual.has_wrong_sizes else "plain")
        assert found([after], case) == found([before], case_of(before, then))
        assert tuple(observations(after)) == tuple(observations(before))
        assert usual_of(case) == usual


@given(st.lists(ROWS, max_size=15), st.lists(ROWS, max_size=5), st.sampled_from(["", HISTORY, WRONG]))
def test_a_run_without_plain_sales_finds_what_a_run_with_them_finds(lines, more, usual_ones):
    history = "\n".join([usual_ones, "d-100 sell -1", *lines])
    then, facts = facts_of(history), facts_of("\n".join([history, *more]))
    before, after = part_of(then), part_of(facts)
    usual = usual_of(case_of(before, then))
    case = case_of(after, facts)
    news = case._replace(facts=news_in(after, before))
    same = (after.previews, after.storage) == (before.previews, before.storage)
    if usual and same and usual.may_be_left_out(TODAY) and are_usual(news, usual, names_in(before)):
        wrong = usual.has_wrong_sizes
        if wrong and not (are_single(news.facts) and credits_in(after) == credits_in(before)):
            return
        event("lean, some charges were wrong" if wrong else "lean")
        lean = case._replace(facts=without_plain_sales(after))
        claims, review_on = found([lean.facts], lean, BESIDE_SALES)
        stands = examine_money(case_of(before, then), SALES_RULES)
        all_claims = claims | content({claim.fingerprint: claim for claim in stands.claims})
        days = [day for day in (review_on, stands.next_review_on) if day]
        assert (all_claims, min(days, default=None)) == found([after], case)
        whole, again = usual_of(case), usual_of(lean, usual)
        assert whole is not None
        assert again is not None
        assert replace(again, fees={}) == replace(whole, fees={})


def credits_in(part: ComponentFacts) -> list[object]:
    adjustments = [row.key for row in part.money if row.kind == "Adjustment"]
    return [adjustments, [row.key for row in part.reimbursements], [row.key for row in part.replacements]]
