"""Sales that tell detection nothing new: the history of their items need not be read for them.

Most of a day's rows are of plain sales: an order that left, was paid, and was charged the usual fees. No rule about
units looks at an order with nothing but that, and the rules about fees find nothing among charges that agree. So a
component remembers what its sales agree on, and new sales are held against that alone. Where something else happened,
the component is looked at without its plain sales.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from clario.domain.detection.claims.findings import Case
from clario.domain.detection.engine import examine_money
from clario.domain.detection.money.transport_fees import transport_fees
from clario.domain.detection.money.usual_fees import UsualFees, keep_to, usual_fees
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.charges import Charge, Entry, sales
from clario.domain.detection.rows.facts import TABLES, ComponentFacts, Names
from clario.domain.detection.rows.measurements import Product
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.unit_rows import OrderRow
from clario.domain.detection.rules import SALES_RULES
from clario.domain.detection.units.balances import next_month
from clario.domain.values import ONE_DAY

SALE = "Shipment"
"""The kind of the transactions of sales."""


class Label(NamedTuple):
    """What the ledger calls a SKU."""

    fnsku: str
    asin: str


@dataclass(frozen=True, slots=True)
class Usual:
    """What the sales of a component agree on.

    Attributes:
        fees_review_on: the day on which time alone may change what is found among all fees, None when it never does.
        odd_orders: orders whose one transaction is not of the form of a sale.
        labels: by SKU, the label all of its ledger lines have; without SKUs that had several.
        stock_until: up to that day rules look at the stock of single days (`storage_fees.py`).
    """

    fees: Mapping[Product, UsualFees]
    fees_review_on: date | None
    odd_orders: frozenset[str]
    labels: Mapping[str, Label]
    stock_until: date

    @property
    def has_wrong_sizes(self) -> bool:
        """Whether some charges were of another size: what is found of them depends on credits, too."""
        return any(fees.sizes is not None and fees.sizes.exactly is not None for fees in self.fees.values())

    def may_be_left_out(self, today: date) -> bool:
        """Whether the plain sales may be. Refunds are held against single referral fees of another category, too."""
        stands = self.fees_review_on is None or today < self.fees_review_on
        return stands and not any(fees.miscategorized for fees in self.fees.values())


def usual_of(case: Case, before: Usual | None = None) -> Usual | None:
    """What a component's sales agree on; None where they do not.

    Before units lost in a centre were paid at cost, what sales bring decided their value: then no sale is plain.

    Args:
        before: what they agreed on before, where `case` is without plain sales.
    """
    if case.as_of < policy().cost_regime.valid_from:
        return None
    fees, facts = before.fees if before else usual_fees(case), case.facts
    if fees is None:
        return None
    usual = Usual(fees, None, odd_orders(facts), _labels(facts), _stock_until(facts))
    if not usual.has_wrong_sizes:
        return usual
    review_on = before.fees_review_on if before else examine_money(case, SALES_RULES).next_review_on
    return replace(usual, fees_review_on=review_on)


def odd_orders(facts: ComponentFacts) -> frozenset[str]:
    """The orders with a transaction that is the only one of its item, and is not of goods, or gave a fee back; or with
    a fee that is none of sales."""
    alone = (entries[0] for entries in facts.once(sales).values() if len(entries) == 1)
    fees = (row for rows in facts.once(transport_fees).values() for row in rows)
    odd = {entry.item.order_id for entry in alone if not _is_plain_sale(entry)}
    return frozenset(odd | {row.order_id for row in fees if row.kind == SALE})


def _labels(facts: ComponentFacts) -> Mapping[str, Label]:
    seen: defaultdict[str, set[Label]] = defaultdict(set)
    for row in facts.ledger:
        seen[row.msku].add(Label(row.fnsku, row.asin))
    return {sku: next(iter(labels)) for sku, labels in seen.items() if len(labels) == 1}


def _stock_until(facts: ComponentFacts) -> date:
    months = (next_month(row.month) - ONE_DAY for row in facts.storage)
    return max((*months, *(row.charged_on for row in facts.aged)), default=date.min)


def are_usual(news: Case, usual: Usual, named: Container[Names]) -> bool:
    """Whether sales are like those before, so that the rules about fees find nothing new and the others may look at
    their component without its plain sales.

    Args:
        news: all that is known of the orders and the ledger's days in question, and all fee previews of the component.
        named: the names that the component's rows have.
    """
    known = all(names in named for names in _names(news.facts))
    return known and not odd_orders(news.facts) and keep_to(news, usual.fees)


def are_plain(news: ComponentFacts, usual: Usual, told_of: Container[str]) -> bool:
    """Whether sales that are usual are nothing to the other rules, either.

    Args:
        told_of: orders of which another report tells something, or that a claim is about.
    """
    return (
        are_single(news)
        and all(_is_plain_money(row) for row in news.money)
        and not any(row.order_id in told_of for rows in (news.orders, news.shipped, news.money) for row in rows)
        and all(usual.labels.get(row.msku) == Label(row.fnsku, row.asin) for row in news.ledger)
        and all(usual.stock_until < row.occurred_on for row in news.ledger)
    )


def _names(facts: ComponentFacts) -> Iterator[Names]:
    return (table.names(row) for table in TABLES if table.name != "previews" for row in table.rows(facts))


def are_single(news: ComponentFacts) -> bool:
    """Whether no product of an order was charged twice or for nothing: no credit can be for that."""
    moved = {row.order_id for rows in (news.shipped, news.money) for row in rows}
    once = all(len(entries) == 1 for entries in news.once(sales).values())
    return once and all(_is_plain_line(line, moved) for line in news.orders)


def _is_plain_line(line: OrderRow, moved: Container[str]) -> bool:
    """An order that was cancelled before anything happened is nothing."""
    cancelled = line.status == "Cancelled"
    return not line.original_order_id and not (cancelled and line.order_id in moved)


def _is_plain_money(row: MoneyRow) -> bool:
    return row.kind == SALE and bool(row.sku)


def _is_plain_sale(entry: Entry) -> bool:
    """Goods were sold, and no fee came back."""
    return entry.has_goods and all(entry.sum(kind) <= 0 for kind in (Charge.FULFILLMENT, Charge.REFERRAL))
