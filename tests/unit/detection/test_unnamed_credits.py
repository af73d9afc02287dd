"""Returns and payments that name no order, where several orders of the item were refunded."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.detection.cases import review, run, units

NO_RETURN = "refund_no_return"


def refunds(*orders: str) -> str:
    """Each order as "name:day:units:price of one": sold, paid by the customer, and refunded on that day."""
    lines = ["d-150 Receipts +9"]
    for name, on, count, price in (order.split(":") for order in orders):
        sold = int(on) - 9
        lines += [f"d{sold} {verb} {count}x{price} of={name}" for verb in ("order", "pay")]
        lines.append(f"d{on} refund {count}x{price} of={name}")
    return "\n".join(lines)


TWO = refunds("A:-110:1:20", "B:-105:1:30")

SETTLED = {
    "the payment is what the second order brought": (
        TWO,
        "d-50 CustomerReturn cash 1 pay=30",
        {"A": "claim", "B": "review"},
    ),
    "the payment is what the first order brought": (
        TWO,
        "d-50 CustomerReturn cash 1 pay=20",
        {"A": "review", "B": "claim"},
    ),
    "the payment is for as many units as one order": (
        refunds("A:-110:1:20", "B:-105:2:20"),
        "d-50 CustomerReturn cash 2 pay=20",
        {"A": "claim", "B": "review"},
    ),
    "an amount that fits no order": (TWO, "d-50 CustomerReturn cash 1 pay=9", {"A": "review", "B": "review"}),
    "a return without order": (TWO, "d-103 return 1 of=", {"A": "review", "B": "review"}),
    "a return of an order that is not known": (TWO, "d-103 return 1 of=Z", {"A": "review", "B": "review"}),
    "a return that names its order": (TWO, "d-103 return 1 of=A", {"B": "claim"}),
    "a return too early for the second": (
        refunds("A:-130:1:20", "B:-105:1:30"),
        "d-125 return 1 of=Z",
        {"A": "review", "B": "claim"},
    ),
    "a return that only the ledger shows": (TWO, "d-103 restock +1", {"A": "review", "B": "review"}),
    "a damaged one that only the ledger shows": (
        TWO,
        "d-103 restock +1 in=CUSTOMER_DAMAGED",
        {"A": "review", "B": "review"},
    ),
    "one that only the ledger shows, 45 days after the first refund": (
        refunds("A:-148:1:20", "B:-105:1:30"),
        "d-103 restock +1",
        {"A": "review", "B": "review"},
    ),
    "one that only the ledger shows, too late for the first": (
        refunds("A:-149:1:20", "B:-105:1:30"),
        "d-103 restock +1",
        {"A": "claim", "B": "review"},
    ),
    "a return that both reports show": (TWO, "d-103 restock +1 \n d-103 return 1 of=A in=SELLABLE", {"B": "claim"}),
    "a return that the ledger shows under another item": (
        TWO,
        "d-103 restock +1 sku=S9 fnsku=X9 asin=B9",
        {"A": "claim", "B": "claim"},
    ),
    "a return of another item": (TWO, "d-103 return 1 of=Z sku=S9 fnsku=X9 asin=B9", {"A": "claim", "B": "claim"}),
}


@pytest.mark.parametrize(("table", "credit", "expected"), SETTLED.values(), ids=SETTLED.keys())
def test_what_stays_claimed_beside_a_credit(table, credit, expected):
    claims = run(f"{table} \n {credit}").claims
    assert {c.order_id: c.tier.value for c in claims if c.anomaly_type == NO_RETURN} == expected


def test_a_claim_in_doubt_says_why():
    (doubted,) = (claim for claim in run(f"{TWO} \n d-103 return 1 of=Z").claims if claim.order_id == "B")
    assert doubted.evidence["warnings"] == ["may_be_settled_unnamed"]


def test_a_refund_whose_unit_only_the_ledger_shows_says_so():
    claims = {claim.order_id: claim for claim in run(f"{TWO} \n d-103 restock +1").claims}
    assert claims["A"].evidence["warnings"] == ["return_not_reported"]
    assert claims["B"].evidence["warnings"] == ["may_be_settled_unnamed"]


def test_a_return_in_the_report_is_first_the_receipt_of_its_own_day():
    """Else every return would have the receipt of the one before, and the last would seem to be the unreported one."""
    listed = {"K": -100, "L": -99, "M": -98}
    orders = refunds("A:-146:1:20", "B:-110:1:30", *(f"{name}:-104:1:20" for name in listed))
    lines = [f"d{n} restock +1 in=DEFECTIVE \n d{n} return 1 of={name} in=DEFECTIVE" for name, n in listed.items()]
    table = "\n".join([orders, "d-101 restock +1 in=DEFECTIVE", *lines])
    assert {c.order_id: c.tier.value for c in run(table).claims} == {"A": "review", "B": "review"}


SENT_BACK = st.lists(
    st.tuples(
        st.integers(-110, -60), st.one_of(st.none(), st.integers(-5, 45)), st.sampled_from(("SELLABLE", "DEFECTIVE"))
    ),
    min_size=1,
    max_size=7,
)


@settings(max_examples=60)
@given(SENT_BACK, st.integers(-110, -20), st.integers(7, 30))
def test_whatever_stretch_of_the_returns_report_is_lost_no_unit_that_came_back_is_claimed(sent, first, length):
    """`sent`: of each order the day of its refund, after how many days the unit came back (None: never), and how."""
    lines = [refunds(*(f"O{n}:{on}:1:20" for n, (on, _, _) in enumerate(sent)))]
    for n, (on, delay, state) in enumerate(sent):
        if delay is not None:
            lines.append(f"d{on + delay} restock +1 in={state}")
            if not first <= on + delay < first + length:
                lines.append(f"d{on + delay} return 1 of=O{n} in={state}")
    claimed = {c.order_id for c in run("\n".join(lines)).claims if c.tier == "claim"}
    assert claimed <= {f"O{n}" for n, (_, delay, _) in enumerate(sent) if delay is None}


def test_a_credit_casts_no_more_doubt_than_it_has_units():
    table = f"{refunds('A:-110:1:20', 'B:-105:3:30')} \n d-103 return 1 of=Z"
    assert (units(table), review(table)) == ({NO_RETURN: 2}, {NO_RETURN: 1})


def test_one_return_among_very_many_refunds_casts_no_doubt():
    table = refunds(*(f"O{n}:-110:1:20" for n in range(11)))
    assert units(f"{table} \n d-103 return 1 of=Z") == {NO_RETURN: 10}


@pytest.mark.parametrize(
    ("disposition", "open_kinds"),
    [
        ("DAMAGED", {NO_RETURN: 1, "return_damaged_by_amazon": 1}),
        ("SELLABLE", {NO_RETURN: 1, "return_not_restocked": 1}),
        ("CUSTOMER_DAMAGED", {NO_RETURN: 1}),
    ],
)
def test_a_payment_may_be_for_a_missing_unit_or_for_one_that_came_back(disposition, open_kinds):
    table = f"{refunds('A:-110:1:20', 'B:-105:1:20')} \n d-100 return 1 of=B in={disposition}"
    assert units(table) == open_kinds
    table += " \n d-50 CustomerReturn cash 1 pay=20"
    assert (units(table), review(table)) == ({}, open_kinds)
