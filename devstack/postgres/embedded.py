"""The embedded Postgres of one data folder, shared by all processes that use it at the same time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import psycopg
from psycopg import sql

from clario.errors import ConfigurationError
from devstack.postgres.places import cluster_home, programs, server_account, socket_folder
from devstack.postgres.server import SUPERUSER, Server, dsn

USER = "clario"


@dataclass(frozen=True, slots=True)
class _Use:
    """That this object uses the server: while `lock` (a file descriptor) is held, nobody stops it."""

    server: Server
    home: Path
    sockets: Path
    port: int
    lock: int


class EmbeddedPostgres:
    """Postgres for the time of a `with` block, or from `start` to `stop`.

    The first user starts the server, the last one to leave stops it, and one that comes after a kill takes over what
    still runs. The application's role `clario` is no superuser; `admin_dsn` is for set-up only.

    Args:
        data_dir: where the data is kept (or, for root behind a closed folder, a note that says where it is).
        version: Postgres' major version; each has data of its own.
        durable: False gives up crash safety for speed, as tests do. The one who starts the server decides.
        tcp: listen on a free loopback port too, where any local user can log in as `clario`.
    """

    def __init__(
        self, data_dir: Path, version: Literal[18, 16] = 18, *, durable: bool = True, tcp: bool = False
    ) -> None:
        self._data_dir = data_dir.resolve()  # one spelling: the server is recognised by it
        self._version = version
        self._durable = durable
        self._tcp = tcp
        self._use: _Use | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> str:
        """Use the server, which runs when this returns; the answer is `dsn`.

        Raises:
            ConfigurationError: in one line, why there can be no server here.
        """
        if self._use is None:
            try:
                self._use = self._begin_use()
            except OSError as exc:
                raise ConfigurationError(f"Postgres cannot start: {exc}") from exc
        return self.dsn

    def stop(self) -> None:
        """Use it no more; the last user stops it."""
        if self._use is not None:
            use, self._use = self._use, None
            with _one_at_a_time(use.home):
                _end_use(use.lock, use.server)

    def remove(self) -> None:
        """Stop using it and delete its data: for clusters that nobody shares and nobody needs again."""
        use = self._used()
        self.stop()
        shutil.rmtree(use.home)
        with suppress(OSError):  # there may be another version's cluster beside it
            use.home.parent.rmdir()

    @property
    def dsn(self) -> str:
        """How the application connects: as `clario`, to the database `clario`."""
        return self.dsn_of(USER)

    @property
    def admin_dsn(self) -> str:
        """The superuser, for set-up."""
        return self.dsn_of(SUPERUSER, user=SUPERUSER)

    @property
    def tcp_dsn(self) -> str:
        """As `dsn`, over loopback instead of the socket; only with `tcp`."""
        return f"postgresql://{USER}@127.0.0.1:{self._used().port}/{USER}"

    def dsn_of(self, database: str, *, user: str = USER) -> str:
        """How a user connects to one of the databases."""
        use = self._used()
        return dsn(use.sockets, use.port, database, user)

    def create_database(self, name: str, template: str = "template1") -> str:
        """Make a database owned by the application as a copy of `template`; the answer is its DSN."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        with _connection(self.admin_dsn) as admin:
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(template), sql.Identifier(USER)))
        return self.dsn_of(name)

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        with _connection(self.admin_dsn) as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _used(self) -> _Use:
        if self._use is None:
            raise RuntimeError("the embedded Postgres is not started")
        return self._use

    def _begin_use(self) -> _Use:
        account = server_account()
        executables = programs(self._version, account)
        home = cluster_home(self._data_dir, self._version, account)
        with _one_at_a_time(home):
            sockets = socket_folder(self._data_dir, self._version, account)
            server = Server(executables, home, sockets, account, durable=self._durable)
            lock = _opened(home / "users.lock")
            fcntl.flock(lock, fcntl.LOCK_SH)
            try:
                port = self._running_port(server)
                _ensure_role(dsn(sockets, port, SUPERUSER, SUPERUSER))
            except BaseException:
                _end_use(lock, server)
                raise
        return _Use(server, home, sockets, port, lock)

    def _running_port(self, server: Server) -> int:
        server.initialise()
        postmaster = server.ensure_running(tcp=self._tcp)
        if self._tcp and not postmaster.tcp:
            raise ConfigurationError(f"Postgres runs without TCP for another program: stop it first ({self._data_dir})")
        return postmaster.port


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    """Starts and stops of one cluster follow one another, across processes."""
    lock = _opened(home / "change.lock")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _end_use(lock: int, server: Server) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        server.stop()
    except BlockingIOError:
        pass  # others go on using it
    finally:
        fcntl.flock(lock, fcntl.LOCK_UN)  # also for a child process that was forked meanwhile
        os.close(lock)


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _connection(address: str) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(address, autocommit=True, connect_timeout=10)


def _ensure_role(admin_dsn: str) -> None:
    """The application's role and database. Not part of making the cluster: a kill in between is mended here."""
    with _connection(admin_dsn) as admin:
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = 'clario'").fetchall():
            admin.execute("CREATE ROLE clario LOGIN CREATEROLE NOSUPERUSER")
        if not admin.execute("SELECT FROM pg_database WHERE datname = 'clario'").fetchall():
            admin.execute("CREATE DATABASE clario OWNER clario")
