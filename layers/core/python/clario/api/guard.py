"""Around every request: who may write from where (Origin, CORS), the security headers, and errors nobody expected."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from clario.api import problems
from clario.config import Settings, origin_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
HSTS = "max-age=63072000"
PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "authorization, content-type, last-event-id",
    "Access-Control-Max-Age": "600",
}


class Guard:
    """ASGI middleware. A route's own header goes before ours."""

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._allowed = frozenset(settings.allowed_origins)
        self._own = origin_of(settings.public_base_url)
        self._headers = {**HEADERS, **({"Strict-Transport-Security": HSTS} if settings.deployed else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = Headers(scope=scope).get("origin")
        answer = _Answer(send, {**self._headers, **self._cors(origin)})
        early = self._before_routes(scope, origin)
        try:
            await (early or self._app)(scope, receive, answer)
        except Exception:
            problems.logger.exception("unexpected error: %s %s", scope["method"], scope["path"])
            if answer.started:
                raise
            await problems.unexpected()(scope, receive, answer)

    def _before_routes(self, scope: Scope, origin: str | None) -> Response | None:
        """What is answered before any route: a preflight, or a write from a page that is not ours."""
        if origin is None:
            return None
        welcome = origin in self._allowed or origin == self._own_origin(scope)
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in Headers(scope=scope)
        if not welcome and (preflight or scope["method"] in WRITES):
            return problems.problem(403, "Pages of this origin may not do this")
        return Response(status_code=204, headers=PREFLIGHT) if preflight else None

    def _own_origin(self, scope: Scope) -> str:
        """Where we are: as the settings say, else where the request says it was sent to."""
        return self._own or f"{scope['scheme']}://{Headers(scope=scope).get('host', '')}"

    def _cors(self, origin: str | None) -> dict[str, str]:
        if origin is None or origin not in self._allowed:
            return {"Vary": "Origin"}
        return {
            "Vary": "Origin",
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Allow-Credentials": "true",
        }


class _Answer:
    """Sends on, with the headers that a response does not set itself."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send = send
        self._headers = headers
        self.started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)
