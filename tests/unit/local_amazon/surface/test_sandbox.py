"""The static sandbox: fixed answers to fixed requests, and nothing else."""

import json
import os
from pathlib import Path

import pytest

from local_amazon.server.app import routes
from local_amazon.server.downloads import Downloads
from local_amazon.server.reports import Reports
from local_amazon.server.sandbox import cases
from local_amazon.server.sandbox.extract import extract
from tests.unit.local_amazon.surface.small_world import Client, error_of, json_of, world

MODELS = os.environ.get("SPAPI_MODELS")
SERVED = {f"{route.method} {route.path}" for route in routes(Reports(Downloads(), 1))}


@pytest.fixture
def sandbox() -> Client:
    return Client(world(), sandbox=True)


def test_a_fixed_request_has_its_fixed_answer(sandbox: Client) -> None:
    query = {"CreatedAfter": "TEST_CASE_200", "MarketplaceIds": "ATVPDKIKX0DER"}
    orders = sandbox.json("/orders/v0/orders", **query)["payload"]["Orders"]
    assert orders[0]["AmazonOrderId"] == "902-1845936-5435065"
    report = {
        "reportType": "GET_MERCHANT_LISTINGS_ALL_DATA",
        "dataStartTime": "2024-03-10T20:11:24.000Z",
        "marketplaceIds": ["A1PA6795UKMFR9", "ATVPDKIKX0DER"],
    }
    assert json_of(sandbox.post("/reports/2021-06-30/reports", report)) == {"reportId": "ID323"}
    assert sandbox.json("/reports/2021-06-30/reports/ID323")["processingStatus"] == "IN_PROGRESS"


def test_a_fixed_bad_request_has_its_fixed_refusal(sandbox: Client) -> None:
    assert error_of(sandbox.get("/orders/v0/orders", CreatedAfter="TEST_CASE_400"))[0] == 400
    assert sandbox.send("DELETE", "/reports/2021-06-30/reports/anything").status == 400
    assert sandbox.send("DELETE", "/reports/2021-06-30/reports/ID").status == 200


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/orders/v0/orders", {"CreatedAfter": "2026-11-01", "MarketplaceIds": "ATVPDKIKX0DER"}),
        ("/orders/v0/orders", {"CreatedAfter": "TEST_CASE_200"}),
        ("/finances/2024-06-19/transactions", {"postedAfter": "2023-03-07"}),
        ("/fba/inventory/v1/summaries", {"marketplaceIds": "ATVPDKIKX0DER"}),
        ("/sellers/v1/marketplaceParticipations", {"extra": "1"}),
    ],
)
def test_everything_else_does_not_match(sandbox: Client, path: str, query: dict[str, str]) -> None:
    assert error_of(sandbox.get(path, **query)) == (400, "InvalidInput", "Could not match input arguments")


def test_the_sandbox_has_a_usage_plan_of_its_own(sandbox: Client) -> None:
    statuses = [sandbox.get("/sellers/v1/marketplaceParticipations").status for _ in range(16)]
    assert statuses == [200] * 15 + [429]


def test_the_sandbox_wants_a_token(sandbox: Client) -> None:
    sandbox.token = ""
    assert sandbox.get("/sellers/v1/marketplaceParticipations").status == 403


def test_there_are_cases_of_served_operations_only() -> None:
    assert set(cases()) <= SERVED
    assert sum(map(len, cases().values())) > 40


@pytest.mark.skipif(not MODELS, reason="SPAPI_MODELS names no folder with Amazon's API models")
def test_the_cases_are_those_of_amazons_models() -> None:
    assert json.loads(json.dumps(extract(Path(MODELS or ""), SERVED))) == cases()
