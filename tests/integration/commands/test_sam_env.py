"""`make sam-env`: what `sam local invoke` would be given, tried without a container."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clario.aws import clients
from devstack import events
from devstack.functions import FOLDER
from devstack.lambda_runtime import FunctionProcess, Kind, function_environment
from devstack.sam_env import served
from devstack.template import functions
from tests.conftest import TEMPLATE, Cluster

LOCAL_ONLY = {"AWS_ENDPOINT_URL", "AMAZON_LWA_TOKEN_URL", "AMAZON_SPAPI_RATE_SCALE"}


@pytest.fixture(scope="module")
def folder(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Everything that the command serves, and the folder it writes."""
    data = tmp_path_factory.mktemp("sam")
    environment = {
        "DATABASE_URL": cluster.create("sam_env", TEMPLATE),
        "SESSION_JWT_SECRET": "a secret of the tests, long enough for HS256",
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "")
        forget_clients()
        with served(data, environment, "127.0.0.1") as written:
            yield written
        forget_clients()
    cluster.drop("sam_env")


def forget_clients() -> None:
    clients._client.cache_clear()
    clients._session.cache_clear()


def variables(folder: Path) -> dict[str, dict[str, str]]:
    given: dict[str, dict[str, str]] = json.loads((folder / "env.json").read_text())
    return given


def test_each_function_of_the_template_gets_variables_that_it_declares_and_no_others(folder: Path) -> None:
    given = variables(folder)
    assert given.keys() == {entry.resource for entry in functions().values()}
    for entry in functions().values():
        assert given[entry.resource].keys() <= entry.variables, "sam local drops what the template does not name"
        assert given[entry.resource].keys() >= LOCAL_ONLY


def test_folder_resource_and_event_have_one_stem() -> None:
    folders = {app.parent.name for app in FOLDER.glob("*/app.py")}
    assert functions().keys() == folders
    for name, entry in functions().items():
        assert entry.resource == "".join(part.title() for part in name.split("_")) + "Function"
        assert (events.FOLDER / f"{name}.json").exists()


def test_secrets_are_named_and_not_given(folder: Path) -> None:
    fetch = variables(folder)["FetchFunction"]
    assert fetch["DATABASE_URL_ARN"] == "clario/local/DATABASE_URL"
    assert "a secret of the tests" not in (folder / "env.json").read_text()


def test_every_event_is_there_with_a_session(folder: Path) -> None:
    written = {path.name: path.read_text() for path in (folder / "events").glob("*.json")}
    assert written.keys() == {path.name for path in events.FOLDER.glob("*.json")}
    assert [name for name, text in written.items() if events.SESSION in text] == []


@pytest.mark.parametrize("function", ["normalize", "queue_detection", "api_sync"])
def test_a_function_works_with_nothing_but_these_variables(folder: Path, function: str) -> None:
    pytest.importorskip("awslambdaric", reason="the Lambda runtime client runs on Linux only")
    entry = functions()[function]
    event = (folder / "events" / f"{function}.json").read_bytes()
    with FunctionProcess(function_environment(function, variables(folder)[entry.resource])) as process:
        outcome = process.invoke(event, 60)
    assert outcome.kind is Kind.RESULT, outcome
    answer: Any = outcome.payload
    assert answer.get("statusCode", 200) == 200
