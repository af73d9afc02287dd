"""The applications: one per area for its function, and all of them as one for a server."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI

from clario.api import problems
from clario.api.dependencies import ApiServices
from clario.api.document import document, operation_id
from clario.api.guard import Guard
from clario.api.routes import costs, detections, health, progress, service, syncs

SYNC_AREA = (service.router, syncs.router, health.router)
PROGRESS_AREA = (progress.router,)
DETECTIONS_AREA = (detections.router, costs.router)
EVERYTHING = (*SYNC_AREA, *PROGRESS_AREA, *DETECTIONS_AREA)


def create_app(services: ApiServices, routers: Sequence[APIRouter] = EVERYTHING) -> FastAPI:
    """An application with these routes. A small one still serves the document of the whole API."""
    app = _bare(routers)
    app.state.services = services
    app.state.document = whole_document
    problems.install(app)
    app.add_middleware(Guard, settings=services.settings)
    return app


@cache
def whole_document() -> dict[str, Any]:
    """The OpenAPI document of the whole API."""
    return document(_bare(EVERYTHING))


def _bare(routers: Sequence[APIRouter]) -> FastAPI:
    app = FastAPI(
        title="Clario Sync",
        version="1.0.0",
        openapi_url=None,
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
    )
    for router in routers:
        app.include_router(router)
    return app
