"""`make serve`: the API, the engine and the local Amazon as one local service, whose data stays between runs."""

import os
import secrets
import signal
import socket
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jwt
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from clario.api.app import create_app
from clario.api.sessions import Unauthenticated
from clario.bootstrap import Container
from clario.errors import ClarioError, ConfigurationError
from devstack.cli import DATA
from devstack.runtime import Runtime, local_environment, runtime
from devstack.workflow import schedule

HOST = "127.0.0.1"
SELLER = "demo"
SESSION_LIFE = timedelta(days=30)
AFTER_SIGN_IN = "/api/sync/status"


def main(data: Path = DATA) -> int:
    """Serve until Ctrl-C or SIGTERM."""
    # The server hands a signal on once it has stopped; either kind must then let everything else end in order.
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        environment = session_environment(data, local_environment(data))
        with (
            _listening(environment) as listener,
            runtime(data, environment) as running,
            running.engine.run_in_background(),
        ):
            start_ticks(running)
            Server(running.container, listener).run(sockets=[listener])
    except ClarioError as error:
        print(f"serve: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def start_ticks(running: Runtime) -> None:
    """What EventBridge Scheduler does in the cloud, at the rate of the settings; 0 minutes: not at all."""
    if minutes := running.container.settings.sync_tick_minutes:
        schedule(running.engine, "dispatch", timedelta(minutes=minutes))


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def session_environment(data: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """With a secret for session tokens, made when first needed and kept, unless the settings name a key themselves."""
    if environment.get("SESSION_JWT_SECRET") or environment.get("SESSION_JWKS_URL"):
        return dict(environment)
    kept = data / "session.key"
    if not kept.exists():
        data.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return {**environment, "SESSION_JWT_SECRET": kept.read_text().strip()}


def sign_in_token(container: Container, seller_id: str) -> str | None:
    """A session token for a seller of this machine; None where tokens come from another issuer's keys."""
    settings = container.settings
    secret = settings.session_jwt_secret.get_secret_value()
    if not secret:
        return None
    claims: dict[str, object] = {"sub": seller_id, "exp": datetime.now(UTC) + SESSION_LIFE}
    named = {"iss": settings.session_jwt_issuer, "aud": settings.session_jwt_audience}
    return jwt.encode(claims | {name: value for name, value in named.items() if value}, secret, "HS256")


def local_app(container: Container) -> FastAPI:
    """The whole API and a way to sign in that no deployed stack has."""
    app = create_app(container.api)

    async def sign_in(request: Request) -> Response:
        token = request.query_params.get("token")
        try:
            container.api.sessions.seller(token)
        except Unauthenticated:
            return Response("This sign-in link is not valid here; use the one that make serve printed.\n", 401)
        answer = RedirectResponse(AFTER_SIGN_IN, 303)
        answer.set_cookie(
            "session_token", token or "", httponly=True, samesite="lax", max_age=int(SESSION_LIFE.total_seconds())
        )
        return answer

    app.add_route("/local/sign-in", sign_in, include_in_schema=False)
    return app


class Server(uvicorn.Server):
    """uvicorn, saying where it is once it answers."""

    def __init__(self, container: Container, listener: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(local_app(container), log_level="warning", timeout_graceful_shutdown=3, lifespan="off")
        )
        self._address = f"http://{HOST}:{listener.getsockname()[1]}"
        self._token = sign_in_token(container, SELLER)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Clario is ready at {self._address}", flush=True)
        if self._token:
            print(f"Sign in as the seller {SELLER!r}: {self._address}/local/sign-in?token={self._token}", flush=True)


def _listening(environment: Mapping[str, str]) -> socket.socket:
    """A socket on the port of the settings: whether it is free must be known before anything is started."""
    text = environment.get("PORT") or "8000"
    if not text.isdecimal() or not 0 <= int(text) <= 65_535:
        raise ConfigurationError(f"PORT: not a port number: {text}")
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, int(text)))
    except OSError as error:
        listener.close()
        raise ConfigurationError(
            f"PORT: {text} is taken or not allowed ({error.strerror}); set another, PORT=8001"
        ) from None
    return listener


if __name__ == "__main__":
    sys.exit(main())
