"""What settles the units of customers' orders without a reimbursement: returns, and customers charged again."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from functools import partial

from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Credit, CreditKind
from clario.domain.detection.netting.stock_credits import stock_credit
from clario.domain.detection.rows.charges import Charge, Entry, recharges
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.order_facts import order_book
from clario.domain.detection.rows.unit_rows import LedgerRow, ReturnRow

SELLABLE = "SELLABLE"
LEDGER_LAGS = ((0, 0), (2, 14))
"""So many days a ledger line may be before and after its return: the same day first, then our choice."""


def order_credits(facts: ComponentFacts) -> Iterator[Credit]:
    """All of them, in no order."""
    book = facts.once(order_book)
    known = {item.order_id for item in book.refunds}
    known |= {order for row in facts.replacements for order in (row.original_order_id, row.replacement_order_id)}
    for row in facts.returns:
        yield _returned(row, named=row.order_id in known)
    for item, entries in facts.once(recharges).items():
        price = book.sale(item).unit_price
        for entry in entries:
            if units := _recharged_units(entry, price):
                yield _recharged(entry, units)
    yield from _taken_in(facts)


def _returned(row: ReturnRow, named: bool) -> Credit:
    """A return of an order in which we know of no refund may be another order's."""
    return Credit(
        kind=CreditKind.RETURNED if named else CreditKind.UNNAMED_RETURN,
        family=None,
        fnsku=row.fnsku,
        asin=row.asin,
        on=row.returned_on,
        units=row.quantity,
        rows=(row,),
        order_id=row.order_id,
    )


def _recharged_units(entry: Entry, unit_price: Decimal | None) -> int:
    """Often the transaction does not say which part of it is the goods' price."""
    money = entry.sum(Charge.PRICE) or sum((row.amount for row in entry.rows), Decimal(0))
    if money < 0 or entry.units or not unit_price:
        return entry.units if money >= 0 else 0
    return int((money / unit_price).quantize(Decimal(1), ROUND_HALF_UP))


def _recharged(entry: Entry, units: int) -> Credit:
    return Credit(
        kind=CreditKind.RECHARGED,
        family=None,
        fnsku="",
        asin=entry.asin,
        on=entry.on,
        units=units,
        rows=entry.rows,
        order_id=entry.item.order_id,
    )


def _taken_in(facts: ComponentFacts) -> Iterator[Credit]:
    """Returns as the ledger took them in. Those that came back unsellable are first matched with their own report."""
    rows = [row for row in facts.events("CustomerReturns") if row.quantity > 0]
    unsellable = [Stock(row.occurred_on, row.quantity, row) for row in rows if row.disposition != SELLABLE]
    reported = [Stock(r.returned_on, r.quantity, r) for r in facts.returns if r.disposition != SELLABLE]
    for before, after in LEDGER_LAGS:
        for _ in match(reported, unsellable, _fnsku, partial(_reach, after), before):
            pass
    for row in rows:
        if row.disposition == SELLABLE:
            yield stock_credit(CreditKind.RESTOCKED, row, row.quantity, (row,))
    for stock in unsellable:
        if stock.left:
            yield stock_credit(CreditKind.SHELVED, stock.item, stock.left, (stock.item,))


def _reach(days_after: int, row: ReturnRow) -> Reach:
    return Reach((row.fnsku,), days_after)


def _fnsku(row: LedgerRow) -> str:
    return row.fnsku
