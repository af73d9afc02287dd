"""The fee preview: what Amazon measures and would charge for every listing on a day."""

from collections.abc import Collection

import numpy as np

from local_amazon.world import fees
from local_amazon.world.schema import SCHEMAS, TIERS
from local_amazon.world.sizes import Size
from local_amazon.world.store import Batch
from local_amazon.world.world import Product, World

DAY = 86_400


def fee_previews(world: World, as_of: int, markets: Collection[int] | None) -> Batch:
    """A row for each listing and marketplace that offers it, in the order of the listings."""
    day = as_of // DAY
    rows = [
        _row(world, number, market, day)
        for market in range(len(world.markets))
        if markets is None or market in markets
        for number, each in enumerate(world.listings)
        if each.prices[market] and each.opened <= as_of and (not each.closed or as_of < each.closed)
    ]
    columns = np.array(rows, np.int64).reshape(len(rows), len(SCHEMAS["fee_previews"]))
    return Batch("fee_previews", dict(zip(SCHEMAS["fee_previews"], columns.T, strict=True)))


def _row(world: World, number: int, market: int, day: int) -> tuple[int, ...]:
    listing = world.listings[number]
    product, price = world.products[listing.product], listing.prices[market]
    size, parity = measured(product, market, day), world.markets[market].parity
    referral = fees.referral(product.category, price, parity)
    fulfilment = fees.fulfilment(size, price, day, parity)
    tier = TIERS.index(fees.tier(size, day))
    sides = (size.longest, size.median, size.shortest, size.weight)
    return (number, market, price, *sides, tier, referral, fulfilment, referral + fulfilment)


def measured(product: Product, market: int, day: int) -> Size:
    """What Amazon takes the product's size for on a day."""
    known = [each for each in product.measured if each.market == market and each.since <= day]
    return max(known, key=lambda each: each.since).size if known else product.size
