"""The commands that steer a running server."""

import json
import subprocess
import sys

import pytest

from local_amazon.server.faults import KINDS
from tests.integration.local_amazon.conftest import ROOT, Amazon

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


def command(*arguments: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "local_amazon", *arguments]
    return subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)


def test_faults_are_ordered_shown_and_cleared(amazon: Amazon) -> None:
    order = command("faults", "--url", amazon.url, "getMarketplaceParticipations", "html500", "--times", "2")
    assert (order.returncode, order.stderr) == (0, "")
    assert amazon.get(PARTICIPATIONS).status_code == 500
    shown = json.loads(command("faults", "--url", amazon.url).stdout)["faults"]
    assert [(each["operation"], each["times"]) for each in shown] == [("getMarketplaceParticipations", 1)]
    assert json.loads(command("faults", "--url", amazon.url, "--clear").stdout) == {"faults": []}
    assert amazon.get(PARTICIPATIONS).status_code == 200


def test_the_clock_is_shown_moved_and_set(amazon: Amazon) -> None:
    assert json.loads(command("clock", "--url", amazon.url).stdout)["now"] == "2026-11-23T20:00:00+00:00"
    moved = json.loads(command("clock", "--url", amazon.url, "--advance", "36h").stdout)
    assert moved["now"] == "2026-11-25T08:00:00+00:00" == amazon.now().isoformat()
    put = json.loads(command("clock", "--url", amazon.url, "--set", "2026-12-01").stdout)
    assert put["now"] == "2026-12-01T00:00:00+00:00"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("clock", "--url", "http://127.0.0.1:1"), "no local Amazon answers at http://127.0.0.1:1"),
        (("faults", "--url", "http://127.0.0.1:1", "token"), "which kind?"),
    ],
)
def test_a_command_that_cannot_says_why_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    failed = command(*arguments)
    assert failed.returncode == 2
    assert said in failed.stderr
    assert failed.stderr.count("\n") == 1


def test_the_help_of_faults_names_every_kind() -> None:

    text = command("faults", "--help").stdout
    assert [kind for kind in KINDS if kind not in text] == []
