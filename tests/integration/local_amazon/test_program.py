"""The local Amazon as a program: start, stop, port, time."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.integration.local_amazon.conftest import ROOT, START, Amazon, address, launch


def test_it_answers_within_seconds_and_ends_cleanly_on_sigint() -> None:
    began = time.monotonic()
    process = launch("--with-parent")
    url = address(process)
    assert httpx.get(f"{url}/_control/seller").status_code == 200
    assert time.monotonic() - began < 6  # about one second on an idle machine
    process.send_signal(signal.SIGINT)
    out, errors = process.communicate(timeout=10)
    assert (process.returncode, out, errors) == (0, "", "")


def test_a_busy_port_is_one_line_and_exit_status_2() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        process = launch("--size", "300", "--port", str(taken.getsockname()[1]))
        out, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert out == ""
    assert errors.count("\n") == 1 and "cannot be used" in errors


def test_it_ends_with_the_process_that_started_it() -> None:
    starter = (
        "import subprocess, sys\n"
        "p = subprocess.Popen([sys.executable, '-m', 'local_amazon', 'serve', '--size', '300', '--with-parent'],"
        " stdout=subprocess.PIPE, text=True)\n"
        "print(p.stdout.readline().split()[-1])\n"
    )
    url = subprocess.run([sys.executable, "-c", starter], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            httpx.get(f"{url.strip()}/_control/seller", timeout=1)
        except httpx.TransportError:
            return
        time.sleep(0.05)
    raise AssertionError("it outlived its parent")


def test_time_stands_still_until_it_is_set(amazon: Amazon) -> None:
    assert amazon.now() == START == amazon.now()
    amazon.later(days=3)
    assert (amazon.now() - START).days == 3


def test_equal_settings_give_equal_truth_over_http(start_amazon: Callable[..., Amazon]) -> None:
    first, second, other = (start_amazon("--seed", seed).http.get("/_control/truth").json() for seed in "778")
    assert first == second
    assert first["discrepancies"] != other["discrepancies"]


def test_the_truth_moves_with_the_clock(amazon: Amazon) -> None:
    before = amazon.http.get("/_control/truth").json()["discrepancies"]
    amazon.later(days=25)
    after = amazon.http.get("/_control/truth").json()["discrepancies"]
    assert len(after) > len(before)


def test_the_world_command_writes_reports_costs_and_truth(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local_amazon", "world", "--out", str(tmp_path), "--size", "1500"]
    subprocess.run([*command, "--clock", START.isoformat()], cwd=ROOT, check=True, capture_output=True)
    truth = json.loads((tmp_path / "truth.json").read_text())
    assert truth["discrepancies"] and truth["totals"]
    ledger = (tmp_path / "GET_LEDGER_DETAIL_VIEW_DATA.tsv").read_text(encoding="utf-8").splitlines()
    assert ledger[0].split("\t")[:2] == ['"Date"', '"FNSKU"']
    assert list(tmp_path.glob("GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2-*.tsv"))
    assert len(json.loads((tmp_path / "transactions.json").read_text())) > 300


def test_costs_are_a_file_to_upload(amazon: Amazon) -> None:
    lines = amazon.http.get("/_control/costs.csv").text.splitlines()
    assert lines[0] == "sku,unitCost,currency,validFrom"
    assert len(lines) > 2


def test_each_profile_is_a_seller_with_his_own_marketplaces(start_amazon: Callable[..., Amazon]) -> None:
    amazon = start_amazon("--profile", "us", "--profile", "eu")
    sellers = amazon.http.get("/_control/sellers").json()["sellers"]
    assert [(each["sellingPartnerId"], each["region"]) for each in sellers] == [
        ("ALOCALSELLER1", "na"),
        ("ALOCALSELLER2", "eu"),
    ]
    first, second = (amazon.http.get(f"/_control/truth?seller={each['sellingPartnerId']}").json() for each in sellers)
    assert (first["profile"], second["profile"]) == ("us", "eu")
    assert first["seed"] != second["seed"]


def test_the_static_sandbox_answers_the_fixed_requests_only(start_amazon: Callable[..., Amazon]) -> None:
    sandbox = start_amazon("--static-sandbox")
    assert sandbox.get("/orders/v0/orders/TEST_CASE_200").status_code == 200
    assert sandbox.get("/orders/v0/orders/111-1111111-1111111").status_code == 400


def test_an_unknown_profile_is_refused_before_anything_starts() -> None:
    process = launch("--profile", "moon")
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 2
    assert "invalid choice: 'moon'" in errors
