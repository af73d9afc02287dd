"""The door of a state: what comes in is checked, what goes out has the names the state machine knows."""

import io
import json
from types import SimpleNamespace

import pytest

from clario.aws.step import logger, step
from clario.errors import FatalError, RequestRefused, RetryableError, Throttled
from clario.payloads import SyncTask

EVENT = {"sellerId": "anna", "syncId": "sync_anna_1", "plan": {"action": "load"}}


def handler(work):
    return step(SyncTask)(work)


def test_payloads_are_camel_case_outside_and_fields_of_other_states_are_ignored() -> None:
    assert handler(lambda task: task)(EVENT, None) == {"sellerId": "anna", "syncId": "sync_anna_1"}


@pytest.mark.parametrize(
    ("raised", "canonical"), [(Throttled("slow"), RetryableError), (RequestRefused("no"), FatalError)]
)
def test_errors_are_raised_under_their_canonical_name_with_their_own_in_front(raised, canonical) -> None:
    def work(task: SyncTask) -> SyncTask:
        raise raised

    with pytest.raises(canonical, match=f"^{type(raised).__name__}: {raised}$") as caught:
        handler(work)(EVENT, None)
    assert type(caught.value) is canonical


def test_a_bug_keeps_its_own_name() -> None:
    def work(task: SyncTask) -> SyncTask:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        handler(work)(EVENT, None)


def test_a_wrong_payload_is_fatal_and_says_what_is_missing_but_not_what_was_sent() -> None:
    with pytest.raises(FatalError, match="SyncTask lacks or misuses syncId") as caught:
        handler(lambda task: task)({"sellerId": "anna-secret"}, None)
    assert "anna-secret" not in str(caught.value)


def test_log_lines_carry_the_sync_and_lose_it_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)

    def work(task: SyncTask) -> SyncTask:
        raise Throttled("slow")

    with pytest.raises(RetryableError):
        handler(work)(EVENT, None)
    logger.warning("later")
    inside, later = (json.loads(line) for line in written.getvalue().splitlines())
    assert (inside["seller_id"], inside["sync_id"], inside["error"]) == ("anna", "sync_anna_1", "Throttled")
    assert "sync_id" not in later


CONTEXT = SimpleNamespace(
    function_name="clario-fetch", memory_limit_in_mb=256, invoked_function_arn="arn:aws:lambda:x", aws_request_id="r-1"
)


def throttled(task: SyncTask) -> SyncTask:
    raise Throttled("slow")


def buggy(task: SyncTask) -> SyncTask:
    raise ZeroDivisionError


@pytest.mark.parametrize(("work", "error"), [(throttled, "Throttled"), (buggy, "ZeroDivisionError")])
def test_in_lambda_a_failure_is_counted_by_its_own_class(work, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((RetryableError, ZeroDivisionError)):
        handler(work)(EVENT, CONTEXT)
    counted = json.loads(capsys.readouterr().out)
    assert (counted["StepFailed"], counted["error"], counted["function"]) == ([1.0], error, "clario-fetch")
    metric = counted["_aws"]["CloudWatchMetrics"][0]
    assert (metric["Namespace"], metric["Dimensions"]) == ("Clario", [["error"]])


def test_in_lambda_a_success_is_not_counted(capsys: pytest.CaptureFixture[str]) -> None:
    handler(lambda task: task)(EVENT, CONTEXT)
    assert capsys.readouterr().out == ""


def test_a_laptop_counts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RetryableError):
        handler(throttled)(EVENT, None)
    assert capsys.readouterr().out == ""


def test_log_lines_say_which_invocation_and_trace_they_are_of(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-6745-0;Parent=a;Sampled=1")
    with pytest.raises(RetryableError):
        handler(throttled)(EVENT, CONTEXT)
    line = json.loads(written.getvalue())
    assert (line["function_request_id"], line["xray_trace_id"]) == ("r-1", "1-6745-0")
    assert (line["sync_id"], line["error"]) == ("sync_anna_1", "Throttled")
    assert "cold_start" in line
