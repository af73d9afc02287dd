"""Money movements, page by page, in their older form (Finances API v0, listFinancialEvents)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from clario.errors import RequestRefused
from clario.spapi.client import Client
from clario.spapi.operations import LIST_FINANCIAL_EVENTS
from clario.spapi.paging import capital_token, read_pages
from clario.spapi.wire import written

PATIENCE = timedelta(seconds=60)
"""A page token lives between 3 and 25 minutes (https://github.com/amzn/selling-partner-api-docs/issues/981)."""

SMALLER_PAGES = ("25", "5")
"""Events on a page where Amazon's own hundred are too many."""


def financial_event_pages(client: Client, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
    """The JSON body of each page of [posted_after, posted_before), in order; pages may be empty.

    A page that would be too big is refused like a wrong request (model financesV0.json; seen in
    https://github.com/amzn/selling-partner-api-docs/issues/2405), so a refused window is tried with smaller ones.
    Raises what `read_pages` raises.
    """
    window = {"PostedAfter": written(posted_after), "PostedBefore": written(posted_before)}
    for size in SMALLER_PAGES:
        try:
            yield from read_pages(client, LIST_FINANCIAL_EVENTS, window, _token, PATIENCE, capital_token)
        except RequestRefused as refusal:
            if refusal.status != 400:
                raise
            window["MaxResultsPerPage"] = size
        else:
            return
    yield from read_pages(client, LIST_FINANCIAL_EVENTS, window, _token, PATIENCE, capital_token)


def _token(body: dict[str, Any]) -> str | None:
    payload = body["payload"]
    if not isinstance(payload["FinancialEvents"], dict):
        raise TypeError("no lists of events")
    token: str | None = payload.get("NextToken")
    return token
