"""Fees for taking stock out: for units that never left, or above the table.

For review only: the report tells no rate. Rates: https://sellercentral.amazon.com/help/hub/reference/G200685050.
"""

from collections.abc import Iterator
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import Names
from clario.domain.detection.fees.sizes import classify
from clario.domain.detection.fees.stock import removal_fee
from clario.domain.detection.fees.tables import fulfillment_tables, other_tables
from clario.domain.detection.findings import Case, Finding
from clario.domain.detection.measurements import packed_of
from clario.domain.detection.policy import tolerance
from clario.domain.detection.unit_rows import RemovalRow
from clario.domain.detection.valuation import newest_previews

NOTHING = Decimal(0)
BY_UNIT = frozenset({"Return", "Disposal"})


def removal_fee_error(case: Case) -> Iterator[Finding]:
    """A fee for units that were cancelled, or above the table for those that left."""
    for row in case.facts.removals:
        if row.order_type in BY_UNIT and row.fee and not row.in_process:
            expected = _expected(case, row)
            if expected is not None:
                over = row.fee - expected
                if over > tolerance("removal_fee", expected, row.currency, row.updated_on):
                    yield _finding(case, row, over, expected)


def _expected(case: Case, row: RemovalRow) -> Decimal | None:
    """The fee of what left; None where the product's size, or the rate, is not known."""
    units = row.shipped + row.disposed
    if not units:
        return NOTHING
    place = case.account.marketplace
    sizes, rates = fulfillment_tables(place), other_tables(place)
    seen = case.facts.once(newest_previews).get(row.sku)
    packed = packed_of(seen.sides, seen.length_unit, seen.weight, seen.weight_unit) if seen else None
    if sizes is None or rates is None or packed is None:
        return None
    sized = classify(packed, row.updated_on, sizes)
    fee = removal_fee(row.updated_on, sized.tier.size, sized.weight_oz, rates)
    return None if fee is None else fee * units


def _finding(case: Case, row: RemovalRow, over: Decimal, expected: Decimal) -> Finding:
    return Finding(
        anomaly_type=AnomalyType.REMOVAL_FEE_ERROR,
        tier=Tier.REVIEW,
        proof="billing_rule",
        marketplace=case.account.marketplace,
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.order_id}/{row.fnsku}",
        anchor=row.updated_on,
        identity=row.requested_on,
        units=max(1, row.requested),
        wrong=over,
        currency=row.currency,
        rows=(row,),
        why={"charged": str(row.fee), "expected": str(expected), "unitsThatLeft": row.shipped + row.disposed},
        removal_order_id=row.order_id,
    )
