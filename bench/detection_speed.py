"""What detection costs: synthetic facts of a seller, detected on one core, in events per second and memory.

    python -m bench.detection_speed [--events 1000000] [--items 400]

Rows are made component by component, as the database hands them over, so that the memory is that of the biggest
component. The mix is one sold unit with its order line, parcel, ledger line and payment (about 4 lines of money), and
now and then a refund, a return, a transfer, a loss, a find, a reimbursement, a shipment to Amazon. It measures speed,
not quality: nobody planted these losses with care.
"""

import argparse
import random
import resource
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

from clario.domain.detection.engine import examine
from clario.domain.detection.policy import policy
from clario.domain.detection.rows.components import components
from clario.domain.detection.rows.facts import Account, CostRow, CoverageFacts, Rows
from clario.domain.detection.rows.money_rows import MoneyRow
from clario.domain.detection.rows.source import SourceRef
from clario.domain.detection.rows.unit_rows import (
    InboundRow,
    LedgerRow,
    OrderRow,
    ReimbursementRow,
    ReturnRow,
    ShippedRow,
)
from clario.domain.values import MARKETPLACES, DayRange

TODAY = date(2026, 11, 23)
FIRST = TODAY - timedelta(days=540)
US = MARKETPLACES["ATVPDKIKX0DER"]
NUMBERS = count(1)
ROWS_PER_UNIT = 8.6  # order, parcel, ledger, five of money, and what happens now and then


SALE = {
    "ProductCharges/OurPricePrincipal": "24.00",
    "Tax/ProductTax": "1.98",
    "Tax/MarketplaceFacilitatorTax-Principal": "-1.98",
    "AmazonFees/Commission": "-3.60",
    "AmazonFees/FBAPerUnitFulfillmentFee": "-4.22",
}
REFUND = {"ProductCharges/OurPricePrincipal": "-24.00", "AmazonFees/Commission": "2.88"}


def ref(table: str) -> SourceRef:
    return SourceRef(table, 1, f"raw/{table}", str(next(NUMBERS)))


class Item:
    """The rows of one product."""

    def __init__(self, number: int, chance: random.Random) -> None:
        self.asin, self.fnsku, self.sku = f"B{number:09}", f"X{number:09}", f"SKU-{number}"
        self.label = {"asin": self.asin, "fnsku": self.fnsku, "sku": self.sku}
        self.name = {"asin": self.asin, "sku": self.sku}
        self.chance = chance
        self.ledger: list[LedgerRow] = []
        self.reimbursements: list[ReimbursementRow] = []
        self.returns: list[ReturnRow] = []
        self.shipped: list[ShippedRow] = []
        self.orders: list[OrderRow] = []
        self.money: list[MoneyRow] = []
        self.inbound: list[InboundRow] = []

    def rows(self) -> Rows:
        lists = {name: tuple(rows) for name, rows in vars(self).items() if isinstance(rows, list)}
        return Rows(**lists)

    def day(self) -> date:
        return FIRST + timedelta(days=self.chance.randrange(540))

    def happens(self, share: float) -> bool:
        return self.chance.random() < share

    def later(self, day: date, most: int) -> date:
        return min(day + timedelta(days=self.chance.randrange(1, most)), TODAY)

    def moved(self, on: date, event: str, units: int, reason: str = "", to: str = "SELLABLE", of: str = "") -> None:
        known = (0, abs(units)) if reason in {"M", "E"} else (None, None)
        place = self.chance.choice(("PHX7", "ONT8", "ABE8"))
        number = next(NUMBERS)
        self.ledger.append(
            LedgerRow(
                on,
                self.fnsku,
                self.asin,
                self.sku,
                event,
                of,
                units,
                place,
                to,
                reason,
                "US",
                *known,
                number,
                ref("ledger_events"),
            )
        )

    def paid(self, on: date, reason: str, order: str | None) -> None:
        number = f"R{next(NUMBERS)}"
        money = (Decimal("6.10"), Decimal("6.10"))
        self.reimbursements.append(
            ReimbursementRow(
                on,
                number,
                None,
                order,
                reason,
                self.sku,
                self.fnsku,
                self.asin,
                "New",
                "USD",
                *money,
                1,
                0,
                None,
                None,
                1,
                ref("claims"),
            )
        )

    def transaction(self, on: date, kind: str, order: str, amounts: dict[str, str]) -> None:
        number = f"T{next(NUMBERS)}"
        for place, (path, amount) in enumerate(amounts.items()):
            where = {"item": "0", "path": path, "amount": Decimal(amount), "currency": "USD", "quantity": 1}
            names = {**self.name, "order_id": order, "shipment_id": "", "marketplace_id": US.id}
            state = {"status": "RELEASED", "description": "", "release_of": "", "released_by": ""}
            row = MoneyRow(
                on, f"{number}:{place}", number, kind, **where, **names, **state, ref=ref("financial_events")
            )
            self.money.append(row)

    def sell(self) -> None:
        on, order = self.day(), f"111-{next(NUMBERS):010}"
        price = Decimal("24.00")
        self.orders.append(
            OrderRow(
                on,
                order,
                order[-8:],
                US.id,
                "Amazon",
                "Amazon.com",
                "Shipped",
                self.sku,
                self.asin,
                1,
                "USD",
                price,
                None,
                None,
                None,
                None,
                "",
                ref("orders"),
            )
        )
        self.shipped.append(
            ShippedRow(on, order, self.sku, self.fnsku, self.asin, "PHX7", 1, price, "USD", 1, ref("shipped_items"))
        )
        self.moved(on, "Shipments", -1)
        self.transaction(on, "Shipment", order, SALE)
        if self.happens(0.08):
            self.refund(self.later(on, 30), order)
        if self.happens(0.15):
            self.moved(on, "WhseTransfers", -1)
            self.moved(self.later(on, 9), "WhseTransfers", 1)

    def refund(self, on: date, order: str) -> None:
        self.transaction(on, "Refund", order, REFUND)
        if self.happens(0.88):
            back = self.later(on, 20)
            to = self.chance.choice(("SELLABLE", "SELLABLE", "CUSTOMER_DAMAGED", "DEFECTIVE"))
            self.returns.append(
                ReturnRow(
                    back,
                    order,
                    self.sku,
                    self.fnsku,
                    self.asin,
                    1,
                    "PHX7",
                    to,
                    "UNWANTED_ITEM",
                    "",
                    f"LPN{next(NUMBERS)}",
                    1,
                    ref("returns"),
                )
            )
            self.moved(back, "CustomerReturns", 1, to=to)
        elif self.happens(0.7):
            self.paid(self.later(on, 75), "CustomerReturn", order)

    def lose(self) -> None:
        on = self.day()
        self.moved(on, "Adjustments", -1, "M")
        if self.happens(0.75):
            self.moved(self.later(on, 40), "Adjustments", 1, "F")
        elif self.happens(0.8):
            self.paid(self.later(on, 40), "Lost_Warehouse", None)

    def ship_in(self) -> None:
        on, units = self.day(), self.chance.randrange(20, 60)
        short = self.chance.randrange(3) if self.happens(0.04) else 0
        number = f"FBA{next(NUMBERS):09}"
        arrived = min(on + timedelta(days=9), TODAY)
        self.inbound.append(
            InboundRow(
                number,
                "CLOSED",
                on,
                arrived,
                arrived,
                True,
                self.sku,
                self.fnsku,
                self.asin,
                units,
                units - short,
                1,
                units,
                ref("inbound_shipment_items"),
            )
        )
        self.moved(arrived, "Receipts", units - short, of=number)


def shares(items: int, even: bool) -> list[float]:
    """Each product's share of the sales: all alike, or by a power law."""
    weights = [1 if even else 1 / (number + 1) for number in range(items)]
    return [weight / sum(weights) for weight in weights]


def products(events: int, items: int, even: bool = False) -> Iterator[Rows]:
    """The rows of one product after the other."""
    for number, share in enumerate(shares(items, even)):
        item = Item(number, random.Random(number))
        for sold in range(max(1, round(events * share / ROWS_PER_UNIT))):
            item.sell()
            if item.happens(0.0066):
                item.lose()
            if sold % 40 == 0:
                item.ship_in()
        yield item.rows()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="rows of reports, about")
    parser.add_argument("--items", type=int, default=400, help="products")
    options = parser.parse_args()
    days = (DayRange(FIRST - timedelta(days=60), TODAY),)
    costs = tuple(CostRow(f"SKU-{n}", Decimal("6.00"), "USD", FIRST) for n in range(options.items))
    account = Account("bench/na", US, costs, CoverageFacts({row.report: days for row in policy().coverage}))
    rows = claims = biggest = 0
    spent = 0.0
    for product in products(options.events, options.items):
        begun = time.process_time()
        claims += len(examine(components(product, TODAY), account, TODAY, known=frozenset()).claims)
        spent += time.process_time() - begun
        size = sum(len(held) for held in vars(product).values())
        rows, biggest = rows + size, max(biggest, size)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{rows:,} rows of {options.items:,} products, the biggest component {biggest:,}")
    print(f"{claims:,} claims, {spent:.1f} s of one core, {rows / spent:,.0f} rows/s, {memory:.0f} MiB at most")
    print(f"Python {sys.version.split()[0]}; making the rows is not counted, cutting them into components is")


if __name__ == "__main__":
    main()
