"""The door of a state: what comes in is checked, what goes out has the names the state machine knows."""

import io
import json

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
