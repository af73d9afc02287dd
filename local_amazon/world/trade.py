"""Ordinary business: orders, refunds, customer returns, moves between fulfilment centres. All rates are assumptions."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from local_amazon.world.catalogue import Product
from local_amazon.world.incidents import CENTERS, Warehouse
from local_amazon.world.model import Journal, Listing, Window, moment, stream

ROWS_PER_ORDER = 2.4  # its share of ledger and finance rows, refunds, returns and transfers included
TRANSFER_EVERY = 22


@dataclass(frozen=True, slots=True)
class Sale:
    """An order of one listing, and what the customer did with it."""

    listing: Listing
    order_id: str
    shipped_at: datetime
    quantity: int
    refunded_at: datetime | None
    refunded_units: int


def simulate(seed: int, product: Product, window: Window, journal: Journal, orders: int) -> list[Sale]:
    """About `orders` orders, evenly over the listings and the window, and everything that follows from them."""
    sales = []
    for n, listing in enumerate(product.listings):
        warehouse = Warehouse(journal, window, stream(seed, product.number, "trade", n), listing)
        sales += [_sell(warehouse) for _ in range(max(2, orders // len(product.listings)))]
        _transfers(Warehouse(journal, window, stream(seed, product.number, "transfers", n), listing))
    return sales


def _season(warehouse: Warehouse) -> date:
    """A day to sell on; November and December sell about twice as much."""
    rng, window = warehouse.rng, warehouse.window
    day = window.day(rng.randrange(1, window.length + 1))
    return day if day.month >= 11 or rng.random() < 0.5 else window.day(rng.randrange(1, window.length + 1))


def _sell(warehouse: Warehouse) -> Sale:
    rng = warehouse.rng
    shipped = moment(_season(warehouse), rng.randrange(24), rng.randrange(60))
    quantity = rng.choices((1, 2, 3), (90, 8, 2))[0]
    order_id = f"{rng.choice((111, 112, 113, 114))}-{warehouse.number(7)}-{warehouse.number(7)}"
    reference, center = warehouse.number(12), rng.choice(CENTERS)
    parts = [1] * quantity if rng.random() < 0.3 else [quantity]  # units shipped together may show as equal rows
    for part in parts:
        warehouse.enter(shipped, "Shipments", -part, reference=reference, center=center)
    refunded = shipped + timedelta(days=rng.randrange(4, 30)) if rng.random() < 0.08 else None
    if refunded is None or refunded.date() not in warehouse.window:
        return Sale(warehouse.listing, order_id, shipped, quantity, None, 0)
    _after_refund(warehouse, order_id, refunded.date())
    return Sale(warehouse.listing, order_id, shipped, quantity, refunded, 1)


def _after_refund(warehouse: Warehouse, order_id: str, refunded: date) -> None:
    """One unit comes back, or Amazon reimburses it after 45 days, or nothing happens."""
    rng = warehouse.rng
    if rng.random() < 0.88:
        _return(warehouse, refunded + timedelta(days=rng.randrange(2, 25)))
        return
    paid = refunded + timedelta(days=rng.randrange(46, 70))
    if rng.random() < 0.6 and paid in warehouse.window:
        warehouse.reimburse(paid, "CustomerReturn", 1, 0, order_id)


def _return(warehouse: Warehouse, day: date) -> None:
    quiet = warehouse.journal.quiet.get(warehouse.listing.fnsku, [])
    if day not in warehouse.window or any(first <= day <= last for first, last in quiet):
        return
    disposition = warehouse.rng.choices(("SELLABLE", "CUSTOMER_DAMAGED", "DEFECTIVE"), (60, 22, 18))[0]
    warehouse.enter(warehouse.time_of(day), "CustomerReturns", 1, disposition)


def _transfers(warehouse: Warehouse) -> None:
    """Units move between centres; the legs share no reference and always add up to zero."""
    rng, window = warehouse.rng, warehouse.window
    number = 3 + rng.randrange(TRANSFER_EVERY)
    while number + 5 < window.length:
        origin, target = rng.sample(CENTERS, 2)
        units = rng.randrange(1, 6)
        warehouse.enter(warehouse.time_of(window.day(number)), "WhseTransfers", -units, center=origin)
        arrival = window.day(number + rng.randrange(1, 5))
        warehouse.enter(warehouse.time_of(arrival), "WhseTransfers", units, center=target)
        number += rng.randrange(TRANSFER_EVERY // 2, TRANSFER_EVERY * 3 // 2)
