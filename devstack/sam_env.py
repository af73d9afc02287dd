"""`make sam-env`: what `sam local invoke` needs of this machine, for as long as it runs.

Postgres on a port, the local Amazon and a stand-in for AWS, all on loopback; `.data/sam/env.json` leads each function
of `template.yaml` to them, and `.data/sam/events/` holds the events, about rows that are there. While it runs, every
user of this machine can log in to that Postgres.
"""

import argparse
import json
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clario.errors import ClarioError
from devstack import events
from devstack.cli import DATA
from devstack.deployed import PREFIX, Deployed, as_deployed
from devstack.postgres import EmbeddedPostgres
from devstack.runtime import local_environment
from devstack.serve import session_environment, sign_in_token
from devstack.template import functions

LOOPBACK = "127.0.0.1"


def main(arguments: list[str] | None = None, data: Path = DATA) -> int:
    """Run until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="sam-env", description=__doc__)
    parser.add_argument(
        "host", nargs="?", default=LOOPBACK, help="what a container calls this machine (127.0.0.1, on its network)"
    )
    host = parser.parse_args(arguments).host
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with served(data, local_environment(data), host) as folder:
            print(_usage(folder, host), flush=True)
            signal.pause()
    except ClarioError as error:
        print(f"sam-env: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    return 0


def _usage(folder: Path, host: str) -> str:
    network = " --docker-network host" if host == LOOPBACK else ""
    return f"""\
Ready until Ctrl-C. After `make build`, elsewhere:
  sam local invoke FetchFunction --env-vars {folder}/env.json --event {folder}/events/fetch.json{network}"""


@contextmanager
def served(data: Path, environment: Mapping[str, str], host: str) -> Iterator[Path]:
    """Everything runs, the events' rows are there; the folder with `env.json` and `events/`."""
    with ExitStack() as stack:
        ours = session_environment(data, environment)
        dsn = ours.get("DATABASE_URL")
        if not dsn:
            dsn = stack.enter_context(EmbeddedPostgres(data / "postgres", tcp=True)).tcp_dsn
        deployed = stack.enter_context(
            as_deployed(data, ours, dsn, lambda line: print(f"aws: {line}", flush=True), host)
        )
        events.prepare(deployed.container, functions())
        yield _written(data / "sam", deployed)


def _written(folder: Path, deployed: Deployed) -> Path:
    """Both hold a session of the events' seller; only this user may read them."""
    (folder / "events").mkdir(parents=True, exist_ok=True, mode=0o700)
    token = sign_in_token(deployed.container, events.SELLER) or ""
    for path in events.FOLDER.glob("*.json"):
        (folder / "events" / path.name).write_text(path.read_text().replace(events.SESSION, token))
    variables = {entry.resource: entry.as_deployed(deployed.for_others, PREFIX) for entry in functions().values()}
    (folder / "env.json").write_text(json.dumps(variables, indent=2) + "\n")
    return folder


if __name__ == "__main__":
    sys.exit(main())
