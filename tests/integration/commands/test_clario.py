"""The command line, run as a person runs it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.amazon import lasting_world

ROOT = Path(__file__).resolve().parents[3]


def clario(database_url: str, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", "import sys; from devstack.cli import main; sys.exit(main())", *arguments]
    variables = {**os.environ, "DATABASE_URL": database_url, **environment}
    return subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("arguments", [("--help",), ("sync", "--help"), ("replay", "--help"), ("costs", "--help")])
def test_help_teaches(arguments: tuple[str, ...]) -> None:
    run = clario("", *arguments)
    assert run.returncode == 0
    assert "usage: clario" in run.stdout


def test_a_wrong_database_url_is_one_line(tmp_path: Path) -> None:
    run = clario("postgresql://clario:hush@127.0.0.1:1/none", "sync", "status")
    assert run.returncode == 1
    assert run.stderr.startswith("clario: DATABASE_URL: cannot connect (")
    assert len(run.stderr.splitlines()) == 1
    assert "hush" not in run.stderr


def test_a_wrong_setting_is_one_line(database_url: str) -> None:
    run = clario(database_url, "sync", "status", SYNC_HISTORY_DAYS="-3")
    assert run.returncode == 1
    assert run.stderr.startswith("clario: SYNC_HISTORY_DAYS: ")
    assert len(run.stderr.splitlines()) == 1


def test_before_the_first_sync_the_next_step_is_named(database_url: str) -> None:
    assert "clario sync start" in clario(database_url, "sync", "status").stdout


def test_the_plan_is_shown_before_anything_is_connected(database_url: str) -> None:
    run = clario(database_url, "plan", "--days", "60", COLUMNS="120")
    assert run.returncode == 0, run.stderr
    assert "Nothing is connected yet; a seller in ATVPDKIKX0DER would load" in run.stdout
    assert re.search(r"orders +GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL +\d{4}-\d\d-\d\d +3 ", run.stdout)
    assert re.search(r"createReport +\d+", run.stdout)
    assert re.search(r"All side by side: [\d.]+ minutes; Amazon's usage plans allow no less than [\d.]+\.", run.stdout)


def test_costs_are_loaded_from_a_file_and_bad_rows_named(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "costs.csv"
    file.write_text("sku,unitCost,currency,validFrom\nA,1.5,USD,2025-01-01\nB,?,USD,2025-01-01\n")
    run = clario(database_url, "costs", str(file))
    assert run.returncode == 1
    assert "1 costs accepted, 1 rejected" in run.stdout
    assert "row 2: unitCost is not an amount" in run.stdout


def test_a_whole_sync_is_run_shown_listed_and_cannot_be_cancelled_afterwards(database_url: str, tmp_path: Path) -> None:
    raw = {"RAW_STORE": str(tmp_path / "raw"), "TOKEN_KEY": str(tmp_path / "key"), "SYNC_HISTORY_DAYS": "20"}
    started = clario(database_url, "--seller", "anna", "sync", "start", AMAZON_SPAPI_RATE_SCALE="1000", **raw)
    assert started.returncode == 0, started.stderr
    assert "100%  Sync completed successfully" in started.stdout
    assert "What Amazon owes and can be filed today" in started.stdout
    assert "completed  100%" in clario(database_url, "--seller", "anna", "sync", "status").stdout
    assert "sync_anna_" in clario(database_url, "--seller", "anna", "sync", "history", COLUMNS="200").stdout
    assert "no sync is running" in clario(database_url, "--seller", "anna", "sync", "cancel").stderr
    replayed = clario(database_url, "--seller", "anna", "replay", **raw)
    assert replayed.returncode == 0, replayed.stderr
    assert "0 rows written, 0 deleted" in replayed.stdout
    assert "There has been no sync yet" in clario(database_url, "sync", "status", "--seller", "bert").stdout


def test_the_local_amazons_world_goes_on_between_two_commands(tmp_path: Path) -> None:
    first = lasting_world(tmp_path)
    assert lasting_world(tmp_path) == first
    assert lasting_world(tmp_path / "other")[2:] == ("--ahead", "400")


@pytest.fixture
def samples(tmp_path: Path) -> dict[str, str]:
    """The settings for a sync against Amazon's fixed samples."""
    places = {"RAW_STORE": str(tmp_path / "raw"), "TOKEN_KEY": str(tmp_path / "key"), "SYNC_HISTORY_DAYS": "3"}
    return {"AMAZON_SPAPI_STATIC_SANDBOX": "1", "AMAZON_SPAPI_RATE_SCALE": "1000", **places}


def test_a_sync_against_samples_completes_and_says_that_they_are_samples(database_url: str, samples) -> None:
    started = clario(database_url, "sync", "start", **samples)
    assert started.returncode == 0, started.stderr
    assert "100%  Sync completed successfully - 0 discrepancies detected" in started.stdout
    assert "info  amazon_spapi: Amazon's static sandbox has fixed samples" in started.stdout


def test_a_first_sync_that_fails_says_why_and_nothing_else(database_url: str, samples) -> None:
    failed = clario(database_url, "sync", "start", **{**samples, "AMAZON_SPAPI_REFRESH_TOKEN": "Atzr|nobody"})
    assert (failed.returncode, failed.stderr) == (1, "")
    assert "Sync failed - no usable connection to Amazon is left: connect Amazon again" in failed.stdout
