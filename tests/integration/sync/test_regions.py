"""A seller with an authorisation in two of Amazon's regions: one sync, each region by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.services.records import Sync
from clario.services.status import sync_status
from local_amazon.seller import seller
from tests.integration.sync.conftest import SELLER, Bench, opened

SHOPS = {"na": ("ATVPDKIKX0DER",), "eu": ("A1F83G8C2ARO7P", "A1PA6795UKMFR9")}
TWO_ACCOUNTS = ("--profile", "us", "--profile", "eu", "--size", "600")


def connect(bench: Bench) -> None:
    """What consent in each region leaves behind."""
    for number, (region, shops) in enumerate(SHOPS.items(), start=1):
        account = seller(number, region, shops)
        sealed = bench.container.cipher.encrypt(account.refresh_token, SELLER)
        with bench.database.statements(SELLER) as run:
            run.connection.execute(
                "WITH added AS (INSERT INTO connections (seller_id, region, source, selling_partner_id, is_sandbox)"
                " VALUES (%(seller)s, %(region)s, 'database', %(partner)s, true) RETURNING connection_id)"
                " INSERT INTO tokens (connection_id, seller_id, refresh_token)"
                " SELECT connection_id, %(seller)s, %(sealed)s FROM added",
                {"seller": SELLER, "region": region, "partner": account.selling_partner_id, "sealed": sealed},
            )


@dataclass(frozen=True)
class Synced:
    bench: Bench
    sync: Sync

    def by_region(self, columns: str, table: str) -> dict[str, set[Any]]:
        """What the rows of a table say in each region."""
        query = f"SELECT DISTINCT {columns} AS found, region FROM {table} JOIN connections USING (connection_id)"
        found: dict[str, set[Any]] = {"na": set(), "eu": set()}
        for row in self.bench.rows(query):
            found[row["region"]].add(row["found"])
        return found


@pytest.fixture(scope="module")
def synced(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synced]:
    folder = tmp_path_factory.mktemp("regions")
    with cluster.database() as address, opened(address, folder, *TWO_ACCOUNTS, SYNC_HISTORY_DAYS="30") as bench:
        connect(bench)
        bench.clock.sleep(timedelta(hours=5, minutes=30).total_seconds())  # in London it is tomorrow
        yield Synced(bench, bench.sync())


def test_one_sync_loads_both_without_a_warning(synced: Synced) -> None:
    status = sync_status(SELLER, synced.sync.sync_id, database=synced.bench.database, clock=synced.bench.clock)
    assert (status.sync.status, status.warnings, synced.bench.throttled()) == ("completed", [], 0)


def test_each_region_has_its_own_marketplaces(synced: Synced) -> None:
    rows = synced.bench.rows("SELECT region, marketplace_ids FROM connections")
    assert {row["region"]: tuple(row["marketplace_ids"]) for row in rows} == SHOPS
    assert synced.by_region("scope", "documents") == {
        region: {",".join(shops), *shops} for region, shops in SHOPS.items()
    }


def test_each_region_has_money_of_its_own_currencies(synced: Synced) -> None:
    assert synced.by_region("currency", "financial_events") == {"na": {"USD"}, "eu": {"GBP", "EUR"}}


def test_each_region_ends_its_days_by_its_own_clock(synced: Synced) -> None:
    ends = {region: max(found) for region, found in synced.by_region("end_day", "sync_slices").items()}
    assert ends == {"na": date(2026, 7, 6), "eu": date(2026, 7, 7)}


def test_each_region_has_a_token_and_usage_plans_of_its_own(synced: Synced) -> None:
    rows = synced.bench.rows("SELECT count(DISTINCT access_token) AS tokens FROM tokens")
    assert rows == [{"tokens": 2}]
    subjects = synced.bench.rows("SELECT DISTINCT subject FROM usage_plans ORDER BY subject")
    assert [row["subject"] for row in subjects] == ["eu:ALOCALSELLER2", "na:ALOCALSELLER1"]


def planned(bench: Bench) -> Sync:
    """A sync that has got as far as its slices, and no further."""
    control = bench.container.sync_control()
    sync_id = control.start(SELLER)
    bench.runtime.engine.run_until(bench.clock.now() + timedelta(seconds=1))
    if bench.sync_row(sync_id).status == "running":
        control.cancel(SELLER, sync_id)
    bench.runtime.engine.run_until_idle()
    return bench.sync_row(sync_id)


def test_a_revoked_region_is_a_warning_and_the_other_goes_on_then_and_ever_after(synced: Synced) -> None:
    bench = synced.bench
    bench.amazon.control("sellers/ALOCALSELLER2/revocation", method="POST")
    bench.clock.sleep(timedelta(hours=5).total_seconds())
    first, second = bench.sync(), planned(bench)
    assert first.status == "completed"
    for sync in (first, second):
        [warning] = sync.warnings
        assert (warning.source, warning.code, warning.severity) == ("connection_eu", "connection_revoked", "error")
        assert "region EU is revoked: connect it again" in warning.detail
        [connection] = {part.connection_id for part in bench.slices(sync)}
        assert bench.rows(f"SELECT region FROM connections WHERE connection_id = {connection}") == [{"region": "na"}]


@pytest.mark.parametrize(
    ("wanted", "read"),
    [
        ("A1PA6795UKMFR9,ATVPDKIKX0DER", {"na": {"ATVPDKIKX0DER"}, "eu": {"A1PA6795UKMFR9"}}),
        ("A1PA6795UKMFR9", {"na": set(), "eu": {"A1PA6795UKMFR9"}}),
    ],
    ids=["of both", "of one"],
)
def test_only_the_marketplaces_that_are_set_are_read_each_in_its_region(
    database_url: str, tmp_path: Path, wanted: str, read: dict[str, set[str]]
) -> None:
    settings = {"AMAZON_SPAPI_MARKETPLACE_IDS": wanted, "SYNC_HISTORY_DAYS": "3"}
    with opened(database_url, tmp_path, *TWO_ACCOUNTS, **settings) as bench:
        connect(bench)
        sync = planned(bench)
        assert sync.warnings == ()
        assert Synced(bench, sync).by_region("scope", "sync_slices") == read


def test_where_none_that_is_set_is_in_a_connected_region_the_sync_says_so(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, tmp_path, *TWO_ACCOUNTS, AMAZON_SPAPI_MARKETPLACE_IDS="A1VC38T7YXB528") as bench:
        connect(bench)
        sync = planned(bench)
        assert sync.status == "failed"
        assert sync.error == "AMAZON_SPAPI_MARKETPLACE_IDS names no marketplace of a region that is connected"
