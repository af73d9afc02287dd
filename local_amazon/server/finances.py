"""Finances API 2024-06-19: listTransactions.

Rules from the published model; page size, token life and its error text from
https://github.com/amzn/selling-partner-api-models/issues/4867; the null breakdowns of reimbursement items from issue
4993 there.
"""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from local_amazon.seller import Seller
from local_amazon.server.answers import Answer, bad_request, json_answer, moment, stamp
from local_amazon.server.cursor import Cursor, cursor_of
from local_amazon.world.model import CURRENCY, MARKETPLACE_ID, Item, Node, Transaction

PAGE = 480
TOKEN_LIFE = timedelta(minutes=5)
NEWEST = timedelta(minutes=2)
LONGEST = timedelta(days=180)
STATUSES = ("DEFERRED", "RELEASED", "DEFERRED_RELEASED")
FILTERS = ("FINANCIAL_EVENT_GROUP_ID", "ORDER_ID")


class Finances:
    """Lists a world's transactions."""

    def __init__(self, transactions: list[Transaction]) -> None:
        self._transactions = transactions
        self._posted = [each.posted_at for each in transactions]

    def list_transactions(self, query: dict[str, str], seller: Seller, now: datetime) -> Answer:
        """One page; see the module's sources for the rules."""
        cursor = cursor_of(query, now, TOKEN_LIFE)
        rows = list(self._rows(cursor))
        payload: dict[str, Any] = {
            "transactions": [_transaction(each, seller, cursor.as_of) for each in rows[cursor.offset :][:PAGE]]
        }
        if cursor.offset + PAGE < len(rows):
            payload["nextToken"] = cursor.next(PAGE, now).token()
        return json_answer({"payload": payload})

    def everything(self, seller: Seller, now: datetime) -> list[dict[str, Any]]:
        """All transactions that can be seen at `now`, oldest first."""
        return [_transaction(each, seller, now) for each in self._transactions if each.visible_at <= now]

    def _rows(self, cursor: Cursor) -> Iterator[Transaction]:
        """Matching transactions as they could be seen at `cursor.as_of`, oldest first."""
        start, end = _window(cursor.question, cursor.as_of)
        name, value = _related(cursor.question)
        status, marketplace = cursor.question.get("transactionStatus"), cursor.question.get("marketplaceId")
        if (end - start > LONGEST and not name) or marketplace not in (None, "", MARKETPLACE_ID):
            return
        for each in self._transactions[bisect_left(self._posted, start) : bisect_left(self._posted, end)]:
            if each.visible_at > cursor.as_of or status not in (None, _status(each, cursor.as_of)):
                continue
            if name and (name, value) not in each.related:
                continue
            yield each


def _window(question: dict[str, str], now: datetime) -> tuple[datetime, datetime]:
    """[postedAfter, postedBefore), checked."""
    if "postedAfter" not in question and "relatedIdentifierName" not in question:
        raise bad_request("Start date cannot be null")
    start = moment(question.get("postedAfter", "1970-01-01"), "postedAfter")
    end = moment(question["postedBefore"], "postedBefore") if "postedBefore" in question else now - NEWEST
    if start > now - NEWEST:
        raise bad_request("postedAfter must be more than two minutes before the time of the request")
    if end > now - NEWEST:
        raise bad_request("postedBefore must be more than two minutes before the time of the request")
    if end <= start:
        raise bad_request("postedBefore must be later than postedAfter")
    return start, end


def _related(question: dict[str, str]) -> tuple[str | None, str | None]:
    name, value = question.get("relatedIdentifierName"), question.get("relatedIdentifierValue")
    if (name is None) != (value is None):
        raise bad_request("relatedIdentifierName and relatedIdentifierValue must be given together")
    if name is not None and name not in FILTERS:
        raise bad_request("Invalid relatedIdentifierName")
    if question.get("transactionStatus") not in (None, *STATUSES):
        raise bad_request("Invalid transactionStatus")
    return name, value


def _status(each: Transaction, now: datetime) -> str:
    if each.matures_at is None:
        return "RELEASED"
    return "DEFERRED" if now < each.matures_at else "DEFERRED_RELEASED"


def _transaction(each: Transaction, seller: Seller, now: datetime) -> dict[str, Any]:
    status, related, contexts = _status(each, now), list(each.related), []
    if each.matures_at is not None:
        contexts = [{"contextType": "DeferredContext", "deferralReason": "DD7", "maturityDate": stamp(each.matures_at)}]
    if status == "DEFERRED_RELEASED":
        related.append(("RELEASE_TRANSACTION_ID", each.release_id))
    return {
        "sellingPartnerMetadata": {
            "sellingPartnerId": seller.selling_partner_id,
            "accountType": "Standard Orders",
            "marketplaceId": MARKETPLACE_ID,
        },
        "relatedIdentifiers": [
            {"relatedIdentifierName": name, "relatedIdentifierValue": value} for name, value in related
        ],
        "transactionType": each.kind,
        "transactionId": each.id,
        "transactionStatus": status,
        "description": each.description,
        "postedDate": stamp(each.posted_at),
        "totalAmount": _money(each.cents),
        "marketplaceDetails": {"marketplaceId": MARKETPLACE_ID, "marketplaceName": "Amazon.com"},
        "items": [_item(item) for item in each.items],
        "contexts": contexts,
        "breakdowns": [_node(node) for node in each.breakdowns],
    }


def _item(item: Item) -> dict[str, Any]:
    contexts = []
    if item.listing is not None:
        contexts = [
            {
                "contextType": "ProductContext",
                "asin": item.listing.asin,
                "sku": item.listing.sku,
                "quantityShipped": item.quantity,
                "fulfillmentNetwork": "AFN",
            }
        ]
    return {
        "description": item.description,
        "totalAmount": _money(item.cents),
        "relatedIdentifiers": [],
        "breakdowns": None if item.breakdowns is None else [_node(node) for node in item.breakdowns],
        "contexts": contexts,
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "breakdownType": node.name,
        "breakdownAmount": _money(node.cents),
        "breakdowns": [_node(child) for child in node.children],
    }


def _money(cents: int) -> dict[str, Any]:
    return {"currencyCode": CURRENCY, "currencyAmount": cents / 100}
