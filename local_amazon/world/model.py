"""The words of the world: listings, ledger rows, reimbursements, transactions, lots and what settled them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
"""Amazon cuts a US seller's days in Pacific time."""

CURRENCY = "USD"
MARKETPLACE_ID = "ATVPDKIKX0DER"


def stream(seed: int, *names: object) -> Random:
    """The random stream of one process; it depends on its names only, so the order of simulation does not matter."""
    return Random("/".join(map(str, (seed, *names))))


class Listing(NamedTuple):
    """A seller's SKU under its FNSKU. Costs and prices are cents; `cost` None: the seller never told it."""

    sku: str
    fnsku: str
    asin: str
    title: str
    price: int
    cost: int | None
    later_cost: int | None
    later_from: date

    def cost_on(self, day: date) -> int | None:
        """The sourcing cost that is valid on that day."""
        if self.later_cost is not None and day >= self.later_from:
            return self.later_cost
        return self.cost


class Settlement(NamedTuple):
    """Units of a lot that came back or were paid, seen by the seller from `visible_at` until `superseded_at`."""

    kind: str  # found, paid_cash, paid_in_kind, paid_other_reason, corrected
    units: int
    day: date
    visible_at: datetime
    reference: str
    superseded_at: datetime | None = None
    noticed: bool = True
    """Whether Amazon's ledger counts it as reconciled; it does not always."""

    def stands(self, now: datetime) -> bool:
        return self.visible_at <= now and (self.superseded_at is None or now < self.superseded_at)


@dataclass(slots=True)
class LedgerRow:
    """One line of the inventory ledger. `settlements` None: Amazon leaves the reconciliation columns empty."""

    at: datetime
    visible_at: datetime
    listing: Listing
    event: str
    reference: str
    quantity: int
    center: str
    disposition: str
    reason: str = ""
    settlements: list[Settlement] | None = None

    @property
    def day(self) -> date:
        return self.at.date()

    def reconciled(self, now: datetime) -> int | None:
        """Units Amazon has reconciled as far as the seller can see, None where the column is empty."""
        if self.settlements is None:
            return None
        return sum(each.units for each in self.settlements if each.noticed and each.stands(now))


@dataclass(frozen=True, slots=True)
class Reimbursement:
    """One row of the reimbursements report; amounts are cents, a reversal has negative quantities."""

    approved_at: datetime
    visible_at: datetime
    id: str
    case_id: str
    order_id: str
    reason: str
    listing: Listing
    per_unit: int
    cash: int
    in_kind: int
    original_id: str = ""
    original_reason: str = ""

    @property
    def amount(self) -> int:
        return self.per_unit * self.cash


class Node(NamedTuple):
    """A node of a transaction's breakdown tree; the amount (cents) of a parent is the sum of its children."""

    name: str
    cents: int
    children: tuple["Node", ...] = ()


class Item(NamedTuple):
    """A product line of a transaction. Amazon leaves `breakdowns` of reimbursement items null (models issue 4993)."""

    listing: Listing | None
    quantity: int
    cents: int
    breakdowns: tuple[Node, ...] | None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A money event as `listTransactions` tells it. `matures_at` is set when the money is deferred first."""

    posted_at: datetime
    visible_at: datetime
    id: str
    kind: str
    description: str
    breakdowns: tuple[Node, ...]
    items: tuple[Item, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    matures_at: datetime | None = None
    release_id: str = ""

    @property
    def cents(self) -> int:
        return sum(node.cents for node in self.breakdowns)


@dataclass(slots=True)
class Reversal:
    """Amazon took a payment back. `restored`: the unit is in stock again, so that nothing is owed."""

    day: date
    visible_at: datetime
    units: int
    reimbursement_id: str
    restored: bool


@dataclass(slots=True)
class Lot:
    """Units that were lost or damaged together: the truth behind one ledger row."""

    kind: str  # lost_warehouse, damaged_warehouse
    tier: str  # claim: owed; review: weakly; info: not owed
    row: LedgerRow
    settlements: list[Settlement]
    reversals: list[Reversal] = field(default_factory=list)
    tags: tuple[str, ...] = ()

    @property
    def quantity(self) -> int:
        return -self.row.quantity

    def open_units(self, now: datetime) -> int:
        """Units that neither came back nor were paid, as far as the seller can see."""
        return self.quantity - sum(each.units for each in self.settlements if each.stands(now))


@dataclass(slots=True)
class Window:
    """The days the world covers; `today` is the seller's day at the clock's start, `last` may lie after it."""

    first: date
    today: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    @property
    def length(self) -> int:
        return (self.last - self.first).days

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)


@dataclass(slots=True)
class Journal:
    """Everything that happened, as it is written down while the world is simulated."""

    rows: list[LedgerRow] = field(default_factory=list)
    reimbursements: list[Reimbursement] = field(default_factory=list)
    transactions: list[Transaction] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    quiet: dict[str, list[tuple[date, date]]] = field(default_factory=dict)
    """Per FNSKU the days without customer returns: a return there could pass for the restoration of a unit."""


def moment(day: date, hour: int, minute: int, second: int = 0) -> datetime:
    """A Pacific wall-clock time as an aware datetime."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=PACIFIC)
