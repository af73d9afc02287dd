"""Executions by name, both kinds of time, and other work on the same heap."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clario.errors import ExecutionEnded
from clario.services.ports import Queue, Workflow
from devstack.clock import RealClock, VirtualClock
from devstack.workflow import Engine, LocalQueue, UnknownExecution, schedule

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
WAIT = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
TASK = {"StartAt": "Work", "States": {"Work": {"Type": "Task", "Resource": "f", "TimeoutSeconds": 5, "End": True}}}
EACH = {"StartAt": "Each", "States": {"Each": {"Type": "Map", "ItemsPath": "$.n", "ItemProcessor": TASK, "End": True}}}


def echo(resource: str, payload: Any) -> Any:
    return payload


def virtual(machine: dict[str, Any], invoke: Callable[[str, Any], Any] = echo) -> Engine:
    return Engine(machine, invoke, VirtualClock(NOON))


def test_the_engine_and_its_queue_are_the_ports() -> None:
    workflow: Workflow = virtual(WAIT)
    queue: Queue = LocalQueue(virtual(WAIT), "detect")
    assert workflow and queue


# Names


def test_the_same_name_and_input_is_the_same_execution_while_it_runs() -> None:
    engine = virtual(WAIT)
    engine.start("sync", {"a": 1})
    engine.start("sync", {"a": 1})
    assert engine.status("sync") == "running"
    assert engine.wait("sync").output == {"a": 1}


def test_the_same_name_with_another_input_is_refused() -> None:
    engine = virtual(WAIT)
    engine.start("sync", {"a": 1})
    with pytest.raises(ExecutionEnded):
        engine.start("sync", {"a": 2})


def test_a_name_stays_used_after_the_end() -> None:
    engine = virtual(WAIT)
    engine.start("sync", {})
    engine.wait("sync")
    assert engine.status("sync") == "ended"
    with pytest.raises(ExecutionEnded):
        engine.start("sync", {})


@pytest.mark.parametrize("name", ["", "x" * 81, "a b", "a:b", "a/b", "a{b}"])
def test_names_that_step_functions_refuses_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        virtual(WAIT).start(name, {})


def test_an_input_over_256_kib_is_refused() -> None:
    with pytest.raises(ValueError, match="larger than 262144"):
        virtual(WAIT).start("sync", {"x": "x" * 300_000})


def test_an_unknown_name_does_not_run_and_has_no_result() -> None:
    engine = virtual(WAIT)
    engine.stop("never")
    assert engine.status("never") == "unknown"
    with pytest.raises(UnknownExecution):
        engine.wait("never")


# Virtual time


def test_executions_share_one_time_and_run_in_order_of_their_due_times() -> None:
    calls = []
    machine = {
        "StartAt": "Wait",
        "States": {"Wait": {"Type": "Wait", "SecondsPath": "$.s", "Next": "Work"}, **TASK["States"]},
    }
    engine = virtual(machine, lambda resource, payload: calls.append(payload["s"]))
    for seconds in (30, 10, 20):
        engine.start(f"run-{seconds}", {"s": seconds})
    engine.run_until_idle()
    assert calls == [10, 20, 30]
    assert engine.clock.now() == NOON + timedelta(seconds=30)


def test_run_until_stops_at_its_moment() -> None:
    engine = virtual(WAIT)
    engine.start("sync", {})
    engine.run_until(NOON + timedelta(seconds=59))
    assert engine.status("sync") == "running"
    engine.run_until(NOON + timedelta(seconds=60))
    assert engine.status("sync") == "ended"


def test_months_of_polling_take_no_time() -> None:
    machine = {
        "StartAt": "Poll",
        "States": {
            "Poll": {"Type": "Task", "Resource": "poll", "TimeoutSeconds": 60, "Next": "Done?"},
            "Done?": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.left", "NumericEquals": 0, "Next": "Done"}],
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": 86_400, "Next": "Poll"},
            "Done": {"Type": "Succeed"},
        },
    }
    engine = virtual(machine, lambda resource, payload: {"left": payload["left"] - 1})
    engine.start("sync", {"left": 90})
    assert engine.wait("sync").status == "SUCCEEDED"
    assert engine.clock.now() == NOON + timedelta(days=89)


def test_stop_ends_an_execution_and_what_it_waited_for() -> None:
    calls = []
    engine = virtual({"StartAt": "Wait", "States": {**WAIT["States"]}}, lambda *_: calls.append(1))
    engine.start("sync", {})
    engine.run_until(NOON + timedelta(seconds=5))
    engine.stop("sync")
    assert engine.status("sync") == "ended"
    engine.run_until_idle()
    result = engine.wait("sync")
    assert (result.status, result.output, calls) == ("ABORTED", None, [])
    assert engine.clock.now() == NOON + timedelta(seconds=5)


def test_a_handler_may_stop_its_own_execution_and_start_the_next_one() -> None:
    engine = virtual(TASK, lambda resource, payload: hand_over(payload["part"]))

    def hand_over(part: int) -> str:
        if part == 1:
            engine.start("part-2", {"part": 2})
            engine.stop("part-1")
        return "done"

    engine.start("part-1", {"part": 1})
    engine.run_until_idle()
    assert (engine.wait("part-1").status, engine.wait("part-2").status) == ("ABORTED", "SUCCEEDED")


def test_a_handler_must_not_wait_for_an_execution() -> None:
    engine = virtual(TASK, lambda resource, payload: engine.wait("sync"))
    engine.start("sync", {})
    result = engine.wait("sync")
    assert result.error == "RuntimeError"


def test_transitions_count_states_and_retries() -> None:
    failures = [ValueError(), ValueError()]

    def invoke(*_: Any) -> str:
        if failures:
            raise failures.pop()
        return "done"

    retried = {**TASK["States"]["Work"], "Retry": [{"ErrorEquals": ["ValueError"]}]}
    engine = virtual({"StartAt": "Work", "States": {"Work": retried}}, invoke)
    engine.start("sync", {})
    result = engine.wait("sync")
    assert (result.states(), result.transitions) == (["Work"], 3)


# Real time. Nothing here sleeps: threads meet at barriers and events.


def test_map_iterations_overlap_in_real_time() -> None:
    meeting = threading.Barrier(3, timeout=5)  # all three must be there at once
    engine = Engine(EACH, lambda resource, payload: meeting.wait() >= 0, RealClock())
    engine.start("sync", {"n": [1, 2, 3]})
    assert engine.wait("sync").output == [True, True, True]


def test_no_more_handlers_run_at_once_than_there_are_workers() -> None:
    running, most, lock = [], [], threading.Lock()

    def invoke(resource: str, payload: Any) -> None:
        with lock:
            running.append(payload)
            most.append(len(running))
        threading.Event().wait(0.002)
        with lock:
            running.remove(payload)

    engine = Engine(EACH, invoke, RealClock(), workers=2)
    engine.start("sync", {"n": list(range(8))})
    engine.wait("sync")
    assert max(most) == 2


def test_a_background_thread_drives_executions_started_from_elsewhere() -> None:
    engine = Engine(TASK, echo, RealClock())
    with engine.run_in_background():
        engine.start("sync", {"a": 1})
        assert engine.wait("sync").output == {"a": 1}


def test_virtual_time_may_be_driven_in_the_background_too() -> None:
    engine = virtual(WAIT)
    with engine.run_in_background():
        engine.start("sync", {})
        assert engine.wait("sync").status == "SUCCEEDED"
    assert engine.clock.now() == NOON + timedelta(seconds=60)


def test_a_real_task_that_takes_too_long_times_out_and_its_late_result_is_ignored() -> None:
    release = threading.Event()
    work = {**TASK["States"]["Work"], "TimeoutSeconds": 0.02}  # a fraction only to keep the test short
    caught = {**work, "Catch": [{"ErrorEquals": ["States.Timeout"], "ResultPath": None, "Next": "Rescue"}]}
    rescue = {"Type": "Task", "Resource": "rescue", "End": True}
    finished = threading.Event()

    def invoke(resource: str, payload: Any) -> str:
        if resource == "f":
            release.wait(5)
            finished.set()
            return "late"
        release.set()
        finished.wait(5)
        return "rescued"

    engine = Engine({"StartAt": "Work", "States": {"Work": caught, "Rescue": rescue}}, invoke, RealClock())
    engine.start("sync", {})
    assert engine.wait("sync").output == "rescued"


def test_a_stop_from_another_thread_does_not_wait_for_the_handler() -> None:
    entered, release = threading.Event(), threading.Event()

    def invoke(*_: Any) -> None:
        entered.set()
        release.wait(5)

    engine = Engine(TASK, invoke, RealClock())
    with engine.run_in_background():
        engine.start("sync", {})
        entered.wait(5)
        engine.stop("sync")
        assert engine.wait("sync").status == "ABORTED"
        release.set()


# Other work on the same heap


def test_a_queue_delivers_to_its_function_on_the_same_clock() -> None:
    calls = []
    engine = virtual(TASK, lambda resource, payload: calls.append((resource, payload)))
    LocalQueue(engine, "detect").send({"seller": "s"})
    engine.run_until_idle()
    ((function, event),) = calls
    assert (function, json.loads(event["Records"][0]["body"])) == ("detect", {"seller": "s"})


def test_a_message_whose_function_fails_comes_again() -> None:
    times, failures = [], [ValueError(), ValueError()]

    def invoke(*_: Any) -> None:
        times.append(engine.clock.now())
        if failures:
            raise failures.pop()

    engine = virtual(TASK, invoke)
    queue = LocalQueue(engine, "detect", retry_after=timedelta(seconds=30))
    queue.send({})
    engine.run_until_idle()
    assert times == [NOON + timedelta(seconds=30 * n) for n in range(3)]
    assert queue.dead_letters == []


def test_a_message_that_never_succeeds_ends_among_the_dead_letters() -> None:
    calls = []

    def invoke(resource: str, payload: Any) -> None:
        calls.append(payload)
        raise ValueError

    engine = virtual(TASK, invoke)
    queue = LocalQueue(engine, "detect", attempts=2)
    queue.send({"seller": "s"})
    engine.run_until_idle()
    assert (len(calls), queue.dead_letters) == (2, [{"seller": "s"}])


def test_a_scheduled_function_is_called_at_its_rate_also_when_it_fails() -> None:
    ticks = []

    def invoke(resource: str, payload: Any) -> None:
        ticks.append((resource, engine.clock.now()))
        raise ValueError

    engine = virtual(TASK, invoke)
    schedule(engine, "dispatch", timedelta(minutes=5))
    engine.run_until(NOON + timedelta(minutes=12))
    assert ticks == [("dispatch", NOON + timedelta(minutes=5 * n)) for n in range(3)]
