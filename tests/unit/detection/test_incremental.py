"""A run over what is due, after a run over everything, gives what a run over everything gives."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clario.domain.claims import Claim
from clario.domain.detection.engine import detect, examine, with_statistics
from clario.domain.detection.rows.components import Grouping, ids_of, item_links
from clario.domain.detection.rows.components import components as cut
from clario.domain.detection.rows.facts import TABLES, ComponentFacts, Names, SellerFacts
from clario.domain.detection.runs.incremental import ComponentState, Id, conditions, due
from clario.domain.values import DayRange
from tests.unit.detection.cases import TODAY, covering, day, seller
from tests.unit.detection.random_tables import LINES


def ids_in(part: ComponentFacts) -> frozenset[Id]:
    return frozenset(node for table in TABLES for row in table.rows(part) for node in ids_of(table.names(row)))


def ids_of_claim(claim: Claim) -> frozenset[Id]:
    names = {"asin": claim.asin, "fnsku": claim.fnsku, "sku": claim.sku}
    return frozenset((kind, name) for kind, name in names.items() if name)


def touched_between(old: SellerFacts, new: SellerFacts) -> frozenset[Id]:
    """The names of rows that came or went, and the SKUs whose costs changed."""
    ids: set[Id] = {("sku", cost.sku) for cost in set(old.costs) ^ set(new.costs)}
    for table in TABLES:
        for row in set(table.rows(old)) ^ set(table.rows(new)):
            ids.update(ids_of(table.names(row)))
    return frozenset(ids)


def as_of(facts: SellerFacts, today: date) -> SellerFacts:
    """What the reports hold that day."""
    kept = {t.name: tuple(row for row in t.rows(facts) if t.day(row) <= today) for t in TABLES}
    return replace(facts, **kept)


@dataclass
class Memory:
    """What is kept between runs, in the smallest form that does."""

    facts: SellerFacts
    conditions: str = ""
    states: dict[str, ComponentState] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    looked_at: int = 0

    def run(self, facts: SellerFacts, today: date) -> None:
        facts = as_of(facts, today)
        parts = {part.key: part for part in cut(facts, today)}
        now = {key: ids_in(part) for key, part in parts.items() if key}
        around = {key: part.neighbours.digest for key, part in parts.items()}
        account = with_statistics(facts, list(parts.values()), today)
        holds = conditions(account, today, account.price_ratios)
        touched = set(touched_between(self.facts, facts))
        if holds != self.conditions:
            touched.update(*now.values())
        found = due(self.states, now, around, touched, today)
        for claim in [c for c in self.claims.values() if not ids_of_claim(c) or ids_of_claim(c) & found.ids]:
            del self.claims[claim.fingerprint]
        for key in found.gone:
            del self.states[key]
        for key in found.keys & parts.keys():
            result = examine([parts[key]], account, today)
            self.claims |= {claim.fingerprint: claim for claim in result.claims}
            self.states[key] = ComponentState(now.get(key, frozenset()), around[key], result.next_review_on)
        self.looked_at = len(found.keys & parts.keys())
        self.facts, self.conditions = facts, holds


def test_a_component_has_all_identifiers_that_a_chain_of_rows_joins():
    rows = [Names("B1", "X1", "S1"), Names("", "X2", "S1"), Names("B9", "", "S9"), Names("", "", "")]
    assert Grouping(item_links(rows)).members == {
        "asin:B1": {("asin", "B1"), ("fnsku", "X1"), ("fnsku", "X2"), ("sku", "S1")},
        "asin:B9": {("asin", "B9"), ("sku", "S9")},
    }


IDS = st.tuples(st.sampled_from(["asin", "fnsku", "sku"]), st.sampled_from("1234"))
GROUPS = st.frozensets(IDS, min_size=1, max_size=4)


@given(st.lists(GROUPS, max_size=4), st.lists(GROUPS, max_size=4))
def test_components_that_hold_together_by_themselves_are_the_same_as_links(links, groups):
    whole = {":".join(min(ids)): ids for ids in groups}
    plain = Grouping([*links, *whole.values()])
    given_whole = Grouping(links, whole)
    assert (given_whole.keys, given_whole.members) == (plain.keys, plain.members)


EMPTY = seller("")


def content(claims: dict[str, Claim]) -> dict[str, object]:
    """What a claim says; a window counted from discovery stays where the first run put it. The place a row has in its
    document is left out: rows that come and go here move others, while those of a database stay where they were."""
    told = {}
    for mark, claim in claims.items():
        by_default = claim.deadline_basis == "discovery_default"
        fixed = replace(claim, claimable_from=TODAY, deadline_date=TODAY) if by_default else claim
        told[mark] = without_places(fixed.content())
    return told


def without_places(value: object) -> object:
    if isinstance(value, dict):
        return {name: without_places(part) for name, part in value.items() if name != "pointer"}
    return [without_places(part) for part in value] if isinstance(value, list) else value


def from_scratch(facts: SellerFacts, today: date) -> dict[str, Claim]:
    return {claim.fingerprint: claim for claim in detect(as_of(facts, today), today).claims}


@given(
    st.lists(LINES, max_size=20),
    st.lists(LINES, max_size=6),
    st.sets(st.integers(0, 30), max_size=4),
    st.lists(st.tuples(st.integers(0, 45), st.integers(0, 9)), min_size=2, max_size=4),
)
def test_incremental_equals_from_scratch(before, more, gone, steps):
    """Days pass, rows come and go, in any order; payments are loaded until some days before."""
    first, second = (
        seller("\n".join(before)),
        seller("\n".join([line for place, line in enumerate(before) if place not in gone] + more)),
    )
    memory, today = Memory(EMPTY), day(-40)
    for number, (step, behind) in enumerate(steps):
        today += timedelta(days=step)
        paid = (DayRange(day(-400), today - timedelta(days=behind)),)
        facts = replace(second if number >= len(steps) // 2 else first, coverage=covering(reimbursements=paid))
        memory.run(facts, today)
        assert content(memory.claims) == content(from_scratch(facts, today))


QUIET = "d-9 M -1 \n d-9 M -1 fnsku=X9 asin=B9"


def after(table: str, today: date, **changes: object) -> Memory:
    memory = Memory(EMPTY)
    memory.run(seller(table, **changes), today)
    return memory


def test_nothing_new_is_nothing_to_do():
    memory = after(QUIET, day(30))
    memory.run(seller(QUIET), day(31))
    assert memory.looked_at == 0


def test_only_what_was_touched_is_looked_at():
    memory = after(QUIET, day(30))
    memory.run(seller(QUIET + "\n d20 F +1"), day(30))
    assert memory.looked_at == 1
    assert [claim.fnsku for claim in memory.claims.values()] == ["X9"]


def test_a_row_that_is_gone_takes_its_claim_along():
    memory = after(QUIET, day(30))
    memory.run(seller("d-9 M -1"), day(30))
    assert [claim.fnsku for claim in memory.claims.values()] == ["X1"]


def test_parts_that_a_new_row_joins_are_one_from_then_on_and_come_apart_when_it_goes():
    joining = QUIET + "\n d1 receive +1 of=S0 fnsku=X9 asin=B1"
    memory = after(QUIET, day(30))
    memory.run(seller(joining), day(30))
    assert (memory.looked_at, set(memory.states)) == (1, {"asin:B1"})
    memory.run(seller(QUIET), day(30))
    assert (memory.looked_at, set(memory.states)) == (2, {"asin:B1", "asin:B9"})


def test_a_day_that_has_come_is_looked_at():
    memory = after("d-30 order 1x20 \n d-20 refund 1x20", day(39))
    assert memory.claims == {}
    memory.run(memory.facts, day(40))
    assert (memory.looked_at, len(memory.claims)) == (1, 1)


def test_a_cost_touches_its_sku_alone():
    memory = after(QUIET, day(30))
    costs = tuple(replace(cost, unit_cost=Decimal(3)) if cost.sku == "SKU-X9" else cost for cost in memory.facts.costs)
    memory.run(replace(memory.facts, costs=costs), day(30))
    assert memory.looked_at == 1
    assert sorted(claim.estimated_value for claim in memory.claims.values()) == [3, 10]


def test_a_hole_in_the_coverage_changes_everything():
    memory = after(QUIET, day(30))
    hole = (DayRange(day(-400), day(1)), DayRange(day(3), TODAY))
    memory.run(replace(memory.facts, coverage=covering(ledger=hole)), day(30))
    assert memory.looked_at == 2
    assert {claim.tier for claim in memory.claims.values()} == {"review"}


def test_a_report_that_stays_behind_changes_nothing_more_from_day_to_day():
    memory = after(QUIET, day(30), coverage=covering(ledger=(DayRange(day(-400), day(20)),)))
    assert {claim.tier for claim in memory.claims.values()} == {"review"}
    for today, held_until in ((day(31), day(20)), (day(32), day(21))):
        memory.run(replace(memory.facts, coverage=covering(ledger=(DayRange(day(-400), held_until),))), today)
        assert memory.looked_at == 0
    assert content(memory.claims) == content(from_scratch(memory.facts, day(32)))


def test_a_report_that_has_caught_up_changes_everything():
    memory = after(QUIET, day(30), coverage=covering(ledger=(DayRange(day(-400), day(20)),)))
    memory.run(replace(memory.facts, coverage=covering()), day(30))
    assert memory.looked_at == 2
    assert {claim.tier for claim in memory.claims.values()} == {"claim"}


def test_a_loss_too_young_to_need_a_report_that_is_behind_is_looked_at_on_the_day_on_which_it_does():
    behind = covering(reimbursements=(DayRange(day(-400), day(-30)),))
    memory = after("d0 M -1", day(2), coverage=behind)
    assert {claim.tier for claim in memory.claims.values()} == {"claim"}
    memory.run(memory.facts, day(3))
    assert {claim.tier for claim in memory.claims.values()} == {"review"}


def test_a_surplus_elsewhere_in_the_shipment_is_looked_at_from_both_sides():
    short = "d-60 inbound 10/7 delivered=d-58 closed=d-30"
    memory = after(short, day(30))
    memory.run(seller(f"{short} \n d-60 inbound 5/8 delivered=d-58 closed=d-30 fnsku=X9 asin=B9"), day(30))
    assert memory.looked_at == 2
    assert [claim.tier for claim in memory.claims.values()] == ["review"]


def test_what_holds_for_all_is_the_same_on_the_next_day_when_coverage_keeps_up():
    held = {"ledger": (DayRange(day(-400), day(20)),)}
    before = conditions(seller("", coverage=covering(**held)), day(20), ())
    held = {"ledger": (DayRange(day(-400), day(21)),)}
    assert conditions(seller("", coverage=covering(**held)), day(21), ()) == before


def test_a_rule_that_comes_into_force_is_another_condition():
    assert conditions(EMPTY, date(2024, 10, 22), ()) != conditions(EMPTY, date(2024, 10, 23), ())
