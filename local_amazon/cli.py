"""The command line: `python -m local_amazon serve` and `python -m local_amazon world`."""

import argparse
import json
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local_amazon.seller import SELLER
from local_amazon.server.app import LocalAmazon
from local_amazon.server.clock import Clock
from local_amazon.server.control import costs_csv
from local_amazon.server.documents import LEDGER, REIMBURSEMENTS, TABLES, Selection
from local_amazon.server.finances import Finances
from local_amazon.server.http import HOST, Server
from local_amazon.world.build import World, WorldSettings, build_world
from local_amazon.world.model import PACIFIC
from local_amazon.world.truth import truth

DESCRIPTION = """A local stand-in for Amazon's Selling Partner API and Login with Amazon, over a synthetic seller whose
losses are known. For development and tests: its rates are assumptions, results on it verify logic only."""


def main(argv: list[str] | None = None) -> int:
    """Run a command; the answer is the exit status."""
    options = _parser().parse_args(argv)
    result: int = options.run(options)
    return result


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local_amazon", description=DESCRIPTION)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="answer on loopback until SIGTERM or Ctrl-C")
    serve.set_defaults(run=_serve)
    serve.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (default) takes a free one")
    serve.add_argument("--scale", type=float, default=1, help="multiplies every rate and burst, divides report waits")
    serve.add_argument(
        "--frozen-clock", action="store_true", help="time stands still; only PUT /_control/clock moves it"
    )
    serve.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    world = commands.add_parser("world", help="write the world's truth, reports and costs to a folder")
    world.set_defaults(run=_world)
    world.add_argument("--out", type=Path, required=True, help="folder, made if missing")
    for each in (serve, world):
        each.add_argument("--seed", type=int, default=7, help="another seed, another seller history (default 7)")
        each.add_argument("--size", type=int, default=20_000, help="about how many ledger and finance rows (20000)")
        each.add_argument("--days", type=int, default=540, help="days of history before the clock's start (540)")
        each.add_argument("--ahead", type=int, default=30, help="days that happen as the clock moves on (30)")
        each.add_argument(
            "--born",
            type=_moment,
            default=None,
            help="when the world's history ends and --ahead begins (the clock's start)",
        )
        each.add_argument("--clock", type=_moment, default=None, help="start, ISO 8601 date-time, or now (default)")
    return parser


def _moment(text: str) -> datetime | None:
    if text == "now":
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _build(options: argparse.Namespace, now: datetime) -> World:
    return build_world(WorldSettings(options.born or now, options.seed, options.size, options.days, options.ahead))


def _serve(options: argparse.Namespace) -> int:
    clock = Clock(options.clock, frozen=options.frozen_clock)
    try:
        server = Server(options.port, LocalAmazon(_build(options, clock.now()), clock, options.scale))
    except OSError as exc:
        print(f"port {options.port} on {HOST} cannot be used: {exc.strerror}", file=sys.stderr)
        return 2
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    if options.with_parent:
        threading.Thread(target=_watch_parent, args=(os.getppid(), stopped), daemon=True).start()
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    print(f"local Amazon is ready at http://{HOST}:{server.server_port}", flush=True)
    stopped.wait()
    server.shutdown()
    server.server_close()
    return 0


def _watch_parent(parent: int, stopped: threading.Event) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    stopped.set()


def _world(options: argparse.Namespace) -> int:
    now = options.clock or datetime.now(UTC)
    world = _build(options, now)
    options.out.mkdir(parents=True, exist_ok=True)
    for name, text in _files(world, now).items():
        (options.out / name).write_text(text, encoding="utf-8", newline="")
    print(f"wrote the world of seed {options.seed} to {options.out}")
    return 0


def _files(world: World, now: datetime) -> dict[str, str]:
    everything = Selection(now.date() - timedelta(days=10_000), now.astimezone(PACIFIC).date(), now, {})
    return {
        "truth.json": json.dumps(truth(world, now), indent=1),
        "costs.csv": costs_csv(world),
        "ledger.tsv": TABLES[LEDGER](world, everything).text(),
        "reimbursements.tsv": TABLES[REIMBURSEMENTS](world, everything).text(),
        "transactions.json": json.dumps(Finances(world.transactions).everything(SELLER, now), indent=1),
    }
