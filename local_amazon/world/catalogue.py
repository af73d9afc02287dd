"""The seller's products: who they are, what they cost, and how losses of each kind of product get settled."""

from dataclasses import dataclass
from datetime import date, timedelta

from local_amazon.world.model import Listing, Window, stream

ROWS_PER_PRODUCT = 650
LONG_AGO = timedelta(days=900)
NOUNS = ("Café Mug", "Desk Lamp", "Yoga Mat", "Garden Hose", "Phone Stand", "Lunch Box", "Travel Pillow", "Knife Block")
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"

PROFILES = ("mixed", "paid", "found", "relabelled", "turning", "restored", "paid", "found", "paid", "turning")
"""How a product's losses are settled, by its number. An FNSKU's credits carry no key to the lot they settle, so in
most products one kind of settlement prevails at a time: that keeps the truth the only consistent reading.
paid: by reimbursements; found: by found units; turning: first found, later paid; relabelled: found under the ASIN's
other FNSKU; mixed and restored: rare cases, far apart in time (`cases`)."""


@dataclass(frozen=True, slots=True)
class Product:
    """An ASIN with one or two listings. `weight` is its share of sales before normalisation."""

    number: int
    profile: str
    weight: float
    listings: tuple[Listing, ...]


def products(seed: int, size: int, window: Window) -> list[Product]:
    """The catalogue for a world of about `size` rows."""
    count = min(400, max(3, round(size / ROWS_PER_PRODUCT)))
    return [_product(seed, number, window) for number in range(count)]


def _product(seed: int, number: int, window: Window) -> Product:
    rng = stream(seed, "product", number)
    profile = PROFILES[number % len(PROFILES)]
    asin = "B0" + "".join(rng.choices(ALPHABET, k=8))
    price = max(799, round(rng.lognormvariate(3.2, 0.55) * 100) // 100 * 100 - 1)
    cost = max(90, round(price * rng.betavariate(6, 14)))
    told = number % 20 != 7  # a seller rarely knows all costs
    later = round(cost * rng.uniform(1.02, 1.3)) if told and rng.random() < 0.3 else None
    changed = window.day(rng.randrange(window.length // 2, window.length))
    listings = tuple(
        Listing(
            sku=f"{NOUNS[number % len(NOUNS)].split()[0].upper().replace('É', 'E')}-{number:03d}{'AB'[n]}",
            fnsku="X00" + "".join(rng.choices(ALPHABET, k=7)),
            asin=asin,
            title=f"{NOUNS[number % len(NOUNS)]} No. {number}, Pack of {rng.choice((1, 2, 4))}",
            price=price,
            cost=cost if told else None,
            later_cost=later,
            later_from=changed,
        )
        for n in range(2 if profile == "relabelled" else 1)
    )
    weight = 0.15 if profile in ("mixed", "restored") else (number % 17 + 1) ** -0.6
    return Product(number, profile, weight, listings)


def cost_rows(catalogue: list[Product], window: Window) -> list[tuple[str, int, date]]:
    """What the seller tells about sourcing costs: SKU, cents, valid from."""
    rows = []
    for product in catalogue:
        for listing in product.listings:
            if listing.cost is not None:
                rows.append((listing.sku, listing.cost, window.first - LONG_AGO))
            if listing.later_cost is not None:
                rows.append((listing.sku, listing.later_cost, listing.later_from))
    return rows
