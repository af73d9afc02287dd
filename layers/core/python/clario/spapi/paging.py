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


def small_token(first: Mapping[str, str], token: str) -> Mapping[str, str]:
    """The next page's parameters: those of the first and `nextToken`."""
    return {**first, "nextToken": token}


def capital_token(first: Mapping[str, str], token: str) -> Mapping[str, str]:
    """The same with `NextToken`, as the older APIs call it."""
    return {**first, "NextToken": token}


def token_alone(_first: Mapping[str, str], token: str) -> Mapping[str, str]:
    """`nextToken` and nothing else, where Amazon answers 400 to any parameter beside it."""
    return {"nextToken": token}


def read_pages(
    client: Client,
    operation: Operation,
    params: Mapping[str, str],
    token_in: Callable[[dict[str, Any]], str | None],
    patience: timedelta,
    following: Callable[[Mapping[str, str], str], Mapping[str, str]] = small_token,
    path: Mapping[str, str] | None = None,
) -> Iterator[bytes]:
    """The JSON body of each page, in order; pages may be empty.

    Args:
        params: of the first page's request.
        token_in: the next page's token in a body, None on the last page; it may fail on a body of another shape.
        patience: the longest sleep for quota between pages. Once paging has begun, ending early loses every page read
            so far; yet the sleep must leave room in the token's life for a slow answer and the retries after it.
        following: the parameters of the next page's request, from those of the first and the token.
        path: values of the path's parameters.

    Raises:
        PageTokenLost: the token outlived its life.
        UpstreamUnavailable: also when a page token comes twice, or a body is not what the API model promises.
    """
    answer = client.call(operation, path, params, patience=MAX_QUOTA_SLEEP)
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
        answer = _next_page(client, operation, path, following(params, token), patience)


def _next_page(
    client: Client,
    operation: Operation,
    path: Mapping[str, str] | None,
    params: Mapping[str, str],
    patience: timedelta,
) -> Answer:
    try:
        return client.call(operation, path, params, patience=patience)
    except RequestRefused as refusal:
        # The same parameters were accepted for the first page, so only the token can be at fault.
        raise PageTokenLost(f"the page token is lost: {refusal}") from None
