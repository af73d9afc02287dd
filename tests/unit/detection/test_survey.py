"""Batch by batch, over what is due, a run gives what a run over everything gives."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun
from clario.domain.detection.engine import with_statistics
from clario.domain.detection.rows.components import ACCOUNT, Grouping, Id, components
from clario.domain.detection.rows.facts import TABLES, Account, Names, SellerFacts
from clario.domain.detection.rows.unit_rows import ReturnRow
from clario.domain.detection.rules import OF_SALES
from clario.domain.detection.runs import batches
from clario.domain.detection.runs import survey as module
from clario.domain.detection.runs.batches import examine_batch
from clario.domain.detection.runs.clusters import Clusters
from clario.domain.detection.runs.item_names import ids_with_news, with_new_names
from clario.domain.detection.runs.records import Batch, Remembered, Shared
from clario.domain.detection.runs.survey import Survey, items_of
from tests.unit.detection.cases import TODAY, day, seller
from tests.unit.detection.money_tables import account
from tests.unit.detection.random_tables import LINES
from tests.unit.detection.test_incremental import as_of, content, from_scratch, touched_between


def survey_of(facts: SellerFacts, today: date, memory: "Memory") -> Survey:
    """As the database takes it."""
    touched = touched_between(memory.facts, facts)
    statistics = with_statistics(facts, list(components(facts, today)), today)
    account = Account(
        connection=facts.connection,
        marketplace=facts.marketplace,
        costs=facts.costs,
        coverage=statistics.coverage,
        price_ratios=statistics.price_ratios,
        bill_days=statistics.bill_days,
    )
    returns = [row for row in facts.returns if _is_doubtful(row, facts)]
    orders = {row.order_id for row in returns}
    shipments = {line.shipment_id for line in facts.inbound if (line.received or 0) < max(line.shipped, 1)}
    return Survey(
        as_of=today,
        account=account,
        renamed=touched,
        counted=_counted(facts, memory.remembered.values(), frozenset(touched)),
        shared=Shared(
            inbound=[line for line in facts.inbound if line.shipment_id in shipments],
            ledger=[row for row in facts.ledger if row.reference_id in shipments or row.reason in ("3", "4")],
            returns=returns,
            sold=[row for row in (*facts.orders, *facts.shipped) if row.order_id in orders],
            liquidated=[row for row in facts.removals if row.paid_on],
            shipments=_told_of_shipments(facts),
        ),
        remembered=dict(memory.remembered),
        touched=dict(enumerate(touched)),
        claims={mark: _items(claim) for mark, claim in memory.claims.items()},
        claims_of_sales=frozenset(mark for mark, claim in memory.claims.items() if claim.anomaly_type in OF_SALES),
        unusual=frozenset(k for k, entry in memory.remembered.items() if not entry.state.ids.isdisjoint(touched)),
    )


def _counted(facts: SellerFacts, remembered: Collection[Remembered], touched: frozenset[Id]) -> dict[Names, int]:
    """Counted are rows of what has news alone."""
    rows = [(table.names(row), row) for table in TABLES for row in table.rows(facts)]
    named = Counter(names for names, row in rows if not (isinstance(row, ReturnRow) and _is_doubtful(row, facts)))
    ids = ids_with_news(remembered, touched)
    return {names: n for names, n in named.items() if ids is None or not ids.isdisjoint(items_of(names))}


def _is_doubtful(row: ReturnRow, facts: SellerFacts) -> bool:
    sold = (*facts.orders, *facts.shipped)
    return bool(row.order_id) and not any(s.order_id == row.order_id and s.sku == row.sku for s in sold)


def _told_of_shipments(facts: SellerFacts) -> dict[str, str]:
    told = defaultdict(list)
    for line in facts.inbound:
        seen = (line.status, line.created_on, line.delivered_on, line.closed_on, line.partnered)
        told[line.sku].append((line.shipment_id, *map(str, seen)))
    return {sku: str(sorted(lines)) for sku, lines in told.items()}


def _items(claim: Claim) -> frozenset[tuple[str, str]]:
    return items_of(Names(claim.asin, claim.fnsku, claim.sku))


@dataclass
class Memory:
    """What the database keeps between runs."""

    facts: SellerFacts
    remembered: dict[str, Remembered] = field(default_factory=dict)
    claims: dict[str, Claim] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)

    def run(self, facts: SellerFacts, today: date) -> None:
        facts = as_of(facts, today)
        survey = survey_of(facts, today, self)
        self.batches = []
        while batch := survey.next_batch():
            self.batches.append(batch)
            parts = survey.components(batch, {table.name: table.rows(facts) for table in TABLES})
            result = examine_batch(survey, batch, parts)
            for mark in batch.fingerprints:
                del self.claims[mark]
            self.claims |= {claim.fingerprint: claim for claim in result.run.claims}
            survey.learn(batch, result.remembered)
        assert survey.touched == {}
        self.remembered, self.facts = survey.remembered, facts


@given(
    st.lists(LINES, max_size=20),
    st.lists(LINES, max_size=6),
    st.sets(st.integers(0, 30), max_size=4),
    st.lists(st.integers(0, 45), min_size=2, max_size=4),
    st.sampled_from([1, 10, 60_000]),
)
def test_batches_of_what_is_due_give_what_a_run_from_scratch_gives(before, more, gone, steps, most_rows):
    """Days pass, rows come and go, in any order."""
    first = seller("\n".join(before))
    second = seller("\n".join([line for place, line in enumerate(before) if place not in gone] + more))
    memory, today = Memory(seller("")), day(-40)
    with patch.object(module, "MOST_ROWS", most_rows):
        for number, step in enumerate(steps):
            today += timedelta(days=step)
            facts = second if number >= len(steps) // 2 else first
            memory.run(facts, today)
            assert content(memory.claims) == content(from_scratch(facts, today))


TWO = "d-9 M -1 \n d-9 M -1 fnsku=X9 asin=B9 sku=S9"


def test_a_batch_takes_components_as_long_as_they_are_small_together():
    memory = Memory(seller(""))
    memory.run(seller(TWO), day(30))
    assert [sorted(batch.keys) for batch in memory.batches] == [["", "asin:B1", "asin:B9"]]
    with patch.object(module, "MOST_ROWS", 1):
        memory = Memory(seller(""))
        memory.run(seller(TWO), day(30))
    assert [sorted(batch.keys) for batch in memory.batches] == [["", "asin:B1"], ["asin:B9"]]


def test_a_component_whose_rows_are_gone_is_forgotten():
    memory = Memory(seller(""))
    memory.run(seller(TWO), day(30))
    memory.run(seller("d-9 M -1"), day(30))
    assert set(memory.remembered) == {"asin:B1"}


def test_components_about_which_there_is_one_claim_are_looked_at_together():
    """A row joined them, the claim has names of both, and the row is gone."""
    joining = TWO + "\n d1 receive +1 of=S0 fnsku=X9 asin=B1"
    memory = Memory(seller(""))
    memory.run(seller(joining), day(30))
    with patch.object(module, "MOST_ROWS", 1):
        memory.run(seller(TWO), day(30))
    assert content(memory.claims) == content(from_scratch(seller(TWO), day(30)))


def test_the_parts_of_what_was_one_component_are_looked_at_together():
    joined = TWO + "\n d1 receive +1 of=S0 fnsku=X9 asin=B1"
    memory = Memory(seller(""))
    memory.run(seller(joined), day(30))
    assert set(memory.remembered) == {"asin:B1"}
    with patch.object(module, "MOST_ROWS", 1):
        memory.run(seller(TWO), day(30))
    assert sorted(memory.batches[-1].keys) == ["asin:B1", "asin:B9"]


@pytest.mark.parametrize(("received", "parts"), [(0, {"asin:B1"}), (1, {"asin:B1", "asin:B9"})])
def test_items_that_the_loss_of_their_shipment_joined_come_apart_when_it_is_none_though_no_row_of_theirs_tells_it(
    received, parts
):
    lines = "d-60 inbound 10/{0} delivered=d-58 closed=d-30 \n d-60 inbound 5/{0} delivered=d-58 closed=d-30"
    both = f"{lines} fnsku=X9 asin=B9 sku=S9"
    memory = Memory(seller(""))
    memory.run(seller(both.format(0)), day(30))
    assert set(memory.remembered) == {"asin:B1"}
    survey = survey_of(as_of(seller(both.format(received)), day(30)), day(30), memory)
    untold = replace(survey, touched={}, renamed=frozenset(), counted={})
    assert set(untold.members) == parts


def priced(pay: int) -> SellerFacts:
    """Amazon paid three times for lost toys of 10 dollars; a toy is lost, and a book."""
    paid = [f"d-{number} Lost_Warehouse cash 1 pay={pay} id=R{number}" for number in (1, 2, 3)]
    shown = [f"d-9 preview 1x1x1 1oz price=10 group={group}" for group in ("Toys", "Toys fnsku=X7 asin=B7")]
    book = "d-9 preview 1x1x1 1oz price=10 group=Books fnsku=X8 asin=B8"
    lost = [f"d-9 M -1 fnsku=X{number} asin=B{number}" for number in (7, 8)]
    return replace(account("\n".join([*paid, *shown, book, *lost])), costs=())


def test_what_amazon_pays_for_a_product_group_is_nothing_to_items_of_others():
    memory = Memory(seller(""))
    memory.run(priced(5), day(30))
    memory.run(priced(6), day(30))
    assert [sorted(batch.keys) for batch in memory.batches] == [["", "asin:B1", "asin:B7"]]
    values = {claim.fnsku: claim.estimated_value for claim in memory.claims.values()}
    assert (values["X7"], values["X8"]) == (6, None)


def test_a_rule_that_stumbles_is_tried_again_the_next_day():
    memory = Memory(seller(""))
    with patch.object(batches, "examine", side_effect=_stumbling):
        memory.run(seller(TWO), TODAY)
    assert {entry.state.next_review_on for entry in memory.remembered.values()} == {TODAY + timedelta(days=1)}


def _stumbling(parts, account, today, **given):
    return DetectionRun(claims=(), failed_types=frozenset({AnomalyType.LOST_WAREHOUSE}))


def rows_of(facts: SellerFacts) -> dict[str, list[object]]:
    return {table.name: list(table.rows(facts)) for table in TABLES}


def test_an_item_that_only_other_tables_name_is_looked_at_once():
    facts = as_of(seller(TWO), TODAY)
    survey = survey_of(facts, TODAY, Memory(seller("")))
    survey = replace(survey, counted={**survey.counted, Names("B5", "X5", "S5"): 1})
    batch = survey.next_batch()
    assert batch is not None
    assert "asin:B5" in batch.keys
    survey.learn(batch, examine_batch(survey, batch, survey.components(batch, rows_of(facts))).remembered)
    assert survey.next_batch() is None


def test_rows_that_name_no_item_are_in_no_component_unless_they_may_be_about_the_account():
    facts = as_of(seller(TWO), TODAY)
    survey = survey_of(facts, TODAY, Memory(seller("")))
    batch = survey.next_batch()
    assert batch is not None
    nameless = replace(facts.ledger[0], fnsku="", asin="", msku="")
    parts = survey.components(batch, {"ledger": [*facts.ledger, nameless]})
    assert sorted(row.fnsku for part in parts for row in part.ledger) == ["X1", "X9"]


def test_the_asin_of_a_label_is_known_from_whatever_report_names_both():
    survey = survey_of(as_of(seller(TWO), TODAY), TODAY, Memory(seller("")))
    batch = survey.next_batch()
    assert batch is not None
    assert survey.asins(batch) == {"X1": "B1", "X9": "B9"}


def test_a_removal_is_looked_at_again_when_its_money_comes():
    facts = as_of(seller(TWO + "\n d-9 removal 2 type=Liquidations"), TODAY)
    paid = replace(facts, removals=tuple(replace(row, paid_on=TODAY) for row in facts.removals))
    before, after = (survey_of(each, TODAY, Memory(seller(""))).digests for each in (facts, paid))
    assert before.get("asin:B1") != after["asin:B1"]
    assert before.get("asin:B9") == after.get("asin:B9")


def test_names_are_counted_anew_where_a_row_is_gone_or_has_new_ones():
    memory = Memory(seller(""))
    memory.run(seller(TWO), day(30))
    known, new = Names("B1", "X1", "SKU-X1"), Names("B1", "X1", "SKU-NEW")
    told = [(("sku", "SKU-X1"), known), (("sku", "SKU-NEW"), new), (("fnsku", "X9"), None), (("asin", "B5"), known)]
    assert with_new_names(memory.remembered.values(), told) == {("sku", "SKU-NEW"), ("fnsku", "X9")}


def test_a_claim_about_no_item_is_looked_at_with_the_account():
    assert Clusters(Grouping([]), []).of(frozenset()) == ACCOUNT
