"""The fee calculator against Amazon's US rate cards: sizes, fulfilment, referral, storage, removals."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clario.domain.detection.fees.fulfillment import acceptable_fees, band_of, fulfillment_fee
from clario.domain.detection.fees.referral import administration_fee, referral_book, referral_fee
from clario.domain.detection.fees.sizes import Package, classify, package
from clario.domain.detection.fees.stock import aged_fee, removal_fee, storage_rate
from clario.domain.detection.fees.tables import (
    Row,
    administration_table,
    fulfillment_tables,
    other_tables,
)
from clario.domain.values import MARKETPLACES
from tests.unit.detection.tabular import rows

US, UK = MARKETPLACES["ATVPDKIKX0DER"], MARKETPLACES["A1F83G8C2ARO7P"]
CARD, OTHER, BOOK = fulfillment_tables(US), other_tables(US), referral_book(US)
assert CARD is not None
assert OTHER is not None
assert BOOK is not None

BEFORE_2026, SPRING, SUMMER, PEAK = date(2025, 6, 1), date(2026, 3, 1), date(2026, 6, 1), date(2026, 11, 23)


def packed(sides: str, weight: str) -> Package:
    """Sides like 8x6x0.5 in inches; a weight like 5oz or 2.5lb."""
    amount = Decimal(weight.removesuffix("oz").removesuffix("lb"))
    pounds = amount if weight.endswith("lb") else amount / 16
    return package([Decimal(side) for side in sides.split("x")], pounds)


# sides       weight price   tier              weight used   1 March   1 June (fee + fuel)   23 November (peak + fuel)
RATES = """
8x6x0.5       5oz    19.99   small_standard    5oz      3.45     3.45+0.12     3.65+0.13
8x6x0.5       5oz    9.99    small_standard    5oz      2.56     2.56+0.09     2.76+0.10
10x8x2        12oz   25      large_standard    18.4oz   5.04     5.04+0.18     5.34+0.19
14x11x0.8     10oz   15      large_standard    14.2oz   4.60     4.60+0.16     4.89+0.17
12x9x4        2.5lb  25      large_standard    49.7oz   7.05     7.05+0.25     7.59+0.27
15x12x0.75    16oz   50.00   small_standard    16oz     3.96     3.96+0.14     4.18+0.15
15x12x0.75    16oz   50.01   small_standard    16oz     4.22     4.22+0.15     4.44+0.16
18x14x8       19lb   30      large_standard    304oz    12.09    12.09+0.42    12.63+0.44
20x12x6       5lb    40      small_bulky       165.8oz  11.35    11.35+0.40    12.39+0.43
40x20x10      30lb   120     extra_large_70    920.9oz  42.57    42.57+1.49    45.38+1.59
60x30x20      40lb   80      extra_large_150   2400oz   110.57   110.57+3.87   114.99+4.02
60x30x20      151lb  80      extra_large_over_150  2416oz  194.95  194.95+6.82  203.46+7.12
"""


@pytest.mark.parametrize("case", rows(RATES, 8), ids=lambda case: " ".join(case[:3]))
def test_the_fee_follows_size_weight_price_and_the_day_of_shipping(case):
    sides, weight, price, tier, counted, *fees = case
    for day, printed in zip([SPRING, SUMMER, PEAK], fees, strict=True):
        fee = fulfillment_fee(packed(sides, weight), Decimal(price), day, CARD)
        base, _, fuel = printed.partition("+")
        assert (fee.fee, fee.surcharge) == (Decimal(base), Decimal(fuel or 0))
        assert (fee.cell.tier, f"{round(fee.weight_oz, 1).normalize():f}oz") == (tier, counted)


def test_before_2026_there_was_no_small_bulky_tier():
    box = packed("20x12x6", "5lb")
    assert fulfillment_fee(box, Decimal(40), BEFORE_2026, CARD).total == Decimal("13.41")
    assert fulfillment_fee(box, Decimal(40), SPRING, CARD).total == Decimal("11.35")


def test_a_very_long_product_costs_more():
    assert fulfillment_fee(packed("60x30x20", "40lb"), Decimal(80), SPRING, CARD).overmax == 25
    assert fulfillment_fee(packed("97x5x5", "10lb"), Decimal(80), SPRING, CARD).overmax == 17
    assert fulfillment_fee(packed("96x5x5", "10lb"), Decimal(80), SPRING, CARD).overmax == 0
    assert fulfillment_fee(packed("97x5x5", "10lb"), Decimal(80), BEFORE_2026, CARD).overmax == 0


def test_before_the_tables_begin_no_fee_is_known():
    assert fulfillment_fee(packed("8x6x0.5", "5oz"), Decimal(20), date(2024, 4, 14), CARD) is None
    assert acceptable_fees(packed("8x6x0.5", "5oz"), Decimal(20), date(2024, 4, 14), CARD) == frozenset()


# shipped on    8x6x0.5, 5 oz, 20 dollars
SEASONS = """
2024-04-15  3.24
2024-10-14  3.24
2024-10-15  3.44   peak
2025-01-14  3.44
2025-01-15  3.24
2025-10-14  3.24
2025-10-15  3.44   peak
2026-01-14  3.44
2026-01-15  3.45   the rates of 2026
2026-04-16  3.45
2026-04-17  3.57   fuel and logistics surcharge
2026-10-14  3.57
2026-10-15  3.78   peak
2027-01-14  3.78
2027-01-15  3.57
"""


@pytest.mark.parametrize("case", rows(SEASONS, 2), ids=" ".join)
def test_the_rate_card_changes_with_the_day_of_shipping(case):
    day, total = case
    assert fulfillment_fee(packed("8x6x0.5", "5oz"), Decimal(20), date.fromisoformat(day), CARD).total == Decimal(total)


# sides         weight  2025             2026
TIERS = """
15x12x0.75      16oz    small_standard   small_standard
0.75x15x12      16oz    small_standard   small_standard   sides in any order
15x12x0.75      16.1oz  large_standard   large_standard
15.1x12x0.75    8oz     large_standard   large_standard
15x12x0.76      8oz     large_standard   large_standard
18x14x8         20lb    large_standard   large_standard
18x14x8         20.1lb  large_bulky      small_bulky
18x14x8.1       5lb     large_bulky      small_bulky
37x26x20        5lb     extra_large_150  extra_large_150  dimensional weight
37x28x1         5lb     large_bulky      small_bulky
37.1x28x1       5lb     large_bulky      large_bulky
59x33x1         5lb     large_bulky      large_bulky      length and girth 127
59x33x3         5lb     extra_large_50   extra_large_50   length and girth 131
59.1x5x5        5lb     extra_large_50   extra_large_50
20x10x10        51lb    extra_large_70   extra_large_70
20x10x10        71lb    extra_large_150  extra_large_150
20x10x10        151lb   extra_large_over_150  extra_large_over_150
"""


@pytest.mark.parametrize("case", rows(TIERS, 4), ids=" ".join)
def test_the_first_tier_whose_limits_it_keeps_is_its_tier(case):
    sides, weight, before, now = case
    tiers = [classify(packed(sides, weight), day, CARD).tier.tier for day in (BEFORE_2026, SPRING)]
    assert tiers == [before, now]


def test_thin_bulky_products_count_as_two_inches_high_and_wide():
    assert round(classify(packed("37x28x1", "5lb"), SPRING, CARD).weight_oz, 2) == round(
        Decimal(37 * 28 * 2 * 16) / 139, 2
    )


ACCEPTABLE = {
    "a price in the middle of its band": ("8x6x0.5", "5oz", "20", SPRING, {"3.45"}),
    "within a dollar of ten": ("8x6x0.5", "5oz", "9.50", SPRING, {"2.56", "3.45"}),
    "within a dollar of fifty": ("8x6x0.5", "5oz", "50.50", SPRING, {"3.45", "3.71"}),
    "the surcharge in a line of its own": ("8x6x0.5", "5oz", "20", SUMMER, {"3.45", "3.57"}),
    "large standard by unit weight alone": ("10x8x2", "12oz", "25", SPRING, {"5.04", "4.20"}),
    "small bulky by the narrower limits": ("30x26x2", "5lb", "25", SPRING, {"11.73", "13.53"}),
    "very long, with and without the extra": ("97x5x5", "10lb", "80", SPRING, {"32.79", "49.79"}),
}


@pytest.mark.parametrize(("sides", "weight", "price", "day", "fees"), ACCEPTABLE.values(), ids=ACCEPTABLE.keys())
def test_every_printed_reading_of_the_rules_is_acceptable(sides, weight, price, day, fees):
    assert acceptable_fees(packed(sides, weight), Decimal(price), day, CARD) == {Decimal(fee) for fee in fees}


INCHES = st.decimals("0.1", "110", places=2)


@given(st.tuples(INCHES, INCHES, INCHES), st.decimals("0.1", "200", places=2), st.dates(date(2024, 4, 15)))
def test_every_package_has_a_fee_and_it_is_acceptable(sides, pounds, day):
    box = package(sides, pounds)
    assert fulfillment_fee(box, Decimal(20), day, CARD).total in acceptable_fees(box, Decimal(20), day, CARD)


def test_the_peak_surcharge_is_the_same_amount_in_both_rate_cards():
    """Amazon raised rates in between, but not the surcharge: a wrong cell would stand out."""

    def surcharges(year: str) -> dict[tuple[str, int | None], Decimal]:
        cells = {(r.table, r.tier, r.up_to_oz): r for r in CARD.rates}
        return {
            (tier, weight): cells[f"{year}_peak", tier, weight].from_10_to_50 - row.from_10_to_50
            for (table, tier, weight), row in cells.items()
            if table == f"{year}_base"
        }

    then, now = surcharges("2024"), surcharges("2026")
    assert then == {cell: now[cell] for cell in then}
    assert now["small_bulky", 800] == now["large_bulky", 800]


def test_a_price_band_costs_the_same_more_in_every_row_of_a_card():
    for row in CARD.rates:
        assert row.under_10 < row.from_10_to_50 <= row.over_50
        if row.table == "2024_base":
            assert row.from_10_to_50 - row.under_10 == Decimal("0.77")


def test_the_periods_follow_one_another_without_gap():
    for before, after in pairwise(CARD.periods):
        assert before.valid_to + timedelta(days=1) == after.valid_from
    assert CARD.periods[-1].valid_to is None


def test_every_tier_of_a_day_has_rates_in_that_days_table():
    for period in CARD.periods:
        tiers = {row.tier for row in CARD.size_tiers if row.holds(period.valid_from)}
        assert tiers == {row.tier for row in CARD.rates if row.table == period.table}


def test_every_fee_row_says_where_it_was_read_and_how_sure_that_is():
    for tables in (CARD, OTHER):
        for name in type(tables).model_fields:
            for row in () if name == "sources" else getattr(tables, name):
                assert isinstance(row, Row)
                assert row.grade in ("A", "B", "C")
                assert row.source in tables.sources
    assert all(row.source and row.grade in ("A", "B", "C") for row in administration_table().rows)


def test_other_marketplaces_have_no_table():
    assert fulfillment_tables(UK) is None
    assert other_tables(UK) is None
    assert referral_book(UK) is None


def test_the_band_edges_are_in_the_middle_band():
    bands = [band_of(Decimal(price)) for price in ("9.99", "10", "50", "50.01")]
    assert bands == ["under_10", "from_10_to_50", "from_10_to_50", "over_50"]


# -- referral ----------------------------------------------------------------------------------------------------------

REFERRAL = """
everything_else          19.99   3.00
everything_else           1.00   0.30   the least
electronics             100.00   8.00
clothing                 15.00   0.75
clothing                 20.00   2.00
clothing                 20.01   3.40   of the whole price
baby_beauty_health       10.00   0.80
baby_beauty_health       10.01   1.50
grocery                  15.00   1.20
furniture               200.00  30.00
furniture               250.00  35.00   portions
electronics_accessories 150.00  19.00
jewelry                 300.00  52.50
watches                2000.00 255.00
compact_appliances      400.00  53.00
fine_art               6000.00 605.00
lawn_and_snow           501.00  40.08
amazon_device_accessories 20.00  9.00
"""


@pytest.mark.parametrize("case", rows(REFERRAL, 3), ids=" ".join)
def test_the_referral_fee_is_the_categorys_share_of_the_price(case):
    category, price, fee = case
    (rule,) = [row for row in BOOK.rules(SPRING) if row.category == category]
    assert referral_fee(rule, Decimal(price)) == Decimal(fee)


def test_no_referral_rule_is_known_before_the_table_begins():
    assert BOOK.rules(date(2024, 1, 14)) == []


# refunded   where   kept
KEPT = """
3.00         US      0.60
40           US      5.00
51.75        NL      5.00     the example of Amazon's page
8.55         NL      1.71
40           GB      5.00
96           AE      15.00
40           CA      8.00     no limit is known
"""


@pytest.mark.parametrize("case", rows(KEPT, 3), ids=" ".join)
def test_amazon_keeps_a_fifth_of_a_refunded_referral_fee(case):
    refunded, country, kept = case
    (place,) = [marketplace for marketplace in MARKETPLACES.values() if marketplace.country == country]
    assert administration_fee(Decimal(refunded), place, SPRING) == Decimal(kept)


# -- storage, old stock, removals --------------------------------------------------------------------------------------

STORAGE = """
2024-03-01  standard  0.87
2024-04-01  standard  0.78
2026-09-01  standard  0.78
2026-10-01  standard  2.40
2026-12-01  standard  2.40
2026-09-01  bulky     0.56
2026-10-01  bulky     1.40
"""


@pytest.mark.parametrize("case", rows(STORAGE, 3), ids=" ".join)
def test_storage_costs_by_size_and_season(case):
    month, size, rate = case
    assert storage_rate(date.fromisoformat(month), size, False, OTHER) == Decimal(rate)


def test_the_rate_of_dangerous_goods_is_not_known():
    assert storage_rate(date(2026, 9, 1), "standard", True, OTHER) is None


# charged on   age   cubic feet  units  fee
AGED = """
2026-03-15     180   1           2      0
2026-03-15     181   1           2      1.00
2026-03-15     365   1           2      8.40
2026-03-15     366   1           2      13.80
2026-03-15     366   0.01        2      0.60    at least 0.30 a unit
2026-01-15     366   0.01        2      0.30    0.15 until then
2026-03-15     456   1           2      15.80
2026-03-15     456   0.01        2      0.70
2026-01-15     900   1           2      13.80
"""


@pytest.mark.parametrize("case", rows(AGED, 5), ids=" ".join)
def test_old_stock_costs_by_age(case):
    day, age, feet, units, fee = case
    assert aged_fee(date.fromisoformat(day), int(age), Decimal(feet), int(units), OTHER) == Decimal(fee)


def test_no_surcharge_is_known_before_the_table_begins():
    assert aged_fee(date(2023, 12, 31), 400, Decimal(1), 1, OTHER) is None


# size       ounces  fee
REMOVALS = """
standard     8       1.04
standard     16      1.53
standard     32      2.27
standard     33      3.95
standard     48      3.95
standard     49      5.01
bulky        16      3.12
"""


@pytest.mark.parametrize("case", rows(REMOVALS, 3), ids=" ".join)
def test_a_removal_costs_by_weight(case):
    size, ounces, fee = case
    assert removal_fee(SPRING, size, Decimal(ounces), OTHER) == Decimal(fee)


def test_the_removal_fee_of_heavy_bulky_goods_is_not_known():
    assert removal_fee(SPRING, "bulky", Decimal(17), OTHER) is None
