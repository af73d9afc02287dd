"""Cuts a seller's facts into independent parts: items that share an ASIN, FNSKU or SKU settle each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import date
from itertools import chain
from typing import Any

from clario.domain.detection.rows.facts import ACCOUNT_TABLES, TABLES, ComponentFacts, Names, Rows, Table
from clario.domain.detection.rows.neighbours import Neighbourhood, neighbourhood

ACCOUNT = ""
"""The key of the component that holds the rows about no item."""

Id = tuple[str, str]
NO_NAMES = Names("", "", "")


class Grouping:
    """Which component every identifier belongs to. A component is called by the smallest of its identifiers (like
    "asin:B000000001"), whatever the order in which they were joined.

    Attributes:
        keys: the component's key by identifier, a kind ("asin", "fnsku", "sku") and a value.
        members: the identifiers of each component, by key.
    """

    def __init__(self, links: Iterable[Iterable[Id]], whole: Mapping[str, frozenset[Id]] | None = None) -> None:
        """Identifiers of one link are of one component.

        Args:
            whole: groups of identifiers that are of one component each, by its key if nothing joins it. It is the same
                as if they were among the links, but only those that a link meets are looked into.
        """
        links, whole = [tuple(link) for link in links], whole or {}
        keys = {node: key for key, ids in whole.items() for node in ids}
        met: Set[str] = {keys[node] for link in links for node in link if node in keys}
        if len(keys) < sum(map(len, whole.values())):
            met = whole.keys()
        self._parent: dict[Id, Id] = {}
        for link in chain(links, (whole[key] for key in met)):
            self._join(link)
        joined = {node: ":".join(self._root(node)) for node in self._parent}
        self.keys: Mapping[Id, str] = keys | joined
        self.members: Mapping[str, frozenset[Id]] = {
            **{key: ids for key, ids in whole.items() if key not in met},
            **_by_key(joined),
        }

    def _root(self, node: Id) -> Id:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            self._parent[node] = self._parent[parent]
            node, parent = parent, self._parent[parent]
        return node

    def _join(self, ids: Iterable[Id]) -> None:
        if roots := sorted({self._root(node) for node in ids}):
            for other in roots[1:]:
                self._parent[other] = roots[0]

    def key_of(self, names: Names) -> str:
        """The component of an item; ACCOUNT where it has no name."""
        for node in zip(Names._fields, names, strict=True):
            if node[1]:
                return self.keys[node]
        return ACCOUNT


def _by_key(keys: Mapping[Id, str]) -> Mapping[str, frozenset[Id]]:
    table: defaultdict[str, set[Id]] = defaultdict(set)
    for node, key in keys.items():
        table[key].add(node)
    return {key: frozenset(ids) for key, ids in table.items()}


def ids_of(names: Names) -> Iterator[Id]:
    """The identifiers among a row's names."""
    return (node for node in zip(Names._fields, names, strict=True) if node[1])


def item_links(named: Iterable[Names]) -> Iterator[Iterable[Id]]:
    """What joins items: the names that one row gives. The SKU joins too, for a reimbursement may come without FNSKU and
    ASIN."""
    return (tuple(ids_of(names)) for names in set(named))


def components(facts: Rows, until: date) -> Iterator[ComponentFacts]:
    """The facts up to and including `until`, one component after the other; independent of the order of rows.

    A row about no item belongs to the account's own component if its table is about the account, and is left out else.
    """
    kept = {table.name: _until(table, facts, until) for table in TABLES}
    sold = (*kept["orders"], *kept["shipped"])
    around = neighbourhood(kept["inbound"], kept["ledger"], kept["returns"], sold, until)
    named = {table.name: [table.names(row) for row in kept[table.name]] for table in TABLES}
    ordered = [around.strays.get(row.key) for row in kept["returns"]]
    named["returns"] = [Names("", "", sku) if sku else n for sku, n in zip(ordered, named["returns"], strict=True)]
    links = [*item_links(names for table in named.values() for names in table), *around.links]
    yield from _split(kept, named, Grouping(links), around)


def _until(table: Table, facts: Rows, until: date) -> list[Any]:
    day = table.day
    return [row for row in table.rows(facts) if day(row) <= until]


def _split(
    kept: Mapping[str, list[Any]], named: Mapping[str, list[Names]], grouping: Grouping, around: Neighbourhood
) -> Iterator[ComponentFacts]:
    parts: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    keys = {names: grouping.key_of(names) for names in set().union(*named.values())}
    for table, rows in kept.items():
        for row, names in zip(rows, named[table], strict=True):
            if names != NO_NAMES or table in ACCOUNT_TABLES:
                parts[keys[names]][table].append(row)
    for key in sorted(parts):
        tables = {table: tuple(sorted(rows, key=lambda row: row.key)) for table, rows in parts[key].items()}
        yield ComponentFacts(
            key, around.of(*(tables.get(name, ()) for name in ("inbound", "ledger", "returns"))), **tables
        )
