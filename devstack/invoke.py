"""`make invoke`: one function with one event, as Lambda runs it, on this machine."""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from clario import bootstrap
from clario.bootstrap import Container
from clario.config import read_settings
from clario.errors import ClarioError, ConfigurationError
from devstack import events
from devstack.cli import DATA
from devstack.lambda_runtime import FunctionProcess, Kind, Outcome, StandIn, function_environment
from devstack.runtime import local_database, local_environment, local_settings
from devstack.serve import session_environment, sign_in_token
from devstack.template import Function, functions


def main(arguments: list[str] | None = None, data: Path = DATA) -> int:
    """0 when the function answered; 1 when it did not, or could not be started."""
    options = _parser().parse_args(arguments)
    if sys.platform != "linux":
        print("invoke: the Lambda runtime client (awslambdaric) runs on Linux only", file=sys.stderr)
        return 1
    try:
        path = options.event or events.FOLDER / f"{options.function}.json"
        outcome, seconds = invoke_event(_known(options.function), _text(path), data, timeout=options.timeout)
    except ClarioError as error:
        print(f"invoke: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("invoke: stopped", file=sys.stderr)
        return 130
    return _show(outcome, seconds)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="invoke", description=__doc__)
    parser.add_argument("function", metavar="FN", help="a folder of functions/")
    parser.add_argument("event", nargs="?", type=Path, metavar="EVENT", help="a file; default: events/FN.json")
    parser.add_argument(
        "--timeout", type=float, metavar="SECONDS", help="default: the function's own, of template.yaml"
    )
    return parser


def _known(name: str) -> Function:
    known = functions()
    if name not in known:
        raise ConfigurationError(f"FN: no function {name!r}; there are {', '.join(sorted(known))}")
    return known[name]


def _text(path: Path) -> str:
    try:
        text = path.read_text()
        json.loads(text)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"EVENT: cannot read {path}: {error}") from None
    return text


def invoke_event(
    function: Function, event: str, data: Path, *, environment: Mapping[str, str] = os.environ, timeout: float | None
) -> tuple[Outcome, float]:
    """Run the function once; the answer is the outcome and the seconds from its start.

    An event about the events' seller finds the rows it speaks of: they are made anew before.
    """
    with surroundings(data, environment) as (container, values):
        if events.SYNC in event or events.SESSION in event or event.strip() == "{}":
            events.prepare(container, [function.name])
        text = event.replace(events.SESSION, sign_in_token(container, events.SELLER) or "")
        environment = function_environment(function.name, function.with_secrets(values), memory=function.memory)
        began = time.monotonic()
        with FunctionProcess(environment) as process:
            outcome = process.invoke(text.encode(), timeout or function.timeout)
            return outcome, time.monotonic() - began


@contextmanager
def surroundings(data: Path, environment: Mapping[str, str]) -> Iterator[tuple[Container, dict[str, str]]]:
    """What functions work with on this machine: a container, and the variables that tell other processes of the same.

    The database and the local Amazon are those of `make serve`; a stand-in for AWS says what it would have done.
    """
    with ExitStack() as stack:
        ours = session_environment(data, local_environment(data, environment))
        dsn = stack.enter_context(local_database(data, ours))
        settings, _ = stack.enter_context(local_settings(data, ours, dsn))
        aws = stack.enter_context(StandIn(lambda line: print(f"aws: {line}", file=sys.stderr)))
        values = {**settings, **aws.variables()}
        container = Container(read_settings(values))
        stack.callback(lambda: container.database.close())
        bootstrap.use(container)
        yield container, values


def _show(outcome: Outcome, seconds: float) -> int:
    """The answer on standard output; an API's body, which is JSON in a text, is unpacked."""
    print(json.dumps(_readable(outcome.payload), indent=2, ensure_ascii=False))
    print(f"{outcome.kind} after {seconds * 1000:.0f} ms, start of the process included", file=sys.stderr)
    return 0 if outcome.kind is Kind.RESULT else 1


def _readable(payload: Any) -> Any:
    if isinstance(payload, dict) and isinstance(payload.get("body"), str):
        try:
            return {**payload, "body": json.loads(payload["body"])}
        except ValueError:
            return payload
    return payload


if __name__ == "__main__":
    sys.exit(main())
