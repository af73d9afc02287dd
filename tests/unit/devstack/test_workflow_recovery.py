"""Retry, Catch and time limits, on virtual time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devstack.clock import VirtualClock
from devstack.workflow import Engine, ExecutionResult, StateError

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


class Throttled(Exception):
    pass


class Revoked(Exception):
    pass


class Script:
    """A handler that follows a script: it raises or returns one entry after the other, and notes when."""

    def __init__(self, clock: VirtualClock, *steps: Any) -> None:
        self._clock = clock
        self._steps = list(steps)
        self.seconds: list[float] = []

    def __call__(self, resource: str, payload: Any) -> Any:
        self.seconds.append((self._clock.now() - NOON).total_seconds())
        step = self._steps.pop(0)
        if isinstance(step, Exception):
            raise step
        return step


def run(task: dict[str, Any], *steps: Any, **others: dict[str, Any]) -> tuple[ExecutionResult, list[float]]:
    """Run one task; the answer is the result and when (in seconds) the handler was called."""
    clock = VirtualClock(NOON)
    script = Script(clock, *steps)
    states = {"Work": {"Type": "Task", "Resource": "f", "End": True, **task}, **others}
    engine = Engine({"StartAt": "Work", "States": states}, script, clock)
    engine.start("run", {"id": 1})
    return engine.wait("run"), script.seconds


def retry(*names: str, **fields: Any) -> dict[str, Any]:
    return {"ErrorEquals": list(names), **fields}


def test_a_retried_task_succeeds_in_the_end() -> None:
    result, times = run({"Retry": [retry("Throttled", IntervalSeconds=10)]}, Throttled(), Throttled(), "done")
    assert (result.status, result.output, times) == ("SUCCEEDED", "done", [0, 10, 30])


def test_without_numbers_it_waits_one_second_then_doubles_and_tries_three_times_more() -> None:
    result, times = run({"Retry": [retry("Throttled")]}, *[Throttled() for _ in range(4)])
    assert (result.error, times) == ("Throttled", [0, 1, 3, 7])


def test_the_delay_has_a_cap() -> None:
    policy = retry("Throttled", IntervalSeconds=10, BackoffRate=3, MaxDelaySeconds=25, MaxAttempts=4)
    _, times = run({"Retry": [policy]}, *[Throttled() for _ in range(4)], "done")
    assert times == [0, 10, 35, 60, 85]


def test_full_jitter_waits_anything_up_to_the_delay_the_same_in_every_run() -> None:
    policy = retry("Throttled", IntervalSeconds=100, BackoffRate=1, JitterStrategy="FULL", MaxAttempts=20)
    runs = [run({"Retry": [policy]}, *[Throttled() for _ in range(20)], "done")[1] for _ in range(2)]
    assert runs[0] == runs[1]
    delays = [later - earlier for earlier, later in zip(runs[0], runs[0][1:], strict=False)]
    assert all(0 <= delay <= 100 for delay in delays)
    assert min(delays) < 30 < 70 < max(delays)


def test_each_retrier_counts_for_itself() -> None:
    policies = [retry("Throttled", MaxAttempts=1), retry("Revoked", MaxAttempts=1)]
    result, times = run({"Retry": policies}, Throttled(), Revoked(), Throttled())
    assert (result.error, len(times)) == ("Throttled", 3)


def test_zero_attempts_mean_no_retry_even_if_a_later_retrier_would() -> None:
    policies = [retry("Revoked", MaxAttempts=0), retry("States.ALL")]
    result, times = run({"Retry": policies}, Revoked("gone"))
    assert (result.error, times) == ("Revoked", [0])


def test_names_are_compared_exactly() -> None:
    result, times = run({"Retry": [retry("Exception", "throttled")]}, Throttled())
    assert (result.error, times) == ("Throttled", [0])


@pytest.mark.parametrize(
    ("error", "names", "matches"),
    [
        ("Throttled", ["States.ALL"], True),
        ("Throttled", ["States.TaskFailed"], True),
        ("States.Timeout", ["States.ALL"], True),
        ("States.Timeout", ["States.TaskFailed"], False),
        ("States.Timeout", ["States.Timeout"], True),
        ("States.Runtime", ["States.ALL"], False),
        ("States.DataLimitExceeded", ["States.ALL", "States.TaskFailed"], False),
        ("States.DataLimitExceeded", ["States.DataLimitExceeded"], True),
    ],
)
def test_wildcards_match_what_step_functions_lets_them(error: str, names: list[str], matches: bool) -> None:
    assert StateError(error).matches(names) is matches


def test_an_error_may_carry_a_name_no_class_can_have() -> None:
    failure = StateError("Lambda.TooManyRequestsException", "slow down")
    result, _ = run({"Retry": [retry("Lambda.TooManyRequestsException")]}, failure, "done")
    assert result.output == "done"


def caught(*names: str, **fields: Any) -> dict[str, Any]:
    return {"Catch": [{"ErrorEquals": list(names), "Next": "Rescue", **fields}]}


RESCUE = {"Type": "Succeed"}


def test_a_catch_leads_on_with_error_and_cause_as_lambda_reports_them() -> None:
    result, _ = run(caught("Revoked", ResultPath="$.failure"), Revoked("ask the seller"), Rescue=RESCUE)
    assert result.status == "SUCCEEDED"
    assert result.output["id"] == 1
    assert result.output["failure"]["Error"] == "Revoked"
    assert '"errorMessage":"ask the seller","errorType":"Revoked"' in result.output["failure"]["Cause"]


def test_a_catch_without_a_place_replaces_the_input() -> None:
    result, _ = run(caught("States.ALL"), Revoked(), Rescue=RESCUE)
    assert set(result.output) == {"Error", "Cause"}


def test_a_catch_comes_after_the_retries() -> None:
    task = {"Retry": [retry("Throttled", MaxAttempts=2)], **caught("States.ALL", ResultPath=None)}
    result, times = run(task, *[Throttled() for _ in range(3)], Rescue=RESCUE)
    assert (result.output, len(times)) == ({"id": 1}, 3)


def test_a_catch_for_another_error_does_not_fire() -> None:
    result, _ = run(caught("Throttled"), Revoked(), Rescue=RESCUE)
    assert (result.status, result.error) == ("FAILED", "Revoked")


def test_the_machines_own_fault_is_not_caught() -> None:
    result, _ = run({"ResultSelector": {"x.$": "$.gone"}, **caught("States.ALL")}, {}, Rescue=RESCUE)
    assert (result.status, result.error) == ("FAILED", "States.Runtime")


def test_a_map_is_retried_and_caught_as_a_whole() -> None:
    clock = VirtualClock(NOON)
    script = Script(clock, "fine", Throttled(), Throttled(), Throttled())
    work = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "f", "End": True}}}
    each = {
        "Type": "Map",
        "ItemProcessor": work,
        "Retry": [retry("Throttled", MaxAttempts=1)],
        **caught("States.ALL", ResultPath=None),
        "End": True,
    }
    engine = Engine({"StartAt": "Each", "States": {"Each": each, "Rescue": RESCUE}}, script, clock)
    engine.start("run", [1, 2])
    assert engine.wait("run").output == [1, 2]
    assert script.seconds == [0, 0, 1, 1]


# Time limits: a handler's own sleep passes virtual time


def sleeping(seconds: float) -> Callable[[VirtualClock], Callable[..., str]]:
    def bind(clock: VirtualClock) -> Callable[..., str]:
        def handler(*_: Any) -> str:
            clock.sleep(seconds)
            return "late"

        return handler

    return bind


def timed(machine: dict[str, Any], seconds: float) -> ExecutionResult:
    clock = VirtualClock(NOON)
    engine = Engine(machine, sleeping(seconds)(clock), clock)
    engine.start("run", {})
    return engine.wait("run")


@pytest.mark.parametrize(("seconds", "error"), [(29, None), (31, "States.Timeout")])
def test_a_task_has_its_time_and_no_more(seconds: float, error: str | None) -> None:
    work = {"Type": "Task", "Resource": "f", "TimeoutSeconds": 30, "End": True}
    assert timed({"StartAt": "Work", "States": {"Work": work}}, seconds).error == error


def test_a_machine_has_its_time_too() -> None:
    wait = {"Type": "Wait", "Seconds": 100, "End": True}
    result = timed({"StartAt": "Wait", "States": {"Wait": wait}, "TimeoutSeconds": 60}, 0)
    assert (result.status, result.error) == ("TIMED_OUT", "States.Timeout")
    assert result.history[-1].time == NOON + timedelta(seconds=60)


def test_a_time_limit_that_was_not_needed_does_not_drag_time_along() -> None:
    clock = VirtualClock(NOON)
    work = {"Type": "Task", "Resource": "f", "TimeoutSeconds": 900, "End": True}
    engine = Engine({"StartAt": "Work", "States": {"Work": work}, "TimeoutSeconds": 9000}, lambda *_: "done", clock)
    engine.start("run", {})
    engine.run_until_idle()
    assert clock.now() == NOON


def test_a_machine_that_runs_in_circles_ends_at_the_history_limit() -> None:
    circle = {"Type": "Pass", "Next": "Circle"}
    result = timed({"StartAt": "Circle", "States": {"Circle": circle}}, 0)
    assert (result.status, result.error, len(result.history)) == ("FAILED", "States.Runtime", 25_000)
