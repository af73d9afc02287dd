"""Units that the seller asked to have taken out of Amazon's centres.

Claims about removals are never paid by themselves: https://sellercentral.amazon.com/help/hub/reference/G9ZB3H4DP4H72U6R.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Family, Lot, Strength
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.source import SourceRow
from clario.domain.detection.rows.unit_rows import LedgerRow, ParcelRow, RemovalRow

COMPLETED = "Completed"
CONFIRMED_BY = timedelta(days=15)  # a parcel takes no longer, to the seller or into the report
PAID_BEFORE, PAID_BY = timedelta(days=30), timedelta(days=90)  # an order's last change and its proceeds: our choice
SOLD_OFF = ("Liquidations", "FBALiquidation")
"""Transactions with the money for stock sold off. The older API names the removal order, the newer one does not."""

Line = tuple[str, str, str]


def removal_lost(facts: ComponentFacts) -> Iterator[Lot]:
    """Parcels on their way to the seller. Nothing in Amazon's data says that one arrived: the seller must."""
    for row in facts.parcels:
        if row.order_type == "Return" and row.quantity > 0:
            yield Lot(
                anomaly_type=AnomalyType.REMOVAL_LOST,
                family=Family.REMOVAL,
                tier=Tier.REVIEW,
                strength=Strength.NONE,
                names=Names(row.asin, row.fnsku, row.sku),
                subject="/".join((row.order_id, row.tracking_number or "no tracking", row.fnsku, row.disposition)),
                anchor=row.shipped_on,
                units=row.quantity,
                rows=(row,),
                removal_order_id=row.order_id,
                told_from=row.shipped_on + CONFIRMED_BY,
                warnings=("pending_confirmation",),
            )


def removal_short_shipped(facts: ComponentFacts) -> Iterator[Lot]:
    """Units of a completed order that were neither sent, nor cancelled, nor disposed of; or that left the centre, as
    the ledger shows, and are in no parcel, though it had time to show up in its report."""
    left, parcels = _left_the_centre(facts), _in_parcels(facts)
    for row in facts.removals:
        if row.status == COMPLETED and row.in_process <= 0:
            by_order = row.requested - row.cancelled - row.disposed - row.shipped
            out = left.get(_line(row), ())
            packed = parcels.get(_line(row), ())
            gone = -sum(entry.quantity for entry in out) - row.disposed - sum(parcel.quantity for parcel in packed)
            units = max(by_order, gone if out and row.order_type == "Return" else 0)
            if units > 0:
                strength = Strength.HIGH if gone >= units else Strength.MEDIUM_HIGH
                lot = _lot(row, AnomalyType.REMOVAL_SHORT_SHIPPED, units, strength, (row, *out, *packed))
                yield replace(lot, told_from=row.updated_on + CONFIRMED_BY) if units > by_order else lot


def removal_disposed_instead(facts: ComponentFacts) -> Iterator[Lot]:
    """Units the seller wanted back and Amazon disposed of."""
    for row in facts.removals:
        if row.order_type == "Return" and row.disposed > 0:
            yield _lot(row, AnomalyType.REMOVAL_DISPOSED_INSTEAD, row.disposed, Strength.MEDIUM_HIGH, (row,))


def liquidation_proceeds_missing(facts: ComponentFacts) -> Iterator[Lot]:
    """Units sold off in bulk whose proceeds never came."""
    sold = [row for row in facts.removals if row.order_type == "Liquidations" and row.status == COMPLETED]
    for row in _unpaid([row for row in sold if row.shipped > 0 and row.paid_on is None], facts):
        yield _lot(row, AnomalyType.LIQUIDATION_PROCEEDS_MISSING, row.shipped, Strength.LOW, (row,))


def _unpaid(sold: list[RemovalRow], facts: ComponentFacts) -> Iterator[RemovalRow]:
    """Those that no proceeds are left for. Where the money names no order, it is for the order of its item: one of as
    many units first."""
    nameless = (row for kind in SOLD_OFF for row in facts.money_of(kind) if not row.order_id and row.amount > 0)
    offered = [Stock(row.posted_on, 1, row) for row in sorted(nameless, key=lambda row: row.key)]
    wanted = [Stock(row.updated_on, 1, row) for row in sorted(sold, key=lambda row: (row.updated_on, row.key))]
    alike: tuple[tuple[Callable[[MoneyRow], Hashable], Callable[[RemovalRow], Hashable]], ...] = (
        (lambda money: (money.sku, money.quantity), lambda row: (row.sku, row.shipped)),
        (lambda money: money.sku, lambda row: row.sku),
    )
    for queue_of, name_of in alike:
        for _ in match(wanted, offered, queue_of, partial(_reach, name_of), PAID_BEFORE.days):
            pass
    return (want.item for want in wanted if want.left)


def _reach(name_of: Callable[[RemovalRow], Hashable], row: RemovalRow) -> Reach:
    return Reach((name_of(row),), PAID_BY.days)


def _left_the_centre(facts: ComponentFacts) -> Mapping[Line, list[LedgerRow]]:
    table: defaultdict[Line, list[LedgerRow]] = defaultdict(list)
    for row in facts.events("VendorReturns"):
        if row.reference_id:
            table[row.reference_id, row.fnsku, row.disposition].append(row)
    return table


def _in_parcels(facts: ComponentFacts) -> Mapping[Line, list[ParcelRow]]:
    table: defaultdict[Line, list[ParcelRow]] = defaultdict(list)
    for row in facts.parcels:
        table[row.order_id, row.fnsku, row.disposition].append(row)
    return table


def _line(row: RemovalRow) -> Line:
    return row.order_id, row.fnsku, row.disposition


def _lot(row: RemovalRow, kind: AnomalyType, units: int, strength: Strength, rows: tuple[SourceRow, ...]) -> Lot:
    proceeds = kind is AnomalyType.LIQUIDATION_PROCEEDS_MISSING
    return Lot(
        anomaly_type=kind,
        family=Family.ALONE if proceeds else Family.REMOVAL,
        tier=Tier.REVIEW if proceeds else Tier.CLAIM,
        strength=strength,
        names=Names(row.asin, row.fnsku, row.sku),
        subject="/".join(_line(row)),
        anchor=row.updated_on,
        units=units,
        rows=rows,
        removal_order_id=row.order_id,
        told_from=row.updated_on + PAID_BY if proceeds else None,
    )
