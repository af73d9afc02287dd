"""What explains missing stock without money: inspections, surpluses of shipments, disposals the seller asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from clario.domain.detection.lots.fifo import Stock
from clario.domain.detection.lots.lots import Credit, CreditKind
from clario.domain.detection.rows.facts import ComponentFacts
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import LedgerRow, RemovalRow
from clario.domain.detection.units.inbound import arrived_lines
from clario.domain.detection.units.warehouse import disposed_unauthorized, put_right
from clario.domain.values import ONE_DAY


def stock_credits(facts: ComponentFacts) -> Iterator[Credit]:
    """All of them, in no order."""
    yield from _regraded(facts)
    yield from _surpluses(facts)
    yield from _received_late(facts)
    yield from _disposals(facts)


def stock_credit(kind: CreditKind, row: LedgerRow, units: int, rows: tuple[SourceRow, ...]) -> Credit:
    """A credit of a movement in the ledger."""
    return Credit(
        kind=kind,
        family=None,
        fnsku=row.fnsku,
        asin=row.asin,
        on=row.occurred_on,
        units=units,
        rows=rows,
        place=row.fulfillment_center,
    )


def _regraded(facts: ComponentFacts) -> Iterator[Credit]:
    for left, entered, units in facts.once(put_right):
        yield stock_credit(CreditKind.REGRADED, entered, units, (left, entered))


def _surpluses(facts: ComponentFacts) -> Iterator[Credit]:
    """Units received beyond a shipment line, less surely those that may be another item's; and units missing of a line
    that another item's surplus may be."""
    for part in facts.once(arrived_lines):
        line = part.line
        swapped = facts.neighbours.swaps.get((line.shipment_id, line.sku), 0)
        others = min(swapped, part.surplus)
        counts = (
            (CreditKind.SURPLUS, part.surplus - others, True),
            (CreditKind.SURPLUS, others, False),
            (CreditKind.SWAPPED, swapped - others, True),
        )
        for kind, units, sure in counts:
            if units:
                yield Credit(
                    kind=kind,
                    family=None,
                    fnsku=line.fnsku,
                    asin=line.asin,
                    on=line.delivered_on or part.first_receipt or line.created_on,
                    units=units,
                    rows=(line, *part.receipts),
                    strict=sure,
                    shipment_id=line.shipment_id,
                    sku=line.sku,
                )


def _received_late(facts: ComponentFacts) -> Iterator[Credit]:
    for part in facts.once(arrived_lines):
        for row, units in part.late:
            yield stock_credit(CreditKind.RECEIVED_LATE, row, units, (row, part.line))


ORDERED_BEFORE, GONE_BY = ONE_DAY, timedelta(days=30)
"""An order may be a day younger than the disposal it is for, and so many days older by its last change: our choice."""


def _disposals(facts: ComponentFacts) -> Iterator[Credit]:
    """Of every disposal, the units that the seller had asked for when it happened."""
    orders = _orders_to_dispose(facts)
    for lot in disposed_unauthorized(facts):
        left = lot.units
        for order in orders[lot.names.fnsku, lot.place]:
            units = min(left, order.left) if _covers(order.item, lot.on) else 0
            if units:
                left, order.left = left - units, order.left - units
                yield Credit(
                    kind=CreditKind.DISPOSAL_ORDERED,
                    family=None,
                    fnsku=lot.names.fnsku,
                    asin=order.item.asin,
                    on=lot.on,
                    units=units,
                    rows=(order.item,),
                    place=lot.place,
                )


def _orders_to_dispose(facts: ComponentFacts) -> Mapping[tuple[str, str], Sequence[Stock[RemovalRow]]]:
    """By item and disposition, what the seller asked to have destroyed, those orders first that cover disposals for the
    shortest time. Mostly the ledger shows the units as removed, under the order's number; only what it does not show so
    may be a disposal in the ledger."""
    removed: Counter[tuple[str, str, str]] = Counter()
    for out in facts.events("VendorReturns"):
        removed[out.reference_id, out.fnsku, out.disposition] -= out.quantity
    orders: defaultdict[tuple[str, str], list[Stock[RemovalRow]]] = defaultdict(list)
    for row in sorted(facts.removals, key=lambda row: (row.in_process > 0, row.updated_on, row.key)):
        shown = max(0, removed[row.order_id, row.fnsku, row.disposition] - row.shipped)
        pending = row.in_process if row.order_type == "Disposal" else 0
        units = max(0, row.disposed + pending - shown)
        orders[row.fnsku, row.disposition].append(Stock(row.requested_on, units, row))
    return orders


def _covers(order: RemovalRow, day: date) -> bool:
    """From its request until some time after its last change; as long as it is in process, if it is."""
    asked = order.requested_on - ORDERED_BEFORE <= day
    return asked and (order.in_process > 0 or day <= order.updated_on + GONE_BY)
