"""Financial events (listFinancialEvents, Finances API v0): pages of JSON, one page a line, each with up to 34 lists.

Shapes: the model `financesV0.json` of https://github.com/amzn/selling-partner-api-models. No event has an id, and
three lists have no date. An event is known by what it says (`event_lists.py`: which fields count), by its number among
equal ones, and where it has no date by the week it was read in: equal events are real, and each of them is money. What
Amazon still holds back is not told.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from ..errors import UnreadableDocument
from ..records import Ordinals, Record, Rejected, natural_key
from ..records.money import FinancialEvent
from ..values import Money, local_day
from .context import Context
from .event_lists import EVENT_LISTS, NOTED, EventList
from .fields import Unreadable, integer, moment
from .pages import JsonObject, money, read_bodies, read_entries

GENERATION = "v0"
UNITEMIZED = "Unitemized"
EVENT_TYPES = {
    "Shipment": "Order",
    "ShipmentSettle": "Order",
    "Refund": "Refund",
    "Chargeback": "Chargeback",
    "GuaranteeClaim": "GuaranteeClaim",
    "Retrocharge": "Retrocharge",
    "AdhocDisbursement": "Transfer",
    "FailedAdhocDisbursement": "Transfer",
}

# What an amount is called inside its list, and of what it is; the first that is there counts, the item's before the
# event's.
TYPES = ("ChargeType", "FeeType", "PromotionType", "DirectPaymentType")
ITEM_IDS = ("OrderAdjustmentItemId", "OrderItemId", "RemovalShipmentItemId", "TransactionNumber", "SellerSKU")
ORDER_IDS = ("AmazonOrderId", "OrderId", "SellerOrderId", "TDSOrderId", "OriginalRemovalOrderId")
SKUS, ASINS, QUANTITIES = ("SellerSKU", "SKU"), ("ASIN", "ParentASIN"), ("QuantityShipped", "Quantity")
DESCRIPTIONS = ("AdjustmentType", "FeeReason", "DebtRecoveryType", "ReasonCode", "TransactionType", "transactionType")


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One amount: the item it belongs to (the event itself where there is none) and its place in there."""

    item: JsonObject
    path: tuple[str, ...]
    money: Money

    @property
    def place(self) -> str:
        return f"{_first(ITEM_IDS, self.item) or '-'}:{'/'.join(self.path)}"


@dataclass(frozen=True, slots=True)
class _Event:
    """What the lines of one event share."""

    fields: JsonObject
    kind: EventList
    id: str
    at: datetime
    day: date
    line: int


class _Reader:
    """Reads the events of one document; equal ones are numbered across its pages."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._ordinals = Ordinals()

    def lines(self, fields: JsonObject, line: int, kind: EventList) -> Iterator[FinancialEvent]:
        at = self._moment(fields, kind)
        leaves = sorted(_leaves(fields, kind), key=lambda leaf: (leaf.place, leaf.money.amount))
        key = natural_key(kind.name, at.replace(microsecond=0), *(_canonical(fields.get(name)) for name in kind.key))
        event_id = f"{kind.name}:{key}:{self._ordinals.next(key)}"
        event = _Event(fields, kind, event_id, at, local_day(at, self._context.zone), line)
        places = Ordinals()
        for leaf in leaves:
            yield _row(event, leaf, places.next(leaf.place))

    def day(self, fields: JsonObject, kind: EventList) -> date:
        return local_day(self._moment(fields, kind), self._context.zone)

    def _moment(self, fields: JsonObject, kind: EventList) -> datetime:
        """Of an event without a date, the noon of its window's first day."""
        if kind.date is None:
            return datetime.combine(self._context.days.start, time(12), self._context.zone).astimezone(UTC)
        return moment(fields.get(kind.date), kind.date)


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Every event of every list as its money lines, or as one rejected row; so is an event of a list we do not know."""
    reader = _Reader(context)
    for line, body in read_bodies(lines):
        lists = (body.get("payload") or {}).get("FinancialEvents")
        if not isinstance(lists, dict):
            raise UnreadableDocument(f"page {line} has no financial events")
        for name, events in lists.items():
            yield from _list(name, events or [], line, reader)


def _list(name: str, events: list[Any], line: int, reader: _Reader) -> Iterator[Record | Rejected]:
    kind = EVENT_LISTS.get(name.removesuffix("EventList"))
    if kind is not None:
        build, day = partial(reader.lines, line=line, kind=kind), partial(reader.day, kind=kind)
        yield from read_entries(line, name, events, build, day)
        return
    for event in events:
        yield Rejected(line, f"{name}: a list nobody here knows", json.dumps(event, default=float))


def _leaves(event: JsonObject, kind: EventList) -> list[_Leaf]:
    """The amounts; where there is a total, what it leaves over is one, too."""
    leaves = list(_walk(event, (), event, kind.ignored | {kind.total}))
    total = event.get(kind.total) if kind.total else None
    if total is not None:
        money = _money(total)
        rest = money.amount - sum(leaf.money.amount for leaf in leaves)
        if rest or not leaves:
            leaves.append(_Leaf({}, (UNITEMIZED,), Money(rest, money.currency)))
    if not leaves:
        raise Unreadable("it has no amount")
    return leaves


def _walk(
    fields: JsonObject, path: tuple[str, ...], item: JsonObject, ignored: frozenset[str | None]
) -> Iterator[_Leaf]:
    called = _first(TYPES, fields)
    for name, value in fields.items():
        if name in ignored:
            continue
        if isinstance(value, dict) and "CurrencyAmount" in value:
            yield _Leaf(item, (*path, called or name), _money(value))
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, dict) and "CurrencyAmount" not in child:
                inner = child if _first(ITEM_IDS, child) else item
                yield from _walk(child, (*path, name), inner, ignored)


def _row(event: _Event, leaf: _Leaf, number: int) -> FinancialEvent:
    path = "/".join(leaf.path)
    is_fee = event.kind.name == "ServiceFee" or any("Fee" in step for step in leaf.path)
    quantity = _first(QUANTITIES, leaf.item, event.fields)
    told = {name: value for name in event.kind.key if isinstance(value := event.fields.get(name), str | int)}
    return FinancialEvent(
        line=event.line,
        posted_on=event.day,
        event_id=f"{GENERATION}:{event.id}:{leaf.place}:{number}",
        event_type="Fee" if is_fee else EVENT_TYPES.get(event.kind.name, "Adjustment"),
        event_date=event.at,
        transaction_id=event.id,
        transaction_type=event.kind.name,
        transaction_status=None,
        order_id=_first(ORDER_IDS, leaf.item, event.fields),
        sku=_first(SKUS, leaf.item, event.fields),
        asin=_first(ASINS, leaf.item, event.fields),
        amount=leaf.money.amount,
        currency=leaf.money.currency,
        quantity=None if quantity is None else integer(quantity, "quantity"),
        description=_first(DESCRIPTIONS, event.fields),
        deferred_transaction_id=None,
        release_transaction_id=None,
        metadata=json.dumps({"path": path, "event": told}, sort_keys=True, separators=(",", ":")),
    )


def _first(names: Iterable[str], *places: JsonObject) -> str | None:
    """The first of these fields that says something, in the first place that has one, as text."""
    found = (place.get(name) for place in places for name in names)
    return next((str(value) for value in found if value not in (None, "")), None)


def _money(value: JsonObject) -> Money:
    return money(value, "CurrencyAmount", "CurrencyCode")


def _canonical(value: Any) -> str:
    """The same text for the same value however it is written; absent, null and empty are the same."""
    if isinstance(value, dict):
        parts = [f"{name}={text}" for name in sorted(value.keys() & NOTED) if (text := _canonical(value[name]))]
        return f"({';'.join(parts)})" if parts else ""
    if isinstance(value, list):
        return f"[{','.join(sorted(map(_canonical, value)))}]" if value else ""
    if isinstance(value, int | Decimal):
        return format(Decimal(value).normalize(), "f")
    return "" if value is None else str(value)
