"""Migrations: numbered SQL files, forward only, each applied once, all of them by the owner role."""

import hashlib
from importlib.resources import files

import psycopg
from psycopg import sql

from clario.db.connection import Row, connect
from clario.errors import ConfigurationError

OWNER = "clario_migrate"
ROLES = (OWNER, "clario_api", "clario_worker", "clario_dispatch")
# Any number will do, as long as everybody who migrates takes the same.
LOCK = 7_305_482_211

BOOKKEEPING = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name       text PRIMARY KEY,
    checksum   text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


def migrate(dsn: str) -> list[str]:
    """Bring the database up to date; answers the names of the migrations applied now.

    Raises:
        ConfigurationError: the login may not create our roles, or an applied migration was edited afterwards.
    """
    with connect(dsn) as connection:
        _ensure_roles(connection)
        with connection.transaction():
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            connection.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(OWNER)))
            connection.execute(BOOKKEEPING)
            return _apply_missing(connection)


def _apply_missing(connection: psycopg.Connection[Row]) -> list[str]:
    known = {row["name"]: row["checksum"] for row in connection.execute("SELECT name, checksum FROM schema_migrations")}
    applied = []
    for name, text in migrations().items():
        checksum = hashlib.sha256(text.encode()).hexdigest()
        if name not in known:
            connection.execute(text)
            connection.execute("INSERT INTO schema_migrations (name, checksum) VALUES (%s, %s)", (name, checksum))
            applied.append(name)
        elif known[name] != checksum:
            raise ConfigurationError(f"migration {name} was changed after it had been applied; add a new one instead")
    return applied


def migrations() -> dict[str, str]:
    """The migration files by name, in order."""
    folder = files("clario.db") / "migrations"
    return {
        entry.name: entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".sql")
    }


def _ensure_roles(connection: psycopg.Connection[Row]) -> None:
    """Our NOLOGIN roles, the login as their member, and the rights the owner needs to begin."""
    try:
        with connection.transaction():
            # Roles belong to the whole cluster: another database of it may be set up at the same moment.
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
            for role in ROLES:
                _ensure_role(connection, role)
            owner, worker = sql.Identifier(OWNER), sql.Identifier("clario_worker")
            database = sql.Identifier(connection.info.dbname)
            connection.execute(sql.SQL("GRANT USAGE, CREATE ON SCHEMA public TO {}").format(owner))
            connection.execute(sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(database, worker))
    except psycopg.errors.InsufficientPrivilege as error:
        raise ConfigurationError(
            f"DATABASE_URL: this login may not set up our roles ({str(error).splitlines()[0]}); "
            "migrate once as the database's owner with CREATEROLE"
        ) from None


def _ensure_role(connection: psycopg.Connection[Row], role: str) -> None:
    name = sql.Identifier(role)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        connection.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(name))
    member = connection.execute("SELECT pg_has_role(current_user, %s, 'MEMBER') AS member", (role,)).fetchone()
    if not (member and member["member"]) or not _is_superuser(connection):
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(name))


def _is_superuser(connection: psycopg.Connection[Row]) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row["rolsuper"])
