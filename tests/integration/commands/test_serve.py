"""`make serve` as a person and a browser use it, and after it was killed."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from clario.db.connection import PostgresDatabase
from tests.conftest import Cluster
from tests.integration.sync.conftest import content

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = "import sys; from pathlib import Path; from devstack.serve import main; sys.exit(main(Path(sys.argv[1])))"


class Served:
    """A running service and a signed-in client."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        assert process.stdout is not None
        ready, link = process.stdout.readline(), process.stdout.readline()
        self.address = ready.removeprefix("Clario is ready at ").strip()
        self.client = httpx.Client(base_url=self.address, follow_redirects=False)
        self.sign_in = self.client.get(re.search(r"http\S+", link).group())  # type: ignore[union-attr]

    def start(self) -> Any:
        answer = self.client.post("/api/sync/start")
        assert answer.status_code == 200, answer.text
        return answer.json()["syncId"]

    def ended(self) -> dict[str, Any]:
        for _ in range(150):
            status: dict[str, Any] = self.client.get("/api/sync/status").json()
            if not status["hasActiveSync"]:
                return status["lastSync"]  # type: ignore[no-any-return]
            time.sleep(0.2)
        raise AssertionError("the sync does not end")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


@contextmanager
def serving(folder: Path, database_url: str, **settings: str) -> Iterator[Served]:
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "PORT": str(free_port()),
        "AMAZON_SPAPI_RATE_SCALE": "1000",
        "SYNC_HISTORY_DAYS": "40",
        **settings,
    }
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(folder)],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    served = None
    try:
        served = Served(process)
        yield served
    finally:
        if served is not None:
            served.client.close()
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


def test_it_says_where_it_is_signs_in_syncs_streams_and_ends_on_ctrl_c(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url) as served:
        assert (served.sign_in.status_code, served.sign_in.headers["location"]) == (303, "/api/sync/status")
        assert "httponly" in served.sign_in.headers["set-cookie"].lower()
        sync_id = served.start()
        with served.client.stream("GET", f"/api/sse/sync-progress/{sync_id}") as stream:
            data = [line.removeprefix("data: ") for line in stream.iter_lines() if line.startswith("data: ")]
        events = [json.loads(line) for line in data]
        assert events[0]["progress"] == 10
        assert events[-1]["type"] == "sync_complete"
        assert served.ended()["status"] == "completed"
        served.process.send_signal(signal.SIGINT)
        _, errors = served.process.communicate(timeout=20)
        assert (served.process.returncode, errors) == (0, "")


def test_a_busy_port_is_one_line(tmp_path: Path, database_url: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        environment = {**os.environ, "DATABASE_URL": database_url, "PORT": str(taken.getsockname()[1])}
        command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30)
    assert run.returncode == 1
    assert run.stderr.startswith("serve: PORT: ")
    assert len(run.stderr.splitlines()) == 1


def quiet_folder(folder: Path) -> Path:
    """A data folder whose synthetic seller ended his business weeks ago: nothing new comes between two runs."""
    folder.mkdir(exist_ok=True)
    (folder / "local-amazon-born.txt").write_text((datetime.now(UTC).date() - timedelta(days=425)).isoformat())
    return folder


def content_of(database_url: str) -> dict[str, Any]:
    database = PostgresDatabase(database_url)
    found = content(database, "demo")
    database.close()
    return found


@pytest.fixture(scope="module")
def service(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, dict[str, Any]]]:
    """A service that nobody kills, after a sync, and what that left in the database."""
    with cluster.database() as address, serving(quiet_folder(tmp_path_factory.mktemp("calm")), address) as served:
        served.start()
        assert served.ended()["status"] == "completed"
        found = content_of(address)
        assert found["ledger_events"], "a world without rows proves nothing"
        yield served, found


@pytest.fixture
def served(service: tuple[Served, dict[str, Any]]) -> Served:
    return service[0]


@pytest.fixture
def calm(service: tuple[Served, dict[str, Any]]) -> dict[str, Any]:
    return service[1]


def test_a_wrong_sign_in_link_signs_nobody_in(served: Served) -> None:
    assert httpx.get(f"{served.address}/local/sign-in?token=x.y.z").status_code == 401
    assert httpx.get(f"{served.address}/api/sync/status").status_code == 401


@pytest.mark.parametrize("at_percent", [10, 75])
def test_killed_in_the_middle_of_a_sync_the_next_one_starts_at_once_and_ends_the_same(
    tmp_path: Path, database_url: str, calm: dict[str, Any], at_percent: int
) -> None:
    quiet_folder(tmp_path)
    with serving(tmp_path, database_url) as served:
        first = served.start()
        while served.client.get(f"/api/sync/status/{first}").json()["progress"] < at_percent:
            time.sleep(0.03)
        served.process.kill()
        served.process.wait()
    with serving(tmp_path, database_url) as again:
        second = again.start()
        assert again.ended()["syncId"] == second
        dead = again.client.get(f"/api/sync/status/{first}").json()
        # A sync that was quicker than the kill has ended by itself.
        assert (dead["status"], dead["error"]) in (("failed", "interrupted; start again resumes"), ("completed", None))
    assert content_of(database_url) == calm


def test_without_the_environments_token_nobody_is_connected(tmp_path: Path, database_url: str) -> None:
    with serving(tmp_path, database_url, AMAZON_SPAPI_ENV_TOKEN="0") as served:
        answer = served.client.post("/api/sync/start")
        assert (answer.status_code, answer.json()["code"]) == (400, "amazon_not_connected")


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed: the guide's snippets were not run")
def test_the_snippets_of_the_guide_run_as_they_stand(tmp_path: Path, database_url: str) -> None:
    snippets = re.findall(r"```js\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
    (tmp_path / "snippets.json").write_text(json.dumps(snippets))
    with serving(tmp_path / "data", database_url) as served:
        token = served.sign_in.cookies["session_token"]
        page = Path(__file__).with_name("page.mjs")
        command = ["node", str(page), served.address, token, str(tmp_path / "snippets.json")]
        run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert "100% Sync completed successfully" in run.stdout
    assert run.stdout.endswith("every snippet ran\n")
