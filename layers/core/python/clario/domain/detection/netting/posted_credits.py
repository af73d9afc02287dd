"""Reimbursements that only the transactions show: their money was posted, and their report does not list them.

The report is days behind and may lack weeks; then a loss looks unpaid that is paid. Money is compared, not lines, for
Amazon may post several reimbursements as one. What was replaced in kind has no money and cannot be seen so.
"""

from collections.abc import Callable, Hashable, Sequence
from decimal import Decimal
from functools import partial

from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Credit, CreditKind, Family
from clario.domain.detection.lots.reimbursements import FAMILY_OF_REASON, reason_key
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.order_facts import order_book
from clario.domain.detection.rows.postings import CENT, POSTED_AFTER, POSTED_BEFORE, Posting, postings
from clario.domain.detection.rows.unit_rows import ReimbursementRow

UNSPECIFIC = frozenset({"fbainventoryreimbursement", "lostordamagedreimbursement", "generaladjustment"})
"""How transactions call reimbursements of any kind: https://github.com/amzn/selling-partner-api-models/issues/4244."""
UNKNOWN = 99
"""Units of a payment that has no quantity: it may be for all that the item lacks."""


def posted_credits(facts: ComponentFacts) -> tuple[Credit, ...]:
    """All of them, oldest first. Read once: `facts.once(posted_credits)`."""
    paid = [each for each in postings(facts) if each.amount > 0 and _family_of(each)]
    posted = [Stock(each.on, _cents(each.amount), each) for each in paid]
    amounts = [(row, _cents(row.amount_total or Decimal(0))) for row in facts.reimbursements]
    _use_up(posted, [Stock(row.approved_on, cents, row) for row, cents in amounts if cents > 0])
    labels = facts.once(order_book).labels
    return tuple(_credit(stock, labels.get(stock.item.sku, "")) for stock in posted if stock.left > _cents(CENT))


def _cents(amount: Decimal) -> int:
    return int(amount / CENT)


def _use_up(posted: Sequence[Stock[Posting]], listed: Sequence[Stock[ReimbursementRow]]) -> None:
    """What the report lists is posted first for its order, then for its product; in another currency, whatever the
    amount."""
    for place in (_order, _product):
        for _ in match(posted, listed, place, partial(_here, place), POSTED_AFTER.days):
            pass
    currencies = sorted({stock.item.currency for stock in listed})
    foreign = [Stock(stock.on, 1, stock) for stock in posted if stock.left]
    rows = [Stock(stock.on, 1, stock.item) for stock in listed if stock.left]
    for paid, _, _ in match(foreign, rows, _product, partial(_elsewhere, currencies), POSTED_AFTER.days):
        paid.item.left = 0


def _order(paid: Posting | ReimbursementRow) -> Hashable:
    return paid.sku, paid.currency, paid.order_id or ""


def _product(paid: Posting | ReimbursementRow) -> Hashable:
    return paid.sku, paid.currency


def _here(place: Callable[[Posting], Hashable], posting: Posting) -> Reach:
    return Reach((place(posting),), POSTED_BEFORE.days)


def _elsewhere(currencies: Sequence[str], posted: Stock[Posting]) -> Reach:
    own, sku = posted.item.currency, posted.item.sku
    return Reach(tuple((sku, each) for each in currencies if each != own), POSTED_BEFORE.days)


def _family_of(posting: Posting) -> Family | None:
    """What it pays for, None where it is no reimbursement of units."""
    row = posting.rows[0]
    names = {reason_key(name) for name in (row.description, *row.path.split("/"))}
    if named := {FAMILY_OF_REASON[name] for name in names if name in FAMILY_OF_REASON}:
        return None if Family.FEE in named else min(named)
    if names.isdisjoint(UNSPECIFIC):
        return None
    return Family.ORDER if posting.order_id else Family.GENERIC


def _credit(stock: Stock[Posting], fnsku: str) -> Credit:
    posting = stock.item
    units = sum(abs(row.quantity or 0) for row in posting.rows) or UNKNOWN
    return Credit(
        kind=CreditKind.POSTED,
        family=_family_of(posting),
        fnsku=fnsku,
        asin=posting.rows[0].asin,
        on=posting.on,
        units=-(-units * stock.left // _cents(posting.amount)),
        rows=posting.rows,
        order_id=posting.order_id,
    )
