"""The seller's products and listings: what they are, measure, cost, sell for, and where."""

import math
from random import Random

from local_amazon.world.calendar import Calendar, as_date
from local_amazon.world.fees import categories
from local_amazon.world.markets import Marketplace
from local_amazon.world.randomness import dice
from local_amazon.world.settings import WorldSettings
from local_amazon.world.sizes import Size
from local_amazon.world.world import Listing, Product

NOUNS = ("Café Mug", "Desk Lamp", "Yoga Mat", "Garden Hose", "Phone Stand", "Lunch Box", "Travel Pillow", "Knife Block")
BRANDS = ("Nordvik", "Halden & Co", "Brightpeak", "Casa Lume")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
RETIRED = 60
"""Sellers keep listings they no longer stock (how many is an assumption)."""
CLOSES_AFTER = 25
"""Days after the clock's start on which one of them, with units planned for inbound, is deleted."""
EDGE_PRICES = (999, 1000, 5000, 5001)
"""Both sides of the edges between Amazon's price bands."""
OFFERED = 0.6
"""Share of products that are offered in a marketplace other than the seller's first."""


def product_count(size: int) -> int:
    """Five products for a world of a thousand rows, about 450 for a million."""
    return max(5, round(5 * math.pow(size / 1000, 0.65)))


def build(
    settings: WorldSettings, markets: tuple[Marketplace, ...], calendar: Calendar
) -> tuple[list[Product], list[Listing]]:
    """All products and listings, the retired ones last."""
    products: list[Product] = []
    listings: list[Listing] = []
    for number in range(product_count(settings.size)):
        rng = dice(settings.seed, "product", number)
        product = _product(rng, number, settings.confounded("K18"))
        products.append(product)
        edge = settings.confounded("K17") and number % 5 == 0
        price = EDGE_PRICES[number // 5 % 4] if edge else _price(rng)
        labels = range(2 if is_relabelled(number) else 1)
        listings += [_listing(rng, product, label, price, markets, calendar) for label in labels]
    for number in range(RETIRED):
        rng = dice(settings.seed, "retired", number)
        product = _product(rng, len(products), False)
        products.append(product)
        listings.append(_retired(rng, product, number, markets, calendar))
    return products, listings


def is_relabelled(number: int) -> bool:
    """Whether a product is sold under two FNSKUs."""
    return number % 10 in (2, 8)


def _product(rng: Random, number: int, near_edges: bool) -> Product:
    name = f"{NOUNS[number % len(NOUNS)]} No. {number}, Pack of {rng.choice((1, 2, 4))}"
    size = _near_an_edge(rng, _size(rng)) if near_edges and rng.random() < 0.15 else _size(rng)
    return Product(number, "B0" + _word(rng, 8), name, rng.choice(BRANDS), rng.choice(categories()), size)


def _size(rng: Random) -> Size:
    """Small standard 22 %, large standard 68 %, bulky 8 %, extra-large 2 %: an assumption."""
    kind = rng.choices(((6, 14, 0.72, 0.9), (6, 17.5, 7.5, 6), (19, 36, 19, 25), (60, 70, 30, 60)), (22, 68, 8, 2))[0]
    least, most, thickest, heaviest = kind
    longest = rng.uniform(least, most)
    median = longest * rng.uniform(0.4, 0.75)
    shortest = min(thickest, median, max(0.3, rng.uniform(0.1, 0.6) * median))
    weight = min(heaviest, max(0.1, longest * median * shortest / 139 * rng.uniform(0.4, 1.3)))
    return Size(*(round(value * 1000) for value in (longest, median, shortest, weight)))


def _near_an_edge(rng: Random, size: Size) -> Size:
    """Just inside a tier by its thinnest side, or by its weight."""
    if rng.random() < 0.5:
        return Size(min(size.longest, 15_000), min(size.median, 12_000), 740, min(size.weight, 950))
    return Size(size.longest, size.median, size.shortest, max(250, size.weight // 250 * 250) - 3)


def _price(rng: Random) -> int:
    return max(799, round(rng.lognormvariate(3.18, 0.6) * 100) // 100 * 100 - 1)


def _listing(
    rng: Random, product: Product, label: int, price: int, markets: tuple[Marketplace, ...], calendar: Calendar
) -> Listing:
    number = product.number
    cost = max(90, round(price * min(0.6, max(0.1, rng.betavariate(6, 14)))))
    told = number % 20 != 7  # a seller rarely knows all costs
    later = round(cost * rng.uniform(1.02, 1.3)) if told and rng.random() < 0.3 else None
    return Listing(
        sku=f"{NOUNS[number % len(NOUNS)].split()[0].upper().replace('É', 'E')}-{number:03d}{'AB'[label]}",
        fnsku="X00" + _word(rng, 7),
        asin=product.asin,
        title=product.title,
        product=number,
        prices=(price, *(_abroad(rng, price, each) for each in markets[1:])),
        cost=cost,
        later_cost=later,
        later_from=as_date(calendar.first + rng.randrange(calendar.length // 2, calendar.length)),
        told=told,
        opened=calendar.moment(0, calendar.first, 5),
    )


def _abroad(rng: Random, price: int, market: Marketplace) -> int:
    return round(price * market.parity / 100) * 100 - 1 if rng.random() < OFFERED else 0


def _retired(
    rng: Random, product: Product, number: int, markets: tuple[Marketplace, ...], calendar: Calendar
) -> Listing:
    return Listing(
        sku=f"OLD-{number:03d}",
        fnsku="X00" + _word(rng, 7),
        asin=product.asin,
        title=f"Discontinued Item No. {number}",
        product=product.number,
        prices=(999, *(0 for _ in markets[1:])),
        cost=300,
        told=False,
        opened=calendar.moment(0, calendar.first, 9, rng.randrange(60)),
        closed=0 if number else calendar.now + CLOSES_AFTER * 86_400,
    )


def _word(rng: Random, length: int) -> str:
    return "".join(rng.choices(LETTERS, k=length))
