"""The commands that talk to a running local Amazon: `faults` and `clock`."""

import argparse
import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from local_amazon.server.faults import CALLS, DOCUMENTS, KINDS, PAGES, REPORTS

ADDRESS = "LOCAL_AMAZON_URL"
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
NUMBERS = ("times", "after", "probability", "seed", "lasts", "seconds", "at_byte")
FAULTS_EPILOG = "\n\n".join(
    f"{title}:\n" + "\n".join(f"  {name:18} {what}" for name, what in kinds.items())
    for title, kinds in (
        ("kinds, for any operation, `token` and `document`", CALLS),
        ("kinds, for operations with pages", PAGES),
        ("kinds, for createReport", REPORTS),
        ("kinds, for `document` (the report's file)", DOCUMENTS),
    )
)


def add_faults(commands: Any) -> None:
    """`faults`: show, order or clear."""
    parser = commands.add_parser(
        "faults",
        help="show, order or clear failures of a running local Amazon",
        description="Without arguments: what is ordered. With an operation (* is any) and a kind: order that.",
        epilog=FAULTS_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _add_address(parser)
    parser.add_argument("operation", nargs="?", help="such as listTransactions, createReport, document, token or *")
    parser.add_argument("kind", nargs="?", choices=sorted(KINDS), metavar="KIND", help="see below")
    parser.add_argument("--clear", action="store_true", help="forget all that is ordered")
    parser.add_argument("--times", type=int, help="how often it strikes (once, or without end with a chance or time)")
    parser.add_argument("--after", type=int, help="how many calls go well before")
    parser.add_argument("--probability", type=float, help="the chance of each call, 0 to 1")
    parser.add_argument("--seed", type=int, help="what the chances are drawn from")
    parser.add_argument("--lasts", type=float, help="seconds of the clock from the first strike to the end")
    parser.add_argument("--seconds", type=float, help="how long a timeout is silent or a slow report takes")
    parser.add_argument("--at-byte", type=int, help="where an answer or document breaks off")
    parser.add_argument("--report-type", help="only for this report type")
    parser.add_argument("--for-seller", dest="seller", help="only for this selling partner")
    parser.set_defaults(run=_faults)


def add_clock(commands: Any) -> None:
    """`clock`: show or move."""
    parser = commands.add_parser("clock", help="show or move the clock of a running local Amazon")
    _add_address(parser)
    move = parser.add_mutually_exclusive_group()
    move.add_argument("--set", type=datetime.fromisoformat, metavar="TIME", help="ISO 8601, UTC without an offset")
    move.add_argument("--advance", type=_duration, metavar="SPAN", help="such as 90m, 6h or 3d")
    parser.set_defaults(run=_clock)


def _add_address(parser: argparse.ArgumentParser) -> None:
    usual = os.environ.get(ADDRESS)
    parser.add_argument(
        "--url", default=usual, required=usual is None, help=f"where it listens, as `serve` prints ({ADDRESS})"
    )


def _duration(text: str) -> timedelta:
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no number with one of the units s, m, h, d")
    return timedelta(**{UNITS[match[2]]: float(match[1])})


def _faults(options: argparse.Namespace) -> int:
    if options.clear:
        return _tell(options, lambda: _call(options, "DELETE", "faults"))
    if options.operation is None:
        return _tell(options, lambda: _call(options, "GET", "faults"))
    if options.kind is None:
        print(f"which kind? one of {', '.join(KINDS)}", file=sys.stderr)
        return 2
    order = {name: getattr(options, name) for name in ("operation", "kind", "report_type", "seller", *NUMBERS)}
    given = {name: value for name, value in order.items() if value is not None}
    return _tell(options, lambda: _call(options, "POST", "faults", given))


def _clock(options: argparse.Namespace) -> int:
    return _tell(options, lambda: _moved(options))


def _moved(options: argparse.Namespace) -> dict[str, Any]:
    """The clock, after it was moved as wished."""
    shown = _call(options, "GET", "clock")
    if options.set is None and options.advance is None:
        return shown
    to = options.set or datetime.fromisoformat(shown["now"]) + options.advance
    return _call(options, "PUT", "clock", {"now": (to if to.tzinfo else to.replace(tzinfo=UTC)).isoformat()})


def _tell(options: argparse.Namespace, act: Callable[[], dict[str, Any]]) -> int:
    """Print what comes back; the kinds of faults stand in the help."""
    try:
        answer = act()
    except urllib.error.HTTPError as exc:
        print(json.load(exc)["errors"][0]["message"], file=sys.stderr)
        return 2
    except OSError as exc:
        print(f"no local Amazon answers at {options.url}: {exc}", file=sys.stderr)
        return 2
    answer.pop("kinds", None)
    print(json.dumps(answer, indent=1))
    return 0


def _call(options: argparse.Namespace, method: str, path: str, body: object = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(  # noqa: S310 - the address is the user's own
        f"{options.url.rstrip('/')}/_control/{path}", data, {"Content-Type": "application/json"}, method=method
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        loaded: dict[str, Any] = json.load(answer)
        return loaded
