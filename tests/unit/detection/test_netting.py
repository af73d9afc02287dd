"""The netting engine: its records, and the laws it keeps for any input."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from clario.domain.detection.lots.lots import Lot
from clario.domain.detection.netting.credits import gather_credits
from clario.domain.detection.netting.netting import Netting, net
from clario.domain.detection.rows.components import components
from clario.domain.detection.rows.facts import TABLES as REPORTS
from clario.domain.detection.rows.facts import ComponentFacts, Rows, SellerFacts
from clario.domain.detection.rows.unit_rows import LedgerRow
from clario.domain.detection.rules import RULES
from clario.domain.detection.units.warehouse import DAMAGED_STOCK, GONE, GRADES, MISPLACED
from tests.unit.detection.cases import TODAY, seller
from tests.unit.detection.random_tables import GAINS, LINES, LOSSES, PAID, TABLES, WAREHOUSE_TABLES


def netted(facts: SellerFacts) -> list[Netting]:
    parts = components(facts, TODAY)
    return [net(lots_of(part), gather_credits(part, TODAY).credits) for part in parts]


def lots_of(part: ComponentFacts) -> list[Lot]:
    return [lot for rule in RULES for lot in rule.find(part)]


def settlements(facts: SellerFacts):
    return [settlement for netting in netted(facts) for settlement in netting.settlements]


# -- what a run records ------------------------------------------------------------------------------------------------


def test_each_step_says_what_was_open_before_and_after():
    (lot,) = settlements(seller("d0 M -5 \n d3 F +2 \n d20 Lost_Warehouse cash 1 \n d30 Damaged_Warehouse cash 1"))
    assert [(a.step.name, a.units, a.before, a.after) for a in lot.allocations] == [
        ("found", 2, 5, 3),
        ("same_reason", 1, 3, 2),
        ("other_reason", 1, 2, 1),
    ]
    assert (lot.open_strict, lot.open_generous) == (2, 1)


def test_the_oldest_lot_takes_the_oldest_credit():
    first, second = settlements(seller("d5 M -1 \n d0 M -1 \n d9 F +1 \n d7 F +1"))
    taken = [lot.allocations[0].credit.on.day for lot in (first, second)]
    assert (first.lot.anchor < second.lot.anchor, taken) == (True, [8, 10])


def test_the_oldest_credit_goes_first_whatever_its_kind():
    (lot,) = settlements(seller("d0 M -2 \n d9 F +1 \n d7 N +1 \n d8 Lost_Warehouse cash 1"))
    assert [(a.credit.kind, a.credit.on.day) for a in lot.allocations] == [("transferred", 8), ("found", 10)]
    (lot,) = settlements(seller("d0 M -1 \n d9 F +1 \n d7 N +1"))
    assert [a.credit.kind for a in lot.allocations] == ["transferred"]
    (lot,) = settlements(seller("d0 M -1 \n d9 N +1 \n d7 F +1"))
    assert [a.credit.kind for a in lot.allocations] == ["found"]


def test_what_no_lot_needs_is_left_over():
    (netting,) = netted(seller("d0 M -1 \n d9 F +3"))
    assert [(credit.kind, units) for credit, units in netting.leftovers] == [("found", 2)]


WINDOWS = {
    "found 7 days before": ("d0 F +1 \n d7 M -1", 0),
    "found 8 days before": ("d0 F +1 \n d8 M -1", 1),
    "found more than a year later": ("d-400 M -1 \n d10 F +1", 0),
    "paid 2 days before": ("d0 Lost_Warehouse cash 1 \n d2 M -1", 0),
    "paid 3 days before": ("d0 Lost_Warehouse cash 1 \n d3 M -1", 1),
    "paid 120 days later": ("d-80 M -1 \n d40 Lost_Warehouse cash 1", 0),
    "paid 121 days later": ("d-81 M -1 \n d40 Lost_Warehouse cash 1", 1),
    "paid under another label 60 days later": ("d-20 M -1 \n d40 Lost_Warehouse cash 1 fnsku=X2", 0),
    "paid under another label 61 days later": ("d-21 M -1 \n d40 Lost_Warehouse cash 1 fnsku=X2", 1),
    "replaced: approved 7 days after the stock, one unit": (
        "d0 M -1 \n d1 M -1 \n d2 N +1 \n d9 Lost_Warehouse stock 1",
        1,
    ),
    "replaced: approved 8 days after the stock, two units": (
        "d0 M -1 \n d1 M -1 \n d2 N +1 \n d10 Lost_Warehouse stock 1",
        0,
    ),
    "replaced: stock 21 days after approval, one unit": (
        "d0 M -1 \n d1 M -1 \n d9 Lost_Warehouse stock 1 \n d30 N +1",
        1,
    ),
}


@pytest.mark.parametrize(("table", "expected"), WINDOWS.values(), ids=WINDOWS.keys())
def test_the_windows_are_exact_to_the_day(table, expected):
    assert sum(lot.open_generous for lot in settlements(seller(table))) == expected


# -- laws --------------------------------------------------------------------------------------------------------------


def open_units(facts: SellerFacts) -> dict[str, int]:
    """By type and rule."""
    total: Counter[str] = Counter()
    for lot in settlements(facts):
        total[f"{lot.lot.anomaly_type} strict"] += lot.open_strict
        total[f"{lot.lot.anomaly_type} generous"] += lot.open_generous
    return dict(total)


@given(TABLES)
def test_every_unit_is_either_settled_or_open(table):
    for lot in settlements(seller(table)):
        assert sum(a.units for a in lot.allocations) + lot.open_generous == lot.lot.units
        assert 0 <= lot.open_generous <= lot.open_strict <= lot.lot.units


@given(TABLES)
def test_no_credit_settles_more_units_than_it_has(table):
    for part in components(seller(table), TODAY):
        credits = gather_credits(part, TODAY).credits
        netting = net(lots_of(part), credits)
        used = Counter[str]()
        for credit, units in netting.leftovers:
            used[repr(credit.order)] += units
        for settlement in netting.settlements:
            for allocation in settlement.allocations:
                used[repr(allocation.credit.order)] += allocation.units
        offered = Counter[str]()
        for credit in credits:
            offered[repr(credit.order)] += credit.units
        assert used == offered


@given(TABLES)
def test_a_found_line_gives_exactly_its_units(table):
    for part in components(seller(table), TODAY):
        given_by: Counter[object] = Counter()
        for credit in gather_credits(part, TODAY).credits:
            for row in credit.rows:
                given_by[row] += credit.units
        for row in (r for r in part.ledger if r.reason in ("F", "N")):
            assert given_by[row] == row.quantity


@given(TABLES)
def test_no_credit_settles_a_loss_outside_its_window(table):
    for lot in settlements(seller(table)):
        for allocation in lot.allocations:
            step, apart = allocation.step, allocation.credit.on - lot.lot.on
            assert step.days_before is None or apart >= -timedelta(days=step.days_before)
            assert step.days_after is None or apart <= timedelta(days=step.days_after)


@given(st.lists(LINES, max_size=20), st.randoms())
def test_the_order_of_the_rows_does_not_matter(lines, random):
    facts = seller("\n".join(lines))
    shuffled = {table.name: random.sample(table.rows(facts), len(table.rows(facts))) for table in REPORTS}
    other = replace(facts, **{name: tuple(rows) for name, rows in shuffled.items()})
    assert settlements(other) == settlements(facts)


@given(WAREHOUSE_TABLES, st.one_of(GAINS.filter(lambda line: " F " in line), PAID.filter(lambda line: "cash" in line)))
def test_one_more_credit_never_opens_a_unit(table, credit):
    assume(not may_have_been_given_back(table, credit))
    before, after = open_units(seller(table)), open_units(seller(f"{table} \n {credit} id=NEW"))
    assert sum(after.values()) <= sum(before.values())


def may_have_been_given_back(table: str, credit: str) -> bool:
    """Whether a found unit may be what a reversal gave for the money it took. That is no new credit: it only shows on
    which day the unit came, and the later day counts."""
    reimbursements = seller(table).reimbursements
    return " F " in credit and any(r.original_reimbursement_id and r.inventory_units > 0 for r in reimbursements)


@given(WAREHOUSE_TABLES, LOSSES)
def test_one_more_loss_never_closes_a_unit(table, loss):
    assume(not may_have_been_damaged_as(table, loss))
    before, after = open_units(seller(table)), open_units(seller(f"{table} \n {loss}"))
    assert sum(after.values()) >= sum(before.values())


def may_have_been_damaged_as(table: str, loss: str) -> bool:
    """Whether the loss may be the damage of a unit that left damaged stock. That is the same unit, told as damaged from
    then on: on another day and of another family, so that other credits reach it."""
    (damage,) = seller(loss).ledger
    return damage.reason in GRADES and any(
        row.fnsku == damage.fnsku and row.occurred_on >= damage.occurred_on for row in left_damaged_stock(seller(table))
    )


def left_damaged_stock(facts: Rows) -> list[LedgerRow]:
    return [row for row in facts.ledger if row.disposition == DAMAGED_STOCK and row.reason in MISPLACED | GONE]


REPLACED_WHEN_DAMAGED = "d0 F +5 \n d0 M -4 \n d8 M -1 in=WAREHOUSE_DAMAGED \n d0 N +1"


@given(WAREHOUSE_TABLES, LOSSES)
@example(REPLACED_WHEN_DAMAGED, "d0 E -1")
def test_one_more_loss_takes_no_unit_away_and_brings_no_more_than_its_own(table, loss):
    before, after = told_units(seller(table)), told_units(seller(f"{table} \n {loss}"))
    (row,) = seller(loss).ledger
    assert before <= after <= before - row.quantity


def told_units(facts: SellerFacts) -> int:
    return sum(settlement.lot.units for settlement in settlements(facts))


@given(WAREHOUSE_TABLES)
@example("d0 E -1 \n d5 M -1 in=WAREHOUSE_DAMAGED \n d9 Q -1 in=WAREHOUSE_DAMAGED \n d9 P +1")
def test_a_damaged_unit_is_put_right_or_leaves_otherwise_but_not_both(table):
    for part in components(seller(table), TODAY):
        netting = net(lots_of(part), gather_credits(part, TODAY).credits)
        left, told = left_damaged_stock(part), {s.lot.rows[0]: s.lot.units for s in netting.settlements}
        counted_as_damaged = sum(-row.quantity - told.get(row, 0) for row in left)
        put_right = sum(a.units for s in netting.settlements for a in s.allocations if a.step.name == "regraded")
        assert counted_as_damaged + put_right <= sum(-r.quantity for r in part.adjustments(frozenset(GRADES)))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 3)), max_size=8), st.lists(st.integers(0, 60), max_size=8))
def test_fifo_settles_as_many_units_as_any_other_choice_could(losses, found):
    lines = [f"d{on} M -{n}" for on, n in losses] + [f"d{on} F +1" for on in found]
    open_now = sum(lot.open_generous for lot in settlements(seller("\n".join(lines))) if lot.lot.anchor <= TODAY)
    assert open_now == _fewest_open([d for d, n in losses if d <= 53 for _ in range(n)], [d for d in found if d <= 53])


def _fewest_open(lost: list[int], found: list[int]) -> int:
    """By augmenting paths, which no first-in-first-out rule has part in."""
    taken: dict[int, int] = {}

    def place(f: int, tried: set[int]) -> bool:
        for index, anchor in enumerate(lost):
            if found[f] >= anchor - 7 and index not in tried:
                tried.add(index)
                if index not in taken or place(taken[index], tried):
                    taken[index] = f
                    return True
        return False

    return len(lost) - sum(place(f, set()) for f in range(len(found)))


# -- components --------------------------------------------------------------------------------------------------------


def test_items_that_share_no_name_are_apart():
    parts = list(components(seller("d0 M -1 \n d0 M -1 fnsku=X9 asin=B9"), TODAY))
    assert [part.key for part in parts] == ["asin:B1", "asin:B9"]


def test_items_are_joined_over_a_chain_of_names():
    chain = """
        d0  M  -1  fnsku=X1  asin=B1
        d0  M  -1  fnsku=X3  asin=B3
        d1  M  -1  fnsku=X2  asin=B3  sku=S
        d2  M  -1  fnsku=X1  asin=B2  sku=S"""
    (part,) = components(seller(chain), TODAY)
    assert (part.key, len(part.ledger)) == ("asin:B1", 4)


def test_a_big_component_is_netted_in_one_walk():
    start = date(2026, 1, 1)
    lost = next(iter(settlements(seller("d0 M -1")))).lot
    row = lost.rows[0]
    lots = [
        replace(lost, anchor=start + timedelta(days=n % 300), rows=(replace(row, ordinal=n),), units=1)
        for n in range(20_000)
    ]
    credit = gather_credits(next(iter(components(seller("d0 F +1"), TODAY))), TODAY).credits[0]
    credits = [replace(credit, on=start + timedelta(days=n % 300), units=1) for n in range(20_000)]
    assert sum(s.open_generous for s in net(lots, credits).settlements) == 0
