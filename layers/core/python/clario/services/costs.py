"""Product costs: what the seller paid for a unit, the value Amazon owes since 31 March 2025."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from .records import ProductCost
from .work import Database

LONGEST_SKU = 255
COLUMNS = ("sku", "unitCost", "currency", "validFrom")


@dataclass(frozen=True, slots=True)
class RejectedCost:
    """`row` counts the rows below the header, from 1."""

    row: int
    detail: str


@dataclass(frozen=True, slots=True)
class CostsTaken:
    accepted: int
    rejected: list[RejectedCost]


def put_costs_csv(seller_id: str, text: str, *, database: Database) -> CostsTaken:
    """Take a CSV of `sku,unitCost,currency,validFrom`; good rows are kept, bad ones answered with the reason.

    Raises:
        ValueError: the text cannot be read as CSV at all.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    except csv.Error as error:
        raise ValueError(f"not CSV: {error}") from None
    return put_costs(seller_id, rows, database=database)


def put_costs(seller_id: str, rows: Iterable[dict[str, str | None]], *, database: Database) -> CostsTaken:
    """The same for rows that are already mappings by column name."""
    good: dict[tuple[str, str, date], ProductCost] = {}
    rejected = []
    for number, row in enumerate(rows, start=1):
        try:
            cost = _cost(row)
        except ValueError as error:
            rejected.append(RejectedCost(number, str(error)))
        else:
            good[cost.sku, cost.currency, cost.valid_from] = cost
    with database.transaction(seller_id) as work:
        accepted = work.costs.put(good.values()) if good else 0
    return CostsTaken(accepted, rejected)


def _cost(row: dict[str, str | None]) -> ProductCost:
    sku, unit_cost, currency, valid_from = ((row.get(column) or "").strip() for column in COLUMNS)
    if not sku:
        raise ValueError("sku is empty")
    if len(sku) > LONGEST_SKU or not sku.isprintable():
        raise ValueError(f"sku is longer than {LONGEST_SKU} characters, or some of them cannot be printed")
    if not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
        raise ValueError(f"currency is not an ISO 4217 code like USD: {currency or 'empty'}")
    try:
        since = date.fromisoformat(valid_from)
    except ValueError:
        raise ValueError(f"validFrom is not a date like 2025-03-31: {valid_from or 'empty'}") from None
    return ProductCost(sku, _amount(unit_cost), currency, since)


def _amount(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value < Decimal(10) ** 10:
        raise ValueError(f"unitCost is not an amount of zero or more: {text or 'empty'}")
    return value
