"""Reads a seller's facts from a small text table, so that a case reads like the reports it comes from.

A line is a day, what happened, how many units, and more by name. Adjustments of the ledger are named by their reason
code, reimbursements by their reason; the other lines begin with a word:

    d0   M           -5                a ledger adjustment on day 0; fnsku= asin= sku= at= (centre) in= (disposition)
    d5   M           -1  open=0        Amazon counts no unit of it as open (settled= is the other side)
    d20  Lost_Warehouse  cash 2        a reimbursement; "stock 1" is one in kind; order= id= pay= (a unit's money)
    d40  Reversal_Reimbursement  cash -1  of=R20     takes back the reimbursement R20
    d0   receive     +7  of=S1         other ledger lines: receive, transfer, restock, takeout, sell
    d0   balance     5-2=3             a day of the ledger's summary; found= transit=
    d0   inbound     10/7  of=S1  delivered=d2 closed=d30 status= partnered= case= left=   sent/received ("?" unknown)
    d0   order       3x20  of=O1       units and price; by=Merchant
    d1   ship        3x20  of=O1       left the centre for the customer
    d5   refund      1x20  of=O1       "?x20" without a quantity; also recharge, chargeback, claim, pay; state= step=
    d9   return      1     of=O1  in=SELLABLE why= plate= status=
    d9   replace     1     of=O1  with=O2 code=2
    d0   removal     10    of=V1  type= status= cancelled= disposed= shipped= left= (still to do) updated=d20 paid=d30
    d9   parcel      4     of=V1  track=
    d0   shipment    FBA15AAAA1  status=CANCELLED    a shipment to Amazon as a whole
    d3   fee         -7.50  of=FBA15AAAA1  step=FBAInboundTransportationFee   a fee about no item; text= order=

Day 0 is 1 October 2026. A reimbursement without id is named R and its day. An order's
`channel=` is where it was sold.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.source import SourceRef
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

DAY0 = date(2026, 10, 1)
MONEY_KINDS = {
    "refund": "Refund",
    "recharge": "Retrocharge",
    "chargeback": "Chargeback",
    "claim": "GuaranteeClaim",
    "pay": "Shipment",
    "proceeds": "Liquidations",
}
TAKES_MONEY = frozenset({"refund", "chargeback", "claim"})
EVENTS = {
    "receive": "Receipts",
    "transfer": "WhseTransfers",
    "restock": "CustomerReturns",
    "takeout": "VendorReturns",
    "sell": "Shipments",
}


def day(n: int) -> date:
    return DAY0 + timedelta(days=n)


@dataclass(frozen=True)
class Line:
    """A line's words: those with "=" by name, the others in order."""

    number: int
    on: date
    verb: str
    words: tuple[str, ...]
    given: Mapping[str, str]

    def get(self, name: str, default: str = "") -> str:
        return self.given.get(name, default)

    def day(self, name: str, default: date | None = None) -> date | None:
        return day(int(self.given[name].removeprefix("d"))) if self.given.get(name) else default

    def number_of(self, name: str, default: int | None = 0) -> int | None:
        return int(self.given[name]) if name in self.given else default

    @property
    def fnsku(self) -> str:
        return self.get("fnsku", "X1")

    @property
    def item(self) -> dict[str, str]:
        return {"sku": self.get("sku", f"SKU-{self.fnsku}"), "asin": self.get("asin", "B1")}

    @property
    def label(self) -> dict[str, str]:
        return {"fnsku": self.fnsku, **self.item}

    def ref(self, table: str) -> SourceRef:
        return SourceRef(table, 1, f"raw/{table}.tsv", str(self.number))


def read(table: str) -> dict[str, list[Any]]:
    """The rows of a table by the list they belong to. Identical ones are told apart by their ordinal; where a report
    has one row of a kind only, the last one counts."""
    rows: dict[str, dict[object, Any]] = {}
    seen: dict[object, count[int]] = {}
    for number, text in enumerate(table.split("\n"), start=1):
        if text.strip():
            name, row = _row(read_line(text, number))
            if hasattr(row, "ordinal"):
                row = replace(row, ordinal=next(seen.setdefault((name, row.key), count(1))))
            rows.setdefault(name, {})[row.key] = row
    return {name: list(kept.values()) for name, kept in rows.items()}


def read_line(text: str, number: int) -> Line:
    """The words of a line."""
    words = text.split()
    when, verb = words[0], words[1]
    given = dict(word.split("=", 1) for word in words[2:] if re.match(r"[a-z]+=", word))
    plain = tuple(word for word in words[2:] if not re.match(r"[a-z]+=", word))
    return Line(number, day(int(when.removeprefix("d"))), verb, plain, given)


def _row(line: Line) -> tuple[str, Any]:
    if line.verb in READERS:
        return READERS[line.verb](line)
    if len(line.words) == 1:
        return _ledger(line, "Adjustments", line.verb)
    return _reimbursement(line)


def _ledger(line: Line, event: str = "", reason: str = "") -> tuple[str, LedgerRow]:
    names = line.label
    row = LedgerRow(
        occurred_on=line.on,
        fnsku=names["fnsku"],
        asin=names["asin"],
        msku=names["sku"],
        event_type=line.get("event", event or EVENTS[line.verb]),
        reference_id=line.get("of"),
        quantity=int(line.words[0]),
        fulfillment_center=line.get("at", "PHX7"),
        disposition=line.get("in", "SELLABLE"),
        reason=reason,
        country="US",
        reconciled=line.number_of("settled", None),
        unreconciled=line.number_of("open", None),
        ordinal=1,
        ref=line.ref("ledger_events"),
    )
    return "ledger", row


def _reimbursement(line: Line) -> tuple[str, ReimbursementRow]:
    units = dict(zip(line.words[::2], map(int, line.words[1::2]), strict=True))
    each = Decimal(line.get("pay", "9.50"))
    row = ReimbursementRow(
        approved_on=line.on,
        reimbursement_id=line.get("id", f"R{(line.on - DAY0).days}"),
        case_id=None,
        order_id=line.given.get("order"),
        reason=line.verb,
        **line.label,
        condition="NewItem",
        currency=line.get("cur", "USD"),
        amount_per_unit=each,
        amount_total=Decimal(line.get("total")) if line.get("total") else each * units.get("cash", 0),
        cash_units=units.get("cash", 0),
        inventory_units=units.get("stock", 0),
        original_reimbursement_id=line.given.get("of"),
        original_reimbursement_type=None,
        ordinal=1,
        ref=line.ref("claims"),
    )
    return "reimbursements", row


def _balance(line: Line) -> tuple[str, BalanceRow]:
    starting, moved, ending = map(int, re.fullmatch(r"(\d+)([+-]\d+)=(-?\d+)", line.words[0]).groups())  # type: ignore[union-attr]
    names = line.label
    row = BalanceRow(
        day=line.on,
        fnsku=names["fnsku"],
        asin=names["asin"],
        msku=names["sku"],
        disposition=line.get("in", "SELLABLE"),
        location="US",
        starting=starting,
        moved=moved,
        found=line.number_of("found") or 0,
        in_transit=line.number_of("transit") or 0,
        ending=ending,
        ref=line.ref("ledger_balances"),
    )
    return "balances", row


def _inbound(line: Line) -> tuple[str, InboundRow]:
    sent, received = line.words[0].split("/")
    row = InboundRow(
        shipment_id=line.get("of", "S1"),
        status=line.get("status", "CLOSED"),
        created_on=line.on,
        delivered_on=line.day("delivered"),
        closed_on=line.day("closed"),
        partnered={"yes": True, "no": False}.get(line.get("partnered")),
        **line.label,
        shipped=int(sent),
        received=None if received == "?" else int(received),
        in_case=line.number_of("case", None),
        left_with=line.number_of("left", None),
        ref=line.ref("inbound_shipment_items"),
    )
    return "inbound", row


def _units_and_price(line: Line) -> tuple[int | None, Decimal]:
    units, price = line.words[0].split("x")
    return (None if units == "?" else int(units)), Decimal(price)


def _order(line: Line) -> tuple[str, OrderRow]:
    units, price = _units_and_price(line)
    row = OrderRow(
        purchased_on=line.on,
        order_id=line.get("of", "O1"),
        item_id=str(line.number),
        marketplace_id="ATVPDKIKX0DER",
        channel=line.get("by", "Amazon"),
        sales_channel=line.get("channel", "Amazon.com"),
        status=line.get("status", "Shipped"),
        **line.item,
        quantity=units or 0,
        currency="USD",
        price=None if line.get("price") == "unknown" else price * (units or 0),
        tax=None,
        shipping=None,
        gift_wrap=None,
        promotion=None,
        original_order_id="",
        ref=line.ref("orders"),
    )
    return "orders", row


def _shipped(line: Line) -> tuple[str, ShippedRow]:
    units, price = _units_and_price(line)
    row = ShippedRow(
        shipped_on=line.on,
        order_id=line.get("of", "O1"),
        **line.label,
        fulfillment_center="PHX7",
        quantity=units or 0,
        unit_price=price,
        currency="USD",
        ordinal=1,
        ref=line.ref("shipped_items"),
    )
    return "shipped", row


def _money(line: Line) -> tuple[str, MoneyRow]:
    units, price = _units_and_price(line)
    amount = price * (1 if units is None else units)
    number = f"T{line.number}"
    row = MoneyRow(
        posted_on=line.on,
        event_id=f"{number}:0",
        transaction_id=number,
        kind=MONEY_KINDS[line.verb],
        status=line.get("state", "RELEASED"),
        description="",
        item="0",
        path=line.get("step", "ProductCharges/OurPricePrincipal"),
        amount=-amount if line.verb in TAKES_MONEY else amount,
        currency="USD",
        quantity=units,
        marketplace_id="ATVPDKIKX0DER",
        order_id=line.get("of", "O1"),
        shipment_id="",
        **line.item,
        release_of="",
        released_by="",
        ref=line.ref("financial_events"),
    )
    return "money", row


def _fee(line: Line) -> tuple[str, MoneyRow]:
    _, row = _money(replace(line, verb="pay", words=(f"?x{line.words[0]}",)))
    bare = replace(
        row, kind="ServiceFee", sku=line.get("sku"), asin="", order_id=line.get("order"), shipment_id=line.get("of")
    )
    return "money", replace(bare, description=line.get("text"))


def _shipment(line: Line) -> tuple[str, ShipmentRow]:
    row = ShipmentRow(
        shipment_id=line.words[0],
        status=line.get("status", "CLOSED"),
        created_on=line.on,
        delivered_on=None,
        closed_on=None,
        ref=line.ref("inbound_shipments"),
    )
    return "shipments", row


def _return(line: Line) -> tuple[str, ReturnRow]:
    row = ReturnRow(
        returned_on=line.on,
        order_id=line.get("of", "O1"),
        **line.label,
        quantity=int(line.words[0]),
        fulfillment_center=line.get("at", "PHX7"),
        disposition=line.get("in", "CUSTOMER_DAMAGED"),
        reason=line.get("why", "UNWANTED_ITEM"),
        status=line.get("status", "Unit returned to inventory"),
        license_plate=line.get("plate"),
        ordinal=1,
        ref=line.ref("returns"),
    )
    return "returns", row


def _replacement(line: Line) -> tuple[str, ReplacementRow]:
    row = ReplacementRow(
        shipped_on=line.on,
        **line.item,
        quantity=int(line.words[0]),
        reason_code=line.get("code", "2"),
        replacement_order_id=line.get("with"),
        original_order_id=line.get("of", "O1"),
        ordinal=1,
        ref=line.ref("replacements"),
    )
    return "replacements", row


def _removal(line: Line) -> tuple[str, RemovalRow]:
    row = RemovalRow(
        requested_on=line.on,
        order_id=line.get("of", "V1"),
        order_type=line.get("type", "Return"),
        status=line.get("status", "Completed"),
        updated_on=line.day("updated", line.on) or line.on,
        **line.label,
        disposition=line.get("in", "SELLABLE"),
        requested=int(line.words[0]),
        cancelled=line.number_of("cancelled") or 0,
        disposed=line.number_of("disposed") or 0,
        shipped=line.number_of("shipped") or 0,
        in_process=line.number_of("left") or 0,
        fee=Decimal(line.get("fee")) if line.get("fee") else None,
        currency=line.get("cur", "USD"),
        paid_on=line.day("paid"),
        ref=line.ref("removal_orders"),
    )
    return "removals", row


def _parcel(line: Line) -> tuple[str, ParcelRow]:
    row = ParcelRow(
        shipped_on=line.on,
        order_id=line.get("of", "V1"),
        order_type=line.get("type", "Return"),
        **line.label,
        disposition=line.get("in", "SELLABLE"),
        quantity=int(line.words[0]),
        carrier="UPS",
        tracking_number=line.get("track", "1Z"),
        ordinal=1,
        ref=line.ref("removal_shipments"),
    )
    return "parcels", row


READERS: dict[str, Callable[[Line], tuple[str, Any]]] = {
    **dict.fromkeys(EVENTS, _ledger),
    **dict.fromkeys(MONEY_KINDS, _money),
    "balance": _balance,
    "inbound": _inbound,
    "order": _order,
    "ship": _shipped,
    "return": _return,
    "replace": _replacement,
    "removal": _removal,
    "parcel": _parcel,
    "fee": _fee,
    "shipment": _shipment,
}
