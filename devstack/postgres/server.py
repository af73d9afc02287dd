"""One server process over one cluster: initialise, launch, find again, stop."""

import logging
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from clario.errors import ConfigurationError
from devstack.postgres.places import Account

_log = logging.getLogger(__name__)

START_LIMIT = 120.0  # seconds: after a crash the server first replays its log
STOP_LIMIT = 60.0
_POLL = 0.01
SUPERUSER = "postgres"
_SETTINGS = {
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "wal_level": "minimal",  # there is no replica
    "max_wal_senders": "0",
}
_NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
# Superuser only through the socket, whose folder other users cannot enter.
_ACCESS = "local all all trust\nhost all clario 127.0.0.1/32 trust\n"


@dataclass(frozen=True, slots=True)
class Postmaster:
    """A running server as its pid file describes it."""

    pid: int
    port: int
    tcp: bool
    ready: bool


class Server:
    """The server over the cluster in `home/data`. Its caller holds a lock: one start or stop at a time."""

    def __init__(self, programs: Path, home: Path, sockets: Path, account: Account, *, durable: bool) -> None:
        self._programs = programs
        self._home = home
        self._data = home / "data"
        self._sockets = sockets
        self._account = account
        self._durable = durable
        self._log = home / "server.log"

    def initialise(self) -> None:
        """Make the cluster if there is none. A cluster that was interrupted half way is not one."""
        if self._data.exists():
            return
        draft = self._home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._account.is_other:
            os.chown(draft, self._account.uid, self._account.gid)
        options = ["--auth=trust", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        sync = [] if self._durable else ["--no-sync"]
        done = self._run([self._program("initdb"), *options, *sync, "--pgdata", str(draft)])
        if done.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise _failure(done.stderr)
        (draft / "pg_hba.conf").write_text(_ACCESS)
        draft.rename(self._data)

    def ensure_running(self, *, tcp: bool) -> Postmaster:
        """The running server, launched if there is none, waited for while it recovers."""
        begun = time.monotonic()
        process: subprocess.Popen[bytes] | None = None
        while True:
            found = self.find()
            if found and found.ready and self._answers(found):
                return found
            if found is None and (process is None or process.poll() is not None):
                if process is not None and "still in use" not in self._log.read_text(errors="replace"):
                    raise _failure(self._log.read_text(errors="replace"))
                # First launch, or again: what a killed server left behind holds its memory for a moment.
                process = self._launch(tcp=tcp)
            self._pause(begun, START_LIMIT, "start")

    def find(self) -> Postmaster | None:
        """The server that runs over our cluster. A pid file that belongs to another process by now is removed."""
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return None
        if not lines:
            return None
        pid = int(lines[0])
        if not self._is_ours(pid):
            if _exists(pid):  # only then: of a dead one the server itself knows what to make
                (self._data / "postmaster.pid").unlink(missing_ok=True)
            return None
        if len(lines) < 8:  # still being written
            return Postmaster(pid, port=0, tcp=False, ready=False)
        return Postmaster(pid, port=int(lines[3]), tcp=bool(lines[5].strip()), ready=lines[7].strip() == "ready")

    def stop(self) -> None:
        """Stop the server if it runs; its clients are cut off."""
        begun = time.monotonic()
        if (found := self.find()) is not None:
            with suppress(ProcessLookupError):
                os.kill(found.pid, signal.SIGINT)  # "fast": roll back, write everything, end
            while self._is_ours(found.pid):
                self._pause(begun, STOP_LIMIT, "stop")
        shutil.rmtree(self._sockets, ignore_errors=True)

    def _launch(self, *, tcp: bool) -> "subprocess.Popen[bytes]":
        for leftover in self._sockets.glob(".s.PGSQL.*"):
            leftover.unlink(missing_ok=True)  # of a killed server, whose pid may be somebody else's now
        port = _free_port() if tcp else 5432
        settings = {
            "listen_addresses": "127.0.0.1" if tcp else "",
            "unix_socket_directories": str(self._sockets),
            "port": str(port),
            **_SETTINGS,
            **({} if self._durable else _NOT_DURABLE),
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("wb") as log:
            process = subprocess.Popen(
                [self._program("postgres"), "-D", str(self._data), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C in our terminal is not for it
                cwd="/",
                env=_environment(),
                **self._account.run_as(),
            )
        # Whoever stops it: its parent takes note, so that no zombie stays.
        threading.Thread(target=process.wait, name="postgres", daemon=True).start()
        return process

    def _run(self, command: list[str]) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command, check=False, capture_output=True, text=True, cwd="/", env=_environment(), **self._account.run_as()
        )

    def _program(self, name: str) -> str:
        return str(self._programs / name)

    def _answers(self, postmaster: Postmaster) -> bool:
        """Whether it lets us in; one that is being killed still looks ready in its pid file."""
        try:
            psycopg.connect(dsn(self._sockets, postmaster.port, SUPERUSER, SUPERUSER), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def _is_ours(self, pid: int) -> bool:
        return f"postgres -D {self._data} " in _command_line(pid)

    def _pause(self, begun: float, limit: float, what: str) -> None:
        waited = time.monotonic() - begun
        if waited > limit:
            raise ConfigurationError(f"Postgres did not {what} within {limit:.0f} s: see {self._log}")
        if waited % 5 < _POLL and waited > 1:
            _log.info("waiting for Postgres to %s (%.0f s of at most %.0f)", what, waited, limit)
        time.sleep(_POLL)


def dsn(sockets: Path, port: int, database: str, user: str) -> str:
    """The address of a database behind the server's socket."""
    return f"postgresql://{user}@/{quote(database, safe='')}?host={quote(str(sockets), safe='')}&port={port}"


def _environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or language."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _command_line(pid: int) -> str:
    """What the process was started as; empty when there is none or it has ended but was not waited for."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    return subprocess.run(
        ["ps", "-ww", "-p", str(pid), "-o", "command="], check=False, capture_output=True, text=True
    ).stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _failure(output: str) -> ConfigurationError:
    """One line for whatever a program of Postgres said."""
    if "No space left on device" in output:
        return ConfigurationError("Postgres cannot start: the disk is full; free some space or set DATABASE_URL")
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error:" in line] or lines or ["it said nothing"]
    return ConfigurationError(f"Postgres cannot start: {telling[0]}")
