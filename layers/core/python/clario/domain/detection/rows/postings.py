"""Money that transactions of the kind Adjustment post for a product: what reimbursements pay, and other corrections."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from clario.domain.detection.rows.charges import RELEASED_SINCE
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.money_rows import MoneyRow

POSTED_BEFORE, POSTED_AFTER = timedelta(days=2), timedelta(days=21)
"""When the money of an approval is posted: our choice."""
CENT = Decimal("0.01")


class Posting(NamedTuple):
    """Money posted for a SKU in one transaction."""

    sku: str
    amount: Decimal
    rows: tuple[MoneyRow, ...]

    @property
    def on(self) -> date:
        return self.rows[0].posted_on

    @property
    def currency(self) -> str:
        return self.rows[0].currency

    @property
    def order_id(self) -> str:
        return self.rows[0].order_id


def postings(facts: ComponentFacts) -> tuple[Posting, ...]:
    """All of them, in order of days; of money held back and released since, the release."""
    parts: defaultdict[tuple[str, str], list[MoneyRow]] = defaultdict(list)
    for row in facts.money_of("Adjustment"):
        if row.status != RELEASED_SINCE:
            parts[row.transaction_id, row.sku].append(row)
    sums = ((sku, sum((row.amount for row in rows), Decimal(0)), tuple(rows)) for (_, sku), rows in parts.items())
    return tuple(Posting(*each) for each in sums)
