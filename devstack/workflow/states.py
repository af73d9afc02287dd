"""Runs a state machine of our subset of the Amazon States Language (`lint` says which), as routines of the loop."""

import random
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from clario.services.ports import Clock
from devstack.workflow.choices import holds, parse_timestamp
from devstack.workflow.errors import StateError, runtime_error
from devstack.workflow.history import History
from devstack.workflow.loop import Call, Join, Pause, Wait
from devstack.workflow.paths import Json, checked, fill, put, read, select
from devstack.workflow.retries import Retries, catcher_for

Definition = dict[str, Any]
Invoke = Callable[[str, Json], Json]
Exit = tuple[Json, str | None]
"""A state's output and the state that follows; None ends the machine."""
Running = Generator[Wait, Any, Exit]

INLINE_MAP_LIMIT = (
    40  # iterations side by side: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What the states of one execution, or of one Map iteration, share."""

    history: History
    context: dict[str, Any]
    clock: Clock

    def note(self, event: str, state: str) -> None:
        self.history.add(self.clock.now(), event, state)

    def inside(self, name: str, retry_count: int = 0) -> "Scope":
        """The scope with the context object of a state that is being entered."""
        state = {"Name": name, "EnteredTime": timestamp(self.clock.now()), "RetryCount": retry_count}
        return Scope(self.history, {**self.context, "State": state}, self.clock)

    def item(self, index: int, value: Json) -> "Scope":
        """The scope of one Map iteration."""
        return Scope(self.history, {**self.context, "Map": {"Item": {"Index": index, "Value": value}}}, self.clock)


def timestamp(moment: datetime) -> str:
    """A moment as the context object writes it."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Interpreter:
    """Runs machines: an execution's own and the item processors inside it."""

    def __init__(self, invoke: Invoke, rng: random.Random) -> None:
        self._invoke = invoke
        self._rng = rng
        self._kinds: dict[str, Callable[[Definition, Json, Scope], Running]] = {
            "Task": self._task,
            "Map": self._map,
            "Wait": self._wait,
            "Choice": self._choice,
            "Pass": self._pass,
            "Succeed": self._succeed,
            "Fail": self._fail,
        }

    def run(self, machine: Definition, data: Json, scope: Scope) -> Generator[Wait, Any, Json]:
        """The machine's output.

        Raises:
            StateError: a state failed and nothing caught it.
        """
        name: str | None = machine["StartAt"]
        while name is not None:
            data, name = yield from self._visit(name, machine["States"][name], data, scope)
        return data

    def _visit(self, name: str, state: Definition, data: Json, scope: Scope) -> Running:
        kind = state["Type"]
        scope.note(f"{kind}StateEntered", name)
        retries = Retries(state.get("Retry", []), self._rng)
        while True:
            try:
                output, following = yield from self._kinds[kind](state, data, scope.inside(name, retries.count))
                break
            except StateError as error:
                if (delay := retries.delay(error)) is not None:
                    yield Pause(scope.clock.now() + delay)
                elif (catcher := catcher_for(error, state.get("Catch", []))) is not None:
                    output = put(catcher.get("ResultPath", "$"), data, error.as_output())
                    following = catcher["Next"]
                    break
                else:
                    raise
        scope.note(f"{kind}StateExited", name)
        return checked(output, "The state's output"), following

    def _task(self, state: Definition, data: Json, scope: Scope) -> Running:
        payload = checked(_effective_input(state, data, scope), "The task's input")
        name, resource = scope.context["State"]["Name"], state["Resource"]
        scope.note("LambdaFunctionScheduled", name)
        scope.note("LambdaFunctionStarted", name)
        try:
            result = yield Call(
                lambda: checked(self._invoke(resource, payload), "The handler's result"),
                timedelta(seconds=state["TimeoutSeconds"]) if "TimeoutSeconds" in state else None,
            )
        except StateError as error:
            scope.note("LambdaFunctionTimedOut" if error.error == "States.Timeout" else "LambdaFunctionFailed", name)
            raise
        scope.note("LambdaFunctionSucceeded", name)
        return _result(state, data, result, scope)

    def _map(self, state: Definition, data: Json, scope: Scope) -> Running:
        chosen = select(state.get("InputPath", "$"), data, scope.context)
        items = read(state.get("ItemsPath", "$"), chosen, scope.context)
        if not isinstance(items, list):
            raise runtime_error(f"ItemsPath '{state.get('ItemsPath', '$')}' does not name an array")
        name = scope.context["State"]["Name"]
        scope.note("MapStateStarted", name)
        limit = state.get("MaxConcurrency", 0) or INLINE_MAP_LIMIT
        try:
            results = yield Join(
                [self._iteration(state, chosen, scope.item(index, item), name) for index, item in enumerate(items)],
                min(limit, INLINE_MAP_LIMIT),
            )
        except StateError:
            scope.note("MapStateFailed", name)
            raise
        scope.note("MapStateSucceeded", name)
        return _result(state, data, results, scope)

    def _iteration(self, state: Definition, chosen: Json, scope: Scope, name: str) -> Generator[Wait, Any, Json]:
        scope.note("MapIterationStarted", name)
        try:
            item = scope.context["Map"]["Item"]["Value"]
            selected = fill(state["ItemSelector"], chosen, scope.context) if "ItemSelector" in state else item
            output = yield from self.run(state["ItemProcessor"], checked(selected, "The item"), scope)
        except StateError:
            scope.note("MapIterationFailed", name)
            raise
        scope.note("MapIterationSucceeded", name)
        return output

    def _wait(self, state: Definition, data: Json, scope: Scope) -> Running:
        chosen = select(state.get("InputPath", "$"), data, scope.context)
        yield Pause(_waking_time(state, chosen, scope))
        return _onward(state, chosen, scope)

    def _choice(self, state: Definition, data: Json, scope: Scope) -> Running:
        yield from ()
        chosen = select(state.get("InputPath", "$"), data, scope.context)
        rule = next((rule for rule in state["Choices"] if holds(rule, chosen, scope.context)), None)
        following = rule["Next"] if rule else state.get("Default")
        if following is None:
            raise StateError("States.NoChoiceMatched", "No choice rule matched and there is no Default")
        return select(state.get("OutputPath", "$"), chosen, scope.context), following

    def _pass(self, state: Definition, data: Json, scope: Scope) -> Running:
        yield from ()
        result = state["Result"] if "Result" in state else _effective_input(state, data, scope)
        return _result(state, data, result, scope)

    def _succeed(self, state: Definition, data: Json, scope: Scope) -> Running:
        yield from ()
        return _onward(state, select(state.get("InputPath", "$"), data, scope.context), scope)

    def _fail(self, state: Definition, data: Json, scope: Scope) -> Running:  # noqa: ARG002 - one signature for all
        yield from ()
        raise StateError(state.get("Error", ""), state.get("Cause", ""))


def _effective_input(state: Definition, data: Json, scope: Scope) -> Json:
    chosen = select(state.get("InputPath", "$"), data, scope.context)
    return fill(state["Parameters"], chosen, scope.context) if "Parameters" in state else chosen


def _result(state: Definition, data: Json, result: Json, scope: Scope) -> Exit:
    if "ResultSelector" in state:
        result = fill(state["ResultSelector"], result, scope.context)
    return _onward(state, put(state.get("ResultPath", "$"), data, result), scope)


def _onward(state: Definition, output: Json, scope: Scope) -> Exit:
    return select(state.get("OutputPath", "$"), output, scope.context), state.get("Next")


def _waking_time(state: Definition, chosen: Json, scope: Scope) -> datetime:
    if "Seconds" in state or "SecondsPath" in state:
        seconds = state["Seconds"] if "Seconds" in state else read(state["SecondsPath"], chosen, scope.context)
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 0:
            raise runtime_error(f"SecondsPath names {seconds!r}, not a whole number of seconds from 0 up")
        return scope.clock.now() + timedelta(seconds=seconds)
    text = state["Timestamp"] if "Timestamp" in state else read(state["TimestampPath"], chosen, scope.context)
    moment = parse_timestamp(text)
    if moment is None:
        raise runtime_error(f"{text!r} is not a timestamp like 2026-01-31T02:00:00Z")
    return moment
