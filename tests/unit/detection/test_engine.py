"""A whole run: what a claim says of itself, and what happens when a rule breaks."""

import json
from decimal import Decimal

from hypothesis import given

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import fingerprint
from clario.domain.detection.claims.verdict import filed_under
from clario.domain.detection.engine import detect, examine
from clario.domain.detection.rows.components import components
from clario.domain.detection.rules import RULES, Rule
from tests.unit.detection.cases import TODAY, day, only, run, seller
from tests.unit.detection.random_tables import TABLES
from tests.unit.detection.test_netting import settlements


def test_a_claim_says_what_it_is_about():
    claim = only(run("d0 M -2"))
    assert (claim.anomaly_type, claim.anomaly_family) == ("lost_warehouse", "missing_unit")
    assert (claim.fnsku, claim.asin, claim.sku) == ("X1", "B1", "SKU-X1")
    assert (claim.marketplace_id, claim.currency, claim.order_id) == ("ATVPDKIKX0DER", "USD", None)
    assert (claim.anchor_date, claim.quantity, claim.lost_units) == (day(0), 2, 2)


CONFIDENCE = {
    "d0 M -1 open=1": "0.95",
    "d0 M -2 open=1": "0.80",
    "d0 M -1": "0.70",
    "d0 E -1 open=1": "0.95",
    "d0 6 -1 open=1": "0.9215",
    "d0 M -1 \n d9 GeneralAdjustment cash 1": "0.30",
    "d0 H -1 \n d9 GeneralAdjustment cash 1": "0.30",
    "d0 E -1 open=1 \n d0 E -1": "0.825",
    "d0 H -2 \n d9 GeneralAdjustment cash 1": "0.325",
}


def test_the_confidence_follows_from_the_proof():
    said = {table: only(run(table)).confidence for table in CONFIDENCE}
    assert said == {table: Decimal(value) for table, value in CONFIDENCE.items()}


def test_the_evidence_is_plain_json_that_leads_back_to_the_reports():
    claim = only(run("d0 M -5 open=2 settled=3 \n d3 F +2"))
    evidence = json.loads(json.dumps(claim.evidence))
    assert set(evidence) == {
        "policy",
        "proof",
        "valuation",
        "netting",
        "sourceRows",
        "coverage",
        "timeline",
        "warnings",
    }
    assert evidence["netting"] == [
        {
            "pass": "found",
            "kind": "found",
            "units": 2,
            "before": 5,
            "after": 3,
            "source": {"table": "ledger_events", "rawObject": "raw/ledger_events.tsv", "pointer": "2"},
        },
        {
            "pass": "amazon_reconciliation",
            "kind": "reconciled",
            "units": 1,
            "before": 3,
            "after": 2,
            "source": {"table": "ledger_events", "rawObject": "raw/ledger_events.tsv", "pointer": "1"},
        },
    ]
    lost, found = evidence["sourceRows"]
    assert (lost["pointer"], lost["row"]["occurred_on"], lost["row"]["quantity"]) == ("1", "2026-10-01", -5)
    assert (found["pointer"], found["row"]["reason"], found["row"]["unreconciled"]) == ("2", "F", None)


def test_the_last_netting_step_ends_at_the_claimed_units():
    claim = only(run("d0 M -3 \n d0 M -4 open=2 \n d3 F +1 \n d4 Lost_Warehouse cash 1"))
    assert claim.evidence["netting"][-1]["after"] == claim.quantity


def test_losses_of_two_days_are_two_claims_with_their_own_deadlines():
    claims = run("d0 M -1 \n d1 M -1").claims
    assert [c.deadline_date for c in claims] == [day(60), day(61)]
    assert len({c.fingerprint for c in claims}) == 2


def test_losses_of_one_day_and_item_are_one_claim():
    assert only(run("d0 M -1 at=PHX7 \n d0 M -2 at=LAS1")).quantity == 3


def test_the_fingerprint_stays_when_quantity_and_value_change():
    before, after = only(run("d0 M -3")), only(run("d0 M -3 \n d9 F +1", costs=()))
    assert before.quantity != after.quantity
    assert before.fingerprint == after.fingerprint


def test_another_connection_has_another_fingerprint():
    assert only(run("d0 M -1")).fingerprint != only(run("d0 M -1", connection="conn-2")).fingerprint


def test_a_run_sees_nothing_that_came_after_its_day():
    table = "d0 M -1 \n d20 F +1"
    assert len(run(table, today=day(19)).claims) == 1
    assert run(table, today=day(20)).claims == ()


def test_a_settled_loss_says_how():
    table = "d0 M -3 open=1 \n d9 F +1 \n d12 Lost_Warehouse cash 1 \n d13 Lost_Warehouse stock 1"
    (settled,) = run(table).settled.values()
    assert settled.reason == "found (1), reimbursed (2)"
    assert [step["after"] for step in settled.netting] == [2, 1, 0]
    assert len(settled.source_rows) == 4


def test_how_a_loss_was_settled_is_told_of_claims_somebody_knows():
    facts = seller("d0 M -1 \n d9 F +1 \n d2 M -1 \n d8 F +1")
    parts = list(components(facts, TODAY))
    known = next(iter(run("d0 M -1").claims)).fingerprint
    assert set(examine(parts, facts, TODAY, known={known}).settled) == {known}


def test_an_expired_claim_is_still_told():
    claim = only(run("d-90 M -1"))
    assert (claim.tier, claim.deadline_date < TODAY) == ("claim", True)


def test_a_broken_rule_is_named_and_the_others_still_run():
    def broken(_facts):
        raise ValueError("no such column")

    rules = [Rule(broken, (AnomalyType.LOST_WAREHOUSE,)), *RULES[1:]]
    result = detect(seller("d0 M -1 \n d0 E -1"), TODAY, rules)
    assert [c.anomaly_type for c in result.claims] == ["damaged_warehouse"]
    assert result.failed_types == {AnomalyType.LOST_WAREHOUSE}
    assert [(n.code, n.subject, n.detail) for n in result.notes] == [
        ("detector_failed", "lost_warehouse", "asin:B1: ValueError: no such column")
    ]


@given(TABLES)
def test_the_same_facts_give_the_same_run(table):
    assert detect(seller(table), TODAY) == detect(seller(table), TODAY)


@given(TABLES)
def test_every_loss_is_told_exactly_once_as_open_or_as_settled(table):
    result = run(table, today=day(500))
    told = [*(claim.fingerprint for claim in result.claims), *result.settled]
    facts = seller(table)
    filed = [filed_under(settlement.lot, facts, day(500)) for settlement in settlements(facts)]
    lots = {fingerprint("conn-1", lot.anomaly_type, lot.subject, lot.anchor) for lot in filed}
    assert len(told) == len(set(told))
    assert lots <= set(told)
