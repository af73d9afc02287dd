"""The stock of a whole sync is Amazon's, row for row, whatever happens between two pages."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from clario.domain.slices import SliceState
from tests.integration.local_amazon.conftest import FORM, MARKETPLACE
from tests.integration.sync.conftest import Bench

OPERATION = "getInventorySummaries"
WHOLE = {"granularityType": "Marketplace", "granularityId": MARKETPLACE, "marketplaceIds": MARKETPLACE}
COLUMNS = {
    "asin": "asin",
    "fnSku": "fnsku",
    "condition": "condition",
    "productName": "product_name",
    "totalQuantity": "total_quantity",
    "fulfillableQuantity": "fulfillable_quantity",
    "inboundWorkingQuantity": "inbound_working_quantity",
    "inboundShippedQuantity": "inbound_shipped_quantity",
    "inboundReceivingQuantity": "inbound_receiving_quantity",
    "totalReservedQuantity": "reserved_quantity",
    "pendingCustomerOrderQuantity": "pending_customer_order_quantity",
    "pendingTransshipmentQuantity": "pending_transshipment_quantity",
    "fcProcessingQuantity": "fc_processing_quantity",
    "totalResearchingQuantity": "researching_quantity",
    "totalUnfulfillableQuantity": "unfulfillable_quantity",
    "customerDamagedQuantity": "customer_damaged_quantity",
    "warehouseDamagedQuantity": "warehouse_damaged_quantity",
    "distributorDamagedQuantity": "distributor_damaged_quantity",
    "carrierDamagedQuantity": "carrier_damaged_quantity",
    "defectiveQuantity": "defective_quantity",
    "expiredQuantity": "expired_quantity",
}


def amazons_inventory(bench: Bench) -> dict[str, dict[str, Any]]:
    """Every SKU as the local Amazon answers now, read without the product, in the names of our columns."""
    found: dict[str, dict[str, Any]] = {}
    token: dict[str, str] = {}
    with httpx.Client(base_url=bench.amazon.url) as http:
        http.headers["x-amz-access-token"] = http.post("/auth/o2/token", data=FORM).json()["access_token"]
        while True:
            bench.clock.sleep(1)
            answer = http.get("/fba/inventory/v1/summaries", params={**WHOLE, "details": "true", **token}).json()
            found |= {row["sellerSku"]: _columns(row) for row in answer["payload"]["inventorySummaries"]}
            if "nextToken" not in answer["pagination"]:
                return found
            token = {"nextToken": answer["pagination"]["nextToken"]}


def _columns(summary: dict[str, Any]) -> dict[str, Any]:
    details = summary["inventoryDetails"]
    groups = [details["reservedQuantity"], details["researchingQuantity"], details["unfulfillableQuantity"]]
    flat = {name: value for part in (summary, details, *groups) for name, value in part.items()}
    updated = datetime.fromisoformat(summary["lastUpdatedTime"])
    return {column: flat[name] for name, column in COLUMNS.items()} | {"last_updated_at": updated}


def stored_inventory(bench: Bench) -> dict[str, dict[str, Any]]:
    names = [*COLUMNS.values(), "last_updated_at"]
    return {row["sku"]: {name: row[name] for name in names} for row in bench.rows("SELECT * FROM inventory")}


def history(bench: Bench) -> list[dict[str, Any]]:
    return bench.rows("SELECT day, count(*) AS skus FROM inventory_history GROUP BY day ORDER BY day")


def calls(bench: Bench) -> int:
    count: int = bench.amazon.control("stats")["operations"].get(OPERATION, {"calls": 0})["calls"]
    return count


def test_the_stored_inventory_is_amazons_row_for_row_over_more_than_one_page(synced: Bench) -> None:
    pages = calls(synced)
    stored = stored_inventory(synced)
    assert stored == amazons_inventory(synced)
    assert sum(row["total_quantity"] for row in stored.values()) > 0
    assert pages >= 2
    assert {row["line"] for row in synced.rows("SELECT line FROM inventory")} == {*range(1, pages + 1)}


def test_a_sync_reads_one_day_of_each_marketplace(synced: Bench) -> None:
    sync = synced.newest()
    [part] = [part for part in synced.slices(sync) if part.stream == "inventory"]
    today = synced.clock.now().date()
    assert (part.scope, part.days.start, part.days.end) == (MARKETPLACE, today, today)
    assert part.rows == len(stored_inventory(synced))
    assert history(synced) == [{"day": today, "skus": part.rows}]


def test_a_sku_that_disappears_becomes_zero_and_the_days_before_remember_it(synced: Bench) -> None:
    before = stored_inventory(synced)
    synced.clock.sleep(timedelta(days=7).total_seconds())
    synced.sync()
    theirs, ours = amazons_inventory(synced), stored_inventory(synced)
    [gone] = before.keys() - theirs.keys()
    assert {sku: ours[sku] for sku in theirs} == theirs
    quantities = {name: value for name, value in ours[gone].items() if name.endswith("_quantity")}
    assert before[gone]["total_quantity"] == 12
    assert set(quantities.values()) == {0}
    assert ours[gone]["product_name"] == before[gone]["product_name"]
    assert [row["skus"] for row in history(synced)] == [len(before), len(theirs)]


@pytest.fixture
def token_expires(bench: Bench) -> Callable[[], None]:
    """After the first page Amazon's clock is once half a minute ahead: whatever token it gave out has expired."""

    def arm() -> None:
        expired: list[datetime] = []

        def jump(moment: datetime) -> None:
            if not expired and calls(bench) == 1:
                expired.append(moment)
                bench.amazon.follow(moment + timedelta(seconds=31))

        bench.clock.add_listener(jump)

    return arm


def test_a_page_token_that_expires_restarts_the_slice(bench: Bench, calm, token_expires: Callable[[], None]) -> None:
    token_expires()
    sync = bench.sync()
    [part] = [part for part in bench.slices(sync) if part.stream == "inventory"]
    assert (sync.status, part.state, part.error) == ("completed", SliceState.STORED, None)
    assert calls(bench) == 4  # first page, refused token, both pages again
    assert bench.content() == calm


def test_an_inventory_that_keeps_failing_fails_alone_and_keeps_what_was_known(synced: Bench) -> None:
    before = stored_inventory(synced)
    synced.clock.sleep(timedelta(hours=5).total_seconds())
    synced.fault(OPERATION, "html503", times=99)
    second = synced.sync()
    failed = [part for part in synced.slices(second) if part.severity == "error"]
    assert [(part.stream, part.note) for part in failed] == [("inventory", "amazon_unavailable")]
    assert second.status == "completed"
    assert stored_inventory(synced) == before
