"""The options that say which world it is: shared by the commands that build one."""

import argparse
from collections.abc import Collection
from datetime import UTC, datetime
from functools import partial

from local_amazon.world.discrepancies import FAMILIES
from local_amazon.world.markets import PROFILES
from local_amazon.world.settings import CONFOUNDERS, WorldSettings


def add_world_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--seed", type=int, default=7, help="another seed, another seller history (default 7)")
    parser.add_argument("--size", type=int, default=20_000, help="about how many rows of reports and lists (20000)")
    parser.add_argument("--days", type=int, default=540, help="days of history before the clock's start (540)")
    parser.add_argument("--ahead", type=int, default=30, help="days that happen as the clock moves on (30)")
    parser.add_argument("--stress", type=float, default=5, help="multiplies the rates at which things go wrong (5)")
    parser.add_argument(
        "--mingled", action="store_true", help="let everything happen to every product: truer, and harder to tell apart"
    )
    parser.add_argument(
        "--incidents",
        type=partial(_names, FAMILIES),
        default=None,
        help="anomaly types that may happen, with commas; none, or all (usual)",
    )
    parser.add_argument(
        "--confounders",
        type=partial(_names, CONFOUNDERS),
        default=None,
        help=f"of {CONFOUNDERS[0]} to {CONFOUNDERS[-1]}, likewise",
    )
    parser.add_argument(
        "--born",
        type=moment,
        default=None,
        help="when the world's history ends and --ahead begins (the clock's start)",
    )
    parser.add_argument("--clock", type=moment, default=None, help="start, ISO 8601 date-time, or now (default)")


def add_profile(parser: argparse.ArgumentParser, *, several: bool) -> None:
    """Which marketplaces a seller has; with `several`, each one named is one more seller."""
    known = ", ".join(f"{name}: {' '.join(each.country for each in markets)}" for name, markets in PROFILES.items())
    more = "; give it again for one more seller" if several else ""
    parser.add_argument(
        "--profile",
        choices=PROFILES,
        action="append" if several else "store",
        help=f"marketplaces of a seller ({known}; default us){more}",
    )


def settings(options: argparse.Namespace, now: datetime, profile: str, number: int = 0) -> WorldSettings:
    """The settings of the world of the seller of that number (from 0); each has a seed of its own."""
    return WorldSettings(
        now=options.born or now,
        seed=options.seed + number,
        size=options.size,
        days=options.days,
        ahead_days=options.ahead,
        profile=profile,
        stress=options.stress,
        mingled=options.mingled,
        incidents=options.incidents,
        confounders=options.confounders,
    )


def _names(known: Collection[str], text: str) -> frozenset[str] | None:
    """The set that is meant, of known names; None: all."""
    if text == "all":
        return None
    chosen = frozenset() if text == "none" else frozenset(text.split(","))
    if unknown := chosen - set(known):
        raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}; known are {', '.join(sorted(known))}")
    return chosen


def moment(text: str) -> datetime | None:
    """An ISO 8601 date-time, UTC without an offset; `now`: None."""
    if text == "now":
        return None
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
