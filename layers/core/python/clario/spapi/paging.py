"""Operations that answer page by page."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from clario.errors import RequestRefused, RetryableError, UpstreamUnavailable
from clario.spapi.client import MAX_QUOTA_SLEEP, Answer, Client
from clario.spapi.operations import Operation
from clario.spapi.wire import promised_shape


class PageTokenLost(RetryableError):
    """Amazon no longer takes the page token: the slice has to start again."""


def read_pages(
    client: Client,
    operation: Operation,
    params: Mapping[str, str],
    token_in: Callable[[dict[str, Any]], str | None],
    patience: timedelta,
) -> Iterator[bytes]:
    """The JSON body of each page, in order; pages may be empty.

    Args:
        params: travel with every page's request, beside its token.
        token_in: the next page's token in a body, None on the last page; it may fail on a body of another shape.
        patience: the longest sleep for quota between pages. Once paging has begun, ending early loses every page read
            so far; yet the sleep must leave room in the token's life for a slow answer and the retries after it.

    Raises:
        PageTokenLost: the token outlived its life.
        UpstreamUnavailable: also when a page token comes twice, or a body is not what the API model promises.
    """
    answer = client.call(operation, params=params, patience=MAX_QUOTA_SLEEP)
    seen: set[str] = set()
    while True:
        with promised_shape(operation.name):
            token = token_in(answer.data)
        yield answer.body
        if not token:
            return
        if token in seen:
            raise UpstreamUnavailable(f"{operation.name}: Amazon repeats a page token")
        seen.add(token)
        answer = _next_page(client, operation, {**params, "nextToken": token}, patience)


def _next_page(client: Client, operation: Operation, params: Mapping[str, str], patience: timedelta) -> Answer:
    try:
        return client.call(operation, params=params, patience=patience)
    except RequestRefused as refusal:
        # The same parameters were accepted for the first page, so only the token can be at fault.
        raise PageTokenLost(f"the page token is lost: {refusal}") from None
