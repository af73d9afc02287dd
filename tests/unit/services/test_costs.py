"""Product costs: good rows are taken, bad ones answered with their row and reason."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.services.costs import RejectedCost, put_costs_csv

HEADER = "sku,unitCost,currency,validFrom\n"


@pytest.fixture
def database(database_url: str) -> Any:
    opened = PostgresDatabase(database_url)
    yield opened
    opened.close()


def test_good_rows_are_kept_and_bad_ones_named(database: PostgresDatabase) -> None:
    text = HEADER + "A,1.50,USD,2025-01-01\n,1,USD,2025-01-01\nB,x,USD,2025-01-01\nC,1,usd,2025-01-01\nD,1,USD,1/1/25\n"
    taken = put_costs_csv("anna", text, database=database)
    assert taken.accepted == 1
    assert taken.rejected == [
        RejectedCost(2, "sku is empty"),
        RejectedCost(3, "unitCost is not an amount of zero or more: x"),
        RejectedCost(4, "currency is not an ISO 4217 code like USD: usd"),
        RejectedCost(5, "validFrom is not a date like 2025-03-31: 1/1/25"),
    ]
    with database.transaction("anna") as work:
        [cost] = work.costs.all()
    assert (cost.sku, cost.unit_cost, cost.currency, cost.valid_from) == ("A", Decimal("1.5"), "USD", date(2025, 1, 1))


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e12", ""])
def test_what_is_no_cost_is_rejected(database: PostgresDatabase, amount: str) -> None:
    taken = put_costs_csv("anna", f"{HEADER}A,{amount},USD,2025-01-01\n", database=database)
    assert (taken.accepted, len(taken.rejected)) == (0, 1)


def test_the_same_day_again_replaces_and_a_later_day_adds(database: PostgresDatabase) -> None:
    put_costs_csv("anna", HEADER + "A,1,USD,2025-01-01\n", database=database)
    put_costs_csv("anna", "\ufeff" + HEADER + "A,2,USD,2025-01-01\nA,3,USD,2026-01-01\n", database=database)
    with database.transaction("anna") as work:
        assert [cost.unit_cost for cost in work.costs.all()] == [2, 3]


def test_a_file_without_our_columns_takes_nothing(database: PostgresDatabase) -> None:
    taken = put_costs_csv("anna", "a,b\n1,2\n", database=database)
    assert (taken.accepted, len(taken.rejected)) == (0, 1)
