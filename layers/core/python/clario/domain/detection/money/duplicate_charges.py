"""Fees charged again, for nothing, or for a service that is no longer sold.

Two equal lines are often right: an order in two parcels, two lines of one product, a unit sent again. So units are
counted, never lines: a fee is charged twice when it was charged for more units than were sold, sent or ordered.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.fees.tables import other_tables
from clario.domain.detection.money.fee_charges import FeeCredit, fee_credits
from clario.domain.detection.rows.charges import PARCELS_APART, Charge, Entry, OrderItem, name_key, sales
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.units.balances import month_of

NOTHING = Decimal(0)
CREDITED_WITHIN = timedelta(days=60)  # our choice
NEXT_BILL = timedelta(days=20)
"""A monthly bill does not come again sooner: our choice."""
MONTH_APART = range(28, 32)
DAYS_EARLY = timedelta(days=3)
"""A bill of the first days of a month may be posted so much earlier: our choice."""
UNIT_FEES = (Charge.FULFILLMENT, Charge.REFERRAL)
MONTHLY = frozenset({"subscription", "fbastoragefee", "fbastoragebilling", "fbalongtermstoragefee"})
PREPARING = "fbaprepfee prepfee bubblewrapfee opaquebaggingfee polybaggingfee tapingfee"
LABELLING = "labelingfee fbalabelingfee preplabelfee"
ENDED = {"prep_and_labelling": f"{PREPARING} {LABELLING}".split()}
"""How the fees of an ended service are spelled in transactions, from sellers' records: an open list."""


class Again(NamedTuple):
    """Fees of one kind for one product in an order, beyond the units there were."""

    item: OrderItem
    kind: Charge
    entries: tuple[Entry, ...]
    usual: tuple[Entry, ...]

    @property
    def amount(self) -> Decimal:
        return -sum((entry.sum(self.kind) for entry in self.entries), NOTHING)

    @property
    def units(self) -> int:
        return sum(max(1, entry.units) for entry in self.entries)


def duplicate_charge(case: Case) -> Iterator[Finding]:
    """A fee charged for more units than there were, or a monthly bill that came twice."""
    for again in case.facts.once(charged_again):
        yield _finding(case, AnomalyType.DUPLICATE_CHARGE, Tier.CLAIM, "arithmetic", again)
    yield from _bills(case)


def fee_on_cancelled_or_free_unit(case: Case) -> Iterator[Finding]:
    """A fee on a unit that was never sent, or that Amazon sent as a free replacement."""
    for again in case.facts.once(charged_for_nothing):
        yield _finding(case, AnomalyType.FEE_ON_CANCELLED_OR_FREE_UNIT, Tier.REVIEW, "billing_rule", again)


def _finding(case: Case, kind: AnomalyType, tier: Tier, proof: str, again: Again) -> Finding:
    first, item = again.entries[0], again.item
    return Finding(
        anomaly_type=kind,
        tier=tier,
        proof=proof,
        marketplace=case.marketplace(first.marketplace_id),
        names=Names(first.asin, "", item.sku),
        subject=f"{item.order_id}/{item.sku}/{again.kind}",
        anchor=first.on,
        units=again.units,
        wrong=again.amount,
        currency=first.currency,
        rows=tuple(row for entry in (*again.entries, *again.usual) for row in entry.rows),
        steps=tuple(_credited(case.facts, again)),
        seen_from=first.on - PARCELS_APART,
        why={"fee": again.kind.value, "unitsCharged": again.units + sum(entry.units for entry in again.usual)},
        order_id=item.order_id,
    )


# -- fees of orders ----------------------------------------------------------------------------------------------------


def charged_again(facts: ComponentFacts) -> tuple[Again, ...]:
    """Fees beyond the units sold, sent or ordered. Read once: `facts.once(charged_again)`."""
    known = facts.once(units_known)
    return tuple(
        again
        for item, entries in facts.once(sales).items()
        if len(entries) > 1 and len({entry.has_goods for entry in entries}) > 1
        for kind in UNIT_FEES
        if (again := _beyond(item, kind, entries, known.get(item, 0)))
    )


def _beyond(item: OrderItem, kind: Charge, entries: Sequence[Entry], known: int) -> Again | None:
    """Fees in transactions without goods, as far as no unit is left that they could be for."""
    charged = [entry for entry in entries if entry.sum(kind) < 0]
    usual = tuple(entry for entry in charged if entry.has_goods)
    sold = sum(entry.units for entry in entries if entry.has_goods)
    room = max(sold, known) - sum(entry.units for entry in usual)
    beyond = []
    for entry in charged:
        if not entry.has_goods:
            room -= max(1, entry.units)
            if room < 0:
                beyond.append(entry)
    return Again(item, kind, tuple(beyond), usual) if beyond else None


def units_known(facts: ComponentFacts) -> Mapping[OrderItem, int]:
    """By order and product the units sent or ordered, whichever is more. Read once: `facts.once(units_known)`."""
    sent: defaultdict[OrderItem, int] = defaultdict(int)
    ordered: defaultdict[OrderItem, int] = defaultdict(int)
    for parcel in facts.shipped:
        sent[OrderItem(parcel.order_id, parcel.sku)] += parcel.quantity
    for line in facts.orders:
        if line.status != "Cancelled":
            ordered[OrderItem(line.order_id, line.sku)] += line.quantity
    return {item: max(sent[item], ordered[item]) for item in (*sent, *ordered)}


def charged_for_nothing(facts: ComponentFacts) -> tuple[Again, ...]:
    """Fees where nothing was sold. Read once: `facts.once(charged_for_nothing)`."""
    free = _free_units(facts)
    return tuple(
        Again(item, kind, charged, ())
        for item, entries in facts.once(sales).items()
        if item in free and not any(entry.has_goods for entry in entries)
        for kind in UNIT_FEES
        if (charged := tuple(entry for entry in entries if entry.sum(kind) < 0))
    )


def _free_units(facts: ComponentFacts) -> frozenset[OrderItem]:
    """What was cancelled before anything was sent, and what was sent as a replacement."""
    known = facts.once(units_known)
    cancelled = {OrderItem(line.order_id, line.sku) for line in facts.orders if line.status == "Cancelled"}
    replaced = {OrderItem(line.order_id, line.sku) for line in facts.orders if line.original_order_id}
    replaced |= {OrderItem(row.replacement_order_id, row.sku) for row in facts.replacements}
    return frozenset({item for item in cancelled if not known.get(item)} | replaced)


def _credited(facts: ComponentFacts, again: Again) -> Iterator[Step]:
    """Credits that name the order, and such of the same amount that name none. One for the order may be of the fee's
    first charge, which was taken back to be charged anew."""
    again_on = again.entries[0].on
    first = min(entry.on for entry in (*again.usual, *again.entries))
    for credit in facts.once(fee_credits):
        since = first if credit.order_id else again_on
        if since <= credit.on <= again_on + CREDITED_WITHIN and _is_for(credit, again):
            yield Step("credited", min(credit.amount, again.amount), credit.row)


def _is_for(credit: FeeCredit, again: Again) -> bool:
    if not credit.may_be_for(again.kind):
        return False
    if credit.order_id:
        return OrderItem(credit.order_id, credit.sku) == again.item
    return credit.sku == again.item.sku and credit.amount == again.amount


def left_after_duplicates(facts: ComponentFacts) -> tuple[FeeCredit, ...]:
    """The credits, as far as they are not for a fee charged again or for nothing. Read once."""
    told = (*facts.once(charged_again), *facts.once(charged_for_nothing))
    used: defaultdict[tuple[str, Any], Decimal] = defaultdict(Decimal)
    for again in told:
        for step in _credited(facts, again):
            used[step.row.ref.table, step.row.key] += step.amount
    rest = (c._replace(amount=c.amount - used[c.row.ref.table, c.row.key]) for c in facts.once(fee_credits))
    return tuple(credit for credit in rest if credit.amount > 0)


# -- other fees --------------------------------------------------------------------------------------------------------


class Bill(NamedTuple):
    """One transaction's fee of one name: its lines together."""

    name: str
    rows: tuple[MoneyRow, ...]

    @property
    def amount(self) -> Decimal:
        return -sum((row.amount for row in self.rows), NOTHING)

    @property
    def on(self) -> date:
        return self.rows[0].posted_on


def _bills(case: Case) -> Iterator[Finding]:
    """Monthly bills of the same amount for the same thing, less than a month apart."""
    accepted: defaultdict[tuple[str, str, str, Decimal], list[Bill]] = defaultdict(list)
    back = _given_back(case.facts)
    for bill in _service_fees(case.facts):
        first = bill.rows[0]
        before = accepted[bill.name, first.marketplace_id, first.sku or first.asin, bill.amount]
        if bill.name in MONTHLY and _is_one_too_many(bill.on, [each.on for each in before[-2:]]):
            yield _bill_finding(case, AnomalyType.DUPLICATE_CHARGE, Tier.CLAIM, bill, before[-1], back)
        else:
            before.append(bill)


def _is_one_too_many(day: date, before: Sequence[date]) -> bool:
    """Whether a bill comes too soon after the last one, or in the same month: that is told where the two before it were
    a month apart, for else the last one may have been late."""
    if not before:
        return False
    last = before[-1]
    is_regular = (last - before[0]).days in MONTH_APART
    return day - last < NEXT_BILL or (is_regular and month_of(day + DAYS_EARLY) == month_of(last))


def prep_label_fee_after_service_end(case: Case) -> Iterator[Finding]:
    """A fee for preparing or labelling goods, dated after Amazon ended that service."""
    back = _given_back(case.facts)
    for bill in _service_fees(case.facts):
        tables = other_tables(case.marketplace(bill.rows[0].marketplace_id))
        for row in tables.ended_services if tables else ():
            if bill.name in ENDED[row.fee] and bill.on > row.last_day:
                kind = AnomalyType.PREP_LABEL_FEE_AFTER_SERVICE_END
                yield _bill_finding(case, kind, Tier.REVIEW, bill, None, back)


def _service_fees(facts: ComponentFacts) -> list[Bill]:
    """Fees outside orders, in order of days."""
    return [bill for bill in _bills_of(facts.money_of("ServiceFee")) if bill.amount > 0]


def _given_back(facts: ComponentFacts) -> list[Bill]:
    """What came back of such fees, in order of days."""
    corrections = sorted((*facts.money_of("ServiceFee"), *facts.money_of("Adjustment")), key=lambda row: row.key)
    return [bill for bill in _bills_of(corrections) if bill.amount < 0]


def _bills_of(rows: Iterable[MoneyRow]) -> list[Bill]:
    """A line is named by the first of its breakdown types that says more than that it is a fee."""
    parts: defaultdict[tuple[str, str, str, str], list[MoneyRow]] = defaultdict(list)
    for row in rows:
        parts[row.transaction_id, fee_name(row), row.sku, row.asin].append(row)
    return [Bill(name, tuple(lines)) for (_, name, _, _), lines in parts.items()]


def _taken_off(bill: Bill, before: Bill | None, back: list[Bill]) -> Iterator[Step]:
    """The first correction of just this bill, or of the one before, which was taken back to be charged anew; it is used
    up."""
    first, since = bill.rows[0], (before or bill).on
    for credit in back:
        same = credit.name.startswith(bill.name) and credit.rows[0].sku == first.sku and -credit.amount == bill.amount
        if same and since <= credit.on <= bill.on + CREDITED_WITHIN:
            back.remove(credit)
            yield Step("credited", bill.amount, credit.rows[0])
            return


GROUPS = frozenset({"amazonfees", "expenses", "base", "unitemized", "servicefee", "feelist"})


def fee_name(row: MoneyRow) -> str:
    """What a service fee is for: the path says it, or else the description."""
    steps = [name for step in row.path.split("/") if (name := name_key(step)) not in GROUPS]
    return steps[0] if steps else name_key(row.description)


def _bill_finding(
    case: Case, kind: AnomalyType, tier: Tier, bill: Bill, before: Bill | None, back: list[Bill]
) -> Finding:
    first = bill.rows[0]
    return Finding(
        anomaly_type=kind,
        tier=tier,
        proof="arithmetic" if tier is Tier.CLAIM else "billing_rule",
        marketplace=case.marketplace(first.marketplace_id),
        names=Names(first.asin, "", first.sku),
        subject=f"{bill.name}/{first.transaction_id}/{first.sku}",
        anchor=first.posted_on,
        units=max(1, abs(first.quantity or 0)),
        wrong=bill.amount,
        currency=first.currency,
        rows=(*bill.rows, *(before.rows if before else ())),
        steps=tuple(_taken_off(bill, before, back)),
        why={"fee": bill.name},
        shipment_id=first.shipment_id,
    )
