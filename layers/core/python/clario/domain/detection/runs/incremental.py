"""Which components a run must look at again, so that it gives what a run over everything would give.

A component is due when a row of its items came, changed or went; when it merged, split or was not there before; when
its neighbours changed; when its day has come; or when what holds for all of them changed: rules, policy, coverage.
A change of the seller's costs touches the SKUs it is about.
"""

from collections.abc import Callable, Container, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files

from clario.domain.detection.policy import policy
from clario.domain.detection.rows import coverage
from clario.domain.detection.rows.components import ACCOUNT, Id
from clario.domain.detection.rows.facts import Account

RULES_VERSION = 1
"""Raise it when a rule, a pass of the netting or a valuation changes: every component is looked at again."""


@dataclass(frozen=True, slots=True)
class ComponentState:
    """What is remembered of a component's last run.

    `around` stands for what it was told of its neighbours; `next_review_on` is the day on which time alone may change
    the result, None when it never does.
    """

    ids: frozenset[Id]
    around: str
    next_review_on: date | None


@dataclass(frozen=True, slots=True)
class Due:
    """What to run: components as they are now, by key; and every identifier of theirs, now or before.

    Stored claims about any of `ids` must be reconciled with the run's result, those of components that are gone too.
    The account's own component has no identifiers, nor have its claims: it is small and always due.
    """

    keys: frozenset[str]
    gone: frozenset[str]
    ids: frozenset[Id]


def due(
    before: Mapping[str, ComponentState],
    now: Mapping[str, frozenset[Id]],
    around: Mapping[str, str],
    touched: Set[Id],
    today: date,
) -> Due:
    """The components to run.

    Args:
        before: the states after the last run, by key.
        now: the identifiers of every component there is, by key.
        around: by key, what each is told of its neighbours; "" where it is not there.
        touched: identifiers of rows that came, changed or went since, the old and the new ones; SKUs whose costs
            changed; and all of components for which what holds for all is not as it was (`conditions`).
    """
    changed = {key for key, ids in now.items() if _changed(before.get(key), ids, around.get(key, ""), touched, today)}
    gone = before.keys() - now.keys()
    old_ids = {node for key in gone for node in before[key].ids}
    old_ids |= {node for key in changed & before.keys() for node in before[key].ids}
    run = changed | {key for key, ids in now.items() if not ids.isdisjoint(old_ids)}
    ids = old_ids | {node for key in run for node in now[key]}
    return Due(frozenset((ACCOUNT, *run)), frozenset(gone), frozenset(ids))


def _changed(before: ComponentState | None, ids: frozenset[Id], around: str, touched: Set[Id], today: date) -> bool:
    if before is None or before.ids != ids or before.around != around:
        return True
    has_come = before.next_review_on is not None and before.next_review_on <= today
    return has_come or not ids.isdisjoint(touched)


def conditions(account: Account, today: date, groups: Container[str]) -> str:
    """A digest of what holds for all components of these product groups: when it is another than last time, all are
    due."""
    parts: Iterable[object] = (
        RULES_VERSION,
        _data_digest(),
        _rows_in_force(today),
        account.connection,
        account.marketplace.id,
        sorted((group, ratio) for group, ratio in account.price_ratios.items() if group in groups),
        sorted(map(repr, account.suspect_cells)),
        sorted(account.bill_days.items()),
        coverage.signature(account.coverage, today),
    )
    return sha256(repr(tuple(parts)).encode()).hexdigest()


def holding(account: Account, today: date) -> Callable[[frozenset[str]], str]:
    """`conditions` by product groups, worked out once for each: most components are of the same."""
    return cache(lambda groups: conditions(account, today, groups))


@cache
def _data_digest() -> str:
    """Of the dated tables, as they are in this release."""
    package = files("clario.domain.detection")
    tables = [file for folder in (package, package / "fees") for file in folder.iterdir() if ".json" in file.name]
    return sha256(b"".join(file.read_bytes() for file in sorted(tables, key=lambda file: file.name))).hexdigest()


def _rows_in_force(today: date) -> int:
    """How many rows of the policy have come into force: what is chosen by today's date changes with it."""
    rules = policy()
    rows = (*rules.windows, *rules.unit_caps, *rules.tolerances, *rules.confidence, rules.cost_regime)
    return sum(row.valid_from <= today for row in rows)
