"""The real state machine does the same on our engine and on moto's, whatever its functions do.

The functions are played by a script. What both engines throw dice for is taken out: the jitter of retries and the order
of slices side by side.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from clario.errors import FatalError, RetryableError
from devstack.clock import VirtualClock
from devstack.functions import substitutions
from devstack.runtime import STATE_MACHINE
from devstack.workflow import StateError, load_definition
from tests.workflow.referee import (
    START,
    Hanging,
    Referee,
    Verdict,
    function_arn,
    on_our_engine,
    stepfunctions,
)

SYNC = {"sellerId": "anna", "syncId": "sync_anna_1"}
INPUT = {**SYNC, "part": 1}
NEXT = {"request": "poll", "poll": "fetch", "fetch": "normalize", "normalize": "store", "store": "rest"}
BUG = ZeroDivisionError("a bug")
KILLED = StateError("Runtime.ExitError", "Runtime exited with error: signal: killed")
LATE = StateError("Sandbox.Timedout", "Task timed out after 900.00 seconds")
BUSY = StateError("Lambda.TooManyRequestsException", "Rate Exceeded.")
MIDWAY = [{"load": ["request", "fetch"]}, {"wait": 90.5}, {"load": ["poll"]}, {"detect": None}]
ONE_SLICE = [{"load": ["fetch"]}, {"detect": None}]
# The machine tries a task seven times.
SOME, MANY = 3, 7


@dataclass
class Script:
    """What the functions do.

    Args:
        plans: the answers of `plan`, one after the other: slices at these steps to load, seconds to wait, or an end.
        faults: what a function raises at its first calls, before it works.
        resting: how many polls find the report unfinished; the slice then rests.
        looks: how many polls find detection unfinished.
    """

    plans: list[dict[str, Any]]
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    resting: int = 0
    looks: int = 0


class Functions:
    """Plays a script on a clock, and notes what each function was given."""

    def __init__(self, script: Script) -> None:
        self.clock = VirtualClock(START)
        self.calls: list[tuple[str, Any]] = []
        self._script = deepcopy(script)

    def __call__(self, resource: str, payload: Any) -> Any:
        name = resource.rpartition(":")[2]
        self.calls.append((name, _readable(payload)))
        if faults := self._script.faults.get(name):
            raise faults.pop(0)
        return self._answer(name, payload)

    def _answer(self, name: str, payload: Any) -> Any:
        if name == "plan":
            return self._plan()
        if name == "poll_detection":
            self._script.looks -= 1
            return {**SYNC, "ready": self._script.looks < 0, "waitUntil": self._in(2)}
        if name == "poll" and self._script.resting:
            self._script.resting -= 1
            return {**payload, "step": "rest"}
        if name in NEXT:
            return {**payload, "step": NEXT[name]}
        return SYNC if name == "queue_detection" else {}

    def _plan(self) -> Any:
        [(action, what)] = self._script.plans.pop(0).items()
        steps = what if action == "load" else []
        return {
            **SYNC,
            "action": action,
            "slices": [{**SYNC, "sliceId": number, "step": step} for number, step in enumerate(steps, 1)],
            "waitUntil": self._in(what) if action == "wait" else None,
        }

    def _in(self, seconds: float) -> str:
        return (self.clock.now() + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")


def _readable(payload: Any) -> Any:
    """The payload, with the class and message of a failure: its stack trace is each engine's own."""
    if not isinstance(payload, dict) or "failure" not in payload:
        return payload
    failure = payload["failure"]
    try:
        cause = json.loads(failure["Cause"])["errorMessage"]
    except ValueError:
        cause = failure["Cause"]
    return {**payload, "failure": (failure["Error"], cause)}


def predictable(definition: Any) -> Any:
    """The definition without dice."""
    if isinstance(definition, list):
        return [predictable(part) for part in definition]
    if not isinstance(definition, dict):
        return definition
    kept = {key: predictable(part) for key, part in definition.items() if key != "JitterStrategy"}
    return {**kept, "MaxConcurrency": 1} if "MaxConcurrency" in kept else kept


MACHINE = load_definition(
    STATE_MACHINE.read_text(), {name: function_arn(folder) for name, folder in substitutions().items()}
)

SCRIPTS = {
    "calm, in several batches with a wait": Script(MIDWAY, looks=2),
    "a report that takes its time": Script(
        [{"load": ["poll"]}, {"wait": 15}, {"load": ["poll"]}, {"wait": 30}, {"load": ["poll"]}, {"detect": None}],
        resting=2,
    ),
    "nothing to load": Script([{"detect": None}]),
    "ended meanwhile": Script([{"stop": None}]),
    "ended between two batches": Script([{"load": ["store"]}, {"stop": None}]),
    "a wait that is over already": Script([{"wait": -5}, {"detect": None}]),
    "throttled, then fine": Script(ONE_SLICE, {"fetch": [RetryableError("Throttled: 429")] * SOME}),
    "Lambda is busy everywhere, then fine": Script(
        ONE_SLICE,
        {name: [BUSY] for name in ("plan", "fetch", "store", "queue_detection", "poll_detection", "finish")},
    ),
    "as many run as may, for long": Script(ONE_SLICE, {"fetch": [BUSY] * 30}),
    "the process dies, and its successor runs out of time": Script(ONE_SLICE, {"store": [KILLED, LATE]}),
    "throttled until the end": Script(ONE_SLICE, {"fetch": [RetryableError("Throttled: 429")] * MANY}),
    "one slice fails, the others go on": Script(
        [{"load": ["fetch", "normalize", "store"]}, {"detect": None}], {"normalize": [FatalError("unreadable")]}
    ),
    "a bug in a slice": Script(ONE_SLICE, {"store": [BUG]}),
    "a handler that hangs, then works": Script(ONE_SLICE, {"store": [Hanging()]}),
    "a handler that always hangs": Script(ONE_SLICE, {"store": [Hanging()] * MANY}),
    "the failure cannot be recorded": Script(
        ONE_SLICE, {"fetch": [FatalError("no")], "record_failure": [FatalError("no database")]}
    ),
    "the failure is recorded at the third try": Script(
        ONE_SLICE, {"fetch": [FatalError("no")], "record_failure": [RetryableError("no database")] * 2}
    ),
    "planning fails": Script([], {"plan": [FatalError("AuthorizationRevoked: connect again")]}),
    "a bug in planning": Script([], {"plan": [BUG]}),
    "planning hangs": Script([], {"plan": [Hanging()] * MANY}),
    "detection cannot be queued": Script(ONE_SLICE, {"queue_detection": [RetryableError("no queue")] * MANY}),
    "detection cannot be looked at": Script(ONE_SLICE, {"poll_detection": [FatalError("no")]}),
    "the end fails once": Script(ONE_SLICE, {"finish": [FatalError("no")]}),
    "the end cannot be written": Script(ONE_SLICE, {"finish": [FatalError("no")] * 2}),
}
# The error an execution ends with; all others succeed.
ENDS = {
    "planning fails": "SyncFailed",
    "a bug in planning": "SyncFailed",
    "planning hangs": "SyncFailed",
    "the failure cannot be recorded": "SyncFailed",
    "detection cannot be queued": "SyncFailed",
    "detection cannot be looked at": "SyncFailed",
    "the end fails once": "SyncFailed",
    "the end cannot be written": "EndUnrecorded",
}

# Whose slice is given up; everywhere else none is.
GIVEN_UP = {
    "throttled until the end",
    "one slice fails, the others go on",
    "a bug in a slice",
    "a handler that always hangs",
    "the failure cannot be recorded",
    "the failure is recorded at the third try",
}


@pytest.fixture(scope="module")
def referee() -> Iterator[Referee]:
    with stepfunctions() as referee:
        yield referee


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_sync_goes_the_same_way_on_both_engines(name: str, referee: Referee) -> None:
    machine = predictable(MACHINE)
    here, there = Functions(SCRIPTS[name]), Functions(SCRIPTS[name])
    ours: Verdict = on_our_engine(machine, INPUT, here, here.clock)
    theirs = referee.run(machine, INPUT, there, there.clock)
    assert ours == theirs
    assert here.calls == there.calls
    assert ours.error == ENDS.get(name)
    assert ("record_failure" in dict(here.calls)) == (name in GIVEN_UP)


def test_slices_side_by_side_come_to_the_same(referee: Referee) -> None:
    script = Script([{"load": ["request", "poll", "fetch", "normalize", "store"] * 3}, {"detect": None}])
    here, there = Functions(script), Functions(script)
    ours = on_our_engine(MACHINE, INPUT, here, here.clock)
    theirs = referee.run(MACHINE, INPUT, there, there.clock)
    assert (ours.status, ours.output, sorted(ours.events)) == (theirs.status, theirs.output, sorted(theirs.events))
    assert sorted(map(str, here.calls)) == sorted(map(str, there.calls))
