"""The command `clario`: syncs, replays and costs on this machine."""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date
from pathlib import Path

from rich.console import Console

from clario.domain.pricing import ASSUMED_ORDERS_A_DAY
from clario.domain.values import home_marketplace, local_day
from clario.errors import ClarioError, ConfigurationError
from clario.services.costs import put_costs_csv
from clario.services.records import Document, Stored
from clario.services.status import sync_status
from clario.services.work import Work
from devstack import report
from devstack.doctor import examine
from devstack.follow import follow
from devstack.functions import ROOT
from devstack.loading_plan import show_plans
from devstack.runtime import Runtime, container_only, local_database, local_environment, runtime

DATA = ROOT / ".data"

Command = Callable[[argparse.Namespace, Console], int]


def main(arguments: list[str] | None = None) -> int:
    """Run one command; answers the exit status. Errors that we raise on purpose are one line."""
    options = _parser().parse_args(arguments)
    command: Command = options.command
    try:
        return command(options, Console())
    except ClarioError as error:
        print(f"clario: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("clario: stopped", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="clario",
        description="Find what Amazon owes an FBA seller.",
        epilog="Start with: clario sync start. Data stays in .data/ between commands; settings come from the "
        "environment and the file .env (README).",
    )
    parser.add_argument("--seller", default="demo", metavar="ID", help="whose data (default: demo)")
    # The same after the command, where people type it too; said there, it wins.
    seller = argparse.ArgumentParser(add_help=False)
    seller.add_argument("--seller", default=argparse.SUPPRESS, metavar="ID", help="whose data (default: demo)")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_sync(commands.add_parser("sync", help="start, follow, list and cancel syncs"), seller)
    plan = _leaf(commands, "plan", "show what a sync would load, by which way, and how long it takes", _plan, seller)
    plan.add_argument("--days", type=_at_least_one, default=548, metavar="N", help="days of history (default: 548)")
    plan.add_argument(
        "--orders-a-day",
        type=_at_least_one,
        default=int(ASSUMED_ORDERS_A_DAY),
        metavar="N",
        help=f"assumed while no order is loaded (default: {ASSUMED_ORDERS_A_DAY:.0f})",
    )
    text = "normalize, store and detect again from the raw files, without Amazon"
    again = _leaf(commands, "replay", text, _replay, seller)
    again.add_argument("--since", type=_date, default=date.min, metavar="DATE", help="only days from then on")
    costs = _leaf(commands, "costs", "load product costs: what the seller paid for a unit", _costs, seller)
    costs.add_argument("file", type=Path, metavar="FILE.csv", help="columns sku, unitCost, currency, validFrom")
    _leaf(commands, "doctor", "look at database, roles, Amazon, clock and disk, with the fix for each", _doctor)
    _leaf(commands, "migrate", "bring the database up to date", _migrate)
    return parser


def _add_sync(parser: argparse.ArgumentParser, seller: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    _leaf(actions, "start", "run a sync and show it until it ends; Ctrl-C cancels it", _start, seller)
    _leaf(actions, "status", "the running sync, or the newest one", _status, seller)
    past = _leaf(actions, "history", "past syncs, newest first", _history, seller)
    past.add_argument("--limit", type=_at_least_one, default=20, metavar="N", help="how many (default: 20)")
    stop = _leaf(actions, "cancel", "cancel a running sync", _cancel, seller)
    stop.add_argument("sync_id", nargs="?", metavar="SYNC", help="default: the running one")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"not a date like 2026-11-20: {text}") from None


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a number of 1 or more: {text}")
    return int(text)


def _leaf(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    text: str,
    command: Command,
    *parents: argparse.ArgumentParser,
) -> argparse.ArgumentParser:
    """A command that does something; `text` tells what in the list of commands and in its own help."""
    parser = commands.add_parser(name, parents=list(parents), help=text, description=f"{text[0].upper()}{text[1:]}.")
    parser.set_defaults(command=command)
    return parser


@contextmanager
def _work(seller_id: str) -> Iterator[Work]:
    """One transaction of the seller on the local database."""
    with container_only(DATA, local_environment(DATA)) as container, container.database.transaction(seller_id) as work:
        yield work


def _start(options: argparse.Namespace, console: Console) -> int:
    with runtime(DATA, local_environment(DATA)) as running:
        return run_sync(running, options.seller, console)


def run_sync(running: Runtime, seller_id: str, console: Console) -> int:
    """Start a sync, show it until it ends, show what is owed. Interrupted, it is cancelled."""
    container = running.container
    control = container.sync_control()
    with running.engine.run_in_background():
        sync_id = control.start(seller_id)
        try:
            last = follow(container.database, seller_id, sync_id, console)
        except KeyboardInterrupt:
            control.cancel(seller_id, sync_id)
            raise
    status = sync_status(seller_id, sync_id, database=container.database, clock=container.clock)
    report.warned(console, status.warnings)
    show_owed(running, seller_id, console)
    return 0 if last.status == "completed" else 1


def show_owed(running: Runtime, seller_id: str, console: Console) -> None:
    """The tables of what Amazon owes this seller today."""
    container = running.container
    with container.database.transaction(seller_id) as work:
        shops = [list(connection.marketplace_ids) for connection in work.connections.all()]
        detections = work.detections.all()
    zones = [home_marketplace(ids).zone for ids in shops if ids]
    report.owed(console, detections, local_day(container.clock.now(), zones[0] if zones else UTC))


def _status(options: argparse.Namespace, console: Console) -> int:
    with _work(options.seller) as work:
        syncs = work.syncs.newest(limit=1)
    if not syncs:
        console.print("There has been no sync yet: clario sync start")
        return 0
    console.print(f"{syncs[0].sync_id}  {syncs[0].status}  {syncs[0].progress}%  {syncs[0].message}", highlight=False)
    return 0


def _history(options: argparse.Namespace, console: Console) -> int:
    with _work(options.seller) as work:
        report.history(console, work.syncs.newest(limit=options.limit))
    return 0


def _cancel(options: argparse.Namespace, console: Console) -> int:
    with container_only(DATA, local_environment(DATA)) as container:
        with container.database.transaction(options.seller) as work:
            running = work.syncs.running()
        sync_id = options.sync_id or (running.sync_id if running else None)
        if sync_id is None:
            raise ConfigurationError("no sync is running")
        container.sync_control().cancel(options.seller, sync_id)
    console.print(f"{sync_id} is cancelled", highlight=False)
    return 0


def _plan(options: argparse.Namespace, console: Console) -> int:
    with container_only(DATA, local_environment(DATA)) as container:
        show_plans(container, options.seller, options.days, options.orders_a_day, console)
    return 0


def _replay(options: argparse.Namespace, console: Console) -> int:
    # It brings the whole detection with it: a quarter of what every other command would take to start.
    from clario.services.replay import replay

    def told(document: Document, stored: Stored) -> None:
        console.print(
            f"{document.stream:18} {document.days}: {stored.written} rows written, {stored.deleted} deleted",
            highlight=False,
        )

    with container_only(DATA, local_environment(DATA)) as container:
        count = replay(
            options.seller,
            options.since,
            database=container.database,
            objects=container.objects,
            clock=container.clock,
            told=told,
        )
    console.print(f"{count} documents replayed")
    return 0


def _costs(options: argparse.Namespace, console: Console) -> int:
    try:
        text = options.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot read {options.file}: {error}") from None
    with container_only(DATA, local_environment(DATA)) as container:
        taken = put_costs_csv(options.seller, text, database=container.database)
    console.print(f"{taken.accepted} costs accepted, {len(taken.rejected)} rejected")
    for entry in taken.rejected:
        console.print(f"  row {entry.row}: {entry.detail}", highlight=False)
    return 0 if not taken.rejected else 1


def _doctor(_options: argparse.Namespace, console: Console) -> int:
    environment = local_environment(DATA)
    with container_only(DATA, environment) as container:
        findings = list(examine(container, DATA, local_amazon=not environment.get("AMAZON_SPAPI_BASE_URL")))
    for finding in findings:
        mark = "[red]fix[/]" if finding.fix else "[green]ok [/]"
        console.print(
            f"{mark} {finding.subject:9} {finding.state}" + (f" -> {finding.fix}" if finding.fix else ""),
            highlight=False,
        )
    return 1 if any(finding.fix for finding in findings) else 0


def _migrate(_options: argparse.Namespace, console: Console) -> int:
    with local_database(DATA, local_environment(DATA, os.environ)):
        console.print("the database is up to date")
    return 0
