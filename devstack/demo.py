"""`make demo`: a synthetic seller's first sync, from an empty folder to what Amazon owes."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from clario.errors import ClarioError
from clario.services.costs import put_costs_csv
from devstack.cli import DATA, run_sync
from devstack.postgres import EmbeddedPostgres
from devstack.runtime import local_environment, runtime

SELLER = "demo"


def main() -> int:
    """Run the demo; it is the same each time and touches nothing outside its folder."""
    console = Console()
    data = DATA / "demo"
    try:
        return _demo(data, console)
    except ClarioError as error:
        print(f"demo: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("demo: stopped", file=sys.stderr)
        return 130


def _demo(data: Path, console: Console) -> int:
    shutil.rmtree(data / "raw", ignore_errors=True)
    with _empty_database(data), runtime(data, _environment(data), amazon_options=("--ahead", "0")) as running:
        assert running.amazon is not None
        costs = put_costs_csv(SELLER, running.amazon.control("costs.csv"), database=running.container.database)
        console.print(f"A synthetic seller; his costs of {costs.accepted} products are loaded. His sync:\n")
        return run_sync(running, SELLER, console)


@contextmanager
def _empty_database(data: Path) -> Iterator[None]:
    """Each demo begins anew: its seller's history ends today, so yesterday's was another one."""
    with EmbeddedPostgres(data / "postgres") as postgres:
        postgres.drop_database("clario")
        postgres.create_database("clario")
        yield


def _environment(data: Path) -> dict[str, str]:
    """Ours, without anything that could lead to a real account or another database."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith("AMAZON_") and name != "DATABASE_URL"
    }
    return {
        name: value
        for name, value in local_environment(data, own).items()
        if not name.startswith("AMAZON_") and name != "DATABASE_URL"
    }


if __name__ == "__main__":
    sys.exit(main())
