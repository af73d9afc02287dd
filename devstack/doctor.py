"""`clario doctor`: what a sync needs, one line each, with the fix where something is wrong."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from clario.bootstrap import Container
from clario.config import local_folder
from clario.db.connection import connect
from clario.db.migrate import ROLES, migrations
from clario.errors import ClarioError

LEAST_SERVER = 150_000  # Postgres 15: MERGE and security_invoker views
LEAST_DISK = 2 * 1024**3
MOST_SKEW = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. `fix` is empty when all is well."""

    subject: str
    state: str
    fix: str = ""


def examine(container: Container, data: Path, *, local_amazon: bool) -> Iterator[Finding]:
    """Look at everything; a look that fails is a finding, too."""
    looks: dict[str, Callable[[], Finding]] = {
        "database": lambda: _database(container),
        "roles": lambda: _roles(container),
        "Amazon": lambda: _local_amazon() if local_amazon else _amazon(container),
        "clock": lambda: _clock(container),
        "disk": lambda: _disk(data, local_folder(container.settings.raw_store)),
    }
    for subject, look in looks.items():
        try:
            yield look()
        except (ClarioError, OSError, httpx.HTTPError) as error:
            yield Finding(
                subject, f"cannot be examined: {error}", "see the message; docs and --help name every setting"
            )


def _database(container: Container) -> Finding:
    with connect(container.settings.database_url.get_secret_value()) as connection:
        version = connection.info.server_version
        rows = connection.execute("SELECT count(*) AS applied FROM pg_class WHERE relname = 'sync_progress'").fetchone()
    state = f"Postgres {version // 10_000}.{version % 10_000}, {len(migrations())} migrations applied"
    if version < LEAST_SERVER:
        return Finding("database", state, "use Postgres 15 or newer, or unset DATABASE_URL")
    return Finding("database", state, "" if rows and rows["applied"] else "run clario migrate")


def _roles(container: Container) -> Finding:
    with connect(container.settings.database_url.get_secret_value()) as connection:
        row = connection.execute(
            "SELECT rolsuper, current_user AS login, (SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s)) AS known"
            " FROM pg_roles WHERE rolname = current_user",
            (list(ROLES),),
        ).fetchone()
    assert row is not None
    state = f"{row['known']} of {len(ROLES)} roles, login {row['login']}"
    if row["known"] < len(ROLES):
        return Finding("roles", state, "run clario migrate as a login with CREATEROLE")
    return Finding("roles", state, "use a login that is no superuser" if row["rolsuper"] else "")


def _local_amazon() -> Finding:
    return Finding("Amazon", "the local Amazon, started with each sync (AMAZON_SPAPI_BASE_URL is not set)")


def _amazon(container: Container) -> Finding:
    settings = container.settings
    if not settings.amazon_spapi_client_id:
        return Finding("Amazon", settings.amazon_spapi_base_url, "set AMAZON_SPAPI_CLIENT_ID and its secret")
    answer = httpx.post(
        settings.amazon_lwa_token_url,
        data={
            "grant_type": "refresh_token",
            "refresh_token": settings.amazon_spapi_refresh_token.get_secret_value(),
            "client_id": settings.amazon_spapi_client_id,
            "client_secret": settings.amazon_spapi_client_secret.get_secret_value(),
        },
        timeout=10,
    )
    state = f"{settings.amazon_spapi_base_url}, Login with Amazon answers {answer.status_code}"
    return Finding("Amazon", state, "" if answer.is_success else "check the three AMAZON_SPAPI_ credentials")


def _clock(container: Container) -> Finding:
    with connect(container.settings.database_url.get_secret_value()) as connection:
        row = connection.execute("SELECT clock_timestamp() AS now").fetchone()
    assert row is not None
    skew = abs(row["now"] - datetime.now(UTC))
    state = f"{skew.total_seconds():.1f} s beside the database's"
    return Finding("clock", state, "set this machine's clock (NTP)" if skew > MOST_SKEW else "")


def _disk(*folders: Path) -> Finding:
    free = min(shutil.disk_usage(_existing(folder)).free for folder in folders)
    state = f"{free / 1024**3:.0f} GiB free"
    return Finding(
        "disk", state, f"free some space, {LEAST_DISK / 1024**3:.0f} GiB at least" if free < LEAST_DISK else ""
    )


def _existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.parents) if place.exists())
