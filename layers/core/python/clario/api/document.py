"""The OpenAPI document: what FastAPI finds in the routes, with our problems instead of its validation errors."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from clario.api.problems import CODES, MEDIA_TYPE
from clario.api.schemas.common import Problem

DESCRIPTION = (
    "Start, follow and read syncs of a seller's Amazon account, and what Amazon owes. A session is the cookie "
    "`session_token` or the same token as bearer. Times are UTC, money is a number with its currency beside it, every "
    "error is a problem with a stable `code`."
)
FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")
Responses = dict[int | str, dict[str, Any]]


def answers(example: Any, *problems: int) -> Responses:
    """The responses of a route: its answer by example, and the problems it may be answered with.

    Everything may be answered 400 (validation), 401 (no session) and 503.
    """
    found: Responses = {200: {"content": {"application/json": {"example": example}}}}
    return found | {status: problem_response(status) for status in sorted({400, 401, 503, *problems})}


def problem_response(status: int) -> dict[str, Any]:
    codes = CODES[status]
    example = {"type": "about:blank", "title": "", "status": status, "detail": "", "code": codes[0], "success": False}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    return {"description": "`" + "`, `".join(codes) + "`", "content": {MEDIA_TYPE: content}}


def operation_id(route: APIRoute) -> str:
    """`get_api_sync_status_syncId`: stable as long as the address is."""
    method = min(route.methods or ("GET",))
    return f"{method.lower()}_{re.sub(r'[^A-Za-z0-9]+', '_', route.path_format).strip('_')}"


def document(app: FastAPI) -> dict[str, Any]:
    """The document of an application's routes."""
    found = get_openapi(
        title="Clario Sync", version=app.version, description=DESCRIPTION, routes=app.routes, tags=app.openapi_tags
    )
    for path in found["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
    schemas = found["components"]["schemas"]
    for name in FASTAPI_ERRORS:
        schemas.pop(name, None)
    schemas["Problem"] = Problem.model_json_schema()
    found["components"]["schemas"] = dict(sorted(schemas.items()))
    return found
