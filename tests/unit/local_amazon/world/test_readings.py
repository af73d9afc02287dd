"""The reports support the truth: an independent reading of them finds exactly what happened."""

from collections import defaultdict
from datetime import date, timedelta

import pytest

from local_amazon.world.truth import asof_truth
from local_amazon.world.world import seconds
from tests.unit.local_amazon.world import oracle
from tests.unit.local_amazon.world.worlds import NOW, lines, rows, world


@pytest.mark.parametrize("days", [-300, -41, -7, 0, 15])
@pytest.mark.parametrize("settings", [{}, {"seed": 11}, {"seed": 23, "stress": 8.0, "size": 10_000}, {"profile": "na"}])
def test_netting_the_reports_gives_exactly_the_truth(settings: dict[str, object], days: int) -> None:
    built, now = world(**settings), NOW + timedelta(days=days)
    expected: dict[tuple[str, str, str, date], int] = defaultdict(int)
    for each in asof_truth(built, now):
        family = each["type"].removesuffix("_warehouse")
        if family in ("lost", "damaged") and (each["disposition"] != "DEFECTIVE" or each["reason_code"] == "K"):
            if not each["reason_code"]:
                continue  # a decoy: no such row
            anchor = date.fromisoformat(each["anchor_date"])
            expected[family, each["fnsku"], each["reason_code"], anchor] += each["open_quantity"]
    assert oracle.claims(built, seconds(now)) == expected


def test_amazons_unreconciled_column_alone_would_claim_settled_units() -> None:
    built = world(size=60_000)
    open_by_column: dict[int, int] = {}
    for row in lines(rows(built, "ledger", seconds(NOW))):
        open_by_column[row["reference"]] = row["unreconciled"]
    settled = [
        each
        for each in built.truth.discrepancies
        if each.type in ("lost_warehouse", "damaged_warehouse")
        and each.visible <= seconds(NOW)
        and each.open_units(seconds(NOW)) == 0
        and open_by_column.get(each.reference, 0) > 0
    ]
    assert {name for each in settled for name in each.confounders} >= {"K02", "K03"}
