"""getInventorySummaries: parameters, pages, tokens, and stock as the ledger tells it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from local_amazon.world.build import World, WorldSettings, build_world
from tests.integration.local_amazon.conftest import MARKETPLACE, START, Amazon

WHOLE = {
    "granularityType": "Marketplace",
    "granularityId": MARKETPLACE,
    "marketplaceIds": MARKETPLACE,
    "details": "true",
}


def ask(amazon: Amazon, **query: Any) -> httpx.Response:
    """A page of everything; None leaves a parameter out."""
    amazon.later(seconds=1)  # two calls a second is the usage plan
    asked = {name: value for name, value in {**WHOLE, **query}.items() if value is not None}
    return amazon.get("/fba/inventory/v1/summaries", **asked)


def everything(amazon: Amazon, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    token = None
    while True:
        answer = ask(amazon, nextToken=token, **query).json()
        found += answer["payload"]["inventorySummaries"]
        token = answer["pagination"].get("nextToken")
        if token is None:
            return found


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"granularityType": None}, "granularityType must be Marketplace"),
        ({"granularityType": "Country"}, "granularityType must be Marketplace"),
        ({"granularityId": None}, "must be one marketplace of the seller"),
        ({"marketplaceIds": None}, "exactly one marketplace"),
        ({"marketplaceIds": f"{MARKETPLACE},A2EUQ1WTGCTBG2"}, "exactly one marketplace"),
        ({"granularityId": "A2EUQ1WTGCTBG2"}, "must be one marketplace of the seller"),
        ({"details": "yes"}, "details must be true or false"),
        ({"sellerSkus": ",".join(map(str, range(51)))}, "up to 50 SKUs"),
        ({"startDateTime": "yesterday"}, "not a valid ISO 8601"),
        ({"startDateTime": (START - timedelta(days=549)).isoformat()}, "18 months"),
        ({"nextToken": "nonsense"}, "Invalid next token"),
    ],
)
def test_wrong_parameters_are_refused(amazon: Amazon, query: dict[str, Any], message: str) -> None:
    answer = ask(amazon, **query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "InvalidInput"
    assert message in answer.json()["errors"][0]["message"]
    assert answer.headers["x-amzn-ratelimit-limit"] == "2"


def test_the_page_token_is_beside_the_payload_and_the_last_page_has_none(amazon: Amazon) -> None:
    first = ask(amazon).json()
    assert set(first) == {"payload", "pagination"}
    assert first["payload"]["granularity"] == {"granularityType": "Marketplace", "granularityId": MARKETPLACE}
    assert len(first["payload"]["inventorySummaries"]) == 50
    last = ask(amazon, nextToken=first["pagination"]["nextToken"]).json()
    assert last["pagination"] == {}


def test_the_pages_name_each_sku_once(amazon: Amazon) -> None:
    skus = [row["sellerSku"] for row in everything(amazon)]
    assert len(skus) > 50
    assert len(set(skus)) == len(skus)


def test_a_page_token_lives_thirty_seconds_and_only_with_its_parameters(amazon: Amazon) -> None:
    token = ask(amazon).json()["pagination"]["nextToken"]
    amazon.later(seconds=27)
    assert ask(amazon, nextToken=token).status_code == 200  # asking takes a second
    assert ask(amazon, nextToken=token, details="false").status_code == 400
    answer = ask(amazon, nextToken=token)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "Next token has expired.")


def test_two_calls_at_once_and_two_a_second_are_allowed(amazon: Amazon) -> None:
    path = "/fba/inventory/v1/summaries"
    assert [amazon.get(path, **WHOLE).status_code for _ in range(3)] == [200, 200, 429]
    amazon.later(seconds=0.5)
    assert [amazon.get(path, **WHOLE).status_code for _ in range(2)] == [200, 429]


def test_without_details_there_is_only_the_total(amazon: Amazon) -> None:
    plain, detailed = ask(amazon, details=None).json(), ask(amazon).json()
    for short, long in zip(
        plain["payload"]["inventorySummaries"], detailed["payload"]["inventorySummaries"], strict=True
    ):
        assert "inventoryDetails" not in short
        assert {**short, "inventoryDetails": long["inventoryDetails"]} == long


def test_skus_can_be_asked_for_and_a_start_makes_amazon_ignore_them(amazon: Amazon) -> None:
    one, two = [row["sellerSku"] for row in everything(amazon)][:2]
    assert [row["sellerSku"] for row in everything(amazon, sellerSku=two)] == [two]
    assert [row["sellerSku"] for row in everything(amazon, sellerSkus=f"{one},{two}", sellerSku="x")] == [one, two]
    since = (START - timedelta(days=3)).isoformat()
    changed = everything(amazon, startDateTime=since, sellerSkus="x")
    assert changed
    assert all(row["lastUpdatedTime"] > since[:10] for row in changed)


def test_the_stock_is_what_the_ledger_adds_up_to_and_the_kinds_add_up_to_the_total(amazon: Amazon) -> None:
    world = build_world(WorldSettings(now=START, size=1500, days=548))
    stocked = [row for row in everything(amazon) if not row["sellerSku"].startswith("OLD-")]
    assert {row["fnSku"]: row["inventoryDetails"]["fulfillableQuantity"] for row in stocked} == _sellable(
        world, amazon.now()
    )
    for row in stocked:
        details = row["inventoryDetails"]
        unfulfillable = dict(details["unfulfillableQuantity"])
        total = unfulfillable.pop("totalUnfulfillableQuantity")
        assert total == sum(unfulfillable.values())
        researching = details["researchingQuantity"]
        assert researching["totalResearchingQuantity"] == sum(
            entry["quantity"] for entry in researching["researchingQuantityBreakdown"]
        )
        kinds = (details["fulfillableQuantity"], details["reservedQuantity"]["totalReservedQuantity"], total)
        assert row["totalQuantity"] == sum(kinds) + researching["totalResearchingQuantity"]


def _sellable(world: World, now: datetime) -> dict[str, int]:
    stock: Counter[str] = Counter()
    for row in world.ledger:
        if row.at <= now and row.disposition == "SELLABLE":
            stock[row.listing.fnsku] += row.quantity
    return dict(stock)


def test_lost_units_are_researched_for_thirty_days(amazon: Amazon) -> None:
    def researching() -> int:
        rows = everything(amazon)
        return sum(row["inventoryDetails"]["researchingQuantity"]["totalResearchingQuantity"] for row in rows)

    assert researching() > 0
    amazon.later(days=200)
    amazon.authorise()
    assert researching() == 0


def test_a_closed_listing_leaves_the_inventory(amazon: Amazon) -> None:
    before = {row["sellerSku"]: row["totalQuantity"] for row in everything(amazon)}
    amazon.later(days=26)
    amazon.authorise()
    after = {row["sellerSku"] for row in everything(amazon)}
    assert {sku: before[sku] for sku in before if sku not in after} == {"OLD-000": 12}


def test_the_same_moment_shows_the_same_inventory(start_amazon) -> None:
    assert everything(start_amazon()) == everything(start_amazon())
