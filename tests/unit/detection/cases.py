"""Runs detection over a text table (`tables.py`) and tells what came out in few words.

Everything before today is covered, and a unit of every SKU costs 10 dollars.
"""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Tier
from clario.domain.detection.engine import detect
from clario.domain.detection.money.reimbursement_money import reimbursement_not_paid_out
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.facts import TABLES, CostRow, CoverageFacts, SellerFacts
from clario.domain.detection.rules import MONEY_RULES
from clario.domain.values import MARKETPLACES, DayRange
from tests.unit.detection.tables import DAY0, day, read

__all__ = ["DAY0", "TODAY", "UNTIL_TODAY", "US", "covering", "day", "noted", "only", "review", "run", "seller", "units"]

TODAY = date(2026, 11, 23)
US = MARKETPLACES["ATVPDKIKX0DER"]
UNTIL_TODAY = (DayRange(date(2025, 1, 1), TODAY),)


def covering(**streams: tuple[DayRange, ...]) -> CoverageFacts:
    """Everything is loaded until today, but of these streams only these days."""
    return CoverageFacts({**{row.report: UNTIL_TODAY for row in policy().coverage}, **streams})


def seller(table: str, **changes: object) -> SellerFacts:
    """The facts of a table; `changes` replace parts of them."""
    rows = read(table)
    tables = {entry.name: entry for entry in TABLES}
    skus = {tables[name].names(row).sku for name, lines in rows.items() for row in lines}
    costs = tuple(CostRow(sku, Decimal(10), "USD", date(2025, 1, 1)) for sku in sorted(skus))
    facts = SellerFacts("conn-1", US, costs, covering(), **{name: tuple(lines) for name, lines in rows.items()})
    return replace(facts, **changes)


IN_UNITS = tuple(rule for rule in MONEY_RULES if rule.find is not reimbursement_not_paid_out)


def run(table: str, today: date = TODAY, **changes: object) -> DetectionRun:
    """All rules but one: that a reimbursement was posted as money is not told in these tables."""
    return detect(seller(table, **changes), today, money_rules=IN_UNITS)


SHORT_NAMES = {AnomalyType.LOST_WAREHOUSE: "lost", AnomalyType.DAMAGED_WAREHOUSE: "damaged"}


def units(table: str, tier: Tier = Tier.CLAIM, today: date = TODAY, **changes: object) -> dict[str, int]:
    """The open units of a tier by anomaly type. Types with nothing open are not there."""
    total: dict[str, int] = {}
    for claim in run(table, today, **changes).claims:
        if claim.tier is tier:
            name = SHORT_NAMES.get(claim.anomaly_type, claim.anomaly_type.value)
            total[name] = total.get(name, 0) + claim.quantity
    return total


def review(table: str, today: date = TODAY, **changes: object) -> dict[str, int]:
    return units(table, Tier.REVIEW, today, **changes)


def only(result: DetectionRun) -> Claim:
    (claim,) = result.claims
    return claim


def noted(result: DetectionRun) -> dict[str, int]:
    """Units by note code."""
    return {note.code: note.quantity for note in result.notes}
