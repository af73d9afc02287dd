"""Start, list and cancel syncs, and say what the API is: an area of the API behind API Gateway."""

from functools import cache
from typing import Any

from mangum import Mangum

from clario.api.app import SYNC_AREA, create_app
from clario.bootstrap import container


@cache
def _door() -> Mangum:
    return Mangum(create_app(container().api, SYNC_AREA), lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _door()(event, context)
