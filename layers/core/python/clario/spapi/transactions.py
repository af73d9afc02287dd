"""Money movements, page by page (Finances API 2024-06-19, listTransactions)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clario.spapi.client import Client
from clario.spapi.operations import LIST_TRANSACTIONS
from clario.spapi.paging import read_pages
from clario.spapi.wire import written

PATIENCE = timedelta(seconds=60)
"""A page token lives about five minutes (https://github.com/amzn/selling-partner-api-models/issues/4867)."""


def transaction_pages(client: Client, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
    """The JSON body of each page of [posted_after, posted_before), in order; pages may be empty.

    Raises what `read_pages` raises.
    """
    window = {"postedAfter": written(posted_after), "postedBefore": written(posted_before)}
    return read_pages(client, LIST_TRANSACTIONS, window, _token, PATIENCE)


def _token(body: dict[str, Any]) -> str | None:
    token: str | None = body["payload"].get("nextToken")
    return token
