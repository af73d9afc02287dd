"""Fees by the rules, against values worked out by hand from the published tables."""

from datetime import date

import numpy as np
import pytest

from local_amazon.world import fees
from local_amazon.world.calendar import number
from local_amazon.world.sizes import Size

SMALL = Size(8000, 6000, 500, 312)
DAYS = (date(2026, 3, 1), date(2026, 6, 1), date(2026, 11, 23))


@pytest.mark.parametrize(
    ("size", "price", "tier", "expected"),
    [
        (SMALL, 1999, "Small standard-size", (345, 357, 378)),
        (SMALL, 999, "Small standard-size", (256, 265, 286)),
        (Size(10_000, 8000, 2000, 750), 2500, "Large standard-size", (504, 522, 553)),
        (Size(14_000, 11_000, 800, 625), 1500, "Large standard-size", (460, 476, 506)),
        (Size(12_000, 9000, 4000, 2500), 2500, "Large standard-size", (705, 730, 786)),
        (Size(15_000, 12_000, 750, 1000), 5000, "Small standard-size", (396, 410, 433)),
        (Size(15_000, 12_000, 750, 1000), 5001, "Small standard-size", (422, 437, 460)),
        (Size(18_000, 14_000, 8000, 19_000), 3000, "Large standard-size", (1209, 1251, 1307)),
        (Size(20_000, 12_000, 6000, 5000), 4000, "Small bulky", (1135, 1175, 1282)),
        (Size(40_000, 20_000, 10_000, 30_000), 12_000, "Extra-large 50 to 70 lb", (4257, 4406, 4697)),
        (Size(60_000, 30_000, 20_000, 40_000), 8000, "Extra-large 70 to 150 lb", (11_057, 11_444, 11_901)),
    ],
)
def test_fulfilment_fees_follow_the_tables_in_force_on_the_day(
    size: Size, price: int, tier: str, expected: tuple[int, ...]
) -> None:
    assert fees.tier(size, number(DAYS[0])) == tier
    assert tuple(fees.fulfilment(size, price, number(day)) for day in DAYS) == expected


def test_there_was_no_small_bulky_tier_before_2026() -> None:
    size = Size(20_000, 12_000, 6000, 5000)
    assert fees.tier(size, number(date(2026, 1, 14))) == "Large bulky"
    assert fees.fulfilment(size, 4000, number(date(2025, 9, 1))) == 961 + 38 * 10


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2025, 10, 14), 333), (date(2025, 10, 15), 353), (date(2026, 1, 14), 353), (date(2026, 1, 15), 354)],
)
def test_a_table_begins_and_ends_on_its_day(day: date, expected: int) -> None:
    assert fees.fulfilment(Size(8000, 6000, 500, 500), 1999, number(day)) == expected


def test_the_peak_surcharge_of_every_standard_cell_is_the_same_in_all_years() -> None:
    def surcharges(base: date, peak: date, price: int) -> list[int]:
        sizes = [Size(8000, 6000, 500, ounces * 1000 // 16) for ounces in range(2, 17, 2)]
        return [fees.fulfilment(s, price, number(peak)) - fees.fulfilment(s, price, number(base)) for s in sizes]

    old = surcharges(date(2025, 10, 14), date(2025, 10, 15), 1999)
    assert old == [19, 19, 20, 20, 21, 21, 22, 22]
    new = surcharges(date(2026, 10, 14), date(2026, 10, 15), 1999)  # with 3.5 % fuel surcharge on top, rounded
    assert all(abs(after - before * 1.035) <= 1 for before, after in zip(old, new, strict=True))


@pytest.mark.parametrize(
    ("category", "paid", "expected"),
    [
        ("Home & Kitchen", 1999, 300), ("Home & Kitchen", 100, 30), ("Beauty", 1000, 80), ("Beauty", 1001, 150),
        ("Grocery", 1500, 120), ("Furniture", 20_000, 3000), ("Furniture", 30_000, 4000), ("Jewelry", 30_000, 5250),
    ],
)  # fmt: skip
def test_referral_fees_follow_the_category(category: str, paid: int, expected: int) -> None:
    assert fees.referral(category, paid) == expected


def test_other_currencies_take_the_same_tables_times_their_parity() -> None:
    assert fees.referral("Beauty", 1400, 1.5) == 112
    assert fees.fulfilment(SMALL, 1400, number(DAYS[0]), 1.5) == round(256 * 1.5)


def test_amazon_keeps_a_fifth_of_a_refunded_commission_and_five_dollars_at_most() -> None:
    assert [fees.administration(cents) for cents in (300, 2500, 9000)] == [60, 500, 500]


def test_storage_costs_more_in_the_last_quarter() -> None:
    assert [fees.storage_rate(month, "Small standard-size") for month in (202609, 202610)] == [780, 2400]
    assert fees.storage_rate(202612, "Large bulky") == 1400


@pytest.mark.parametrize(
    ("age", "day", "expected"),
    [
        (180, date(2026, 3, 1), None),
        (181, date(2026, 3, 1), ("181-210 days", 50, 0)),
        (365, date(2026, 3, 1), ("331-365 days", 420, 0)),
        (400, date(2026, 1, 15), ("365+ days", 690, 15)),
        (400, date(2026, 1, 16), ("366-455 days", 690, 30)),
        (456, date(2026, 1, 16), ("456+ days", 790, 35)),
    ],
)
def test_aged_stock_pays_by_its_age(age: int, day: date, expected: tuple[str, int, int] | None) -> None:
    assert fees.aged_rate(age, number(day)) == expected


def test_many_referral_fees_are_the_same_as_one_by_one() -> None:
    names = fees.categories()
    paid = np.arange(100, 40_000, 997)
    for code, name in enumerate(names):
        together = fees.referrals(np.full(len(paid), code), paid, 1.0).tolist()
        assert together == [fees.referral(name, int(each)) for each in paid]
