"""`world`: write a world's truth, reports, transactions and costs to a folder."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from local_amazon.options import add_profile, add_world_options, settings
from local_amazon.seller import seller
from local_amazon.server.account import Account, seconds
from local_amazon.server.control import costs_csv
from local_amazon.server.report.ask import Ask
from local_amazon.server.report.types import REPORT_TYPES, SETTLEMENT
from local_amazon.server.serve import REGION_OF, USUAL_PROFILE
from local_amazon.server.transactions import transactions
from local_amazon.world.build import build_world
from local_amazon.world.truth import truth

EVER = timedelta(days=10_000)


def add_world(commands: Any) -> None:
    parser = commands.add_parser("world", help="write the world's truth, reports and costs to a folder")
    parser.set_defaults(run=_world)
    parser.add_argument("--out", type=Path, required=True, help="folder, made if missing")
    add_profile(parser, several=False)
    add_world_options(parser)


def _world(options: argparse.Namespace) -> int:
    now, profile = options.clock or datetime.now(UTC), options.profile or USUAL_PROFILE
    world = build_world(settings(options, now, profile))
    account = Account(seller(1, REGION_OF[profile], tuple(market.id for market in world.markets)), world)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "truth.json").write_text(json.dumps(truth(world, now), indent=1), encoding="utf-8")
    (options.out / "costs.csv").write_text(costs_csv(world), encoding="utf-8", newline="")
    _write(options.out / "transactions.json", _transactions(account, now))
    for name, ask in _reports(account, now):
        _write(options.out / _file(name, ask), REPORT_TYPES[name].build(ask).pieces())
    print(f"wrote the world of seed {options.seed} to {options.out}")
    return 0


def _reports(account: Account, now: datetime) -> Iterator[tuple[str, Ask]]:
    """Every report type over all there is; of settlements one report for each."""
    markets = tuple(range(len(account.markets)))
    today = now.astimezone(account.markets[0].zone).date()
    everything = Ask(account, markets, today - EVER, today, seconds(now), {})
    for name in REPORT_TYPES:
        if name != SETTLEMENT:
            yield name, everything
    for batch in account.tables.rows("settlements", 0, seconds(now), seconds(now)):
        for number, market in zip(batch["number"].tolist(), batch["market"].tolist(), strict=True):
            yield SETTLEMENT, replace(everything, markets=(market,), subject=number)


def _file(name: str, ask: Ask) -> str:
    return f"{name}-{ask.subject}.tsv" if ask.subject else f"{name}.tsv"


def _transactions(account: Account, now: datetime) -> Iterator[str]:
    """One JSON array, piece by piece."""
    between = "["
    for batch in account.tables.rows("finances", 0, seconds(now) + 1, seconds(now)):
        for text in transactions(account, batch, now):
            yield between + text
            between = ",\n"
    yield "]" if between != "[" else "[]"


def _write(path: Path, pieces: Iterator[str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(pieces)
