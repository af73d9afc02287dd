"""Errors as the API tells them: problem details (RFC 9457) with a stable `code`."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from clario.api.sessions import Unauthenticated
from clario.errors import ConfigurationError, Refusal, RetryableError, SyncInProgress

logger = logging.getLogger("clario.api")

# The codes by status; where a status has several, the first is what a bare status means.
CODES = {
    400: ("invalid_request", "amazon_not_connected", "sync_in_progress", "sync_not_running", "invalid_state"),
    401: ("unauthenticated",),
    403: ("origin_not_allowed",),
    404: ("not_found", "sync_not_found", "detection_not_found"),
    405: ("method_not_allowed",),
    413: ("payload_too_large",),
    415: ("unsupported_media_type",),
    429: ("too_many_requests",),
    500: ("internal_error",),
    503: ("unavailable",),
}
MEDIA_TYPE = "application/problem+json"


class ApiError(Exception):
    """A request that is answered with a problem."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem(status: int, detail: str, code: str | None = None, **more: Any) -> JSONResponse:
    """The response; without a code it gets the one of its status."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code or CODES[status][0],
        "success": False,
        **more,
    }
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(content, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error on purpose leave the application as a problem."""
    app.add_exception_handler(ApiError, _api_error)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(Unauthenticated, _unauthenticated)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RetryableError, _unavailable)
    app.add_exception_handler(ConfigurationError, _unavailable)


async def _api_error(_request: Request, error: Any) -> JSONResponse:
    return problem(error.status, error.detail)


async def _refusal(_request: Request, error: Any) -> JSONResponse:
    status = 404 if error.code in CODES[404] else 400
    more = {"syncId": error.sync_id} if isinstance(error, SyncInProgress) else {}
    return problem(status, str(error), error.code, **more)


async def _unauthenticated(_request: Request, _error: Any) -> JSONResponse:
    return problem(401, "Sign in: there is no session, or it is not valid any more")


async def _invalid(_request: Request, error: Any) -> JSONResponse:
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return problem(400, f"{place}: {first['msg']}")


async def _http(_request: Request, error: Any) -> JSONResponse:
    known = error.status_code if error.status_code in CODES else 400
    details = {404: "There is nothing at this address", 405: "This address does not take that method"}
    response = problem(known, details.get(known, str(error.detail)))
    response.headers.update(error.headers or {})
    return response


async def _unavailable(_request: Request, error: Any) -> JSONResponse:
    logger.error("unavailable: %s: %s", type(error).__name__, error)
    return problem(503, "Something we need does not answer; try again in a moment")


def unexpected() -> JSONResponse:
    """The answer when something broke that should not have."""
    return problem(500, "Something went wrong on our side; it has been logged")
