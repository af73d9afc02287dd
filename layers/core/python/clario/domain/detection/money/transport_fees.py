"""Fees for bringing a shipment to Amazon: for labels that were never used, and taken twice.

What was quoted when the shipment was confirmed is in no report, so a fee higher than its quote is not seen here.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding, Step
from clario.domain.detection.rows.charges import HELD_BACK, name_key
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.unit_rows import InboundRow, ShipmentRow

TRANSPORT = frozenset({"fbainboundtransportationfee", "fbainboundplacementfee"})
FOR_ONE_SHIPMENT = TRANSPORT | {"fbainboundtransportationprogramfee", "fbainboundconveniencefee"}
"""Fees that a shipment which never was cannot cost; of the last two we do not know how often one shipment may. Their
names are an open list, from sellers' records."""
SHIPMENT_ID = re.compile(r"\bFBA[0-9A-Z]{6,}\b")
GIVEN_UP = frozenset({"CANCELLED", "DELETED"})
NOTHING = Decimal(0)

Fee = tuple[str, str, str, str]
"""Shipment, name of the fee, SKU ("" for all of the shipment), currency."""


def unused_label_fee(case: Case) -> Iterator[Finding]:
    """What was charged for a shipment that was given up."""
    shipments = _shipments(case.facts)
    for (shipment, name, sku, _), rows in case.facts.once(transport_fees).items():
        given_up = shipments.get(shipment)
        charged = [row for row in rows if row.amount < 0]
        if given_up and given_up.status in GIVEN_UP and charged:
            kind, wrong = AnomalyType.UNUSED_LABEL_FEE, -sum((row.amount for row in charged), NOTHING)
            yield _finding(case, kind, f"{shipment}/{name}/{sku}", shipment, charged, rows, wrong, (given_up,))


def inbound_transport_overcharge(case: Case) -> Iterator[Finding]:
    """The same amount taken more than once for one shipment."""
    shipments = _shipments(case.facts)
    for (shipment, name, sku, _), rows in case.facts.once(transport_fees).items():
        found = shipments.get(shipment)
        if name_key(name) not in TRANSPORT or (found and found.status in GIVEN_UP):
            continue
        amounts: defaultdict[Decimal, list[MoneyRow]] = defaultdict(list)
        for row in rows:
            if row.amount < 0:
                amounts[-row.amount].append(row)
        for amount, charged in amounts.items():
            if len(charged) > 1:
                kind, wrong = AnomalyType.INBOUND_TRANSPORT_OVERCHARGE, amount * (len(charged) - 1)
                subject = f"{shipment}/{name}/{sku}/{amount.normalize():f}"
                yield _finding(case, kind, subject, shipment, charged, rows, wrong, ())


def transport_fees(facts: ComponentFacts) -> Mapping[Fee, tuple[MoneyRow, ...]]:
    """The lines of each fee of each shipment, in order of days. Read once: `facts.once(transport_fees)`."""
    table: defaultdict[Fee, list[MoneyRow]] = defaultdict(list)
    for row in facts.money:
        name = next((step for step in row.path.split("/") if name_key(step) in FOR_ONE_SHIPMENT), None)
        if name and row.status not in HELD_BACK and (shipment := _shipment_of(row)):
            table[shipment, name, row.sku, row.currency].append(row)
    return {fee: tuple(rows) for fee, rows in table.items()}


def _shipment_of(row: MoneyRow) -> str:
    """Amazon names the shipment in its own field, in that of the order, or in the text."""
    if row.shipment_id:
        return row.shipment_id
    named = SHIPMENT_ID.search(f"{row.order_id} {row.description}")
    return named.group() if named else ""


def _shipments(facts: ComponentFacts) -> Mapping[str, ShipmentRow | InboundRow]:
    table: dict[str, ShipmentRow | InboundRow] = {row.shipment_id: row for row in facts.inbound}
    return table | {row.shipment_id: row for row in facts.shipments}


def _finding(
    case: Case,
    kind: AnomalyType,
    subject: str,
    shipment: str,
    charged: list[MoneyRow],
    rows: tuple[MoneyRow, ...],
    wrong: Decimal,
    more: tuple[ShipmentRow | InboundRow, ...],
) -> Finding:
    last = charged[-1]
    return Finding(
        anomaly_type=kind,
        tier=Tier.CLAIM,
        proof="arithmetic",
        marketplace=case.marketplace(last.marketplace_id),
        names=Names(last.asin, "", last.sku),
        subject=subject,
        anchor=last.posted_on,
        identity=charged[0].posted_on,
        units=1,
        wrong=wrong,
        currency=last.currency,
        rows=(*charged, *more),
        steps=tuple(Step("fee given back", row.amount, row) for row in rows if row.amount > 0),
        shipment_id=shipment,
    )
