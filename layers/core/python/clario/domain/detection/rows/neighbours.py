"""What components must know of each other: computed over all of a seller's items, from few and small rows.

A shipment that went missing as a whole is one claim, so its items are one component. A surplus of another item in the
same shipment, and a product that the ledger books under a new name, are told to the component by number: joining for
them would in the end join everything with everything. A return of quite another product belongs to what was ordered.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from clario.domain.detection.rows.facts import Neighbours, Redefinition, Stray
from clario.domain.detection.rows.receiving import (
    LineId,
    Receiving,
    line_id,
    missing_shipments,
    receipts_by_line,
    receiving,
)
from clario.domain.detection.rows.unit_rows import InboundRow, LedgerRow, OrderRow, ReturnRow, ShippedRow

Id = tuple[str, str]
Swaps = Mapping[tuple[str, str], int]

APART = timedelta(days=30)
"""The two halves of a redefinition lie no further apart than that: our choice."""


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The same for all components; `links` are identifiers that belong to one component."""

    links: tuple[tuple[Id, ...], ...]
    swaps: Swaps
    missing: frozenset[str]
    redefined: Mapping[tuple[Any, ...], int]
    strays: Mapping[tuple[Any, ...], str]

    def of(
        self, inbound: Sequence[InboundRow], ledger: Sequence[LedgerRow], returns: Sequence[ReturnRow]
    ) -> Neighbours:
        """What concerns the component with these rows."""
        places = [(line.shipment_id, line.sku) for line in inbound]
        return Neighbours(
            swaps={place: self.swaps[place] for place in places if place in self.swaps},
            missing=self.missing.intersection(shipment for shipment, _ in places),
            redefined=tuple(Redefinition(row, self.redefined[row.key]) for row in ledger if _is_out(row)),
            strays=tuple(Stray(row, self.strays[row.key]) for row in returns if row.key in self.strays),
        )


def neighbourhood(
    inbound: Iterable[InboundRow],
    ledger: Sequence[LedgerRow],
    returns: Sequence[ReturnRow],
    sold: Iterable[OrderRow | ShippedRow],
    until: date,
) -> Neighbourhood:
    """What all components must know. Of the ledger only receipts and redefinitions (codes 3 and 4) are read, of the
    sales those of orders with a return."""
    receipts = receipts_by_line(ledger)
    lines = [receiving(line, receipts.get(line_id(line), ())) for line in sorted(inbound, key=lambda r: r.key)]
    missing = missing_shipments(lines, until)
    links: defaultdict[str, list[Id]] = defaultdict(list)
    for line in lines:
        if line.line.shipment_id in missing:
            links[line.line.shipment_id].append(("sku", line.line.sku))
    pairs = tuple(map(tuple, links.values()))
    swapped = swaps(lines, _unplanned(lines, receipts))
    return Neighbourhood(pairs, swapped, missing, redefinitions(ledger), strays(returns, sold))


def _unplanned(lines: Iterable[Receiving], receipts: Mapping[LineId, Sequence[LedgerRow]]) -> Mapping[str, int]:
    """By shipment, the units received of items that were not sent with it."""
    sent = {line_id(part.line) for part in lines}
    units: defaultdict[str, int] = defaultdict(int)
    for (shipment, item), rows in receipts.items():
        if (shipment, item) not in sent:
            units[shipment] += max(0, sum(row.quantity for row in rows))
    return units


def swaps(lines: Iterable[Receiving], unplanned: Mapping[str, int]) -> Swaps:
    """By shipment and SKU, the missing units that a surplus of other items in the same shipment may be: a label swap;
    and of the surplus the units that may be those.

    A surplus unit stands for one missing unit only, in the order of the lines; so does a unit of an item not sent.
    """
    shipments: defaultdict[str, list[Receiving]] = defaultdict(list)
    for line in lines:
        shipments[line.line.shipment_id].append(line)
    found: dict[tuple[str, str], int] = {}
    for name, parts in shipments.items():
        short, surplus = sum(part.short for part in parts), sum(part.surplus for part in parts)
        missing = min(short, surplus + unplanned.get(name, 0)), [part.short for part in parts]
        beyond = min(short, surplus), [part.surplus for part in parts]
        for swapped, counts in (missing, beyond):
            left = swapped
            for part, count in zip(parts, counts, strict=True):
                if units := min(left, count):
                    left -= units
                    found[name, part.line.sku] = units
    return found


def _is_out(row: LedgerRow) -> bool:
    return row.event_type == "Adjustments" and row.reason == "4" and row.quantity < 0


def _is_in(row: LedgerRow) -> bool:
    return row.event_type == "Adjustments" and row.reason == "3" and row.quantity > 0


def redefinitions(ledger: Sequence[LedgerRow]) -> Mapping[tuple[Any, ...], int]:
    """For every row out (code 4), by its key, the units that came in under another name (code 3).

    The halves are of the same number of units, a few days apart; the same product comes first, then the nearest day.
    """
    entries: defaultdict[int, list[LedgerRow]] = defaultdict(list)
    for row in sorted((row for row in ledger if _is_in(row)), key=lambda r: r.key):
        entries[row.quantity].append(row)
    matched: dict[tuple[Any, ...], int] = {}
    for out in sorted((row for row in ledger if _is_out(row)), key=lambda r: r.key):
        open_entries = entries[-out.quantity]
        place = _nearest(out, open_entries)
        matched[out.key] = 0 if place is None else open_entries.pop(place).quantity
    return matched


def _nearest(out: LedgerRow, entries: Sequence[LedgerRow]) -> int | None:
    first = bisect_left(entries, out.occurred_on - APART, key=lambda row: row.occurred_on)
    last = bisect_right(entries, out.occurred_on + APART, key=lambda row: row.occurred_on)
    places = [place for place in range(first, last) if entries[place].fnsku != out.fnsku]
    return min(places, key=lambda place: _distance(out, entries[place]), default=None)


def _distance(out: LedgerRow, entry: LedgerRow) -> tuple[bool, int]:
    return entry.asin != out.asin, abs((entry.occurred_on - out.occurred_on).days)


def strays(returns: Sequence[ReturnRow], sold: Iterable[OrderRow | ShippedRow]) -> Mapping[tuple[Any, ...], str]:
    """Returns that name an order of quite another product, by their keys, with the SKU that was ordered."""
    orders = {row.order_id for row in returns if row.order_id}
    ordered: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in sold:
        if row.order_id in orders:
            ordered[row.order_id][row.sku] = row.asin
    found: dict[tuple[Any, ...], str] = {}
    for back in returns:
        items = ordered.get(back.order_id)
        if items and back.sku not in items and back.asin not in items.values():
            found[back.key] = min(items)
    return found
