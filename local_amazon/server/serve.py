"""`serve`: build the sellers' worlds and answer until SIGTERM or Ctrl-C."""

import argparse
import os
import signal
import sys
import threading
import time
from datetime import datetime
from typing import Any

from local_amazon.options import add_profile, add_world_options, settings
from local_amazon.seller import seller
from local_amazon.server.account import Account
from local_amazon.server.app import LocalAmazon
from local_amazon.server.clock import Clock
from local_amazon.server.http import HOST, Server
from local_amazon.world.build import build_world

USUAL_PROFILE = "us"
REGION_OF = {"us": "na", "na": "na", "eu": "eu"}


def add_serve(commands: Any) -> None:
    parser = commands.add_parser("serve", help="answer on loopback until SIGTERM or Ctrl-C")
    parser.set_defaults(run=_serve)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 (default) takes a free one")
    parser.add_argument("--scale", type=float, default=1, help="multiplies every rate and burst, divides report waits")
    parser.add_argument(
        "--frozen-clock", action="store_true", help="time stands still; only the command `clock` moves it"
    )
    parser.add_argument(
        "--static-sandbox", action="store_true", help="answer only the fixed requests of Amazon's static sandbox"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when the process that started this one ends")
    add_profile(parser, several=True)
    add_world_options(parser)


def accounts(options: argparse.Namespace, now: datetime) -> list[Account]:
    """A seller with a world for each profile that was named."""
    found = []
    for number, profile in enumerate(options.profile or [USUAL_PROFILE]):
        world = build_world(settings(options, now, profile, number))
        ids = tuple(market.id for market in world.markets)
        found.append(Account(seller(number + 1, REGION_OF[profile], ids), world))
    return found


def _serve(options: argparse.Namespace) -> int:
    clock = Clock(options.clock, frozen=options.frozen_clock)
    try:
        amazon = LocalAmazon(accounts(options, clock.now()), clock, options.scale, sandbox=options.static_sandbox)
        server = Server(options.port, amazon)
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
