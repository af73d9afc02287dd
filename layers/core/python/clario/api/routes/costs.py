"""Product costs: what the seller paid for a unit."""

import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request

from clario.api.dependencies import (
    CurrentSeller,
    Cursor,
    Limit,
    Services,
    bad_cursor,
    decode_cursor,
    encode_cursor,
)
from clario.api.document import answers
from clario.api.problems import ApiError
from clario.api.routes import examples
from clario.api.schemas.costs import Costs, CostsTaken, ProductCost
from clario.services.costs import COLUMNS, put_costs, put_costs_csv

router = APIRouter(tags=["product costs"])

MOST_BYTES = 5 * 1024 * 1024
COST = {
    "type": "object",
    "properties": {
        "sku": {"type": "string"},
        "unitCost": {"type": ["number", "string"]},
        "currency": {"type": "string"},
        "validFrom": {"type": "string"},
    },
}
COST_LIST = {"type": "array", "items": COST}
WRAPPED = {"type": "object", "properties": {"costs": COST_LIST}, "required": ["costs"]}
REQUEST_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": {"anyOf": [COST_LIST, WRAPPED]}, "example": examples.COST_LIST},
        "text/csv": {"schema": {"type": "string"}, "example": examples.COST_CSV},
    },
}


async def _content(request: Request) -> bytes:
    """The body, read no further than it may be long."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise ApiError(413, "A body may have 5 MB; send the costs in several parts")
    return bytes(content)


@router.put(
    "/api/v1/product-costs",
    responses=answers(examples.COSTS_TAKEN, 403, 413, 415),
    openapi_extra={"requestBody": REQUEST_BODY},
)
def put(
    request: Request, services: Services, seller: CurrentSeller, content: Annotated[bytes, Depends(_content)]
) -> CostsTaken:
    """Add or replace costs. Good rows are kept, bad ones are answered with the reason."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in ("text/csv", "application/json"):
        raise ApiError(415, "Send text/csv or application/json")
    try:
        text = content.decode("utf-8-sig")
        if media_type == "text/csv":
            taken = put_costs_csv(seller, text, database=services.database)
        else:
            taken = put_costs(seller, _rows(text), database=services.database)
    except ValueError as error:
        raise ApiError(400, f"body: {error}") from None
    return CostsTaken.model_validate(taken)


def _rows(text: str) -> list[dict[str, str | None]]:
    """The rows of a list, or of `{"costs": [...]}`. Numbers stay as they were written: amounts are exact."""
    try:
        found = json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except RecursionError:
        raise ValueError("not a list of costs") from None
    if isinstance(found, dict):
        found = found.get("costs")
    if not isinstance(found, list):
        raise ValueError('not a list of costs, nor {"costs": [...]}')
    return [_row(entry) for entry in found]


def _row(entry: Any) -> dict[str, str | None]:
    if not isinstance(entry, dict):
        return {}
    return {name: value for name in COLUMNS if isinstance(value := entry.get(name), str)}


@router.get("/api/v1/product-costs", responses=answers(examples.COSTS))
def get(services: Services, seller: CurrentSeller, limit: Limit = 50, cursor: Cursor = None) -> Costs:
    """The seller's costs by SKU."""
    with services.database.transaction(seller) as work:
        page = work.costs.page(limit, _after(cursor) if cursor else None)
    costs = [ProductCost.model_validate(cost) for cost in page.items]
    return Costs(costs=costs, total=page.total, next_cursor=encode_cursor(page.next_key))


def _after(cursor: str) -> tuple[str, str, date]:
    sku, currency, valid_from = decode_cursor(cursor, 3)
    try:
        return sku, currency, date.fromisoformat(valid_from)
    except ValueError:
        raise bad_cursor() from None
