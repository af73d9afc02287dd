"""Surveys of a connection's facts, the rows of their batches, and what is remembered of each component."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import chain
from json import loads
from typing import Any

from psycopg.types.json import Jsonb

from clario.db.facts import FACT_TABLES, FactReader
from clario.db.sale_news import SOLD, Note, SaleNews
from clario.db.statements import Statements
from clario.db.usual_sales import usual_as_stored, usual_from_stored
from clario.domain.detection.claims.valuation import price_ratios
from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.money.fee_cells import Observation
from clario.domain.detection.money.storage_fees import bill_days
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.components import ACCOUNT, Id
from clario.domain.detection.rows.facts import ACCOUNT_TABLES, Account, ComponentFacts, CostRow, CoverageFacts, Names
from clario.domain.detection.rows.measurements import Product
from clario.domain.detection.rows.silence import Returned, ReturnedByDay, without_silent_days
from clario.domain.detection.rules import OF_SALES
from clario.domain.detection.runs.incremental import ComponentState
from clario.domain.detection.runs.item_names import ids_with_news, with_new_names
from clario.domain.detection.runs.records import Batch, Named, Remembered, Shared
from clario.domain.detection.runs.survey import Survey, items_of
from clario.domain.slices import scopes
from clario.domain.sources import FoundReportSource
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange, home_marketplace
from clario.services.records import Connection

Row = dict[str, Any]
Place = tuple[str, str]

Items = Mapping[str, list[str] | None]
ALL_ITEMS: Items = {f"{kind}s": None for kind in Names._fields}


class Surveys:
    """The surveys of one connection as of `today`, the date in its home marketplace's time zone."""

    def __init__(self, run: Statements, connection: Connection, today: date) -> None:
        self._run, self._connection, self._today = run, connection, today
        self._home = home_marketplace(list(connection.marketplace_ids))

    def take(self) -> Survey:
        """A survey of what is there now."""
        key = self._connection.connection_id
        remembered = {row["key"]: _remembered(row) for row in self._run.rows("components", connection_id=key)}
        reader = self._reader({})
        account = self._account(reader)
        notes = [_note(row) for row in self._run.rows("touched", **self._values())]
        remembered |= self._with_usual(remembered, notes)
        heard = SaleNews(self._run, key, reader, account, self._today).hear(notes, remembered)
        news = [note for note in notes if note.number not in heard.plain]
        renamed = with_new_names(remembered.values(), [(note.item, note.names) for note in news])
        claims = self._run.rows("names_of_detections", connection_id=key)
        return Survey(
            as_of=self._today,
            account=account,
            renamed=renamed,
            counted=self._counted(remembered.values(), renamed),
            shared=_shared(reader),
            remembered=remembered,
            touched={note.number: note.item for note in news},
            plain=heard.plain,
            unusual=heard.unusual,
            claims={row["fingerprint"]: items_of(Names(row["asin"], row["fnsku"], row["sku"])) for row in claims},
            claims_of_sales=frozenset(row["fingerprint"] for row in claims if row["anomaly_type"] in OF_SALES),
        )

    def is_current(self, survey: Survey) -> bool:
        """Whether nothing was touched since, but for what the survey has settled."""
        now = self._run.row("touched_total", **self._values())
        numbers = (*survey.touched, *survey.plain)
        return (now["items"], now["total"] or 0) == (len(numbers), sum(numbers))

    def gather(self, survey: Survey, batch: Batch) -> list[ComponentFacts]:
        """The components of a batch with all their rows, the lean ones without plain sales; from then on the survey's
        account has their costs."""
        items = _items(node for key in batch.keys if key for node in survey.members[key])
        whole = _items(node for key in batch.keys - batch.lean if key for node in survey.members[key])
        tables = set(FACT_TABLES) if any(items.values()) else set(ACCOUNT_TABLES)
        if ACCOUNT not in batch.keys:
            tables.discard("shipments")
        reader, account = self._reader(survey.asins(batch)), ACCOUNT in batch.keys
        rows: dict[str, Iterable[Any]] = {
            name: reader.rows(name, **(whole if name in SOLD else items), account=account) for name in tables
        }
        if batch.lean:
            lean = self._of_orders_with_more(reader, survey, batch)
            rows |= {name: chain(rows[name], found) for name, found in lean.items()}
        # A return of another product than was ordered has the name of the one and belongs to the other.
        strays = [row for row in survey.shared.returns if row.key in survey.around.strays]
        rows["returns"] = [row for row in rows.get("returns", ()) if row.key not in survey.around.strays] + strays
        costs = tuple(CostRow(**row) for row in self._run.rows("item_costs", skus=items["skus"]))
        survey.account = replace(survey.account, costs=costs)
        return survey.components(batch, rows)

    def _of_orders_with_more(self, reader: FactReader, survey: Survey, batch: Batch) -> Mapping[str, Iterable[Any]]:
        """Of lean components all money that is not of sales, and the sales of which more is known."""
        items = _items(node for key in batch.lean for node in survey.members[key])
        found = {row["order_id"] for row in self._run.rows("orders_with_more", **self._values(), **items)}
        strays = {row.order_id for row in survey.shared.returns if row.key in survey.around.strays}
        usual = (survey.remembered[key].usual for key in batch.lean)
        odd = {order for each in usual if each for order in each.odd_orders}
        orders = sorted((found | strays | odd) - {None})
        return {name: reader.rows(name, **items, order_ids=orders, other_money=True) for name in SOLD}

    def remember(self, batch: Batch, remembered: Mapping[str, Remembered]) -> None:
        """Write what is known of a batch's components from now on."""
        key = self._connection.connection_id
        rows = [{"connection_id": key, **_row(name, entry)} for name, entry in remembered.items()]
        if rows:
            self._run.write_many("keep_component", rows)
        if batch.gone:
            self._run.write("forget_components", connection_id=key, keys=list(batch.gone))
        if batch.touched:
            self._run.write("drop_touched", numbers=list(batch.touched))

    def _values(self) -> Row:
        return {
            "connection_id": self._connection.connection_id,
            "until": self._today,
            "zone": self._home.zone.key,
            "currency": self._home.currency,
        }

    def _with_usual(self, remembered: Mapping[str, Remembered], notes: Iterable[Note]) -> dict[str, Remembered]:
        """With what their sales agree on: components with news, and those whose day has come."""
        ids = frozenset(note.item for note in notes)
        keys = [key for key, entry in remembered.items() if not entry.state.ids.isdisjoint(ids)]
        keys += [key for key, entry in remembered.items() if (entry.state.next_review_on or date.max) <= self._today]
        rows = self._run.rows("usual_sales", connection_id=self._connection.connection_id, keys=keys)
        return {row["key"]: replace(remembered[row["key"]], usual=usual_from_stored(row["usual"])) for row in rows}

    def _counted(self, remembered: Collection[Remembered], renamed: frozenset[Id]) -> dict[Names, int]:
        """How many rows have which names, of all components with new ones."""
        ids = ids_with_news(remembered, renamed)
        if ids is not None and not ids:
            return {}
        rows = self._run.rows("item_names", **self._values(), **(ALL_ITEMS if ids is None else _items(ids)))
        return {Names(row["asin"], row["fnsku"], row["sku"]): row["rows"] for row in rows}

    def _reader(self, asins: Mapping[str, str]) -> FactReader:
        return FactReader(self._run, self._values(), asins)

    def _account(self, reader: FactReader) -> Account:
        paid, prices = reader.rows("reimbursements"), list(reader.rows("previews"))
        return Account(
            connection=f"{self._connection.seller_id}/{self._connection.region}",
            marketplace=self._home,
            costs=(),
            coverage=without_silent_days(self._coverage(), self._returned(), self._today),
            price_ratios=price_ratios(paid, prices, self._home.currency),
            bill_days=bill_days(reader.rows("money")),
        )

    def _returned(self) -> ReturnedByDay:
        return {
            row["day"]: Returned(row["booked"], row["reported"])
            for row in self._run.rows("returned_units", **self._values())
        }

    def _coverage(self) -> CoverageFacts:
        """A day of a stream is covered when all of its datasets are, for all marketplaces; of no stream, no day is."""
        marketplaces = self._connection.marketplace_ids
        reports = [row.report for row in policy().coverage if row.report in STREAMS]
        places = {report: _places(report, marketplaces) for report in reports}
        datasets = sorted({dataset for found in places.values() for dataset, _ in found})
        held: defaultdict[Place, list[DayRange]] = defaultdict(list)
        key = self._connection.connection_id
        for row in self._run.rows("covered_ranges", connection_id=key, datasets=datasets):
            held[row["dataset"], row["scope"]].append(DayRange(row["start_day"], row["end_day"]))
        return CoverageFacts({report: _in_all([held[place] for place in found]) for report, found in places.items()})


def _places(stream: str, marketplaces: tuple[str, ...]) -> set[Place]:
    """The datasets and scopes whose coverage is a stream's. What Amazon makes by itself only checks the others."""
    sources = [source for source in STREAMS[stream].sources if not isinstance(source, FoundReportSource)]
    return {(source.dataset, scope) for source in sources for scope in scopes(source, marketplaces)}


def _in_all(places: list[list[DayRange]]) -> tuple[DayRange, ...]:
    """The days that are in ranges of all places, none of no places; each place's ranges are in order and apart."""
    first, *others = places or [[]]
    for ranges in others:
        met = (DayRange(max(a.start, b.start), min(a.end, b.end)) for a in first for b in ranges)
        first = [days for days in met if days.start <= days.end]
    return tuple(first)


def _shared(reader: FactReader) -> Shared:
    inbound, returns = list(reader.rows("inbound")), list(reader.rows("returns"))
    order_ids = sorted({row.order_id for row in returns})
    sold = ("orders", "shipped") if order_ids else ()
    return Shared(
        inbound=inbound,
        ledger=list(reader.rows("ledger", shipment_ids=sorted({line.shipment_id for line in inbound}))),
        returns=returns,
        sold=[row for name in sold for row in reader.rows(name, order_ids=order_ids)],
        liquidated=list(reader.rows("removals")),
        shipments=reader.told_of_shipments(),
    )


# -- components as they are stored -------------------------------------------------------------------------------------


def _items(ids: Iterable[Id]) -> Items:
    """Identifiers as statements take them: by kind."""
    nodes = list(ids)
    return {f"{kind}s": [value for each, value in nodes if each == kind] for kind in Names._fields}


def _note(row: Row) -> Note:
    names = Names(*row["names"]) if row["names"] else None
    return Note(**row | {"item": _id(row["item"]), "names": names})


def _id(text: str) -> Id:
    kind, _, value = text.partition(":")
    return kind, value


class _StoredNames(Sequence[tuple[Names, int]]):
    """Read only where somebody asks: that is of few components in a run."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _pairs(self) -> Named:
        return tuple((Names(*names), rows) for *names, rows in loads(self._text))

    def __len__(self) -> int:
        return len(self._pairs)

    def __getitem__(self, place: Any) -> Any:
        return self._pairs[place]


def _remembered(row: Row) -> Remembered:
    ids = frozenset(map(_id, row["ids"]))
    state = ComponentState(ids, row["around"], row["next_review_on"])
    seen = tuple(map(_observation, loads(row["observations"]))) if row["observations"] != "[]" else ()
    return Remembered(state, row["conditions"], seen, frozenset(row["groups"]), _StoredNames(row["named"]), None)


def _row(key: str, entry: Remembered) -> Row:
    return {
        "key": key,
        "ids": sorted(":".join(node) for node in entry.state.ids),
        "around": entry.state.around,
        "conditions": entry.conditions,
        "next_review_on": entry.state.next_review_on,
        "observations": Jsonb([[*o.cell, *o.product, str(o.difference), o.charges] for o in entry.observations]),
        "groups": sorted(entry.groups),
        "named": Jsonb([[*names, rows] for names, rows in entry.named]),
        "usual": usual_as_stored(entry.usual),
    }


def _observation(cells: list[Any]) -> Observation:
    *cell, marketplace_id, asin, difference, charges = cells
    return Observation(Cell(*cell), Product(marketplace_id, asin), Decimal(difference), charges)
