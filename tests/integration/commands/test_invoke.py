"""`make invoke` as a person uses it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from devstack import events
from devstack.invoke import main
from devstack.template import functions

pytest.importorskip("awslambdaric", reason="the Lambda runtime client runs on Linux only")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs the command on a database of the test's own and with an Amazon that nobody calls."""
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("AMAZON_SPAPI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AMAZON_SPAPI_REFRESH_TOKEN", "Atzr|test")

    def command(*arguments: str) -> tuple[int, str, str]:
        status = main(list(arguments), tmp_path)
        told = capfd.readouterr()
        return status, told.out, told.err

    return command


def test_a_state_says_what_it_would_have_sent(run: Run) -> None:
    status, out, err = run("queue_detection")
    assert status == 0
    assert json.loads(out) == {"sellerId": events.SELLER, "syncId": events.SYNC}
    assert "aws: would send to the queue clario-detection" in err
    assert "result after" in err


def test_an_apis_answer_is_readable(run: Run) -> None:
    status, out, _ = run("api_detections")
    answer = json.loads(out)
    assert (status, answer["statusCode"], answer["body"]["total"]) == (0, 200, 1)


def test_an_error_is_shown_as_lambda_reports_it(run: Run, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"sellerId": "anna"}')
    status, out, err = run("finish", str(wrong))
    assert status == 1
    assert json.loads(out)["errorType"] == "FatalError"
    assert "error after" in err


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("fetsch",), "invoke: FN: no function 'fetsch'; there are api_detections"),
        (("fetch", "nowhere.json"), "invoke: EVENT: cannot read nowhere.json"),
    ],
)
def test_a_wrong_argument_is_one_line(run: Run, arguments: tuple[str, ...], line: str) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (1, "")
    assert err.startswith(line)
    assert err.count("\n") == 1


def test_where_nobody_may_use_the_environments_token_the_events_seller_cannot_be_made(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AMAZON_SPAPI_ENV_TOKEN", "0")
    status, out, err = run("finish")
    assert (status, out) == (1, "")
    assert err == "invoke: the seller 'events' uses the environment's token: set AMAZON_SPAPI_ENV_TOKEN=1\n"


def test_a_function_gets_the_variables_of_the_template_and_secrets_instead_of_where_they_are() -> None:
    values = {"DATABASE_URL": "postgresql://", "RAW_STORE": "folder", "SESSION_JWT_SECRET": "x", "LOG_LEVEL": "INFO"}
    given = functions()["fetch"].with_secrets(values)
    assert given == {"DATABASE_URL": "postgresql://", "RAW_STORE": "folder", "LOG_LEVEL": "INFO"}


def test_elsewhere_than_on_linux_it_says_so_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert main(["plan"]) == 1
    assert capsys.readouterr().err == "invoke: the Lambda runtime client (awslambdaric) runs on Linux only\n"
