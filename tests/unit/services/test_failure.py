"""What Step Functions says about a failed task, in the words we keep."""

import json

import pytest

from clario.payloads import FailureInfo
from clario.services.failure import Failure


def cause(message: str) -> str:
    return json.dumps({"errorMessage": message, "errorType": "FatalError", "stackTrace": []})


@pytest.mark.parametrize(
    ("error", "reason", "expected"),
    [
        ("FatalError", cause("AuthorizationRevoked: gone"), ("AuthorizationRevoked", "gone", "connection_revoked")),
        ("RetryableError", cause("Throttled: too fast"), ("Throttled", "too fast", "throttled")),
        ("FatalError", cause("AmazonKeepsFailing: a"), ("AmazonKeepsFailing", "a", "amazon_unavailable")),
        ("FatalError", cause("ReportFailed: a: b"), ("ReportFailed", "a: b", "report_failed")),
        ("KeyError", cause("'x': y"), ("KeyError", "'x': y", "load_failed")),
        ("States.Timeout", "", ("States.Timeout", "States.Timeout", "load_failed")),
        ("Lambda.Unknown", "no json", ("Lambda.Unknown", "no json", "load_failed")),
        ("FatalError", "[1]", ("[1]", "", "load_failed")),
    ],
)
def test_a_failure_has_a_kind_a_message_and_a_word(error: str, reason: str, expected: tuple[str, str, str]) -> None:
    failure = Failure.of(FailureInfo(Error=error, Cause=reason))
    assert (failure.kind, failure.message, failure.note) == expected


def test_a_long_message_is_cut() -> None:
    assert len(Failure.of(FailureInfo(Error="FatalError", Cause=cause("X: " + "y" * 5000))).message) == 1000
