"""What a connection's facts consist of, and in which batches a run looks at what is due.

A survey is a view of the whole from few and small rows; the rows of a batch are gathered when it is its turn. What one
batch brings to light (that a field of the fee tables is wrong) may make components due that were looked at before: the
run ends when nothing is due any more, and then equals a run over everything.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, cached_property
from hashlib import sha256
from itertools import chain
from typing import Any

from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money.fee_cells import Observation, suspect_cells
from clario.domain.detection.rows.components import ACCOUNT, NO_NAMES, Grouping, Id, ids_of, item_links
from clario.domain.detection.rows.facts import ACCOUNT_TABLES, TABLES, Account, ComponentFacts, Names
from clario.domain.detection.rows.neighbours import neighbourhood
from clario.domain.detection.rows.unit_rows import InboundRow, LedgerRow, ReturnRow
from clario.domain.detection.runs.clusters import Clusters
from clario.domain.detection.runs.incremental import Due, due, holding
from clario.domain.detection.runs.records import Batch, Named, Remembered, Shared

MOST_ROWS = 60_000
"""A batch takes components as long as they have no more rows than that together. The biggest one may have more."""
LEAN = 3
"""Of a component without its plain sales about one row of so many is reckoned with: our choice, rather too many."""
JOINED = "joined "
"""What a component is told begins with this where rows of others may be all that joins its identifiers."""
DIGEST = 64
"""The letters of a digest."""


@dataclass
class Survey:
    """The whole of a connection as of a day, what is remembered of the last run, and what happened since.

    Attributes:
        account: without what the components' charges say of the fee tables, with the costs of the batch's items.
        renamed: identifiers by which a row went, or came with new names.
        counted: how many rows have which names, of all components with such; of the others it is remembered.
        touched: notes of touched items, by number, but for those that tell of `plain` sales alone.
        claims: the identifiers of each stored claim, by fingerprint; `claims_of_sales`: those found among the fees of
            all sales of a product.
        unusual: components of which some sales, or what their fees should be, may be others than the usual ones.
    """

    as_of: date
    account: Account
    renamed: Set[Id]
    counted: Mapping[Names, int]
    shared: Shared
    remembered: dict[str, Remembered]
    touched: dict[int, Id]
    claims: dict[str, frozenset[Id]]
    claims_of_sales: frozenset[str] = frozenset()
    plain: frozenset[int] = frozenset()
    unusual: frozenset[str] = frozenset()
    account_seen: bool = field(default=False, init=False)
    _open: Set[str] = field(default=frozenset(), init=False)
    _suspects: frozenset[Cell] | None = field(default=None, init=False)
    _stale: Set[str] = field(default=frozenset(), init=False)

    def __post_init__(self) -> None:
        """Where nothing happened the names are what they were. By them alone a component holds together, unless it was
        told otherwise: then they are looked into, as those of all components with news are."""
        part = self.shared
        self.around = neighbourhood(part.inbound, part.ledger, part.returns, part.sold, self.as_of)
        self._quiet = {key: entry for key, entry in self.remembered.items() if entry.state.ids.isdisjoint(self.renamed)}
        whole = {
            key: entry.state.ids for key, entry in self._quiet.items() if not entry.state.around.startswith(JOINED)
        }
        others = (names for key, entry in self._quiet.items() if key not in whole for names, _ in entry.named)
        named = [*self.counted, *others, *map(self.names_of_return, part.returns)]
        self.grouping = Grouping([*item_links(named), *self.around.links], whole)
        self.members = self.grouping.members

    def names_of_return(self, row: ReturnRow) -> Names:
        """A return of quite another product belongs to what was ordered."""
        ordered = self.around.strays.get(row.key)
        return Names("", "", ordered) if ordered else Names(row.asin, row.fnsku, row.sku)

    def asins(self, batch: Batch) -> Mapping[str, str]:
        """The ASIN of each FNSKU, for reports that do not name it; of several the first."""
        named = (names for key in batch.keys for names, _ in self.named_by_component.get(key, ()))
        pairs = {(names.fnsku, names.asin) for names in named if names.fnsku and names.asin}
        return dict(sorted(pairs, reverse=True))

    @cached_property
    def named_by_component(self) -> Mapping[str, Named]:
        """How many rows of each component have which names."""
        table: dict[str, Named] = {}
        others: dict[Names, int] = {}
        for key, entry in self._quiet.items():
            if self.members.get(key) is entry.state.ids:
                table[key] = entry.named
            else:
                others.update(entry.named)
        parts: defaultdict[str, list[tuple[Names, int]]] = defaultdict(list)
        for names, rows in (others | dict(self.counted)).items():
            parts[self.grouping.key_of(names)].append((names, rows))
        return table | parts

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """By component, what it is told by rows that are not its own items'."""
        part, key_of = self.shared, self.grouping.key_of
        rows: defaultdict[str, tuple[list[InboundRow], list[LedgerRow], list[ReturnRow]]]
        rows = defaultdict(lambda: ([], [], []))
        told: defaultdict[str, list[str]] = defaultdict(list)
        for sku, text in part.shipments.items():
            told[self.grouping.keys["sku", sku]].append(f"{sku} {text}")
        for line in part.inbound:
            rows[key_of(Names(line.asin, line.fnsku, line.sku))][0].append(line)
        for row in part.ledger:
            rows[key_of(Names(row.asin, row.fnsku, row.msku))][1].append(row)
        for back in part.returns:
            rows[key_of(self.names_of_return(back))][2].append(back)
            told[self._at_home(back)].append(repr((back.key, self.around.strays.get(back.key))))
        for removal in part.liquidated:
            told[key_of(Names(removal.asin, removal.fnsku, removal.sku))].append(repr((removal.key, removal.paid_on)))
        around = {key: self.around.of(*lists).digest for key, lists in rows.items()}
        digests = {key: _digest((around.get(key, ""), *sorted(told[key]))) for key in told.keys() | rows.keys()}
        return digests | {key: JOINED + digests[key] for key in self._joined}

    @property
    def _joined(self) -> Set[str]:
        """The components of which some identifiers may be joined by rows of others alone."""
        linked = {self.grouping.keys[node] for link in self.around.links for node in link}
        return linked.union(self.grouping.key_of(self.names_of_return(back)) for back in self.shared.returns)

    def _at_home(self, back: ReturnRow) -> str:
        """The component of what came back itself; that may be in no other row, and then in none."""
        own = ids_of(Names(back.asin, back.fnsku, back.sku))
        return next((self.grouping.keys.get(node, ACCOUNT) for node in own), ACCOUNT)

    @cached_property
    def _clusters(self) -> Clusters:
        """Components about which there is one claim are looked at together, so that it gets one answer; and so are
        those that were one, so that what is remembered of it never stands beside what is known of its parts."""
        before = (entry.state.ids for key, entry in self.remembered.items() if entry.state.ids != self.members.get(key))
        return Clusters(self.grouping, chain(self.claims.values(), before))

    # -- batches -------------------------------------------------------------------------------------------------------

    def next_batch(self) -> Batch | None:
        """What to look at next, None when nothing is due any more."""
        found = self._due()
        wanted = {self._clusters.of(self.members[key]) for key in found.keys if key}
        if not self.account_seen:
            wanted.add(ACCOUNT)
        taken = self._packed(sorted(wanted))
        return self._batch(taken, found.gone) if taken else None

    def _due(self) -> Due:
        """What is not due stays so, unless the components say something else of the fee tables: of others than those
        that were due before nothing is asked again."""
        account = self.account_with()
        if account.suspect_cells != self._suspects:
            self._suspects, self._open = account.suspect_cells, self.members.keys() | self.remembered.keys()
        holds = holding(account, self.as_of)
        before = {key: entry for key, entry in self.remembered.items() if key in self._open}
        now = {key: ids for key, ids in self.members.items() if key in self._open}
        self._stale = {key for key, entry in before.items() if entry.conditions != holds(entry.groups)}
        touched = frozenset(self.touched.values()).union(*(before[key].state.ids for key in self._stale))
        found = due({key: entry.state for key, entry in before.items()}, now, self.digests, touched, self.as_of)
        self._open = found.keys | found.gone
        return found

    def _keeps_to_usual(self, key: str) -> bool:
        entry = self.remembered.get(key)
        if entry is None or entry.usual is None or key in self.unusual or key in self._stale:
            return False
        return entry.state.ids == self.members.get(key) and entry.usual.may_be_left_out(self.as_of)

    def _packed(self, clusters: Iterable[str]) -> frozenset[str]:
        taken: set[str] = set()
        rows = 0
        for cluster in clusters:
            parts = self._clusters.components(cluster)
            size = sum(map(self._size, parts))
            if taken and rows + size > MOST_ROWS:
                break
            taken.add(cluster)
            rows += size
        return frozenset(taken)

    def _size(self, key: str) -> int:
        """About how many rows of a component are read."""
        rows = sum(rows for _, rows in self.named_by_component.get(key, ()))
        return rows // LEAN if self._keeps_to_usual(key) else rows

    def _batch(self, taken: frozenset[str], gone: frozenset[str]) -> Batch:
        """What is known of these clusters, with what is remembered of their components that are no more."""

        def is_taken(ids: Set[Id]) -> bool:
            return self._clusters.of(ids) in taken

        def stands(mark: str, ids: Set[Id]) -> bool:
            """Whether a claim is not looked at again, because its sales are left out."""
            return mark in self.claims_of_sales and all(self.grouping.keys.get(node) in lean for node in ids)

        keys = frozenset(key for cluster in taken for key in self._clusters.components(cluster))
        lean = frozenset(filter(self._keeps_to_usual, keys))
        return Batch(
            keys=keys,
            lean=lean,
            fingerprints=frozenset(
                mark for mark, ids in self.claims.items() if is_taken(ids) and not stands(mark, ids)
            ),
            gone=frozenset(key for key in gone if is_taken(self.remembered[key].state.ids)),
            touched=frozenset(number for number, node in self.touched.items() if is_taken({node}))
            | (self.plain if ACCOUNT in taken else frozenset()),
        )

    def account_with(self, batch: Batch | None = None, seen: Iterable[Observation] = ()) -> Account:
        """The account with what all components say of the fee tables; those of a batch say it now."""
        others = (
            observation
            for key, entry in self.remembered.items()
            if key in self.members and not (batch and key in batch.keys)
            for observation in entry.observations
        )
        return replace(self.account, suspect_cells=suspect_cells([*others, *seen]))

    def learn(self, batch: Batch, remembered: Mapping[str, Remembered]) -> None:
        """A batch has been looked at, and its result is written."""
        self.account_seen = self.account_seen or ACCOUNT in batch.keys
        self.remembered |= remembered
        self._open |= remembered.keys()
        for key in batch.gone:
            self.remembered.pop(key, None)
        for number in batch.touched - self.plain:
            del self.touched[number]
        self.plain -= batch.touched
        for mark in batch.fingerprints:
            del self.claims[mark]

    # -- the facts of a batch ------------------------------------------------------------------------------------------

    def components(self, batch: Batch, rows: Mapping[str, Iterable[Any]]) -> list[ComponentFacts]:
        """The components of a batch from its rows, by name of their table; other components' rows are left out.

        A component has none where only rows of no table here name it: it is looked at, too, and then not due any more.
        """
        parts: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        key_of = cache(self.grouping.key_of)  # many rows have the same names
        for table in TABLES:
            for row in rows.get(table.name, ()):
                names = self.names_of_return(row) if table.name == "returns" else table.names(row)
                if names != NO_NAMES or table.name in ACCOUNT_TABLES:
                    parts[key_of(names)][table.name].append(row)
        return [self._component(key, parts[key]) for key in sorted(batch.keys)]

    def _component(self, key: str, rows: Mapping[str, list[Any]]) -> ComponentFacts:
        tables = {table: tuple(sorted(found, key=lambda row: row.key)) for table, found in rows.items()}
        around = self.around.of(*(tables.get(name, ()) for name in ("inbound", "ledger", "returns")))
        return ComponentFacts(key, around, **tables)


def _digest(parts: tuple[str, ...]) -> str:
    """The text itself while it is short, which most are."""
    text = "\n".join(parts)
    return text if len(text) <= DIGEST else sha256(text.encode()).hexdigest()


def items_of(names: Names) -> frozenset[Id]:
    """The identifiers a claim or a row names."""
    return frozenset(ids_of(names))
