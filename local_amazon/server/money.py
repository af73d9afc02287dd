"""What both finances APIs show of a money event, as JSON texts column by column."""

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np

from local_amazon.server import cells
from local_amazon.server.account import Account
from local_amazon.server.shapes import quoted
from local_amazon.world import names
from local_amazon.world.schema import AMOUNTS
from local_amazon.world.store import Batch

SALES = ("principal", "tax", "shipping", "promotion", "withheld_tax")
FEES = ("commission", "administration", "fulfilment")
Values = dict[str, str]


def values(account: Account, batch: Batch, *more: tuple[str, list[str]]) -> Iterator[Values]:
    """For each row the JSON texts of its ids, its product, its amounts and their sums; `more` columns beside them."""
    columns = {**_identity(account, batch), **_amounts(batch), **dict(more)}
    keys = tuple(columns)
    return (dict(zip(keys, row, strict=True)) for row in zip(*columns.values(), strict=True))


def parts_of(batch: Batch) -> list[tuple[str, ...]]:
    """Which amounts each row has."""
    mask = np.zeros(len(batch), np.int64)
    for bit, name in enumerate(AMOUNTS):
        mask |= (batch[name] != 0).astype(np.int64) << bit
    return list(map(_named, mask.tolist()))


@cache
def _named(mask: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(AMOUNTS) if mask >> bit & 1)


def group_id(settlement: int) -> str:
    """The financial event group of a settlement period."""
    return names.opaque("group", settlement)


@lru_cache(maxsize=4096)
def quoted_group(settlement: int) -> str:
    return quoted(group_id(settlement))


def settlement_of(account: Account, group: str) -> int:
    """The settlement of a financial event group; -1: there is none."""
    numbers = account.world.stores["settlements"].columns["number"].tolist()
    return next((number for number in numbers if group_id(number) == group), -1)


def order_number(order_id: str) -> int:
    """The number of an order id; -1: it is none."""
    digits = order_id.replace("-", "")
    return int(digits) if digits.isdigit() else -1


def transaction_id(number: int) -> str:
    return names.opaque("transaction", number)


def quoted_transaction(number: int) -> str:
    return f'"{transaction_id(number)}"'


def stamp(batch: Batch, column: str) -> list[str]:
    """Moments as JSON strings."""
    return [f'"{text}"' for text in cells.stamps(batch[column]).tolist()]


def _identity(account: Account, batch: Batch) -> dict[str, list[str]]:
    listings = batch["listing"]
    markets = account.markets
    return {
        "posted": stamp(batch, "posted"),
        "order": [f'"{names.order_id(number)}"' for number in batch["order"].tolist()],
        "item": [f'"{number}"' for number in batch["item"].tolist()],
        "shipment": [f'"{number}"' for number in batch["shipment"].tolist()],
        "reference": [f'"{number}"' for number in batch["reference"].tolist()],
        "group": list(map(quoted_group, batch["settlement"].tolist())),
        "settlement": [f'"{number}"' for number in batch["settlement"].tolist()],
        "quantity": cells.whole(batch["quantity"]),
        "units": cells.whole(np.abs(batch["quantity"])),
        "quoted_units": [f'"{units}"' for units in np.abs(batch["quantity"]).tolist()],
        "removal": [f'"{names.removal_id(number)}"' for number in batch["reference"].tolist()],
        "currency": cells.each(batch["market"], lambda market: quoted(markets[market].currency)).tolist(),
        "marketplace": cells.each(batch["market"], lambda market: quoted(markets[market].id)).tolist(),
        "store": cells.each(batch["market"], lambda market: quoted(markets[market].name)).tolist(),
        **{name: _product(account, listings, name) for name in ("sku", "asin", "fnsku", "title")},
    }


def _product(account: Account, listings: cells.Numbers, name: str) -> list[str]:
    known = account.world.listings
    texts: list[str] = cells.each(
        listings, lambda number: quoted(getattr(known[number], name)) if number >= 0 else '""'
    ).tolist()
    return texts


def _amounts(batch: Batch) -> dict[str, list[str]]:
    sales, fees = (sum(batch[name] for name in group) for group in (SALES, FEES))
    sums = {"sales": sales, "fees": fees, "taxes": batch["tax"] + batch["withheld_tax"]}
    sums["total"] = sales + fees + batch["amount"]
    sums["per_unit"] = sums["total"] // np.maximum(1, np.abs(batch["quantity"]))
    columns = {**{name: batch[name] for name in AMOUNTS}, **sums}
    return {name: cells.hundredths(np.asarray(column)).tolist() for name, column in columns.items()}
