"""Fees for keeping stock: a month's storage, and the surcharge on old stock.

For review only: the reports round averages over days and centres, and discounts and surcharges depend on the whole
account. Formula and rates: https://sellercentral.amazon.com/help/hub/reference/GJ9NNG7RK4TU6E3Z.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection.claims.findings import Case, Finding
from clario.domain.detection.fees.stock import aged_fee, storage_rate
from clario.domain.detection.fees.tables import OtherTables, other_tables
from clario.domain.detection.money.duplicate_charges import fee_name
from clario.domain.detection.policy import tolerance
from clario.domain.detection.rows.charges import name_key
from clario.domain.detection.rows.coverage import BALANCES, LEDGER, gaps
from clario.domain.detection.rows.facts import ComponentFacts, Names
from clario.domain.detection.rows.measurements import HARMLESS, INCHES, place_id
from clario.domain.detection.rows.money_rows import AgedRow, MoneyRow, StorageRow
from clario.domain.detection.units.balances import next_month, stock_of_days
from clario.domain.values import MARKETPLACES, ONE_DAY, DayRange, Marketplace

NOTHING = Decimal(0)
CUBIC_INCHES = Decimal(1728)  # in a cubic foot
CUBIC_FEET = {"cubicfeet": Decimal(1), "cubicfoot": Decimal(1), "cubicinches": 1 / CUBIC_INCHES}
CUBIC_FEET["cubiccentimeters"] = 1 / Decimal("28316.846592")
BILLED_FROM = 7
"""Storage is charged from that day of the next month on."""
BILLS = {
    "fbastoragefee": "storage",
    "fbastoragebilling": "storage",
    "fbalongtermstoragefee": "aged",
    "fbalongtermstoragebilling": "aged",
}
"""How the bills for stock are spelled in transactions."""
BILLED_WITHIN = timedelta(days=24)
THOUSANDTH = Decimal("0.0005")
"""Volumes are rounded to the third place."""
ROUNDED = Decimal("1.02")  # averages and ages may be off by so much: our choice
DAYS_OFF = 2
SPLIT_HAIRS = Decimal("0.005")


def marketplace_of(country: str, case: Case) -> Marketplace:
    """The marketplace of a country; the account's own where the row names none we know."""
    found = (place for place in MARKETPLACES.values() if place.country == country)
    return next(found, case.account.marketplace)


def bill_days(money: Iterable[MoneyRow]) -> Mapping[tuple[str, str], tuple[date, ...]]:
    """By kind of bill and marketplace, the days on which stock was billed, in order. Where a line names no marketplace
    its currency does."""
    days: defaultdict[tuple[str, str], set[date]] = defaultdict(set)
    for row in money:
        if row.kind == "ServiceFee" and row.amount < 0 and (bill := BILLS.get(fee_name(row))):
            days[bill, place_id(row.marketplace_id, row.currency)].add(row.posted_on)
    return {key: tuple(sorted(found)) for key, found in days.items()}


def _billed(case: Case, bill: str, place: Marketplace, since: date, else_on: date) -> date:
    """The day of the first such bill from a day on; the other day where none follows soon."""
    days = case.account.bill_days.get((bill, place.id), ())
    return next((day for day in days if since <= day <= since + BILLED_WITHIN), else_on)


# -- a month's storage -------------------------------------------------------------------------------------------------


class Storage(NamedTuple):
    """An item's storage in one month: what was billed, and what its own numbers give."""

    rows: tuple[StorageRow, ...]
    billed: Decimal
    expected: Decimal
    causes: tuple[str, ...]


def storage_fee_overcharge(case: Case) -> Iterator[Finding]:
    """A month of an item that was billed above rate times volume times stock."""
    groups: defaultdict[tuple[str, date, str], list[StorageRow]] = defaultdict(list)
    for row in case.facts.storage:
        groups[row.fnsku, row.month, row.country].append(row)
    for (_, month, country), rows in groups.items():
        place = marketplace_of(country, case)
        tables = other_tables(place)
        stored = _stored(case, rows, tables) if tables else None
        if stored and stored.causes:
            small = tolerance("storage_fee", stored.expected, rows[0].currency, month)
            if stored.billed - stored.expected > small:
                yield _storage_finding(case, stored, place)


def _stored(case: Case, rows: Sequence[StorageRow], tables: OtherTables) -> Storage | None:
    parts = [_expected(row, tables) for row in rows]
    known = [part for part in parts if part is not None]
    if len(known) < len(rows):
        return None
    billed = sum(((row.fee or NOTHING) - abs(row.incentive or NOTHING) for row in rows), NOTHING)
    expected = sum((part[0] for part in known), NOTHING)
    causes = {cause for part in known for cause in part[1]}
    average = sum((row.average_units for row in rows), NOTHING)
    most = _most_units(case, rows[0])
    if most is not None and average > most * ROUNDED:
        expected, causes = expected * most / average, causes | {"more units than there were"}
    return Storage(tuple(rows), billed, expected, tuple(sorted(causes)))


def _expected(row: StorageRow, tables: OtherTables) -> tuple[Decimal, list[str]] | None:
    """A row's fee by its own stock, the smaller of its volumes and the table's rate; and what differs from the bill."""
    volume = _volume(row.item_volume, row.volume_unit)
    base = storage_rate(row.month, size_of(row.size_tier), False, tables)
    if row.fee is None or volume is None or base is None or name_key(row.dangerous_goods) not in HARMLESS:
        return None
    measured = _measured_volume(row)
    rate = _right_rate(row, base, tables)
    causes = []
    if measured is not None and volume > measured * ROUNDED:
        volume = measured
        causes.append("volume above the measured one")
    if row.rate is not None and row.rate - rate > SPLIT_HAIRS:
        causes.append("rate above the table")
    # Whether units that wait for their removal are among those on hand is not printed: perhaps they come on top.
    fee = volume * (row.average_units + row.average_pending_removal) * rate
    if row.rate is not None and row.fee - fee * row.rate / rate > SPLIT_HAIRS:
        causes.append("fee above rate times volume")
    return fee, causes


def _right_rate(row: StorageRow, base: Decimal, tables: OtherTables) -> Decimal:
    """The base rate with the surcharge the row names, or one of those the table knows that explains the rate."""
    if row.surcharge_rate is not None:
        return base + row.surcharge_rate
    surcharges = [each.rate for each in tables.storage_utilization if each.size == size_of(row.size_tier)]
    explained = (base + more for more in surcharges if row.rate and abs(base + more - row.rate) <= SPLIT_HAIRS)
    return next(explained, base)


def _measured_volume(row: StorageRow) -> Decimal | None:
    inches = INCHES.get(row.length_unit.lower())
    if row.sides is None or inches is None:
        return None
    longest, median, shortest = (side * inches for side in row.sides)
    return longest * median * shortest / CUBIC_INCHES


def size_of(tier: str) -> str:
    """The coarse size of Amazon's name of a size tier."""
    return "standard" if "standard" in tier.lower() else "bulky"


def _volume(volume: Decimal | None, unit: str) -> Decimal | None:
    """In cubic feet."""
    feet = CUBIC_FEET.get(name_key(unit))
    return None if volume is None or feet is None else volume * feet


def _most_units(case: Case, row: StorageRow) -> int | None:
    """The most units the ledger knew of on any day of the month; None where its days are not all there."""
    last = next_month(row.month) - ONE_DAY
    days = DayRange(row.month, last)
    if gaps(case.account.coverage[BALANCES], days) or gaps(case.account.coverage[LEDGER], days):
        return None
    return max(stock_of_days(case.facts, row.fnsku, last))


def _storage_finding(case: Case, stored: Storage, place: Marketplace) -> Finding:
    first = stored.rows[0]
    after = next_month(first.month)
    return Finding(
        anomaly_type=AnomalyType.STORAGE_FEE_OVERCHARGE,
        tier=Tier.REVIEW,
        proof="billing_rule",
        marketplace=place,
        names=Names(first.asin, first.fnsku, ""),
        subject=f"{first.fnsku}/{first.month:%Y-%m}/{first.country}",
        anchor=_billed(case, "storage", place, after, after.replace(day=BILLED_FROM)),
        identity=first.month,
        units=max(1, int(sum((row.average_units for row in stored.rows), NOTHING))),
        wrong=stored.billed - stored.expected,
        currency=first.currency,
        rows=stored.rows,
        why={"billed": str(stored.billed), "expected": str(round(stored.expected, 4)), "causes": list(stored.causes)},
    )


# -- old stock ---------------------------------------------------------------------------------------------------------


def aged_inventory_overcharge(case: Case) -> Iterator[Finding]:
    """A surcharge above rate times volume, on exempt products, or on more old units than there can be."""
    for row in case.facts.aged:
        place, ages = marketplace_of(row.country, case), _ages(row.age_tier)
        tables, volume = other_tables(place), _volume(row.unit_volume, row.volume_unit)
        if tables is None or ages is None or not volume:
            continue
        units = min(row.units, _old_units(case, row, ages))
        known = aged_fee(row.charged_on, max(ages[0], 1), volume, units, tables)
        if known is None:
            continue
        expected = NOTHING if _is_exempt(case.facts, row, ages, tables) else known
        most = expected * (volume + THOUSANDTH) / volume
        if row.amount - most > tolerance("aged_fee", most, row.currency, row.charged_on):
            yield _aged_finding(case, row, place, expected, units)


def _ages(tier: str) -> tuple[int, int | None] | None:
    """The days of "181-210 days" or "365+ days"; above a year begins on day 366."""
    numbers = [int(number) for number in re.findall(r"\d+", tier)]
    if not numbers:
        return None
    if len(numbers) == 1:
        return max(numbers[0], 366), None
    return numbers[0], numbers[1]


def _old_units(case: Case, row: AgedRow, ages: tuple[int, int | None]) -> int:
    """How many units of that age there can be, oldest out first: what was there, less what was received since, less
    what was charged as older still. Where the ledger's days are not all there, as many as were charged."""
    coverage, days = case.account.coverage, ages[0] - 1 - DAYS_OFF
    if gaps(coverage[LEDGER], DayRange(row.charged_on - timedelta(days=days), row.charged_on)):
        return row.units
    if gaps(coverage[BALANCES], DayRange(row.charged_on, row.charged_on)):
        return row.units
    there = int(_older(case.facts, row, days) * ROUNDED)
    return max(0, there - _charged_as_older(case.facts, row, ages[0]))


def _charged_as_older(facts: ComponentFacts, row: AgedRow, first: int) -> int:
    snapshot = (row.fnsku, row.charged_on, row.country)
    others = [each for each in facts.aged if (each.fnsku, each.charged_on, each.country) == snapshot]
    return sum(each.units for each in others if (_ages(each.age_tier) or (0, None))[0] > first)


def _older(facts: ComponentFacts, row: AgedRow, days: int) -> int:
    """The units that were there longer than that."""
    since = row.charged_on - timedelta(days=days)
    received = sum(
        max(entry.quantity, 0)
        for entry in facts.events("Receipts")
        if entry.fnsku == row.fnsku and since < entry.occurred_on <= row.charged_on
    )
    # At what hour the stock is counted is not known: before that day's movements, or after.
    there = max(stock_of_days(facts, row.fnsku, row.charged_on)[-2:])
    return max(0, there - received)


def _is_exempt(facts: ComponentFacts, row: AgedRow, ages: tuple[int, int | None], tables: OtherTables) -> bool:
    groups: Mapping[str, str] = {preview.sku: name_key(preview.product_group) for preview in facts.previews}
    group = groups.get(row.sku, "")
    return any(
        each.word in group and ages[1] is not None and ages[1] <= each.up_to_days
        for each in tables.aged_inventory_exempt
    )


def _aged_finding(case: Case, row: AgedRow, place: Marketplace, expected: Decimal, units: int) -> Finding:
    return Finding(
        anomaly_type=AnomalyType.AGED_INVENTORY_OVERCHARGE,
        tier=Tier.REVIEW,
        proof="network_age" if units < row.units else "billing_rule",
        marketplace=place,
        names=Names(row.asin, row.fnsku, row.sku),
        subject=f"{row.fnsku}/{row.charged_on}/{row.age_tier}",
        anchor=_billed(case, "aged", place, row.charged_on, row.charged_on),
        identity=row.charged_on,
        units=max(1, row.units),
        wrong=row.amount - expected,
        currency=row.currency,
        rows=(row,),
        why={"billed": str(row.amount), "expected": str(expected), "unitsOfThatAge": units},
    )
