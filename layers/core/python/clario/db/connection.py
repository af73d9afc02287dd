"""Connections to Postgres and transactions of one seller. Only this module knows psycopg's errors."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from datetime import datetime
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row

from clario.db.repositories import DatabaseWork
from clario.db.statements import Statements
from clario.errors import ConfigurationError, DatabaseUnavailable
from clario.services.ports import Clock

Row = dict[str, Any]

THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class PostgresDatabase:
    """The `Database` port. Connections are opened when needed, kept for the next transaction and dropped when lost.

    In a Lambda that is one connection for the environment's life; beside each other run as many as there are threads.

    No state outlives a transaction (role, seller and simulated time are set for the transaction only) and nothing is
    prepared on the server, so transaction poolers work.

    Args:
        simulated: the clock of a simulation; the database then lives in its time. None: the database's own time.
    """

    def __init__(self, dsn: str, simulated: Clock | None = None) -> None:
        self._dsn = dsn
        self._simulated = simulated
        self._role = "clario_worker"
        self._idle: list[psycopg.Connection[Row]] = []

    def acting_as(self, role: str) -> "PostgresDatabase":
        """The same connections, with every seller's transaction under another of our roles."""
        other = copy(self)
        other._role = role
        return other

    @contextmanager
    def transaction(self, seller_id: str, *, snapshot: bool = False) -> Iterator[DatabaseWork]:
        """Everything inside is committed together or not at all; see `clario.services.work.Database`."""
        with self._transaction(self._role, seller_id, snapshot=snapshot) as connection:
            yield DatabaseWork(connection, seller_id)

    @contextmanager
    def statements(self, seller_id: str = "") -> Iterator[Statements]:
        """A worker's transaction for single statements; without a seller it sees usage plans and no tenant's row."""
        with self._transaction("clario_worker", seller_id) as connection:
            yield Statements(connection, seller_id)

    def quiet_syncs(self, since: datetime) -> list[str]:
        """See `clario.services.work.Dispatch`, also for the next two."""
        return [row["user_id"] for row in self._across_sellers("quiet_syncs", since=since)]

    def waiting_detections(self, since: datetime, limit: int) -> list[tuple[str, str]]:
        rows = self._across_sellers("waiting_detections", since=since, limit=limit)
        return [(row["seller_id"], row["sync_id"]) for row in rows]

    def due_sellers(self, due: datetime, failed_before: datetime, limit: int) -> list[str]:
        rows = self._across_sellers("due_sellers", due=due, failed_before=failed_before, limit=limit, only=None)
        return [row["seller_id"] for row in rows]

    def _across_sellers(self, name: str, **values: object) -> list[Row]:
        with self._transaction("clario_dispatch", "") as connection:
            return Statements(connection, "").rows(name, **values)

    def close(self) -> None:
        """Close the kept connections."""
        while self._idle:
            self._idle.pop().close()

    @contextmanager
    def _transaction(self, role: str, seller_id: str, *, snapshot: bool = False) -> Iterator[psycopg.Connection[Row]]:
        try:
            with self._connection() as connection, connection.transaction():
                if snapshot:
                    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                connection.execute(
                    "SELECT set_config('role', %s, true), set_config('app.seller_id', %s, true),"
                    " set_config('app.now', %s, true)",
                    (role, seller_id, _iso(self._simulated)),
                )
                yield connection
        except psycopg.OperationalError as error:
            raise DatabaseUnavailable(_first_line(error)) from error

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Row]]:
        connection = self._kept() or self._new()
        try:
            yield connection
        finally:
            if not connection.closed:
                self._idle.append(connection)

    def _kept(self) -> psycopg.Connection[Row] | None:
        """A kept connection that is still good: a server that went away has said so, and there is something to read."""
        while self._idle:
            connection = self._idle.pop()
            if not select.select([connection.fileno()], [], [], 0)[0]:
                return connection
            connection.close()
        return None

    def _new(self) -> psycopg.Connection[Row]:
        """The address was good when the process started: if nobody answers now, that will pass."""
        try:
            return connect(self._dsn)
        except ConfigurationError as error:
            raise DatabaseUnavailable(str(error)) from error


def connect(dsn: str) -> psycopg.Connection[Row]:
    """A new connection.

    Raises:
        ConfigurationError: nobody answers there, or not to us. The message does not repeat the password.
    """
    try:
        return psycopg.connect(
            dsn,
            autocommit=True,
            prepare_threshold=None,
            connect_timeout=5,
            application_name="clario",
            row_factory=dict_row,
        )
    except psycopg.Error as error:
        raise ConfigurationError(
            f"DATABASE_URL: cannot connect ({_first_line(error)}); correct it, or unset it to use the embedded Postgres"
        ) from None


def verified(dsn: str, ca_bundle: str = "") -> str:
    """The address with TLS in which the server proves who it is; one of this machine stays as it is.

    Args:
        ca_bundle: the file of the authority that signed the server's certificate; "": a public one.
            `sslrootcert=system` would not do: the OpenSSL inside psycopg's wheels looks in a folder of its own,
            /usr/lib/psycopg-openssl.

    Raises:
        ConfigurationError: the address asks for less, or is none. The message does not repeat it.
    """
    try:
        parts = conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        raise ConfigurationError("DATABASE_URL: not an address like postgresql://user:password@host/name") from None
    host, mode = str(parts.get("host", "")), parts.get("sslmode", "verify-full")
    if host.startswith("/") or host in THIS_MACHINE:
        return dsn
    if mode != "verify-full":
        raise ConfigurationError(f"DATABASE_URL: sslmode={mode} would trust whoever answers; leave it out")
    authority = parts.get("sslrootcert") or ca_bundle or _public_authorities()
    return make_conninfo(dsn, sslmode=mode, sslrootcert=authority)


def _public_authorities() -> str:
    import certifi

    return certifi.where()


def _iso(clock: Clock | None) -> str:
    now: datetime | None = clock.now() if clock else None
    return now.isoformat() if now else ""


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
