"""What detection looks at: typed rows of Amazon's reports, of one connection and then of one component."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from hashlib import sha256
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from clario.domain.detection.fees.fulfillment import Cell
from clario.domain.detection.rows.money_rows import AgedRow, FeePreviewRow, MoneyRow, StorageRow
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import (
    BalanceRow,
    InboundRow,
    LedgerRow,
    OrderRow,
    ParcelRow,
    ReimbursementRow,
    RemovalRow,
    ReplacementRow,
    ReturnRow,
    ShipmentRow,
    ShippedRow,
)
from clario.domain.values import DayRange, Marketplace

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Rows:
    """One list of rows per report, empty where the report is not loaded."""

    ledger: tuple[LedgerRow, ...] = ()
    balances: tuple[BalanceRow, ...] = ()
    reimbursements: tuple[ReimbursementRow, ...] = ()
    returns: tuple[ReturnRow, ...] = ()
    replacements: tuple[ReplacementRow, ...] = ()
    shipped: tuple[ShippedRow, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    inbound: tuple[InboundRow, ...] = ()
    shipments: tuple[ShipmentRow, ...] = ()
    removals: tuple[RemovalRow, ...] = ()
    parcels: tuple[ParcelRow, ...] = ()
    money: tuple[MoneyRow, ...] = ()
    previews: tuple[FeePreviewRow, ...] = ()
    storage: tuple[StorageRow, ...] = ()
    aged: tuple[AgedRow, ...] = ()


class Names(NamedTuple):
    """What a row calls its item; any of them may be ""."""

    asin: str
    fnsku: str
    sku: str


class Table:
    """How to read a list of `Rows`: the day a row is of, and the names of its item."""

    def __init__(self, name: str, day: str, asin: str | None, fnsku: str | None, sku: str | None) -> None:
        self.name = name
        self.day = attrgetter(day)
        columns = [column for column in (asin, fnsku, sku) if column]
        self._read = attrgetter(*columns) if columns else None
        self._given = (asin is not None, fnsku is not None, sku is not None)

    def names(self, row: SourceRow) -> Names:
        if self._read is None:
            return Names("", "", "")
        if all(self._given):
            return Names(*self._read(row))
        values = iter(self._read(row))
        return Names(*(next(values) if given else "" for given in self._given))

    def rows(self, rows: Rows) -> tuple[Any, ...]:
        return getattr(rows, self.name)  # type: ignore[no-any-return]


TABLES = (
    Table("ledger", "occurred_on", "asin", "fnsku", "msku"),
    Table("balances", "day", "asin", "fnsku", "msku"),
    Table("reimbursements", "approved_on", "asin", "fnsku", "sku"),
    Table("returns", "returned_on", "asin", "fnsku", "sku"),
    Table("replacements", "shipped_on", "asin", None, "sku"),
    Table("shipped", "shipped_on", "asin", "fnsku", "sku"),
    Table("orders", "purchased_on", "asin", None, "sku"),
    Table("inbound", "created_on", "asin", "fnsku", "sku"),
    Table("shipments", "created_on", None, None, None),
    Table("removals", "requested_on", "asin", "fnsku", "sku"),
    Table("parcels", "shipped_on", "asin", "fnsku", "sku"),
    Table("money", "posted_on", "asin", None, "sku"),
    Table("previews", "seen_on", "asin", "fnsku", "sku"),
    Table("storage", "month", "asin", "fnsku", None),
    Table("aged", "charged_on", "asin", "fnsku", "sku"),
)
ACCOUNT_TABLES = frozenset({"shipments", "money"})
"""Rows of these may be about no item: they are the account's own component, whose key is ""."""


@dataclass(frozen=True, slots=True)
class CostRow:
    """What the seller pays to source one unit of a SKU, from a day on."""

    sku: str
    unit_cost: Decimal
    currency: str
    valid_from: date


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    """The days that are completely loaded, by stream; ranges in any order, they may touch or overlap."""

    days: Mapping[str, tuple[DayRange, ...]]

    def __getitem__(self, stream: str) -> tuple[DayRange, ...]:
        return self.days.get(stream, ())


@dataclass(frozen=True)
class Account:
    """What detection knows of the connection beside its rows.

    Attributes:
        marketplace: its home: currency, calendar, policy.
        price_ratios: by product group, what Amazon pays for a lost unit as a share of its price (`valuation.py`).
        suspect_cells: fields of the fee tables that too many products contradict alike (`fee_cells.py`).
        bill_days: by kind of bill and marketplace, the days on which stock was billed (`storage_fees.py`).
    """

    connection: str
    marketplace: Marketplace
    costs: tuple[CostRow, ...]
    coverage: CoverageFacts
    price_ratios: Mapping[str, Decimal] = field(default_factory=dict)
    suspect_cells: frozenset[Cell] = frozenset()
    bill_days: Mapping[tuple[str, str], tuple[date, ...]] = field(default_factory=dict)

    @cached_property
    def costs_by_sku(self) -> Mapping[str, tuple[CostRow, ...]]:
        """The cost rows of each SKU, oldest first."""
        table: dict[str, list[CostRow]] = {}
        for cost in sorted(self.costs, key=lambda c: (c.sku, c.valid_from, c.currency, c.unit_cost)):
            table.setdefault(cost.sku, []).append(cost)
        return {sku: tuple(costs) for sku, costs in table.items()}


@dataclass(frozen=True)
class SellerFacts(Rows, Account):
    """Everything detection needs of one connection."""


class Redefinition(NamedTuple):
    """Units that the ledger books from one product to another: the row out, and how many of them came in elsewhere."""

    out: LedgerRow
    matched: int


class Stray(NamedTuple):
    """A return by which quite another product came back than was ordered."""

    back: ReturnRow
    ordered_sku: str


@dataclass(frozen=True)
class Neighbours:
    """What a component must know of others, computed beforehand over all of them (`neighbours.py`).

    Attributes:
        swaps: by shipment and SKU, the missing units that a surplus of another item in the same shipment may be, and
            the units of that surplus.
        missing: the delivered shipments of which Amazon received nothing at all.
        redefined: the ledger's redefinitions out of an item, with the units that came in under another name.
        strays: returns of orders of this component by which quite another product came back.
    """

    swaps: Mapping[tuple[str, str], int] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    redefined: tuple[Redefinition, ...] = ()
    strays: tuple[Stray, ...] = ()

    @property
    def digest(self) -> str:
        """Another one whenever something here is another; "" where there is nothing."""
        renamed, returned = [(r.out.key, r.matched) for r in self.redefined], [stray.back.key for stray in self.strays]
        parts = (sorted(self.swaps.items()), sorted(self.missing), renamed, returned)
        return sha256(repr(parts).encode()).hexdigest() if any(parts) else ""


@dataclass(frozen=True)
class ComponentFacts(Rows):
    """The rows of items that can settle each other, each list in natural order; nothing outside can touch them."""

    key: str
    neighbours: Neighbours = field(default_factory=Neighbours)
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def adjustments(self, reasons: frozenset[str]) -> tuple[LedgerRow, ...]:
        """The stock adjustments with these reason codes."""
        return tuple(row for row in self.events("Adjustments") if row.reason in reasons)

    def events(self, event_type: str) -> tuple[LedgerRow, ...]:
        """The ledger's rows of one event type."""
        return self._by_event.get(event_type, ())

    @cached_property
    def _by_event(self) -> Mapping[str, tuple[LedgerRow, ...]]:
        table: dict[str, list[LedgerRow]] = {}
        for row in self.ledger:
            table.setdefault(row.event_type, []).append(row)
        return {event: tuple(rows) for event, rows in table.items()}

    def money_of(self, kind: str) -> tuple[MoneyRow, ...]:
        """The lines of the financial transactions of one kind."""
        return self._by_kind.get(kind, ())

    @cached_property
    def _by_kind(self) -> Mapping[str, tuple[MoneyRow, ...]]:
        table: dict[str, list[MoneyRow]] = {}
        for row in self.money:
            table.setdefault(row.kind, []).append(row)
        return {kind: tuple(rows) for kind, rows in table.items()}

    @cached_property
    def balances_by_month(self) -> Mapping[tuple[str, date], tuple[BalanceRow, ...]]:
        """The lines of the ledger's summary by FNSKU and the month's first day."""
        table: dict[tuple[str, date], list[BalanceRow]] = {}
        for row in self.balances:
            table.setdefault((row.fnsku, row.day), []).append(row)
        return {place: tuple(rows) for place, rows in table.items()}

    def once(self, build: Callable[["ComponentFacts"], T]) -> T:
        """What `build` makes of these facts, made once however many rules ask for it."""
        if build not in self._made:
            self._made[build] = build(self)
        return self._made[build]  # type: ignore[no-any-return]
