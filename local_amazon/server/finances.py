"""Finances API 2024-06-19: listTransactions.

Rules: model finances_2024-06-19.json of https://github.com/amzn/selling-partner-api-models. Page size, token life and
its error text: issue 4867 there; `FBAInventoryReimbursement` for every kind of reimbursement: issue 4244; their
items without breakdowns: issue 4993.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, bad_request, moment
from local_amazon.server.call import Call
from local_amazon.server.cursor import Cursor, Paging, cursor_of
from local_amazon.server.money import order_number, settlement_of
from local_amazon.server.routes import Route
from local_amazon.server.transactions import STATUSES, states, transactions
from local_amazon.world.store import Batch

PAGE = 480
PAGING = Paging("nextToken", timedelta(minutes=5))
NEWEST = timedelta(minutes=2)
LONGEST = timedelta(days=180)
FILTERS = {"FINANCIAL_EVENT_GROUP_ID": "settlement", "ORDER_ID": "order"}
AT_ONCE = 2_000


class Window(NamedTuple):
    """[start, end) in seconds since 1970."""

    start: int
    end: int


def list_transactions(call: Call) -> Answer:
    """One page; see the module's sources for the rules."""
    cursor = cursor_of(call, PAGING)
    window, chosen = _window(cursor), _chosen(cursor, call.account)
    found, token = cursor.rows(PAGE, lambda at: map(chosen, _read(cursor, call.account, window, at)), "posted")
    rows = ",".join(transactions(call.account, found, cursor.as_of)) if found else ""
    following = f',"nextToken":"{token}"' if token else ""
    return Answer(200, f'{{"payload":{{"transactions":[{rows}]{following}}}}}'.encode())


def _read(cursor: Cursor, account: Account, window: Window, at: int) -> Iterable[Batch]:
    """The rows of the window from that moment on."""
    now, wanted = seconds(cursor.as_of), cursor.question.get("marketplaceId")
    if wanted and wanted not in account.seller.marketplace_ids:
        return ()
    markets = {account.market(wanted)} if wanted else None
    return account.tables.rows("finances", max(at, window.start), window.end, now, markets=markets, size=AT_ONCE)


def _window(cursor: Cursor) -> Window:
    """[postedAfter, postedBefore), checked; empty when it is longer than Amazon looks."""
    question, now = cursor.question, cursor.as_of
    if "postedAfter" not in question and "relatedIdentifierName" not in question:
        raise bad_request("Start date cannot be null")
    start = moment(question.get("postedAfter", "1970-01-01"), "postedAfter")
    end = moment(question["postedBefore"], "postedBefore") if "postedBefore" in question else now - NEWEST
    for name, at in (("postedAfter", start), ("postedBefore", end)):
        if at > now - NEWEST:
            raise bad_request(f"{name} must be more than two minutes before the time of the request")
    if end <= start:
        raise bad_request("postedBefore must be later than postedAfter")
    too_long = end - start > LONGEST and "relatedIdentifierName" not in question
    return Window(0, 0) if too_long else Window(ceiling(start), ceiling(end))


def ceiling(at: datetime) -> int:
    """The first whole second that is not before a moment: events are posted at whole seconds."""
    return -int(-at.timestamp() // 1)


def _chosen(cursor: Cursor, account: Account) -> Callable[[Batch], Batch]:
    """Narrows rows to those with the status and the identifier that were asked for."""
    name, value = cursor.question.get("relatedIdentifierName"), cursor.question.get("relatedIdentifierValue")
    status = cursor.question.get("transactionStatus")
    if (name is None) != (value is None):
        raise bad_request("relatedIdentifierName and relatedIdentifierValue must be given together")
    if name is not None and name not in FILTERS:
        raise bad_request("Invalid relatedIdentifierName")
    if status not in (None, *STATUSES):
        raise bad_request("Invalid transactionStatus")
    now = seconds(cursor.as_of)
    wanted = settlement_of(account, value or "") if name == "FINANCIAL_EVENT_GROUP_ID" else order_number(value or "")

    def narrowed(batch: Batch) -> Batch:
        if status is not None:
            batch = batch.where(states(batch, now) == STATUSES.index(status))
        if name is not None:
            batch = batch.where(batch[FILTERS[name]] == wanted)
        return batch

    return narrowed


ROUTES = (Route("GET", "/finances/2024-06-19/transactions", "listTransactions", list_transactions),)
