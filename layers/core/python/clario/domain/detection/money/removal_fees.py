"""Fees for taking stock out: above the table, charged again, or for units that were cancelled.

For review only: the report of removal orders tells what each costs but no rate, and a posted fee names no order; it is
known by product and amount. Rates: https://sellercentral.amazon.com/help/hub/reference/G200685050.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding
from clario.domain.detection.claims.valuation import newest_previews
from clario.domain.detection.fees.sizes import classify
from clario.domain.detection.fees.stock import removal_fee
from clario.domain.detection.fees.tables import fulfillment_tables, other_tables
from clario.domain.detection.money.duplicate_charges import fee_name
from clario.domain.detection.policy import tolerance
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.measurements import days_apart, packed_of
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import RemovalRow

BY_UNIT = frozenset({"Return", "Disposal"})
REMOVAL_FEES = frozenset({"fbaremovalfee", "fbadisposalfee"})
CENT = Decimal("0.01")
CHARGED_BEFORE, CHARGED_WITHIN = timedelta(days=1), timedelta(days=120)
"""When the fee of a removal is posted, counted from the request: our choice."""

SPEAKS_FOR = timedelta(days=90)
"""A measurement says nothing about removals further away."""


def removal_fee_error(case: Case) -> Iterator[Finding]:
    """Fees above the table for the units taken out, and posted fees that no removal is left for."""
    charges = _charges(case.facts)
    charged = [row for row in case.facts.removals if row.fee]
    for row in charged:
        if _units(row):
            _take(row, charges[row.sku])
    for row in charged:
        if row.order_type in BY_UNIT and not row.in_process:
            yield from _above_table(case, row)
            if again := _take(row, charges[row.sku]):
                why = {"charged": str(row.fee), "unitsToRemove": _units(row)}
                yield _finding(case, row, -again.amount, (again, row), why)


def _above_table(case: Case, row: RemovalRow) -> Iterator[Finding]:
    expected = _expected(case, row) if _units(row) else None
    if expected is not None:
        over = (row.fee or Decimal(0)) - expected
        if over > tolerance("removal_fee", expected, row.currency, row.updated_on):
            yield _finding(case, row, over, (row,), {"charged": str(row.fee), "expected": str(expected)})


def _units(row: RemovalRow) -> int:
    """The units to be paid for. Those that were lost on the way out are a claim of their own."""
    return row.requested - row.cancelled


def _charges(facts: ComponentFacts) -> Mapping[str, list[MoneyRow]]:
    """The posted removal fees by SKU, oldest first."""
    table: defaultdict[str, list[MoneyRow]] = defaultdict(list)
    for row in facts.money_of("ServiceFee"):
        if row.amount < 0 and fee_name(row) in REMOVAL_FEES:
            table[row.sku].append(row)
    return table


def _take(row: RemovalRow, charges: list[MoneyRow]) -> MoneyRow | None:
    """Take the first posted fee that may be this removal's."""
    for charge in charges:
        after = charge.posted_on - row.requested_on
        if abs(-charge.amount - (row.fee or 0)) <= CENT and -CHARGED_BEFORE <= after <= CHARGED_WITHIN:
            charges.remove(charge)
            return charge
    return None


def _expected(case: Case, row: RemovalRow) -> Decimal | None:
    """The fee of what was to be taken out; None where the product's size, or the rate, is not known."""
    place = case.market_of(row.currency)
    sizes, rates = fulfillment_tables(place), other_tables(place)
    seen = case.facts.once(newest_previews).get(row.sku)
    if seen is None or days_apart(row.updated_on, seen) > SPEAKS_FOR:
        return None
    packed = packed_of(seen.sides, seen.length_unit, seen.weight, seen.weight_unit)
    if sizes is None or rates is None or packed is None:
        return None
    sized = classify(packed, row.updated_on, sizes)
    fee = removal_fee(row.updated_on, sized.tier.size, sized.weight_oz, rates)
    return None if fee is None else fee * _units(row)


def _finding(
    case: Case, row: RemovalRow, wrong: Decimal, rows: tuple[SourceRow, ...], why: Mapping[str, object]
) -> Finding:
    charge = rows[0]
    return Finding(
        anomaly_type=AnomalyType.REMOVAL_FEE_ERROR,
        tier=Tier.REVIEW,
        proof="billing_rule",
        marketplace=case.market_of(row.currency),
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.order_id}/{row.fnsku}/{len(rows)}",
        anchor=charge.posted_on if isinstance(charge, MoneyRow) else row.updated_on,
        identity=row.requested_on,
        units=max(1, row.requested),
        wrong=wrong,
        currency=row.currency,
        rows=rows,
        why=why,
        removal_order_id=row.order_id,
    )
