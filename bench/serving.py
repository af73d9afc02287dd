"""How fast the local Amazon produces its answers, so that it is never what a benchmark measures.

Goals on one core: 20,000 finance events a second in pages, 200,000 report rows a second in compressed documents. Time
is processor time of this process; no network is in it. Memory is the most that the process ever had, and what it gained
while it wrote the documents.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from local_amazon.seller import CLIENT_ID, CLIENT_SECRET, seller
from local_amazon.server.account import Account
from local_amazon.server.answers import Request
from local_amazon.server.app import LocalAmazon
from local_amazon.server.clock import Clock
from local_amazon.server.document import Batch
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.types import LEDGER, REPORT_TYPES
from local_amazon.server.serve import REGION_OF
from local_amazon.world.build import build_world
from local_amazon.world.settings import WorldSettings

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)
EVENTS_GOAL, ROWS_GOAL = 20_000, 200_000
UNLIMITED = 1e9
LARGE_REPORTS = (
    LEDGER,
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=300_000, help="about how many rows the seller has (300000)")
    parser.add_argument("--profile", choices=REGION_OF, default="us", help="the seller's marketplaces (us)")
    options = parser.parse_args()
    began = time.process_time()
    world = build_world(WorldSettings(NOW, size=options.size, profile=options.profile))
    built = time.process_time() - began
    print(f"world of {options.size:,} rows ({options.profile}) built in {built:.1f} s with {_memory():.0f} MB at most")
    account = Account(seller(1, REGION_OF[options.profile], tuple(market.id for market in world.markets)), world)
    amazon = LocalAmazon([account], Clock(NOW, frozen=True), UNLIMITED)
    print(_line("listTransactions, pages of 480 events", EVENTS_GOAL, partial(_transactions, amazon)))
    print(_line("listFinancialEvents, pages of 100 events", EVENTS_GOAL, partial(_old_events, amazon)))
    before = _memory()
    for report_type in LARGE_REPORTS:
        print(_line(report_type, ROWS_GOAL, partial(_document, account, report_type)))
    print(f"memory gained by writing the documents: {_memory() - before:.0f} MB")


def _line(what: str, goal: int, act: Callable[[], int]) -> str:
    began = time.process_time()
    count = act()
    rate = count / (time.process_time() - began)
    return f"{what}: {rate:,.0f} a second ({count:,} in all; goal {goal:,}: {'met' if rate >= goal else 'MISSED'})"


def _transactions(amazon: LocalAmazon) -> int:
    """Page through half a year."""
    count = 0
    query = {"postedAfter": (NOW - timedelta(days=180) + timedelta(hours=1)).isoformat()}
    for payload in _pages(amazon, "/finances/2024-06-19/transactions", query, "nextToken"):
        count += payload.count(b'"transactionId"')
    return count


def _old_events(amazon: LocalAmazon) -> int:
    count = 0
    query = {"PostedAfter": (NOW - timedelta(days=180) + timedelta(hours=1)).isoformat()}
    for payload in _pages(amazon, "/finances/v0/financialEvents", query, "NextToken"):
        count += payload.count(b'"PostedDate"')
    return count


def _pages(amazon: LocalAmazon, path: str, query: dict[str, str], token_name: str) -> Iterator[bytes]:
    form = {
        "grant_type": "refresh_token",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "refresh_token": "Atzr|local-seller-1",
    }
    headers = {"content-type": "application/x-www-form-urlencoded"}
    granted = amazon.answer(Request("POST", "/auth/o2/token", {}, headers, urlencode(form).encode()))
    headers = {"x-amz-access-token": json.loads(granted.body)["access_token"]}
    token: str | None = ""
    while token is not None:
        asked = {**query, **({token_name: token} if token else {})}
        answer = amazon.answer(Request("GET", path, asked, headers, b""))
        assert answer.status == 200, answer.body
        yield answer.body
        token = _token(answer.body, token_name)


def _token(body: bytes, name: str) -> str | None:
    """The token at the end of a page, without reading the page."""
    _, found, rest = body[-2000:].rpartition(f'"{name}":"'.encode())
    return rest.partition(b'"')[0].decode() if found else None


def _document(account: Account, report_type: str) -> int:
    """Write all there is into a file; how many rows that are."""
    today, rows = NOW.date(), Counter[str]()
    ask = Ask(account, (0,), today - timedelta(days=3000), today, int(NOW.timestamp()), {})
    document = REPORT_TYPES[report_type].build(ask)

    def counted() -> Iterator[Batch]:
        for batch in document.batches:
            rows[report_type] += len(batch[0])
            yield batch

    with tempfile.TemporaryFile() as file:
        replace(document, batches=counted()).write(file)
    return rows[report_type]


def _memory() -> float:
    """The most memory this process ever had, in MB."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


if __name__ == "__main__":
    main()
