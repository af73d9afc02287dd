"""Answers that moto never gives, as AWS would send them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from clario.aws.clients import client


@contextmanager
def answering(service: str, status: int, body: bytes, **headers: str) -> Iterator[list[Any]]:
    """Every request to the service is answered so, and none is sent; the requests are collected."""
    sent: list[Any] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        sent.append(request)
        return AWSResponse(request.url, status, headers, MockRawResponse(body))

    events = client(service).meta.events
    events.register_first("before-send", answer)
    try:
        yield sent
    finally:
        events.unregister("before-send", answer)


@contextmanager
def refusing(service: str, code: str, status: int = 400) -> Iterator[list[Any]]:
    """The service refuses every request with that code; a message of AWS's own has no place in ours."""
    text = f"<Error><Code>{code}</Code><Message>hush</Message></Error>" if service == "s3" else ""
    body = text or json.dumps({"__type": code, "message": "hush"})
    with answering(service, status, body.encode()) as sent:
        yield sent
