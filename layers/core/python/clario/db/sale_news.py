"""Which notes of touched items tell of plain sales alone."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from clario.db.facts import FactReader
from clario.db.statements import Statements
from clario.domain.detection.claims.findings import Case
from clario.domain.detection.rows.components import Id, ids_of
from clario.domain.detection.rows.facts import TABLES, Account, ComponentFacts, Names
from clario.domain.detection.runs.plain_sales import are_plain, are_single, are_usual
from clario.domain.detection.runs.records import Remembered

SOLD = ("orders", "shipped", "money")
"""The lists with rows of sales, but for the ledger's."""
NAMES_OF = {table.name: table.names for table in TABLES}
MOST_NOTES = 20_000
"""So many notes are looked at together: the rows they are about must fit into memory."""
WORTH_IT = 2
"""A component with more notes than one for so many of its rows is looked at as a whole: that costs no more."""


class Note(NamedTuple):
    """A touched item, and what its row is about: a `sale` (of an order, or booked by the ledger on a day), a `credit`
    that may be for a fee, `other` things than sales and fees, or None: anything. `names` are those of the row, None of
    one that is gone."""

    number: int
    item: Id
    names: Names | None
    about: str | None
    order_id: str | None
    sold_on: date | None


@dataclass(slots=True)
class _News:
    """What is noted of one component."""

    entry: Remembered
    numbers: set[int] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    more: bool = False
    unclear: bool = False

    def add(self, note: Note) -> None:
        self.numbers.add(note.number)
        if note.order_id is not None:
            self.orders.add(note.order_id)
        elif note.sold_on is not None:
            self.days.add(note.sold_on)
        else:
            self.more = True
            self.unclear = self.unclear or note.about not in self._beside_sales

    @property
    def _beside_sales(self) -> frozenset[str]:
        """What changes nothing that is found among the fees of all sales. Credits do where some were wrong."""
        wrong = self.entry.usual is not None and self.entry.usual.has_wrong_sizes
        return frozenset({"other"}) if wrong else frozenset({"other", "credit"})

    @property
    def is_worth_it(self) -> bool:
        return not self.unclear and WORTH_IT * len(self.numbers) <= sum(rows for _, rows in self.entry.named)


Pack = Mapping[str, _News]


class HeardOfSales(NamedTuple):
    """Notes, by number, of nothing but plain sales; and components of which some sales may be unusual."""

    plain: frozenset[int]
    unusual: frozenset[str]


class SaleNews:
    """Holds new sales of a connection against what the sales of their components agree on."""

    def __init__(self, run: Statements, connection_id: int, reader: FactReader, account: Account, today: date) -> None:
        self._run, self._connection_id, self._reader = run, connection_id, reader
        self._account, self._today = account, today

    def hear(self, notes: Iterable[Note], remembered: Mapping[str, Remembered]) -> HeardOfSales:
        """What the notes say of components whose sales agree on something."""
        keys = {node: key for key, entry in remembered.items() if entry.usual for node in entry.state.ids}
        found: dict[str, _News] = {}
        for note in notes:
            if key := keys.get(note.item):
                found.setdefault(key, _News(remembered[key])).add(note)
        without_sales = {key for key, news in found.items() if not news.unclear and not (news.orders or news.days)}
        usual, plain = set(without_sales), set[int]()
        for pack in _packs({key: news for key, news in found.items() if key not in usual and news.is_worth_it}):
            for key, is_plain in self._usual_ones(pack):
                usual.add(key)
                plain |= pack[key].numbers if is_plain else set()
        return HeardOfSales(frozenset(plain), frozenset(found.keys() - usual))

    def _usual_ones(self, pack: Pack) -> Iterator[tuple[str, bool]]:
        """The components whose new sales are usual, and whether there is nothing else but plain sales."""
        orders = sorted(set().union(*(news.orders for news in pack.values())))
        rows = self._rows(pack, orders)
        told = self._run.rows("orders_told_of", connection_id=self._connection_id, order_ids=orders)
        told_of = {row["order_id"] for row in told}
        for key, news in pack.items():
            case = Case(ComponentFacts(key, **rows[key]), self._account, self._today)
            usual, named = news.entry.usual, {names for names, _ in news.entry.named}
            if usual and are_usual(case, usual, named) and (are_single(case.facts) or not usual.has_wrong_sizes):
                yield key, not news.more and are_plain(case.facts, usual, told_of)

    def _rows(self, pack: Pack, orders: list[str]) -> Mapping[str, dict[str, Any]]:
        """The rows of these orders and of the days noted, and all fee previews, by component and table."""
        keys = {node: key for key, news in pack.items() for node in news.entry.state.ids}
        table: defaultdict[str, defaultdict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for name, row in self._read(pack, keys, orders):
            key = next(keys[node] for node in ids_of(NAMES_OF[name](row)) if node in keys)
            if name != "ledger" or row.occurred_on in pack[key].days:
                table[key][name].append(row)
        return {
            key: {name: tuple(sorted(found, key=lambda row: row.key)) for name, found in table[key].items()}
            for key in pack
        }

    def _read(self, pack: Pack, keys: Iterable[Id], orders: list[str]) -> Iterator[tuple[str, Any]]:
        items = {f"{kind}s": [value for each, value in keys if each == kind] for kind in Names._fields}
        days = sorted(set().union(*(news.days for news in pack.values())))
        for name in SOLD:
            yield from ((name, row) for row in self._reader.rows(name, **items, order_ids=orders))
        yield from (("ledger", row) for row in self._reader.rows("ledger", **items, sold_on=days))
        yield from (("previews", row) for row in self._reader.rows("previews", **items))


def _packs(candidates: Pack) -> Iterator[Pack]:
    pack: dict[str, _News] = {}
    for key, news in candidates.items():
        if pack and sum(len(each.numbers) for each in pack.values()) + len(news.numbers) > MOST_NOTES:
            yield pack
            pack = {}
        pack[key] = news
    if pack:
        yield pack
