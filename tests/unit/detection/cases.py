"""Builds a seller's facts from a small text table, so that a case reads like the reports it comes from.

A line is a day, a ledger reason code or a reimbursement reason, and units:

    d0   M                -5               ledger adjustment on day 0
    d3   F                +2  fnsku=X2     an item of its own name; asin=, sku=, at= (centre), in= (disposition)
    d5   M                -1  open=0       Amazon counts no unit of it as open (settled= is the other side)
    d20  Lost_Warehouse   cash 2           reimbursement; "stock 1" is one in kind; order=, id=
    d40  Reversal_Reimbursement  cash -1  of=R20     takes back the reimbursement R20

Day 0 is 1 October 2026, a reimbursement without id is named R and its day. Everything before today is covered, and a
unit of every SKU costs 10 dollars.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Claim, DetectionRun, Tier
from clario.domain.detection.engine import detect
from clario.domain.detection.facts import (
    CostRow,
    CoverageFacts,
    LedgerRow,
    ReimbursementRow,
    SellerFacts,
)
from clario.domain.detection.source import SourceRef
from clario.domain.values import MARKETPLACES, DayRange

DAY0 = date(2026, 10, 1)
TODAY = date(2026, 11, 23)
US = MARKETPLACES["ATVPDKIKX0DER"]
UNTIL_TODAY = (DayRange(date(2025, 1, 1), TODAY),)


def day(n: int) -> date:
    return DAY0 + timedelta(days=n)


def seller(table: str, **changes: object) -> SellerFacts:
    """The facts of a table; `changes` replace parts of them."""
    ledger: list[LedgerRow] = []
    paid: list[ReimbursementRow] = []
    seen: dict[object, count[int]] = {}
    for number, line in enumerate(table.split("\n"), start=1):
        if line.strip():
            row = _row(line, number)
            row = replace(row, ordinal=next(seen.setdefault(row.key, count(1))))
            (ledger if isinstance(row, LedgerRow) else paid).append(row)
    costs = tuple(CostRow(sku, Decimal(10), "USD", date(2025, 1, 1)) for sku in sorted({r.msku for r in ledger}))
    covered = CoverageFacts(UNTIL_TODAY, UNTIL_TODAY)
    return replace(SellerFacts("conn-1", US, tuple(ledger), tuple(paid), costs, covered), **changes)


def _row(line: str, number: int) -> LedgerRow | ReimbursementRow:
    words = line.split()
    given = dict(word.split("=", 1) for word in words if "=" in word)
    when, reason, *units = (word for word in words if "=" not in word)
    on = day(int(when.removeprefix("d")))
    if len(units) == 1:
        return _ledger_row(on, reason, int(units[0]), given, number)
    return _reimbursement(on, when, reason, dict(zip(units[::2], map(int, units[1::2]), strict=True)), given, number)


def _ledger_row(on: date, reason: str, units: int, given: dict[str, str], number: int) -> LedgerRow:
    fnsku = given.get("fnsku", "X1")
    numbers = {name: int(given[name]) if name in given else None for name in ("open", "settled")}
    return LedgerRow(
        occurred_on=on,
        fnsku=fnsku,
        asin=given.get("asin", "B1"),
        msku=given.get("sku", f"SKU-{fnsku}"),
        event_type=given.get("event", "Adjustments"),
        reference_id="",
        quantity=units,
        fulfillment_center=given.get("at", "PHX7"),
        disposition=given.get("in", "SELLABLE"),
        reason=reason,
        country="US",
        reconciled=numbers["settled"],
        unreconciled=numbers["open"],
        ordinal=1,
        ref=SourceRef("ledger_events", 1, "raw/ledger.tsv", str(number)),
    )


def _reimbursement(
    on: date, when: str, reason: str, units: dict[str, int], given: dict[str, str], number: int
) -> ReimbursementRow:
    fnsku = given.get("fnsku", "X1")
    return ReimbursementRow(
        approved_on=on,
        reimbursement_id=given.get("id", "R" + when.removeprefix("d")),
        case_id=None,
        order_id=given.get("order"),
        reason=reason,
        sku=given.get("sku", f"SKU-{fnsku}"),
        fnsku=fnsku,
        asin=given.get("asin", "B1"),
        condition="NewItem",
        currency="USD",
        amount_per_unit=Decimal("9.50"),
        amount_total=Decimal("9.50") * units.get("cash", 0),
        cash_units=units.get("cash", 0),
        inventory_units=units.get("stock", 0),
        original_reimbursement_id=given.get("of"),
        original_reimbursement_type=None,
        ordinal=1,
        ref=SourceRef("claims", 2, "raw/reimbursements.tsv", str(number)),
    )


def run(table: str, today: date = TODAY, **changes: object) -> DetectionRun:
    return detect(seller(table, **changes), today)


def units(table: str, tier: Tier = Tier.CLAIM, today: date = TODAY) -> dict[str, int]:
    """The open units of a tier by anomaly type: lost, damaged. Types with nothing open are not there."""
    names = {AnomalyType.LOST_WAREHOUSE: "lost", AnomalyType.DAMAGED_WAREHOUSE: "damaged"}
    total: dict[str, int] = {}
    for claim in run(table, today).claims:
        if claim.tier is tier:
            total[names[claim.anomaly_type]] = total.get(names[claim.anomaly_type], 0) + claim.quantity
    return total


def review(table: str) -> dict[str, int]:
    return units(table, Tier.REVIEW)


def only(result: DetectionRun) -> Claim:
    (claim,) = result.claims
    return claim


def noted(result: DetectionRun) -> dict[str, int]:
    """Units by note code."""
    return {note.code: note.quantity for note in result.notes}
