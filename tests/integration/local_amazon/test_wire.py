"""What only a real connection shows: bodies that break off, silence, long answers beside short ones."""

import gzip
import threading
import time
from datetime import timedelta

import httpx
import pytest

from tests.integration.local_amazon.conftest import START, Amazon

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"


def _url(amazon: Amazon) -> str:
    shown = amazon.finished(LEDGER, START - timedelta(days=300), START - timedelta(hours=1))
    url: str = amazon.link(shown)["url"]
    return url


def test_connections_break_where_it_was_ordered_and_the_next_call_works(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="reset")
    with pytest.raises(httpx.NetworkError):
        amazon.get(PARTICIPATIONS)
    amazon.fault(operation="getMarketplaceParticipations", kind="reset", at_byte=20)
    with pytest.raises(httpx.TransportError):
        amazon.get(PARTICIPATIONS)
    assert amazon.get(PARTICIPATIONS).status_code == 200


def test_a_download_says_its_length_and_can_break_off(amazon: Amazon) -> None:
    url = _url(amazon)
    whole = httpx.get(url)
    assert int(whole.headers["content-length"]) == len(whole.content)
    assert gzip.decompress(whole.content).startswith(b'"Date"')
    for at_byte in (50, -10):
        amazon.fault(operation="document", kind="reset", at_byte=at_byte)
        with pytest.raises(httpx.TransportError):
            httpx.get(url)
    amazon.fault(operation="document", kind="torn_gzip", at_byte=-10)
    assert httpx.get(url).content == whole.content[:-10]


def test_a_silent_call_keeps_nobody_else_waiting(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="timeout", seconds=20)

    def hang() -> None:
        with pytest.raises(httpx.TransportError):
            httpx.get(f"{amazon.url}{PARTICIPATIONS}", headers={"x-amz-access-token": amazon.token}, timeout=0.5)

    silent = threading.Thread(target=hang)
    silent.start()
    while amazon.http.get("/_control/faults").json()["faults"]:
        pass
    began = time.monotonic()
    assert amazon.get(PARTICIPATIONS).status_code == 200
    assert time.monotonic() - began < 5
    silent.join()
