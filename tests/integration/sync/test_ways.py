"""Whichever way Amazon is read, the same rows and the same money come of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from clario.domain.streams import STREAMS
from clario.domain.tables import TABLES
from tests.integration.sync.conftest import Bench, opened

PLACE = {"as_of", "document_id", "line"}


# Of what was cancelled the API tells no price.
ROWS = {
    "orders": "SELECT * FROM orders ORDER BY order_id",
    "order_items": "SELECT i.* FROM order_items AS i JOIN orders AS o USING (connection_id, order_id)"
    " WHERE o.status <> 'CANCELLED' ORDER BY i.order_id, i.sku",
}


def orders(bench: Bench) -> dict[str, list[dict[str, Any]]]:
    """Orders and items in the columns that every source knows."""
    return {
        name: [
            {column: value for column, value in row.items() if column not in {*PLACE, *TABLES[name].kept}}
            for row in bench.rows(query)
        ]
        for name, query in ROWS.items()
    }


def test_orders_read_page_by_page_equal_those_of_the_report(synced: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    told = orders(synced)
    assert told["orders"]
    synced.rows("DELETE FROM coverage WHERE dataset = 'orders' RETURNING 1")
    api = replace(STREAMS["orders"].sources[1], slice_days=70)
    monkeypatch.setitem(STREAMS, "orders", replace(STREAMS["orders"], sources=(api,)))
    assert {part.source for part in synced.slices(synced.sync()) if part.stream == "orders"} == {"searchOrders"}
    assert orders(synced) == told
    [known] = synced.rows("SELECT count(*) AS n FROM order_items WHERE order_item_ids IS NULL")
    assert known["n"] == 0


# Services have no date in the older generation and may fall into another week; payouts it does not tell at all.
MONEY = (
    "SELECT transaction_type, event_type, currency, sum(amount) AS amount, count(*) AS lines"
    " FROM counted_financial_events WHERE transaction_type NOT IN ('ServiceFee', 'Transfer')"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


def test_another_generation_of_finances_counts_the_same_money(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, tmp_path) as bench:
        bench.sync()
        told = bench.rows(MONEY)
        assert told
    with opened(database_url, tmp_path, AMAZON_SPAPI_FINANCES_VERSION="v0") as bench:
        read = {part.source for part in bench.slices(bench.sync()) if part.stream == "financial_events"}
        assert "listFinancialEvents" in read
        assert "listTransactions" not in read
        assert bench.rows(MONEY) == told
