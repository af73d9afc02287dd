"""Data contracts: whether a document is like those the source has sent before. What is known is learned, not listed.

Drift is noted, never refused: a new code may be Amazon's new practice, and a sync does not fail for it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from .values import DayRange

# The columns that hold one of Amazon's words, by table. Detection reads most of them.
CODED: Mapping[str, tuple[str, ...]] = {
    "ledger_events": ("event_type", "disposition", "reason"),
    "ledger_balances": ("disposition",),
    "inventory": ("condition",),
    "inbound_shipments": ("status",),
    "claims": ("reason", "condition"),
    "returns": ("disposition", "reason", "status"),
    "replacements": ("reason_code",),
    "removal_orders": ("order_type", "status", "disposition"),
    "removal_shipments": ("removal_order_type", "disposition"),
    "fee_previews": ("size_tier",),
    "storage_charges": ("size_tier",),
    "aged_inventory_charges": ("age_tier",),
    "orders": ("status", "fulfilled_by"),
    "financial_events": ("event_type", "transaction_type", "transaction_status"),
    "settlement_lines": ("transaction_type", "amount_type"),
}
HEADER = "header"

# More new codes at once are told in one note.
MOST_NOTES = 10
# Rejected rows are rare: what is usual is none, and more than a hundredth above that is odd.
TOLERATED_SHARE = 0.01
# Volumes differ with seasons and sales, hardly by that factor from one reading of the same days to the next.
FAR = 3
FEWEST_ROWS = 100
FEWEST_DOCUMENTS = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a document held: rows of its first table, and rows that could not be read."""

    days: DayRange
    rows: int
    rejected: int

    @property
    def rejected_share(self) -> float:
        return self.rejected / max(self.rows + self.rejected, 1)

    @property
    def length(self) -> int:
        return (self.days.end - self.days.start).days + 1


@dataclass(frozen=True, slots=True)
class Note:
    """Something odd. `code` is a word for programs, `subject` tells notes of one code apart."""

    code: str
    subject: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unbalanced:
    """A settlement whose lines add up to something else than the total it names."""

    settlement_id: str
    currency: str
    total: Decimal
    lines: Decimal

    def note(self) -> Note:
        text = f"settlement {self.settlement_id}: its lines make {self.lines:.2f} {self.currency}, its total is"
        return Note("settlement_difference", self.settlement_id, f"{text} {self.total:.2f}")


def unseen(fresh: Mapping[str, Collection[str]]) -> list[Note]:
    """Notes on the values, by field, that the source never sent before."""
    return [note for field, codes in sorted(fresh.items()) for note in _unseen(field, sorted(codes))]


def _unseen(field: str, codes: list[str]) -> Iterable[Note]:
    if field == HEADER:
        return [Note("new_header", code, "the columns are not the ones it had before") for code in codes]
    if len(codes) > MOST_NOTES:
        some = ", ".join(codes[:MOST_NOTES])
        return [Note("unseen_code", field, f"{field} has {len(codes)} values it never had before, as {some}")]
    return [
        Note("unseen_code", f"{field}={code}", f"{field} has a value it never had before: {code}") for code in codes
    ]


def rejected_share(now: Counts, before: Sequence[Counts]) -> str | None:
    """What is odd about the share of rows that could not be read; None: nothing."""
    usual = median([counts.rejected_share for counts in before] or [0.0])
    if now.rejected_share <= usual + TOLERATED_SHARE:
        return None
    return f"{now.rejected_share:.1%} of the rows could not be read; usually it is {usual:.1%}"


def row_volume(now: Counts, before: Sequence[Counts], *, whole: bool) -> str | None:
    """What is odd about the number of rows; None: nothing, or there is too little to compare with.

    Args:
        before: the documents before it, newest first.
        whole: each document tells how everything is, whatever its days.
    """
    same = [counts for counts in before if whole or _same_days(counts.days, now.days)]
    if len(same) < FEWEST_DOCUMENTS:
        return None
    usual = median([counts.rows / counts.length for counts in same]) * now.length
    if max(usual, now.rows) < FEWEST_ROWS or usual / FAR <= now.rows <= usual * FAR:
        return None
    return f"{now.rows:,} rows; of these days it is usually about {usual:,.0f}"


def _same_days(one: DayRange, other: DayRange) -> bool:
    """Whether most of the days of the longer one are days of both, and these are a week or more."""
    shared = (min(one.end, other.end) - max(one.start, other.start)).days + 1
    longer = max(one.end - one.start, other.end - other.start).days + 1
    return shared >= 7 and shared * 2 > longer
