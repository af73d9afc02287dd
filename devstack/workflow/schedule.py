"""A function called again and again, where EventBridge Scheduler stands in the cloud."""

import logging
from collections.abc import Generator
from datetime import timedelta
from typing import Any

from devstack.workflow.engine import Engine
from devstack.workflow.errors import StateError
from devstack.workflow.loop import Call, Pause, Wait

_log = logging.getLogger(__name__)


def schedule(engine: Engine, function: str, every: timedelta) -> None:
    """Call the function now and then at that rate, as long as somebody drives the engine; a failed call is logged."""
    engine.spawn(_calls(engine, function, every))


def _calls(engine: Engine, function: str, every: timedelta) -> Generator[Wait, Any, None]:
    due = engine.clock.now()
    while True:
        try:
            yield Call(lambda: engine.invoke(function, {}), every)
        except StateError as error:
            _log.warning("%s failed: %s", function, error)
        due = max(due + every, engine.clock.now())
        yield Pause(due)
