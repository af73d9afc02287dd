"""The event stream alone, with a timeout and a concurrency of its own: an area of the API behind API Gateway."""

from functools import cache
from typing import Any

from mangum import Mangum

from clario.api.app import PROGRESS_AREA, create_app
from clario.bootstrap import container


@cache
def _door() -> Mangum:
    return Mangum(create_app(container().api, PROGRESS_AREA), lifespan="off")


def lambda_handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return _door()(event, context)
