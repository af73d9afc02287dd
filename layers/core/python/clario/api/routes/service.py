"""Routes without a session: whether we are there, and what the API is."""

from typing import Any

from fastapi import APIRouter, Request

from clario.api.schemas.common import Success

router = APIRouter(tags=["service"])

HEALTHY = {"success": True}


@router.get("/healthz", responses={200: {"content": {"application/json": {"example": HEALTHY}}}})
async def healthz() -> Success:
    """The process answers."""
    return Success()


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Any:
    return request.app.state.document()
