"""What became of the lines of a shipment to Amazon: how much was received, when, and what was taken back later."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clario.domain.detection.rows.unit_rows import InboundRow, LedgerRow

CLOSED = "CLOSED"
ARRIVED = frozenset({"DELIVERED", "CHECKED_IN", "RECEIVING", CLOSED})
"""Statuses of shipments that Amazon has in hand: https://developer-docs.amazon.com/sp-api/docs/fulfillment-inbound-api-v0-reference."""

RECEIVING_TAKES = timedelta(days=45)
"""A shipment that is not closed by then is judged nevertheless: our choice."""

LineId = tuple[str, str]


def line_id(line: InboundRow) -> LineId:
    """A line as the ledger knows it: shipment and FNSKU, or the SKU where there is no FNSKU."""
    return line.shipment_id, line.fnsku or line.sku


def receipts_by_line(ledger: Iterable[LedgerRow]) -> Mapping[LineId, list[LedgerRow]]:
    """The ledger's receipts by shipment and item, in the order of the rows; their reference is the shipment."""
    table: defaultdict[LineId, list[LedgerRow]] = defaultdict(list)
    for row in ledger:
        if row.event_type == "Receipts" and row.reference_id:
            table[row.reference_id, row.fnsku or row.msku].append(row)
    return table


@dataclass(frozen=True, slots=True)
class Receiving:
    """One line with its receipts.

    `received` is the most that either report shows, before anything was taken back; None: unknown, never zero.
    `deducted` units were received, within what was shipped, and taken back after the shipment was closed.
    """

    line: InboundRow
    receipts: tuple[LedgerRow, ...]
    received: int | None
    deductions: tuple[LedgerRow, ...]
    deducted: int

    @property
    def short(self) -> int:
        """Units shipped that never were received; 0 where that is unknown."""
        return 0 if self.received is None else max(0, self.line.shipped - self.received)

    @property
    def added(self) -> int:
        """Units that the seller put into the plan when the shipment had left; 0 where nobody saw it."""
        return 0 if self.line.left_with is None else max(0, self.line.shipped - self.line.left_with)

    @property
    def surplus(self) -> int:
        """Units received beyond what was shipped, and not taken back."""
        taken = -sum(row.quantity for row in self.deductions)
        return 0 if self.received is None else max(0, self.received - taken - self.line.shipped)

    @property
    def late(self) -> list[tuple[LedgerRow, int]]:
        """Receipts after the line was judged, with the units that it lacked until then."""
        first = self.first_receipt
        judged_on = min(self.line.closed_on or date.max, first + RECEIVING_TAKES if first else date.max)
        missing = self.line.shipped
        found = []
        for row in self.receipts:
            units = min(row.quantity, max(0, missing))
            missing -= row.quantity
            if units > 0 and row.occurred_on > judged_on:
                found.append((row, units))
        return found

    @property
    def first_receipt(self) -> date | None:
        return min((row.occurred_on for row in self.receipts if row.quantity > 0), default=None)

    @property
    def last_receipt(self) -> date | None:
        return max((row.occurred_on for row in self.receipts if row.quantity > 0), default=None)


def receiving(line: InboundRow, receipts: Iterable[LedgerRow]) -> Receiving:
    """What is known of a line from the shipment's own count and the ledger's receipts."""
    rows = tuple(receipts)
    taken_back = tuple(row for row in rows if _is_deduction(line, row))
    standing = sum(row.quantity for row in rows)
    peak = standing - sum(row.quantity for row in taken_back)
    counts = [count for count in (line.received, peak if rows else None) if count is not None]
    deducted = max(0, min(line.shipped, peak) - max(standing, 0)) if taken_back else 0
    return Receiving(line, rows, max(counts, default=None), taken_back, deducted)


def _is_deduction(line: InboundRow, row: LedgerRow) -> bool:
    """Counts are corrected while receiving goes on; after the shipment is closed, units are taken back."""
    return row.quantity < 0 and line.closed_on is not None and row.occurred_on > line.closed_on


NOTHING_AFTER = timedelta(days=30)
"""A delivered shipment of which nothing was received for so long counts as missing, one that was closed at once: our
choice."""


def missing_shipments(lines: Iterable[Receiving], until: date) -> frozenset[str]:
    """Shipments that arrived long ago, or were closed, and of which, over all their lines, Amazon received nothing."""
    shipments: defaultdict[str, list[Receiving]] = defaultdict(list)
    for line in lines:
        shipments[line.line.shipment_id].append(line)
    return frozenset(name for name, parts in shipments.items() if all(_is_missing(part, until) for part in parts))


def _is_missing(part: Receiving, until: date) -> bool:
    line = part.line
    delivered = line.delivered_on
    waited = delivered is not None and (line.status == CLOSED or delivered + NOTHING_AFTER <= until)
    return line.status in ARRIVED and waited and part.received == 0 and not part.receipts
