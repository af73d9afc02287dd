"""What Amazon's fees are by the rules: sizes, tiers, tables in force on a day. All numbers are in data/fees.json.

Amounts are cents. A marketplace other than the United States takes the same tables times its `parity`, thresholds
included: a stand-in, since no table of those stores is configured.
"""

import json
from bisect import bisect_left
from datetime import date
from functools import cache
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from local_amazon.world.schema import TIERS
from local_amazon.world.sizes import Size

EPOCH = date(1970, 1, 1)
SLACK = 1e-9
Cents = npt.NDArray[np.int64]


@cache
def _data() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((Path(__file__).parent / "data" / "fees.json").read_text(encoding="utf-8"))
    return loaded


def day_number(text: str) -> int:
    """An ISO date as days since 1970."""
    return (date.fromisoformat(text) - EPOCH).days


def categories() -> list[str]:
    """The product categories that referral rates are known for."""
    return [row["category"] for row in _data()["referral"]["rows"]]


@cache
def change_days() -> list[int]:
    """The days on which some fulfilment fee changes."""
    days = {day_number(row["from"]) for row in _data()["fulfilment"]}
    days |= {day_number(row["to"]) + 1 for row in _data()["fulfilment"] if row["to"]}
    return sorted(days | {day_number(_data()["fuel_surcharge"]["from"])})


@cache
def tier(size: Size, day: int) -> str:
    """The size tier on a day."""
    rules = _data()["tiers"]
    longest, median, shortest = (side / 1000 for side in (size.longest, size.median, size.shortest))
    for name, most_longest, most_median, most_shortest, most_girth, most_weight in rules["rows"]:
        if name == "Small bulky" and day < day_number(rules["small_bulky_from"]):
            continue
        fits = longest <= most_longest and median <= most_median and shortest <= most_shortest
        fits = fits and (most_girth is None or longest + 2 * (median + shortest) <= most_girth)
        if fits and billed_weight(size, name) <= most_weight + SLACK:
            return str(name)
    pounds = billed_weight(size, TIERS[4])
    if size.weight > 150_000:
        return TIERS[7]
    return TIERS[4] if pounds <= 50 else TIERS[5] if pounds <= 70 else TIERS[6]


def billed_weight(size: Size, tier: str) -> float:
    """Pounds: the unit's own weight in the smallest tier, else the greater of it and the dimensional weight."""
    if tier in (TIERS[0], TIERS[7]):
        return size.weight / 1000
    least = 2000 if tier not in TIERS[:2] else 0
    volume = size.longest * max(size.median, least) * max(size.shortest, least) / 1e9
    dimensional = volume / float(_data()["tiers"]["dim_divisor"])
    return max(size.weight / 1000, min(dimensional, 150.0) if tier == TIERS[6] else float(dimensional))


@cache
def fulfilment(size: Size, price: int, day: int, parity: float = 1.0) -> int:
    """The fulfilment fee of a unit shipped on a day, the fuel surcharge included."""
    table = next(row for row in reversed(_data()["fulfilment"]) if _in_force(row, day))
    dollars = _in_dollars(table, tier(size, day), size, _band(price / parity))
    surcharge = _data()["fuel_surcharge"]
    if day >= day_number(surcharge["from"]):
        dollars += _half_up(dollars * surcharge["share"])
    return _half_up(dollars * parity)


def _in_force(row: dict[str, Any], day: int) -> bool:
    earliest = row is _data()["fulfilment"][0]
    return (earliest or day_number(row["from"]) <= day) and (row["to"] is None or day <= day_number(row["to"]))


def _band(cents: float) -> int:
    bands = _data()["price_bands_cents"]
    return 0 if cents < bands["below"] else 1 if cents <= bands["up_to"] else 2


def _in_dollars(table: dict[str, Any], name: str, size: Size, band: int) -> int:
    limits, pounds = _data()["weights_oz"], billed_weight(size, name)
    if name == TIERS[0]:
        return int(table["small"][band][bisect_left(limits["small"], pounds * 16 - SLACK)])
    if name == TIERS[1] and pounds <= 3 + SLACK:
        return int(table["large"][band][bisect_left(limits["large"], pounds * 16 - SLACK)])
    if name == TIERS[1]:
        return int(table["large_over_3_lb"][band] + 8 * ceil((pounds - 3) * 4 - SLACK))
    row = next(each for each in table["bulky"] if each["tier"] == name)
    started = max(0, ceil(pounds - row["above_lb"] - SLACK))
    return int(row["cents"][band] + row["per_lb"] * started)


def _half_up(cents: float) -> int:
    return int(cents + 0.5 + SLACK)


def referrals(category: npt.NDArray[np.int64], base: Cents, parity: float) -> Cents:
    """The referral fee of many items: category codes, what each customer paid without tax."""
    rows, least = _data()["referral"]["rows"], _data()["referral"]["least_cents"]
    fee = np.zeros(len(base))
    for code, row in enumerate(rows):
        chosen = category == code
        paid = base[chosen] / parity
        part = paid * row["rate"]
        if "up_to" in row:
            part = np.where(paid <= row["up_to"][0], paid * row["up_to"][1], part)
        if "above" in row:
            limit, rest = row["above"]
            part = np.where(paid > limit, limit * row["rate"] + (paid - limit) * rest, part)
        fee[chosen] = np.maximum(part, least)
    charged: Cents = np.floor(fee * parity + 0.5 + SLACK).astype(np.int64)
    return charged


def referral(category: str, base: int, parity: float = 1.0) -> int:
    """The referral fee of one item."""
    code = np.array([categories().index(category)], np.int64)
    return int(referrals(code, np.array([base], np.int64), parity)[0])


def administration(commission: int) -> int:
    """What Amazon keeps of a refunded commission."""
    rule = _data()["administration"]
    return min(int(rule["most_cents"]), _half_up(commission * rule["share"]))


def storage_rate(month: int, tier: str, parity: float = 1.0) -> int:
    """Thousandths of the currency a cubic foot and month."""
    first = f"{month // 100}-{month % 100:02d}-01"
    row = next((each for each in _data()["storage"] if each["from"] <= first), _data()["storage"][-1])
    cents = row["standard" if tier in TIERS[:2] else "oversize"][1 if month % 100 >= 10 else 0]
    return _half_up(cents * 10 * parity)


def aged_rate(age: int, day: int) -> tuple[str, int, int] | None:
    """The tier's name, cents a cubic foot, and the least cents a unit, of stock that old; None below 181 days."""
    rules, split = _data()["aged"], day >= day_number(_data()["aged"]["oldest_from"])
    low, middle, high = rules["least_per_unit"]
    for first, last, cents in rules["rows"]:
        if first <= age and (last is None or age <= last):
            if first < 366:
                return f"{first}-{last} days", cents, 0
            if not split:
                return "365+ days", 690, low
            return ("366-455 days", cents, middle) if last else ("456+ days", cents, high)
    return None


def removal_fee(size: Size, tier: str, parity: float = 1.0) -> int:
    """The fee of removing one unit."""
    rules, pounds = _data()["removal"], size.weight / 1000
    kind = "standard" if tier in TIERS[:2] else "bulky"
    for most, cents in rules[kind]:
        if pounds <= most:
            return _half_up(cents * parity)
    base, each, above = rules[f"{kind}_over"]
    return _half_up((base + each * ceil(pounds - above)) * parity)


def subscription() -> int:
    """The monthly fee of a professional account, US cents."""
    return int(_data()["subscription_cents"])
