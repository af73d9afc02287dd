"""Reads a seller's money from a small text table, beside the lines that `tables.py` reads.

    d0      sale   2x20.00  of=O1  fee=3.57 ref=3.00 promo=2 ship=4 wrap=1 tax=1.60     what a sale brought, per unit
    d0-30/5 sale   1x20.00  fee=3.57      the same every fifth day, each in an order of its own
    d1      bare   1  of=O1  fee=3.57     fees without goods; ref= too
    d5      back   1x20.00  of=O1  promo= ship= wrap= tax= ref= admin= goodwill=        a refund
    d9      recharge  5.00  of=O1         the customer was charged again
            tx= state= release= (its transaction, and the held-back one that it releases)
    d9      credit 1.00  of=O1            Amazon corrects a fee; name= (how it calls that)
    d9      posted 9.50                   a reimbursement's money; name= units= tx= (transactions of one name are one)
    d9      bill   39.99  name=Subscription              a service fee; at= (marketplace) tx= text= path=
    d9      preview  8x6x0.5 5oz  price=20 ref=3.00 fee=3.57 group=Home                 what Amazon believes
    d9      stored 10  vol=0.5 rate=0.78 fee=3.90 sides=12x12x6 in=PHX7 tier= more= off= danger= waiting=
            September's storage
    d9      old    10  ages=181-210 vol=1 fee=5.00       the surcharge on old stock

Money is in US dollars unless `cur=` says otherwise. Items are named as in `tables.py`. An order without a name is
one of its own.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from clario.domain.claims import Claim, DetectionRun
from clario.domain.detection.engine import detect
from clario.domain.detection.rows.facts import CostRow, SellerFacts
from clario.domain.detection.rows.money_rows import AgedRow, FeePreviewRow, MoneyRow, StorageRow
from tests.unit.detection.cases import TODAY, US, covering
from tests.unit.detection.tables import Line, read, read_line

PLACES = {"US": "ATVPDKIKX0DER", "CA": "A2EUQ1WTGCTBG2", "UK": "A1F83G8C2ARO7P", "?": ""}
AMOUNTS = {
    "price": ("ProductCharges/OurPricePrincipal", 1),
    "promo": ("PromotionalRebates/OurPriceDiscount", -1),
    "tax": ("Tax/OurPriceTax", 1),
    "ship": ("Shipping/ShippingPrincipal", 1),
    "wrap": ("GiftWrap/GiftWrapPrincipal", 1),
    "ref": ("AmazonFees/Commission/Base", -1),
    "fee": ("AmazonFees/FBAPerUnitFulfillmentFee/Base", -1),
    "admin": ("AmazonFees/RefundCommission", 1),
    "goodwill": ("Goodwill", 1),
}
"""The place of each amount in a transaction, and its sign in a sale; in a refund it is the other way round."""


@dataclass(frozen=True)
class Entry(Line):
    """A line of ours; `key` tells the days of a repeated line apart."""

    key: str


def money(table: str) -> dict[str, list[Any]]:
    """The rows of a table by the list they belong to."""
    known, others = [], []
    for number, text in enumerate(table.split("\n"), start=1):
        words = text.split()
        if words:
            (known if words[1] in READERS else others).append((number, text))
    rows = read("\n".join(text for _, text in others))
    for number, text in known:
        for line in _spread(text, number):
            for name, row in READERS[line.verb](line):
                rows.setdefault(name, []).append(row)
    return rows


def _spread(text: str, number: int) -> Iterator[Entry]:
    """A line, or one for every day of "d0-30/5"."""
    first, last, step = re.match(r"\s*d(-?\d+)(?:-(-?\d+))?(?:/(\d+))?", text).groups()  # type: ignore[union-attr]
    rest = text.split(maxsplit=1)[1]
    for n in range(int(first), int(last or first) + 1, int(step or 1)):
        line = read_line(f"d{n} {rest}", number)
        yield Entry(line.number, line.on, line.verb, line.words, line.given, f"{number}-{n}")


def _order(line: Entry) -> str:
    return line.get("of", f"O{line.key}")


def _money(line: Entry, kind: str, path: str, amount: Decimal, part: int = 0, units: int | None = None) -> MoneyRow:
    transaction = line.get("tx", f"T{line.key}")
    return MoneyRow(
        posted_on=line.on,
        event_id=f"{line.key}:{part}",
        transaction_id=transaction,
        kind=kind,
        status=line.get("state", "RELEASED"),
        description=line.get("name"),
        item="0",
        path=path,
        amount=amount,
        currency=line.get("cur", "USD"),
        quantity=units,
        marketplace_id=PLACES[line.get("at", "US")],
        order_id=line.get("of"),
        shipment_id="",
        **line.item,
        release_of=line.get("release"),
        released_by="",
        ref=line.ref("financial_events"),
    )


def _trade(line: Entry, kind: str, sign: int) -> Iterator[tuple[str, MoneyRow]]:
    units, _, price = line.words[0].partition("x")
    count = int(units)
    given = {"price": price, **line.given} if price else line.given
    for part, (name, (path, direction)) in enumerate(AMOUNTS.items()):
        if name in given:
            amount = Decimal(given[name]) * max(count, 1) * direction * sign
            row = _money(line, kind, path, amount, part, count)
            yield "money", replace(row, order_id=_order(line))


def _sale(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    yield from _trade(line, "Shipment", 1)


def _back(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    yield from _trade(line, "Refund", -1)


def _recharge(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    yield "money", _money(line, "Retrocharge", "ProductCharges/OurPricePrincipal", Decimal(line.words[0]))


def _credit(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    row = _money(line, "Adjustment", "Unitemized", Decimal(line.words[0]))
    yield "money", replace(row, description=line.get("name", "INCORRECT_FEES_ITEMS"))


def _posted(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    row = _money(line, "Adjustment", "Unitemized", Decimal(line.words[0]), units=line.number_of("units", None))
    yield "money", replace(row, description=line.get("name", "FBAInventoryReimbursement"))


def _bill(line: Entry) -> Iterator[tuple[str, MoneyRow]]:
    path = f"AmazonFees/{line.get('name')}" if line.get("name") else line.get("path", "Unitemized")
    row = _money(line, "ServiceFee", path, -Decimal(line.words[0]))
    names = {} if "sku" in line.given or "fnsku" in line.given else {"sku": "", "asin": ""}
    yield "money", replace(row, description=line.get("text"), **names)


def _sides(text: str) -> tuple[Decimal, Decimal, Decimal] | None:
    if not text:
        return None
    longest, median, shortest = map(Decimal, text.split("x"))
    return longest, median, shortest


def _preview(line: Entry) -> Iterator[tuple[str, FeePreviewRow]]:
    sides, weight = line.words
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", weight).groups()  # type: ignore[union-attr]
    amounts = {name: Decimal(line.get(name)) if line.get(name) else None for name in ("price", "ref", "fee")}
    row = FeePreviewRow(
        seen_on=line.on,
        seen_until=line.on,
        marketplace_id=PLACES[line.get("at", "US")],
        **line.label,
        price=amounts["price"],
        currency=line.get("cur", "USD"),
        sides=None if sides == "?" else _sides(sides),
        length_unit=line.get("unit", "inches"),
        weight=Decimal(number),
        weight_unit=unit,
        size_tier="",
        product_group=line.get("group", "Home"),
        referral_fee=amounts["ref"],
        fulfillment_fee=amounts["fee"],
        ref=line.ref("fee_previews"),
    )
    yield "previews", row


def _maybe(line: Entry, name: str) -> Decimal | None:
    return Decimal(line.get(name)) if line.get(name) else None


def _stored(line: Entry) -> Iterator[tuple[str, StorageRow]]:
    row = StorageRow(
        month=date(int(line.get("year", "2026")), 9, 1),
        asin=line.item["asin"],
        fnsku=line.fnsku,
        fulfillment_center=line.get("in", "PHX7"),
        country=line.get("country", "US"),
        sides=_sides(line.get("sides")),
        length_unit=line.get("unit", "inches"),
        item_volume=_maybe(line, "vol"),
        volume_unit=line.get("volunit", "cubic feet"),
        size_tier=line.get("tier", "Standard-Size"),
        average_units=Decimal(line.words[0]),
        average_pending_removal=Decimal(line.get("waiting", "0")),
        total_volume=None,
        base_rate=None,
        surcharge_rate=_maybe(line, "more"),
        rate=_maybe(line, "rate"),
        fee=_maybe(line, "fee"),
        incentive=_maybe(line, "off"),
        currency="USD",
        dangerous_goods=line.get("danger", "--"),
        ref=line.ref("storage_charges"),
    )
    yield "storage", row


def _old(line: Entry) -> Iterator[tuple[str, AgedRow]]:
    row = AgedRow(
        charged_on=line.on,
        **line.label,
        country=line.get("country", "US"),
        unit_volume=_maybe(line, "vol"),
        volume_unit=line.get("volunit", "cubic feet"),
        units=int(line.words[0]),
        amount=Decimal(line.get("fee")),
        currency="USD",
        age_tier=f"{line.get('ages')} days",
        rate=None,
        ref=line.ref("aged_inventory_charges"),
    )
    yield "aged", row


READERS: dict[str, Callable[[Entry], Iterator[tuple[str, Any]]]] = {
    "sale": _sale,
    "bare": _sale,
    "back": _back,
    "recharge": _recharge,
    "credit": _credit,
    "posted": _posted,
    "bill": _bill,
    "preview": _preview,
    "stored": _stored,
    "old": _old,
}


def account(table: str, costs: tuple[CostRow, ...] = (), **changes: Any) -> SellerFacts:
    """The facts of a table; without costs. Everything before today is loaded."""
    rows = {name: tuple(sorted(lines, key=lambda row: row.key)) for name, lines in money(table).items()}
    return replace(SellerFacts("conn-1", US, costs, covering(), **rows), **changes)


def found(table: str, today: date = TODAY, **changes: Any) -> DetectionRun:
    """What detection says of a table."""
    return detect(account(table, **changes), today)


def owed(table: str, kind: str, today: date = TODAY, **changes: Any) -> dict[str, str]:
    """Claims of one kind by tier: "<units> units <value>", in order of days."""
    told: dict[str, list[str]] = {}
    for claim in found(table, today, **changes).claims:
        if claim.anomaly_type == kind:
            told.setdefault(claim.tier.value, []).append(_words(claim))
    return {tier: ", ".join(words) for tier, words in told.items()}


def _words(claim: Claim) -> str:
    value = claim.review_value if claim.tier == "review" else claim.estimated_value
    return f"{claim.quantity} for {value}"
