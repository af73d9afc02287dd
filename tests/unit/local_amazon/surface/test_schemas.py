"""Every answer against our schemas, and our schemas against Amazon's models where a folder with those is named."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from local_amazon.server.app import routes
from local_amazon.server.downloads import Downloads
from local_amazon.server.money_v0 import LISTS
from local_amazon.server.plans import PLANS
from local_amazon.server.reports import Reports
from local_amazon.server.routes import Route
from tests.unit.local_amazon.surface import money_schemas, order_schemas, schemas, shapes
from tests.unit.local_amazon.surface.rows import SOLD
from tests.unit.local_amazon.surface.small_world import Client, json_of

MODELS = os.environ.get("SPAPI_MODELS")
ORDER_ID = "111-2222222-3333330"
US = "ATVPDKIKX0DER"
GRANULARITY = {"granularityType": "Marketplace", "granularityId": US, "marketplaceIds": US, "details": "true"}
AFTER = "2026-10-01T00:00:00Z"
ALL_DATA = "PROCEEDS,PROMOTION,CANCELLATION,FULFILLMENT,EXPENSE"
PRICES = {"ListingPrice": {"CurrencyCode": "USD", "Amount": 19.99}}
REQUEST = {
    "MarketplaceId": US,
    "IsAmazonFulfilled": True,
    "PriceToEstimateFees": PRICES,
    "Identifier": "mine",
}
EVENTS = money_schemas.events(LISTS)
GETS: dict[str, tuple[str, dict[str, str], shapes.Schema]] = {
    "/sellers/v1/marketplaceParticipations": (
        "sellers",
        {},
        shapes.obj({"payload": shapes.arr(schemas.PARTICIPATION)}),
    ),
    "/fba/inventory/v1/summaries": ("fbaInventory", GRANULARITY, schemas.SUMMARIES),
    "/finances/2024-06-19/transactions": ("finances_2024-06-19", {"postedAfter": AFTER}, money_schemas.TRANSACTIONS),
    "/finances/v0/financialEvents": ("financesV0", {"PostedAfter": AFTER}, EVENTS),
    "/finances/v0/orders/{orderId}/financialEvents": ("financesV0", {}, EVENTS),
    "/finances/v0/financialEventGroups": (
        "financesV0",
        {"FinancialEventGroupStartedAfter": AFTER},
        money_schemas.GROUPS,
    ),
    "/orders/v0/orders": ("ordersV0", {"MarketplaceIds": US, "CreatedAfter": AFTER}, order_schemas.ORDERS_V0),
    "/orders/v0/orders/{orderId}": ("ordersV0", {}, shapes.obj({"payload": order_schemas.ORDER_V0})),
    "/orders/v0/orders/{orderId}/orderItems": ("ordersV0", {}, order_schemas.ITEMS_V0),
    "/orders/2026-01-01/orders": (
        "orders_2026-01-01",
        {"createdAfter": AFTER, "includedData": ALL_DATA},
        order_schemas.ORDERS,
    ),
    "/orders/2026-01-01/orders/{orderId}": (
        "orders_2026-01-01",
        {"includedData": ALL_DATA},
        shapes.obj({"order": order_schemas.ORDER}),
    ),
    "/fba/inbound/v0/shipments": (
        "fulfillmentInboundV0",
        {"QueryType": "SHIPMENT", "MarketplaceId": US, "ShipmentStatusList": "CLOSED,RECEIVING,WORKING"},
        schemas.SHIPMENTS,
    ),
    "/fba/inbound/v0/shipmentItems": (
        "fulfillmentInboundV0",
        {
            "QueryType": "DATE_RANGE",
            "MarketplaceId": US,
            "LastUpdatedAfter": AFTER,
            "LastUpdatedBefore": "2026-11-23T00:00:00Z",
        },
        schemas.SHIPMENT_ITEMS,
    ),
    "/catalog/2022-04-01/items": (
        "catalogItems_2022-04-01",
        {"marketplaceIds": US, "keywords": "mug", "includedData": "summaries,dimensions,productTypes"},
        schemas.SEARCH,
    ),
    "/catalog/2022-04-01/items/{asin}": (
        "catalogItems_2022-04-01",
        {"marketplaceIds": US, "includedData": "summaries,dimensions,productTypes"},
        schemas.CATALOG_ITEM,
    ),
}
IDS = {"{orderId}": ORDER_ID, "{asin}": "B00000MUG1"}
POSTS: dict[str, tuple[str, Any, shapes.Schema, str]] = {
    "/products/fees/v0/feesEstimate": (
        "productFeesV0",
        [
            {"FeesEstimateRequest": REQUEST, "IdType": "ASIN", "IdValue": "B00000MUG1"},
            {"FeesEstimateRequest": REQUEST, "IdType": "SellerSKU", "IdValue": "NOBODYS"},
        ],
        shapes.arr(schemas.ESTIMATE),
        "200",
    ),
    "/products/fees/v0/listings/{SellerSKU}/feesEstimate": (
        "productFeesV0",
        {"FeesEstimateRequest": REQUEST},
        shapes.obj({"payload": shapes.obj({"FeesEstimateResult": schemas.ESTIMATE})}),
        "200",
    ),
    "/reports/2021-06-30/reports": (
        "reports_2021-06-30",
        {"reportType": "GET_FBA_REIMBURSEMENTS_DATA", "marketplaceIds": [US]},
        schemas.CREATED,
        "202",
    ),
}


def _validate(schema: shapes.Schema, body: Any) -> None:
    found = [f"{list(each.instance_path)}: {each.message}" for each in jsonschema_rs.iter_errors(schema, body)]
    assert not found


def _filled(path: str) -> str:
    for name, value in {**IDS, "{SellerSKU}": "MUG-1"}.items():
        path = path.replace(name, value)
    return path


@pytest.mark.parametrize("path", GETS)
def test_a_listing_has_the_shape_of_its_schema(shop: Client, path: str) -> None:
    _, query, schema = GETS[path]
    body = shop.json(_filled(path), **query)
    _validate(schema, body)
    assert _rows(body), "an empty answer proves nothing"


def _rows(body: Any) -> bool:
    """Whether there is a list with something in it, or a value, below an answer."""
    text = json.dumps(body)
    return any(word in text for word in ("MUG", ORDER_ID, US, "2026", "PHX7"))


@pytest.mark.parametrize("path", POSTS)
def test_an_answer_to_a_post_has_the_shape_of_its_schema(shop: Client, path: str) -> None:
    _, body, schema, status = POSTS[path]
    answer = shop.post(_filled(path), body)
    assert str(answer.status) == status
    _validate(schema, json_of(answer))


def test_reports_and_documents_have_the_shape_of_their_schemas(shop: Client) -> None:
    shown = shop.report("GET_FBA_REIMBURSEMENTS_DATA")
    _validate(schemas.REPORT, shown)
    _validate(schemas.DOCUMENT, shop.json(f"/reports/2021-06-30/documents/{shown['reportDocumentId']}"))
    _validate(schemas.REPORTS, shop.json("/reports/2021-06-30/reports", reportTypes=shown["reportType"]))


def test_a_refusal_has_the_shape_of_an_error_list(shop: Client) -> None:
    _validate(schemas.ERRORS, json_of(shop.get("/finances/2024-06-19/transactions")))


def test_a_body_that_differs_is_noticed(shop: Client) -> None:
    body = shop.json("/orders/v0/orders/" + ORDER_ID)
    body["payload"]["BuyerEmail"] = "somebody"
    with pytest.raises(AssertionError, match="BuyerEmail"):
        _validate(GETS["/orders/v0/orders/{orderId}"][2], body)


def test_the_order_of_the_examples_is_the_one_asked_for() -> None:
    assert ORDER_ID.replace("-", "") == f"{SOLD:017d}"


def _model_cases() -> Iterator[Any]:
    for path, (model, _, schema) in GETS.items():
        yield pytest.param(model, path, "get", "200", schema, id=path)
    for path, (model, _, schema, status) in POSTS.items():
        yield pytest.param(model, path, "post", status, schema, id=f"POST {path}")
    reports = "/reports/2021-06-30"
    for path, schema in {
        f"{reports}/reports": schemas.REPORTS,
        f"{reports}/reports/{{reportId}}": schemas.REPORT,
        f"{reports}/documents/{{reportDocumentId}}": schemas.DOCUMENT,
    }.items():
        yield pytest.param("reports_2021-06-30", path, "get", "200", schema, id=f"GET {path}")


@pytest.mark.skipif(not MODELS, reason="SPAPI_MODELS names no folder with Amazon's API models")
@pytest.mark.parametrize(("model", "path", "method", "status", "schema"), list(_model_cases()))
def test_a_schema_agrees_with_amazons_model(
    model: str, path: str, method: str, status: str, schema: shapes.Schema
) -> None:
    known = json.loads(next(Path(MODELS or "").rglob(f"{model}.json")).read_text())
    theirs = known["paths"][path][method]["responses"][status]["schema"]
    assert list(_differences(schema, theirs, known, "")) == []


def _differences(ours: Any, theirs: Any, model: Any, place: str) -> Iterator[str]:
    """Where our schema promises what the model does not have, or lets a required field be missing."""
    if "$ref" in ours:
        return  # our own recursion: its first turn is compared where it is used
    theirs = _resolved(theirs, model)
    kinds = ours["type"] if isinstance(ours["type"], list) else [ours["type"]]
    if theirs.get("type", "object") not in kinds and not (theirs.get("type") == "number" and "integer" in kinds):
        yield f"{place}: {ours['type']} is {theirs.get('type')} in the model"
    if "enum" in theirs and not set(ours.get("enum", theirs["enum"])) <= set(theirs["enum"]):
        yield f"{place}: {set(ours['enum']) - set(theirs['enum'])} is unknown to the model"
    if "items" in ours:
        yield from _differences(ours["items"], theirs["items"], model, f"{place}[]")
    fields = theirs.get("properties", {})
    for name, schema in ours.get("properties", {}).items():
        if name in fields:
            yield from _differences(schema, fields[name], model, f"{place}.{name}")
        else:
            yield f"{place}.{name} is not in the model"
    if "properties" in ours:
        yield from (f"{place}.{name} is required" for name in set(theirs.get("required", ())) - set(ours["required"]))


def _resolved(schema: Any, model: Any) -> Any:
    """Without references; parts of `allOf` merged."""
    while "$ref" in schema:
        schema = model["definitions"][schema["$ref"].rpartition("/")[2]]
    if "allOf" not in schema:
        return schema
    parts = [_resolved(part, model) for part in schema["allOf"]]
    return {
        "type": "object",
        "properties": {name: field for part in parts for name, field in part.get("properties", {}).items()},
        "required": [name for part in parts for name in part.get("required", ())],
    }


def test_a_schema_that_promises_too_much_is_noticed() -> None:
    model = {"definitions": {"A": {"type": "object", "properties": {"b": {"type": "string"}}, "required": ["b"]}}}
    wrong = shapes.obj({"b?": shapes.WHOLE, "c": shapes.TEXT})
    assert list(_differences(wrong, {"$ref": "#/definitions/A"}, model, "")) == [
        ".b: integer is string in the model",
        ".c is not in the model",
        ".b is required",
    ]


def test_every_operation_has_a_usage_plan() -> None:
    assert {route.operation for route in routes(Reports(Downloads(), 1))} == set(PLANS)


@pytest.mark.skipif(not MODELS, reason="SPAPI_MODELS names no folder with Amazon's API models")
@pytest.mark.parametrize("route", routes(Reports(Downloads(), 1)), ids=lambda route: route.operation)
def test_a_usage_plan_is_the_one_of_amazons_model(route: Route) -> None:
    operation = _operation(route)
    rate, burst = re.findall(r"^\|\s*([\d.]+)\s*\|\s*(\d+)\s*\|", operation["description"], re.MULTILINE)[0]
    assert PLANS[route.operation] == (float(rate), int(burst))


def _operation(route: Route) -> dict[str, Any]:
    for file in Path(MODELS or "").rglob("*.json"):
        paths = json.loads(file.read_text()).get("paths", {})
        if route.path in paths:
            found: dict[str, Any] = paths[route.path][route.method.lower()]
            return found
    raise AssertionError(f"no model has {route.path}")
