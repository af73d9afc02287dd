"""Money movements, page by page (Finances API 2024-06-19, listTransactions)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from clario.errors import RequestRefused, RetryableError, UpstreamUnavailable
from clario.spapi.client import MAX_QUOTA_SLEEP, Answer, Client
from clario.spapi.operations import LIST_TRANSACTIONS
from clario.spapi.wire import promised_shape, written

PAGING_PATIENCE = timedelta(seconds=60)
"""Once paging has begun, ending early loses every page read so far: the token lives about five minutes
(https://github.com/amzn/selling-partner-api-models/issues/4867) and a restart pays for those pages again.
A minute leaves room in the token's life for a slow answer and for the retries after it."""


class PageTokenLost(RetryableError):
    """Amazon no longer takes the page token: the slice has to start again."""


def transaction_pages(client: Client, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
    """The JSON body of each page of [posted_after, posted_before), in order; pages may be empty.

    Raises:
        PageTokenLost: the caller was slower than the token's life.
        UpstreamUnavailable: also when a page token comes twice.
    """
    window = {"postedAfter": written(posted_after), "postedBefore": written(posted_before)}
    answer = client.call(LIST_TRANSACTIONS, params=window, patience=MAX_QUOTA_SLEEP)
    seen: set[str] = set()
    while True:
        token = _next_token(answer)
        yield answer.body
        if not token:
            return
        if token in seen:
            raise UpstreamUnavailable(f"{LIST_TRANSACTIONS.name}: Amazon repeats a page token")
        seen.add(token)
        answer = _next_page(client, {**window, "nextToken": token})


def _next_token(answer: Answer) -> str | None:
    with promised_shape(LIST_TRANSACTIONS.name):
        token: str | None = answer.data["payload"].get("nextToken")
        return token


def _next_page(client: Client, params: dict[str, str]) -> Answer:
    try:
        return client.call(LIST_TRANSACTIONS, params=params, patience=PAGING_PATIENCE)
    except RequestRefused as refusal:
        # The same window was accepted for the first page, so only the token can be at fault.
        raise PageTokenLost(f"the page token is lost: {refusal}") from None
