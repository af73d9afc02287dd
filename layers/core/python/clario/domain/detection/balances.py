"""Whether the ledger's own balance adds up: what a day ends with is what it began with and what moved."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.facts import ComponentFacts, Names
from clario.domain.detection.lots import Family, Lot, Strength, item_subject
from clario.domain.detection.unit_rows import BalanceRow

CURED = timedelta(days=2)  # Amazon books a movement and its counterpart in neighbouring days: our choice


def ledger_balance_gap(facts: ComponentFacts) -> Iterator[Lot]:
    """Units a balance misses that no neighbouring day gives back. It speaks of the report's quality first."""
    accounts: defaultdict[tuple[Any, ...], list[BalanceRow]] = defaultdict(list)
    for row in facts.balances:
        accounts[row.fnsku, row.disposition, row.location].append(row)
    for rows in accounts.values():
        yield from (_lot(row, units) for row, units in _gaps(rows))


def _gaps(rows: Sequence[BalanceRow]) -> list[tuple[BalanceRow, int]]:
    """The rows with a lasting gap and its units, in order of days."""
    residuals = _residuals(rows)
    open_gaps: list[tuple[BalanceRow, int]] = []
    for row, residual in zip(rows, residuals, strict=True):
        if residual < 0:
            open_gaps.append((row, -residual))
        elif residual and open_gaps and row.day - open_gaps[-1][0].day <= CURED:
            gap, units = open_gaps.pop()
            if units > residual:
                open_gaps.append((gap, units - residual))
    return open_gaps


def _residuals(rows: Sequence[BalanceRow]) -> list[int]:
    """What each day's end has too much or too little. Some reports count stock on its way between centres into the
    balance, others do not: the reading that fits more days is right."""
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
        told_from=row.day + CURED,
        hint=True,
    )
