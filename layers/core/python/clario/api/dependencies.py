"""What routes need, as types: the services they are handed, who is asking, and checked ids."""

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer

from clario.api.problems import ApiError
from clario.api.sessions import SELLER_ID, Sessions
from clario.config import Settings
from clario.errors import DetectionNotFound, SyncNotFound
from clario.services.ports import Clock
from clario.services.syncs import SyncControl
from clario.services.work import Database


@dataclass(frozen=True, slots=True)
class ApiServices:
    """Everything the API works with; the composition hands it in.

    `syncs` is made when a route needs it: only the function that starts and cancels has a workflow.
    """

    database: Database
    clock: Clock
    sessions: Sessions
    syncs: Callable[[], SyncControl]
    settings: Settings


def _services(request: Request) -> ApiServices:
    services: ApiServices = request.app.state.services
    return services


Services = Annotated[ApiServices, Depends(_services)]

_cookie = APIKeyCookie(name="session_token", auto_error=False, scheme_name="sessionCookie")
_bearer = HTTPBearer(auto_error=False, scheme_name="bearerToken", bearerFormat="JWT")


def _seller(
    services: Services,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> str:
    """A bearer token is what a program says on purpose, so it goes before the browser's cookie."""
    return services.sessions.seller(bearer.credentials if bearer else cookie)


CurrentSeller = Annotated[str, Depends(_seller)]

SYNC_ID = re.compile(rf"sync_{SELLER_ID.pattern}_[0-9]{{1,17}}")


def _sync_id(
    sync_id: Annotated[str, Path(alias="syncId", examples=["sync_anna_1702345678901"], max_length=300)],
) -> str:
    """An id that cannot be one does not exist."""
    if not SYNC_ID.fullmatch(sync_id):
        raise SyncNotFound("There is no such sync")
    return sync_id


SyncId = Annotated[str, Depends(_sync_id)]


def _detection_id(
    id: Annotated[str, Path(examples=["0b2f6a3e-7d55-4b52-9f4e-2f3f6f1f6d10"], max_length=300)],
) -> UUID:
    try:
        return UUID(id)
    except ValueError:
        raise DetectionNotFound("There is no such detection") from None


DetectionId = Annotated[UUID, Depends(_detection_id)]

Limit = Annotated[int, Query(ge=1, le=200, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=1000, description="The `nextCursor` of the page before.", examples=[None])
]


def encode_cursor(key: tuple[str, ...] | None) -> str | None:
    """A page's key as an opaque word for addresses."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[str]:
    """The key again; raises an invalid request when it is none of ours."""
    try:
        key = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise bad_cursor() from None
    if not (isinstance(key, list) and len(key) == length and all(_plain(part) for part in key)):
        raise bad_cursor()
    return key


def _plain(part: object) -> bool:
    return isinstance(part, str) and part.isprintable()


def bad_cursor() -> ApiError:
    return ApiError(400, "query.cursor: not a nextCursor of this list")
