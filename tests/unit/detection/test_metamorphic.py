"""What must not matter: how reports were cut, who else is there, which year it is, what was settled in full."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim
from clario.domain.detection.engine import detect
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.facts import TABLES as REPORTS
from clario.domain.detection.rows.facts import CoverageFacts, SellerFacts
from clario.domain.detection.rows.source import SourceRef
from clario.domain.values import DayRange
from tests.unit.detection import cases
from tests.unit.detection.cases import TODAY
from tests.unit.detection.random_tables import LINES, TABLES

LATER = TODAY + timedelta(days=90)
A_YEAR = timedelta(days=364)  # whole weeks


ALWAYS = CoverageFacts({row.report: (DayRange(date(2023, 1, 1), LATER),) for row in policy().coverage})


def seller(table: str) -> SellerFacts:
    return cases.seller(table, coverage=ALWAYS)


def claims_of(facts: SellerFacts) -> list[Claim]:
    return list(detect(facts, LATER).claims)


def essence(claim: Claim) -> tuple[object, ...]:
    what = (claim.anomaly_type, claim.fnsku, claim.sku, claim.order_id, claim.shipment_id, claim.removal_order_id)
    return (*what, claim.anchor_date, claim.tier, claim.quantity, claim.estimated_value, claim.confidence)


def told(facts: SellerFacts) -> Counter[tuple[object, ...]]:
    return Counter(map(essence, claims_of(facts)))


def changed(facts: SellerFacts, change) -> SellerFacts:
    return replace(facts, **{report.name: tuple(map(change, report.rows(facts))) for report in REPORTS})


@given(TABLES, st.randoms())
def test_it_does_not_matter_how_the_reports_were_cut_into_documents(table, random):
    def moved(row):
        return replace(row, ref=SourceRef(row.ref.table, random.randrange(9), "elsewhere", str(random.randrange(999))))

    facts = seller(table)
    assert told(changed(facts, moved)) == told(facts)


@given(TABLES)
def test_another_seller_has_the_same_claims_under_other_fingerprints(table):
    facts = seller(table)
    other = replace(facts, connection="conn-2")
    assert told(other) == told(facts)
    assert not {c.fingerprint for c in claims_of(other)} & {c.fingerprint for c in claims_of(facts)}


@given(TABLES, st.sampled_from(["d0 M -2", "d0 M -2 \n d9 F +2", "d0 E -1 \n d9 Damaged_Warehouse cash 1"]))
def test_another_product_changes_nothing(table, lines):
    elsewhere = "\n".join(f"{line} fnsku=Z1 asin=Z1" for line in lines.split("\n"))
    more = {key: n for key, n in told(seller(f"{table} \n {elsewhere}")).items() if key[1] != "Z1"}
    assert more == told(seller(table))


@given(TABLES, st.integers(-120, 50))
def test_a_loss_that_was_found_changes_nothing_for_the_products_other_labels(table, on):
    assert told(seller(f"{table} \n d{on} M -1 fnsku=Z9 \n d{on} F +1 fnsku=Z9")) == told(seller(table))


@given(st.lists(LINES, max_size=20))
def test_a_year_earlier_the_same_is_owed(lines):
    # Balances are of calendar months: days moved by whole weeks are in others.
    facts = seller("\n".join(line for line in lines if "balance" not in line))

    def shifted(row):
        days = {name: value - A_YEAR for name in row.__dataclass_fields__ if (value := _date(row, name))}
        return replace(row, **days)

    def _date(row, name):
        value = getattr(row, name)
        return value if type(value) is type(TODAY) else None

    earlier = detect(changed(facts, shifted), LATER - A_YEAR).claims
    assert Counter(essence(replace(c, anchor_date=c.anchor_date + A_YEAR)) for c in earlier) == told(facts)


@given(TABLES)
def test_twice_the_cost_is_twice_the_value_of_what_is_valued_by_cost(table):
    facts = seller(table)
    dearer = replace(facts, costs=tuple(replace(cost, unit_cost=2 * cost.unit_cost) for cost in facts.costs))
    assert by_cost(dearer) == {mark: 2 * value for mark, value in by_cost(facts).items()}


def by_cost(facts: SellerFacts) -> dict[str, Decimal | None]:
    """Values of lost units; what was paid too little is the difference to the cost, not the cost."""
    claims = (c for c in claims_of(facts) if c.anomaly_type is not AnomalyType.REIMBURSEMENT_UNDERPAID)
    return {c.fingerprint: c.estimated_value for c in claims if c.value_basis == "cogs"}
