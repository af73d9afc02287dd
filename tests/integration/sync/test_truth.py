"""What is claimed is what is owed: the claims of a whole sync against what happened in the synthetic seller's world.

The world has everything in it that can go wrong and every confounder. How well the rules find it is measured elsewhere
(`make bench-detection`) on the world's own rows; here the same rules see what came over the wire and through the
database, and must find the same. Only shipments to Amazon are less known after a first sync: its API does
not date them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bench.scoring import score
from bench.world_facts import facts_of
from clario.domain.claims import Claim, Tier
from clario.domain.detection.engine import detect
from clario.domain.detection.rows.facts import TABLES, Account, ComponentFacts, SellerFacts
from clario.domain.detection.rows.source import SourceRef
from clario.domain.detection.rows.unit_rows import LedgerRow
from clario.services.claims import today_of
from local_amazon.world.build import build_world
from local_amazon.world.settings import WorldSettings
from tests.integration.sync.conftest import SELLER, START, Bench, opened

SEEDS = (7, 8)
SIZE, DAYS = 6000, 300
UNITS = ("lost_warehouse", "damaged_warehouse")
NOWHERE = SourceRef("", 0, "", "")
UNKNOWN_TO_AMAZONS_API = ("inbound", "shipments")  # when a shipment was made, delivered and closed before we looked


@pytest.mark.parametrize("seed", SEEDS)
def test_a_whole_sync_claims_what_is_owed(database_url: str, tmp_path: Path, seed: int) -> None:
    options = ("--seed", str(seed), "--size", str(SIZE), "--days", str(DAYS))
    with opened(database_url, tmp_path, *options, SYNC_HISTORY_DAYS=str(DAYS + 40)) as bench:
        assert bench.sync().status == "completed"
        truth = bench.amazon.control("truth")["discrepancies"]
        today, account, gathered = _gathered(bench)
        claims = bench.claims()
        world = build_world(WorldSettings(now=START, seed=seed, size=SIZE, days=DAYS, ahead_days=0))
        facts = facts_of(world, bench.clock.now())
    _assert_lost_and_damaged_units_are_exact(claims, truth)
    told = score(claims, truth, today).total()
    assert told.right >= 0.9 * told.claimed > 60
    assert told.found + told.told >= 0.9 * told.owed > 60
    assert told.found >= 0.75 * told.owed
    for table in TABLES:
        if table.name not in UNKNOWN_TO_AMAZONS_API:
            written = (row for row in table.rows(facts) if table.day(row) <= today)
            read = [row for part in gathered for row in table.rows(part)]
            assert _counted(read) == _counted(_sales_by_day(written)), table.name
    assert _by_fingerprint(claims) == _by_fingerprint(_claims_from_the_worlds_rows(facts, account, gathered, today))


def _assert_lost_and_damaged_units_are_exact(claims: list[Claim], truth: list[dict[str, Any]]) -> None:
    """Unit by unit and value by value."""
    owed: Counter[tuple[str, str, str]] = Counter()
    value: dict[tuple[str, str, str], Decimal | None] = {}
    for lot in truth:
        if lot["type"] in UNITS and lot["expected_tier"] == "claim" and lot["owed"]:
            key = (lot["type"], lot["fnsku"], lot["anchor_date"])
            owed[key] += lot["open_quantity"]
            cost = None if lot["unit_value"] is None else Decimal(str(lot["unit_value"]))
            value[key] = None if cost is None else cost * owed[key]
    sure = [claim for claim in claims if claim.tier is Tier.CLAIM and claim.anomaly_type.value in UNITS]
    claimed = {(claim.anomaly_type.value, claim.fnsku, str(claim.anchor_date)): claim for claim in sure}
    assert {key: claim.quantity for key, claim in claimed.items()} == dict(owed)
    by_cost = {key: claim.estimated_value for key, claim in claimed.items() if value[key] is not None}
    assert by_cost == {key: known for key, known in value.items() if known is not None}
    assert len(owed) > 20


def _gathered(bench: Bench) -> tuple[date, Account, list[ComponentFacts]]:
    """Today, the account and all components, as detection reads them from the database."""
    with bench.database.transaction(SELLER, snapshot=True) as work:
        [connection] = work.connections.all()
        today = today_of(connection, bench.clock)
        survey = work.detections.survey(connection, today)
        survey.remembered.clear()
        batch = survey.next_batch()
        assert batch is not None
        gathered = work.detections.gather(connection, survey, batch)
    return today, survey.account, gathered  # the costs came with the rows


def _sales_by_day(rows: Iterable[Any]) -> Iterator[Any]:
    """The ledger's sales of an item are read as one row a day."""
    sold: Counter[LedgerRow] = Counter()
    for row in rows:
        if getattr(row, "event_type", "") == "Shipments":
            sold[_day_of_sales(row)] += row.quantity
        else:
            yield row
    yield from (replace(row, quantity=units) for row, units in sold.items())


def _day_of_sales(row: LedgerRow) -> LedgerRow:
    nowhere = dict.fromkeys(("reference_id", "fulfillment_center", "disposition", "reason", "country"), "")
    return replace(row, **nowhere, quantity=0, reconciled=None, unreconciled=None, ordinal=1, ref=NOWHERE)


def _counted(rows: Any) -> Counter[Any]:
    """The rows without the place they were read at, and without what the product does not know: an order's
    marketplace."""
    return Counter(
        replace(row, ref=NOWHERE, marketplace_id="") if hasattr(row, "sales_channel") else replace(row, ref=NOWHERE)
        for row in rows
    )


def _claims_from_the_worlds_rows(
    facts: SellerFacts, account: Account, gathered: list[ComponentFacts], today: date
) -> list[Claim]:
    shipments: dict[str, Any] = {
        name: tuple(row for part in gathered for row in getattr(part, name)) for name in UNKNOWN_TO_AMAZONS_API
    }
    known: dict[str, Any] = {"connection": account.connection, "coverage": account.coverage, "costs": account.costs}
    return list(detect(replace(facts, **known, **shipments), today).claims)


def _by_fingerprint(claims: list[Claim]) -> dict[str, dict[str, Any]]:
    """What the claims say, without where its rows were read."""
    told = {}
    for claim in claims:
        content = claim.content()
        told[claim.fingerprint] = {name: value for name, value in content.items() if name != "evidence"}
    return told
