"""Fees for stock: monthly storage, the surcharge on old stock, and taking it out."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from clario.domain.detection.fees.tables import OtherTables

CENT = Decimal("0.01")


def storage_rate(month: date, size: str, dangerous: bool, tables: OtherTables) -> Decimal | None:
    """The base rate per cubic foot and month; None where no row is known (dangerous goods, old months)."""
    return next(
        (
            row.rate
            for row in tables.storage
            if row.holds(month) and month.month in row.months and row.size == size and row.dangerous == dangerous
        ),
        None,
    )


def aged_fee(charged_on: date, age_days: int, cubic_feet: Decimal, units: int, tables: OtherTables) -> Decimal | None:
    """The surcharge on units of that age and size; zero below the first age, None where no row is known."""
    rows = [row for row in tables.aged_inventory if row.holds(charged_on)]
    if not rows:
        return None
    for row in rows:
        if row.from_days <= age_days and (row.to_days is None or age_days <= row.to_days):
            fee = max(row.rate * cubic_feet, row.per_unit_least) * units
            return fee.quantize(CENT, ROUND_HALF_UP)
    return Decimal(0)


def removal_fee(charged_on: date, size: str, weight_oz: Decimal, tables: OtherTables) -> Decimal | None:
    """The fee to take one unit out; None where no row is known."""
    for row in tables.removal:
        if row.holds(charged_on) and row.size == size and (row.up_to_oz is None or weight_oz <= row.up_to_oz):
            steps = max(Decimal(0), (weight_oz - row.over_oz) / row.step_oz).to_integral_value(ROUND_CEILING)
            return row.fee + row.per_step * steps
    return None
