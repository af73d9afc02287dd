"""The ledger's monthly balances: how much was in stock on a day, and whether a month adds up."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.lots import Family, Lot, Strength, item_subject
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.unit_rows import BalanceRow

BALANCED = timedelta(days=2)  # from a month's end to its balance: Amazon closes it by the end of the second day
TRANSFERS = "WhseTransfers"


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after."""
    return month_of(month.replace(day=28) + timedelta(days=4))


Movements = Mapping[tuple[str, date], Mapping[date, int]]


def movements(facts: ComponentFacts) -> Movements:
    """By FNSKU and month, how much the stock rose or fell on each day. Read once: `facts.once(movements)`.

    A unit on its way between centres is still the seller's: transfers do not count.
    """
    table: defaultdict[tuple[str, date], defaultdict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in facts.ledger:
        if row.event_type != TRANSFERS:
            table[row.fnsku, month_of(row.occurred_on)][row.occurred_on] += row.quantity
    return table


def stock_of_days(facts: ComponentFacts, fnsku: str, until: date) -> list[int]:
    """The units there were at the beginning of the month of `until`, and after each day with movements until then."""
    month = month_of(until)
    began = facts.balances_by_month.get((fnsku, month), ())
    stock = [sum(row.starting + row.in_transit for row in began)]
    for day, moved in sorted(facts.once(movements).get((fnsku, month), {}).items()):
        if day <= until:
            stock.append(stock[-1] + moved)
    return stock


def ledger_balance_gap(facts: ComponentFacts) -> Iterator[Lot]:
    """Units a month's balance misses that the next one does not give back. It speaks of the report's quality first."""
    accounts: defaultdict[tuple[Any, ...], list[BalanceRow]] = defaultdict(list)
    for row in facts.balances:
        accounts[row.fnsku, row.disposition, row.location].append(row)
    for rows in accounts.values():
        yield from (_lot(row, units) for row, units in _gaps(rows))


def _gaps(rows: Sequence[BalanceRow]) -> list[tuple[BalanceRow, int]]:
    """The rows with a lasting gap and its units, in order of months. A movement at a month's end may have its
    counterpart in the next."""
    residuals = _residuals(rows)
    open_gaps: list[tuple[BalanceRow, int]] = []
    for row, residual in zip(rows, residuals, strict=True):
        if residual < 0:
            open_gaps.append((row, -residual))
        elif residual and open_gaps and row.day <= next_month(open_gaps[-1][0].day):
            gap, units = open_gaps.pop()
            if units > residual:
                open_gaps.append((gap, units - residual))
    return open_gaps


def _residuals(rows: Sequence[BalanceRow]) -> list[int]:
    """What each month's end has too much or too little. Some reports count stock on its way between centres into the
    balance, others do not: the reading that fits more months is right."""
    without = [row.ending - row.starting - row.moved for row in rows]
    within = [residual - row.in_transit for residual, row in zip(without, rows, strict=True)]
    return min(without, within, key=lambda residuals: sum(1 for residual in residuals if residual))


def _lot(row: BalanceRow, units: int) -> Lot:
    names = Names(row.asin, row.fnsku, row.msku)
    return Lot(
        anomaly_type=AnomalyType.LEDGER_BALANCE_GAP,
        family=Family.ALONE,
        tier=Tier.REVIEW,
        strength=Strength.NONE,
        names=names,
        subject=f"{item_subject(names)}/{row.disposition}/{row.location}",
        anchor=row.day,
        units=units,
        rows=(row,),
        told_from=next_month(next_month(row.day)) + BALANCED,
        hint=True,
    )
