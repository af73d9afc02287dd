"""What is wrong with reimbursements themselves: taken back for nothing, taken back beyond what was paid, paid twice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.lots.fifo import Reach, Stock, match
from clario.domain.detection.lots.lots import Credit, CreditKind, Family, Lot, Strength
from clario.domain.detection.lots.reimbursements import is_reversal, taken_back
from clario.domain.detection.netting.netting import Netting, Settlement
from clario.domain.detection.policy import tolerance
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.unit_rows import LedgerRow, ReimbursementRow
from clario.domain.values import Money

# Our choices: a unit that a reversal speaks of shows up within so many days; a loss is paid within so many.
RETURNS_WITHIN = 30
PAID_WITHIN, TOLERANCE = timedelta(days=300), timedelta(days=2)
COMES_BACK = frozenset({CreditKind.FOUND, CreditKind.TRANSFERRED, CreditKind.RESTOCKED, CreditKind.SHELVED})
PAYMENTS = frozenset({CreditKind.REIMBURSED, CreditKind.IN_KIND})
PAYABLE = frozenset(
    {Family.FC_LOST, Family.FC_DAMAGED, Family.INBOUND, Family.INBOUND_DAMAGED, Family.ORDER, Family.REMOVAL}
)


def reversal_excess(facts: ComponentFacts) -> Iterator[Lot]:
    """Reversals that take back more than the reimbursement gave, in units or in money."""
    given: defaultdict[tuple[str | None, str], list[ReimbursementRow]] = defaultdict(list)
    taken: defaultdict[tuple[str | None, str], list[ReimbursementRow]] = defaultdict(list)
    for row in facts.reimbursements:
        if is_reversal(row):
            taken[row.original_reimbursement_id, row.sku].append(row)
        else:
            given[row.reimbursement_id, row.sku].append(row)
    for name, reversals in taken.items():
        if grants := given.get(name):
            yield from _excess(grants, reversals)


def _excess(grants: list[ReimbursementRow], reversals: list[ReimbursementRow]) -> Iterator[Lot]:
    granted = sum(max(row.cash_units, 0) + max(row.inventory_units, 0) for row in grants)
    units = max(0, sum(map(taken_back, reversals)) - granted)
    given, last = _amount(grants), reversals[-1]
    comparable = len({row.currency for row in (*grants, *reversals)}) == 1
    money = _amount(reversals) - given if comparable else Decimal(0)
    if units or money > tolerance("reversal", given, last.currency, last.approved_on):
        lost = max(units, 1)
        value = Money(max(money, Decimal(0)) / lost, last.currency) if money else None
        yield _lot(AnomalyType.REIMBURSEMENT_REVERSAL_EXCESS, last, lost, (*reversals, *grants), value)


def _amount(rows: Iterable[ReimbursementRow]) -> Decimal:
    return sum((abs(row.amount_total or Decimal(0)) for row in rows), Decimal(0))


def _lot(
    kind: AnomalyType,
    row: ReimbursementRow,
    units: int,
    rows: Iterable[LedgerRow | ReimbursementRow],
    value: Money | None,
    tier: Tier = Tier.CLAIM,
) -> Lot:
    subject = row.original_reimbursement_id or row.reimbursement_id
    return Lot(
        anomaly_type=kind,
        family=Family.ALONE,
        tier=tier,
        strength=Strength.HIGH if tier is Tier.CLAIM else Strength.LOW,
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{subject}/{row.sku}",
        anchor=row.approved_on,
        units=units,
        rows=tuple(dict.fromkeys((row, *rows))),
        order_ids=(row.order_id,) if row.order_id else (),
        unit_value=value,
    )


def after_netting(netting: Netting) -> list[Settlement]:
    """The claims about reimbursements that only the netting shows, as settlements with everything open.

    A reversal reopens the loss that its reimbursement had settled, unless something else settled it: it is owed under
    the reversal, not as the old loss. A payment that no loss needed, though there was one it may have been for, was
    made twice: that is the seller's debt, told and worth nothing.
    """
    losses = _Losses(netting)
    lots = [*_reversed(netting), *_unknown_losses(netting, losses), *_paid_twice(netting, losses)]
    return [Settlement(lot, (), lot.units, lot.units) for lot in lots]


def unexplained(netting: Netting) -> list[tuple[Credit, int]]:
    """Payments, with their units, for losses that are not in our data: older than it, or of a kind we do not see."""
    losses = _Losses(netting)
    return [(credit, units) for credit, units in _idle_payments(netting) if not losses.has_for(credit)]


class _Losses:
    """Which losses there were at all, settled or not."""

    def __init__(self, netting: Netting) -> None:
        self._orders = {order for settlement in netting.settlements for order in settlement.lot.order_ids}
        self._days: defaultdict[str, list[date]] = defaultdict(list)
        for settlement in netting.settlements:
            if not settlement.lot.order_ids:
                self._days[settlement.lot.names.fnsku].append(settlement.lot.on)

    def has_for(self, credit: Credit) -> bool:
        """Whether a loss is there that the payment may have been for."""
        if credit.order_id:
            return credit.order_id in self._orders
        return any(credit.on - PAID_WITHIN <= day <= credit.on + TOLERANCE for day in self._days[credit.fnsku])


def _reversed(netting: Netting) -> Iterator[Lot]:
    for settlement in netting.settlements:
        for allocation in settlement.allocations:
            if allocation.credit.voided:
                rows = tuple(row for row in settlement.lot.rows if isinstance(row, ReimbursementRow | LedgerRow))
                yield _reversal_lot(allocation.credit, allocation.units, Tier.CLAIM, rows)


def _unknown_losses(netting: Netting, losses: _Losses) -> Iterator[Lot]:
    """Reversals of payments for losses we do not know, of which no unit came back around that day; and, of those for
    shipments, none that was received late."""
    idle = [(credit, units) for credit, units in netting.leftovers if credit.voided and not losses.has_for(credit)]
    wanted = [Stock(_reversal(credit).approved_on, units, credit) for credit, units in idle]
    wanted.sort(key=lambda stock: (stock.on, stock.item.order))
    _use_up(wanted, netting, COMES_BACK, RETURNS_WITHIN)
    inbound = [stock for stock in wanted if stock.item.family in (Family.INBOUND, Family.INBOUND_DAMAGED)]
    _use_up(inbound, netting, frozenset({CreditKind.RECEIVED_LATE}), PAID_WITHIN.days)
    for stock in wanted:
        if stock.left:
            yield _reversal_lot(stock.item, stock.left, Tier.REVIEW, ())


def _use_up(wanted: Iterable[Stock[Credit]], netting: Netting, kinds: frozenset[CreditKind], days_before: int) -> None:
    gains = [Stock(credit.on, units, credit) for credit, units in netting.leftovers if credit.kind in kinds]
    for _ in match(wanted, gains, _fnsku, lambda credit: Reach((credit.fnsku,), RETURNS_WITHIN), days_before):
        pass


def _fnsku(credit: Credit) -> str:
    return credit.fnsku


def _reversal(credit: Credit) -> ReimbursementRow:
    """The last reversal of a voided payment; the payment itself is the first of the credit's rows."""
    return [row for row in credit.rows if isinstance(row, ReimbursementRow)][-1]


def _reversal_lot(credit: Credit, units: int, tier: Tier, loss: tuple[LedgerRow | ReimbursementRow, ...]) -> Lot:
    reversal, grant = _reversal(credit), credit.rows[0]
    assert isinstance(grant, ReimbursementRow)
    paid = abs(grant.amount_total or Decimal(0)) / grant.cash_units if grant.cash_units > 0 else None
    value = None if paid is None else Money(paid, grant.currency)
    lot = _lot(AnomalyType.REIMBURSEMENT_REVERSED_WITHOUT_RETURN, reversal, units, (grant, *loss), value, tier)
    return replace(lot, sure_from=reversal.approved_on + timedelta(days=RETURNS_WITHIN + 1))


def _idle_payments(netting: Netting) -> Iterator[tuple[Credit, int]]:
    for credit, units in netting.leftovers:
        if credit.kind in PAYMENTS and credit.family in PAYABLE and not credit.voided:
            yield credit, units


def _paid_twice(netting: Netting, losses: _Losses) -> Iterator[Lot]:
    for credit, units in _idle_payments(netting):
        if losses.has_for(credit):
            grant = credit.rows[0]
            assert isinstance(grant, ReimbursementRow)
            kind = AnomalyType.DUPLICATE_REIMBURSEMENT
            yield _lot(kind, grant, units, (), Money(Decimal(0), grant.currency), Tier.INFO)
