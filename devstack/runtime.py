"""Clario on one machine: Postgres, the local Amazon, the workflow engine and the handlers, from one set of settings."""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from dotenv import dotenv_values

from clario import bootstrap
from clario.bootstrap import Container
from clario.config import read_settings
from clario.db.connection import connect
from clario.db.migrate import migrate
from clario.errors import ClarioError
from clario.services.ports import ExecutionStatus
from devstack.amazon import SAMPLES, LocalAmazon, lasting_world, local_amazon
from devstack.clock import RealClock, VirtualClock
from devstack.functions import ROOT, invoke, substitutions
from devstack.postgres import EmbeddedPostgres
from devstack.workflow import Engine, LocalQueue, load_definition

STATE_MACHINE = ROOT / "statemachine" / "sync.asl.yaml"
# The local Amazon's usage plans and waits at a pace for people: a first sync takes seconds instead of an hour.
LOCAL_SCALE = 100.0
# Any number will do, as long as every engine takes the same.
ENGINE_LOCK = 7_305_482_212


class EngineBusy(ClarioError):
    """Another process runs syncs on this database."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a command works with; `amazon` is None when the settings name an Amazon themselves."""

    container: Container
    engine: Engine
    amazon: LocalAmazon | None


def local_environment(data: Path, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment's variables, those of `.env` below them, and this machine's defaults below both."""
    dotenv = {name: value for name, value in dotenv_values(ROOT / ".env").items() if value is not None}
    return {"TOKEN_KEY": str(data / "token.key"), "RAW_STORE": str(data / "raw"), **dotenv, **environment}


@contextmanager
def local_database(data: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """The address of a migrated database: the one that is set, else the embedded Postgres below `data`."""
    with ExitStack() as stack:
        dsn = environment.get("DATABASE_URL") or stack.enter_context(EmbeddedPostgres(data / "postgres")).dsn
        migrate(dsn)
        yield dsn


@contextmanager
def container_only(data: Path, environment: Mapping[str, str]) -> Iterator[Container]:
    """A container for commands that read or write the database and run no sync."""
    with local_database(data, environment) as dsn:
        container = Container(read_settings({**environment, "DATABASE_URL": dsn}), workflow=_NoWorkflow())
        try:
            yield container
        finally:
            container.database.close()


@contextmanager
def runtime(
    data: Path,
    environment: Mapping[str, str],
    *,
    amazon_options: tuple[str, ...] = (),
    clock: VirtualClock | None = None,
) -> Iterator[Runtime]:
    """Everything a sync needs, for as long as the context lasts.

    Args:
        amazon_options: for the local Amazon; without any, its world goes on where it was at the last run.

    Raises:
        EngineBusy: another process runs syncs on this database.
    """
    with (
        local_database(data, environment) as dsn,
        _only_engine(dsn),
        local_settings(data, environment, dsn, amazon_options) as (values, amazon),
        _composed(values, amazon, clock) as running,
    ):
        yield running


@contextmanager
def local_settings(
    data: Path, environment: Mapping[str, str], dsn: str, amazon_options: tuple[str, ...] = ()
) -> Iterator[tuple[dict[str, str], LocalAmazon | None]]:
    """The variables of this machine's settings; a local Amazon runs for them unless they name an Amazon themselves."""
    with ExitStack() as stack:
        amazon = None
        if not environment.get("AMAZON_SPAPI_BASE_URL"):
            scale = float(environment.get("AMAZON_SPAPI_RATE_SCALE") or LOCAL_SCALE)
            usual = SAMPLES if environment.get("AMAZON_SPAPI_STATIC_SANDBOX") == "1" else lasting_world(data)
            amazon = stack.enter_context(local_amazon(scale, *(amazon_options or usual)))
        yield {**(amazon.settings() if amazon else {}), **environment, "DATABASE_URL": dsn}, amazon


@contextmanager
def _composed(
    environment: Mapping[str, str], amazon: LocalAmazon | None, clock: VirtualClock | None
) -> Iterator[Runtime]:
    definition = load_definition(STATE_MACHINE.read_text(), substitutions())
    engine = Engine(definition, invoke, clock or RealClock())
    if clock is not None and amazon is not None:
        clock.add_listener(amazon.follow)
    container = Container(
        read_settings(environment),
        workflow=engine,
        queue=partial(LocalQueue, engine),
        clock=engine.clock,
        simulated=clock is not None,
    )
    bootstrap.use(container)
    _end_dead_syncs(container)
    try:
        yield Runtime(container, engine, amazon)
    finally:
        container.database.close()


def _end_dead_syncs(container: Container) -> None:
    """This engine is the only one and has just begun: whatever is still called running died with another process."""
    control = container.sync_control()
    for seller_id in container.database.quiet_syncs(since=container.clock.now()):
        control.end_dead_sync(seller_id)


@contextmanager
def _only_engine(dsn: str) -> Iterator[None]:
    """Hold the database's engine lock: a running sync that this process does not know is then dead for sure."""
    with connect(dsn) as connection:
        if not _try_lock(connection):
            raise EngineBusy("another clario process runs syncs on this database; wait for it or stop it")
        yield


def _try_lock(connection: psycopg.Connection[dict[str, object]]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s) AS locked", (ENGINE_LOCK,)).fetchone()
    return bool(row and row["locked"])


class _NoWorkflow:
    """The workflow of a process that runs no engine: it knows of no execution and stops none.

    A sync that is cancelled through it ends at once; the engine that runs it notices at its next step.
    """

    def start(self, name: str, payload: dict[str, object]) -> None:  # noqa: ARG002 - the port's signature
        raise EngineBusy("this command cannot run a sync")

    def stop(self, name: str) -> None:
        """Nothing to stop here."""

    def status(self, name: str) -> ExecutionStatus:  # noqa: ARG002 - the port's signature
        return ExecutionStatus.UNKNOWN
