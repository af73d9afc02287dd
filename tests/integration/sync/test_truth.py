"""What is claimed is what is owed: the claims of a whole sync against what happened in the synthetic seller's world.

The world has everything in it that can go wrong and every confounder; of its discrepancies the ones are compared that
today's rules look for.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

from clario.domain.claims import Tier
from tests.integration.sync.conftest import opened

SEEDS = (7, 8, 9, 10, 11)
KNOWN = ("lost_warehouse", "damaged_warehouse")


@pytest.mark.parametrize("seed", SEEDS)
def test_claims_equal_the_truth_unit_by_unit_and_value_by_value(database_url: str, tmp_path: Path, seed: int) -> None:
    options = ("--seed", str(seed), "--size", "6000", "--days", "300")
    with opened(database_url, tmp_path, *options, SYNC_HISTORY_DAYS="340") as bench:
        assert bench.sync().status == "completed"
        found = bench.amazon.control("truth")["discrepancies"]
        claims = [c for c in bench.claims() if c.tier is Tier.CLAIM and c.anomaly_type.value in KNOWN]
    truth = [each for each in found if each["type"] in KNOWN]
    owed: Counter[tuple[str, str, str]] = Counter()
    value: dict[tuple[str, str, str], Decimal | None] = {}
    for lot in truth:
        if lot["expected_tier"] == "claim" and lot["owed"]:
            key = (lot["type"], lot["fnsku"], lot["anchor_date"])
            owed[key] += lot["open_quantity"]
            cost = None if lot["unit_value"] is None else Decimal(str(lot["unit_value"]))
            value[key] = None if cost is None else cost * owed[key]
    claimed = {(c.anomaly_type.value, c.fnsku, str(c.anchor_date)): c for c in claims}
    assert {key: claim.quantity for key, claim in claimed.items()} == dict(owed)
    by_cost = {key: claim.estimated_value for key, claim in claimed.items() if value[key] is not None}
    assert by_cost == {key: known for key, known in value.items() if known is not None}
    assert len(owed) > 20
