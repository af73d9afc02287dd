"""A whole sync through AWS as moto plays it: the same end as on one machine, and no secret anywhere on the way."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from psycopg.conninfo import make_conninfo

from clario.aws.queue import SqsQueue
from clario.aws.step import logger
from clario.services.costs import put_costs_csv
from clario.services.records import Sync
from devstack.amazon import LocalAmazon, local_amazon
from devstack.clock import VirtualClock
from tests.conftest import TEMPLATE, Cluster
from tests.fixtures.streams import long_slices
from tests.integration.aws.cloud import Cloud, amazon_variables, deployed
from tests.integration.sync.conftest import SELLER, SMALL, START, content

PASSWORD = "database-password-hush"
CANARY = "canary-5f1e"


@dataclass(frozen=True)
class Run:
    """What a whole sync left: its end, the database, and everything that was written about it on the way."""

    sync: Sync
    statuses: list[str]
    content: dict[str, Any]
    written: dict[str, list[str]]
    log: list[dict[str, Any]]
    sealed: bytes
    secrets: dict[str, str]


@pytest.fixture(scope="module")
def run(cluster: Cluster) -> Iterator[Run]:
    address = cluster.create("whole_sync", TEMPLATE)
    clock = VirtualClock(START)
    with long_slices(), local_amazon(1.0, *SMALL) as amazon, listening() as output:
        clock.add_listener(amazon.follow)
        clock.sleep(timedelta(days=21).total_seconds())
        variables = {
            **amazon_variables(amazon),
            "DATABASE_URL": make_conninfo(address, password=PASSWORD),
            "SYNC_HISTORY_DAYS": "70",
        }
        with deployed(variables, clock) as cloud:
            yield whole_sync(cloud, amazon, output)
    cluster.drop("whole_sync")


def whole_sync(cloud: Cloud, amazon: LocalAmazon, output: io.StringIO) -> Run:
    container = cloud.container
    put_costs_csv(SELLER, amazon.control("costs.csv"), database=container.database)
    # One step fails and is retried, so that there is something to log.
    amazon.control("faults", {"operation": "listTransactions", "kind": "html500", "times": 3}, method="POST")
    sync_id = cloud.start_sync(SELLER)
    statuses = cloud.wait()
    with container.database.transaction(SELLER) as work:
        sync = work.syncs.get(sync_id)
    with container.database.statements(SELLER) as statements:
        [token] = statements.connection.execute("SELECT access_token FROM tokens").fetchall()
    sealed = bytes(token["access_token"])
    plant(cloud)
    return Run(
        sync=sync,
        statuses=statuses,
        content=content(container.database),
        written={
            "logs": output.getvalue().splitlines(),
            "executions": cloud.histories(),
            "messages": [*cloud.messages, *map(json.dumps, cloud.waiting_messages())],
            "objects": cloud.objects(),
        },
        log=[json.loads(line) for line in output.getvalue().splitlines() if line.startswith("{")],
        sealed=sealed,
        secrets={
            "refresh token": amazon.settings()["AMAZON_SPAPI_REFRESH_TOKEN"],
            "any refresh token": "Atzr|",
            "access token": container.cipher.decrypt(sealed, SELLER),
            "any access token": "Atza|",
            "client secret": amazon.settings()["AMAZON_SPAPI_CLIENT_SECRET"],
            "session secret": cloud.session_secret,
            "session token": cloud.session(SELLER).split(".")[0],
            "database password": PASSWORD,
        },
    )


@contextmanager
def listening() -> Iterator[io.StringIO]:
    """Everything a function writes: what it prints, its own log at every level, and other libraries' from INFO up."""
    output = io.StringIO()
    others = logging.StreamHandler(output)
    root, level, stream = logging.getLogger(), logging.getLogger().level, logger.registered_handler.stream
    root.addHandler(others)
    root.setLevel(logging.INFO)
    logger.registered_handler.setStream(output)
    try:
        with redirect_stdout(output):
            yield output
    finally:
        root.removeHandler(others)
        root.setLevel(level)
        logger.registered_handler.setStream(stream)


def plant(cloud: Cloud) -> None:
    """Put something to be found into each place that is searched."""
    logger.info("planted", extra={"canary": CANARY})
    cloud.container.sync_workflow.start("planted", {"sellerId": CANARY, "syncId": CANARY, "part": 1})
    cloud.wait()
    SqsQueue(cloud.environment["DETECTION_QUEUE_URL"]).send({"sellerId": SELLER, "canary": CANARY})
    cloud.container.objects.put("planted", [CANARY.encode()])


def test_it_ends_well(run: Run) -> None:
    assert (run.sync.status, run.sync.progress) == ("completed", 100)
    assert set(run.statuses) == {"SUCCEEDED"}


def test_the_database_is_that_of_a_sync_on_one_machine(run: Run, calm: dict[str, Any]) -> None:
    assert run.content["detections"]
    assert run.content == calm


def test_detection_was_delivered_twice_and_changed_nothing_the_second_time(run: Run, calm: dict[str, Any]) -> None:
    counts = [json.loads(text)["Attributes"]["ApproximateReceiveCount"] for text in run.written["messages"][:2]]
    assert counts == ["1", "2"]
    assert run.content["detections"] == calm["detections"]


def test_the_access_token_is_kept_under_a_data_key_of_kms(run: Run) -> None:
    assert run.sealed[:1] == b"\x01"
    assert run.secrets["access token"].encode() not in run.sealed


def test_the_step_that_failed_is_logged_with_its_sync_and_counted(run: Run) -> None:
    [line] = [line for line in run.log if line.get("error") == "UpstreamUnavailable" and "message" in line]
    assert (line["seller_id"], line["sync_id"]) == (SELLER, run.sync.sync_id)
    assert line["function_name"] == "fetch"
    [counted] = [line for line in run.log if "_aws" in line and line["error"] == "UpstreamUnavailable"]
    assert counted["StepFailed"] == [1.0]


@pytest.mark.parametrize("place", ["logs", "executions", "messages", "objects"])
def test_no_secret_is_written_there(place: str, run: Run) -> None:
    text = "\n".join(run.written[place])
    assert CANARY in text
    assert {name for name, secret in run.secrets.items() if secret in text} == set()
