"""Finances API v0: financial events and their groups (settlement periods).

Rules: model financesV0.json of https://github.com/amzn/selling-partner-api-models. The life of page tokens and its
error text: https://github.com/amzn/selling-partner-api-docs/issues/981. Money that Amazon still holds back is not here.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from local_amazon.server import cells
from local_amazon.server.account import Account, seconds
from local_amazon.server.answers import Answer, bad_request, json_answer, moment
from local_amazon.server.call import Call
from local_amazon.server.cursor import Cursor, Paging, cursor_of
from local_amazon.server.finances import AT_ONCE, LONGEST, NEWEST, Window, ceiling
from local_amazon.server.money import group_id, order_number, settlement_of
from local_amazon.server.money_v0 import LISTS, events
from local_amazon.server.routes import Route
from local_amazon.world.schema import MONEY_KINDS
from local_amazon.world.store import Batch

PAGING = Paging("NextToken", timedelta(minutes=25), expired="Token is not valid, token duration is 25 minutes.")
TRANSFER = MONEY_KINDS.index("transfer")
OLDEST_GROUP = timedelta(days=730)
ORDER_ID_DIGITS = 17


def list_events(call: Call) -> Answer:
    """listFinancialEvents: what was posted in a window."""
    cursor, size = cursor_of(call, PAGING), _page_size(call, 100)
    window = _window(cursor, "Posted")
    return _events(call, cursor, size, lambda at: _read(call.account, window, at, cursor))


def events_by_group(call: Call) -> Answer:
    """listFinancialEventsByGroupId: a group's events; groups that began more than two years ago are empty."""
    cursor, size = cursor_of(call, PAGING), _page_size(call, 100)
    number = settlement_of(call.account, call.ids[0])
    return _events(call, cursor, size, lambda at: _of_group(call.account, number, at, cursor))


def events_by_order(call: Call) -> Answer:
    """listFinancialEventsByOrderId."""
    cursor, size = cursor_of(call, PAGING), _page_size(call, 100)
    number = order_number(call.ids[0])
    if len(call.ids[0].replace("-", "")) != ORDER_ID_DIGITS or number < 0:
        raise bad_request("Invalid order id")
    found = call.account.tables.having("finances", "order", number, seconds(cursor.as_of))
    return _events(call, cursor, size, lambda at: [found.where((found["posted"] >= at) & _told(found))])


def list_groups(call: Call) -> Answer:
    """listFinancialEventGroups, newest first."""
    cursor, size = cursor_of(call, PAGING), _page_size(call, 10)
    window = _window(cursor, "FinancialEventGroupStarted")
    groups = _groups(call.account, window, seconds(cursor.as_of))
    page, token = cursor.slice(size, len(groups))
    payload: dict[str, Any] = {"FinancialEventGroupList": groups[page]}
    return json_answer({"payload": {**payload, "NextToken": token} if token else payload})


def _events(call: Call, cursor: Cursor, size: int, read: Any) -> Answer:
    found, token = cursor.rows(size, read, "posted")
    lists: dict[str, list[str]] = {name: [] for name in LISTS}
    for name, event in events(call.account, found) if found else ():
        lists[name].append(event)
    text = ",".join(f'"{name}":[{",".join(each)}]' for name, each in lists.items())
    following = f',"NextToken":"{token}"' if token else ""
    return Answer(200, f'{{"payload":{{"FinancialEvents":{{{text}}}{following}}}}}'.encode())


def _read(account: Account, window: Window, at: int, cursor: Cursor) -> Iterator[Batch]:
    now = seconds(cursor.as_of)
    for batch in account.tables.rows("finances", max(at, window.start), window.end, now, size=AT_ONCE):
        yield batch.where(_told(batch))


def _of_group(account: Account, number: int, at: int, cursor: Cursor) -> Iterable[Batch]:
    groups = account.world.stores["settlements"].columns
    place = np.flatnonzero(groups["number"] == number)
    if not len(place) or int(groups["starts"][place[0]]) < seconds(cursor.as_of - OLDEST_GROUP):
        return
    window = Window(int(groups["starts"][place[0]]), int(groups["ends"][place[0]]))
    for batch in _read(account, window, at, cursor):
        yield batch.where(batch["settlement"] == number)


def _told(batch: Batch) -> Any:
    """Neither held back nor a transfer to the bank, which the groups tell."""
    return (batch["matures"] == 0) & (batch["kind"] != TRANSFER)


def _groups(account: Account, window: Window, now: int) -> list[dict[str, Any]]:
    """A group is open until its settlement closes."""
    store = account.world.stores["settlements"]
    every = store.read(0, len(store), now)
    begun = (every["starts"] <= now) & (every["starts"] >= window.start) & (every["starts"] < window.end)
    found = every.where(begun)
    return [_group(account, found, row, now) for row in np.argsort(-found["starts"], kind="stable").tolist()]


def _group(account: Account, found: Batch, row: int, now: int) -> dict[str, Any]:
    currency = account.markets[int(found["market"][row])].currency
    body: dict[str, Any] = {
        "FinancialEventGroupId": group_id(int(found["number"][row])),
        "ProcessingStatus": "Open",
        "FinancialEventGroupStart": _stamp(found, "starts", row),
        "BeginningBalance": {"CurrencyCode": currency, "CurrencyAmount": 0},
    }
    if int(found["ends"][row]) > now:
        return body
    total = {"CurrencyCode": currency, "CurrencyAmount": int(found["total"][row]) / 100}
    closed = {"ProcessingStatus": "Closed", "FundTransferStatus": "Succeeded", "OriginalTotal": total}
    dates = {"FundTransferDate": _stamp(found, "deposited", row), "FinancialEventGroupEnd": _stamp(found, "ends", row)}
    return {**body, **closed, "ConvertedTotal": total, **dates}


def _stamp(found: Batch, column: str, row: int) -> str:
    return str(cells.stamps(found[column][row : row + 1])[0])


def _page_size(call: Call, usual: int) -> int:
    text = call.query.get("MaxResultsPerPage", str(usual))
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise bad_request("MaxResultsPerPage must be between 1 and 100")
    return int(text)


def _window(cursor: Cursor, name: str) -> Window:
    """[After, Before), checked; empty when it is longer than 180 days or has no end to it."""
    question, newest = cursor.question, cursor.as_of - NEWEST
    if f"{name}Before" in question and f"{name}After" not in question:
        raise bad_request(f"{name}After must be specified if {name}Before is specified")
    start = moment(question.get(f"{name}After", "1970-01-01"), f"{name}After")
    end = moment(question[f"{name}Before"], f"{name}Before") if f"{name}Before" in question else newest
    if start > newest or end > newest:
        raise bad_request("Date range is invalid.")
    if end <= start:
        raise bad_request(f"{name}Before must be later than {name}After")
    too_long = f"{name}After" in question and end - start > LONGEST
    return Window(0, 0) if too_long else Window(ceiling(start), ceiling(end))


ROUTES = (
    Route("GET", "/finances/v0/financialEventGroups", "listFinancialEventGroups", list_groups),
    Route(
        "GET",
        "/finances/v0/financialEventGroups/{eventGroupId}/financialEvents",
        "listFinancialEventsByGroupId",
        events_by_group,
    ),
    Route("GET", "/finances/v0/orders/{orderId}/financialEvents", "listFinancialEventsByOrderId", events_by_order),
    Route("GET", "/finances/v0/financialEvents", "listFinancialEvents", list_events),
)
