"""What later syncs read: what is missing, what may have changed, and nothing else."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.services.planning import Planning
from clario.services.records import Sync
from devstack.loading_plan import show_plans
from tests.integration.sync.conftest import SELLER, Bench, opened


class Syncs:
    """A first sync, one that fell due the next night, and one by hand half an hour later, on one database."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.first = bench.slices(bench.sync())
        bench.clock.sleep(timedelta(hours=23).total_seconds())
        self.scheduled = bench.slices(self._scheduled())
        bench.clock.sleep(timedelta(minutes=30).total_seconds())
        self.by_hand = bench.slices(bench.sync())

    def _scheduled(self) -> Sync:
        now = self.bench.clock.now()
        assert self.bench.container.sync_control().start_due(SELLER, now, now)
        self.bench.runtime.engine.run_until_idle()
        with self.bench.database.transaction(SELLER) as work:
            [sync] = work.syncs.newest(limit=1)
        assert (sync.status, sync.trigger) == ("completed", "scheduled")
        return sync


@pytest.fixture(scope="module")
def syncs(cluster: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Syncs]:
    from tests.conftest import TEMPLATE

    address = cluster.create("incremental", TEMPLATE)
    with opened(address, tmp_path_factory.mktemp("incremental")) as bench:
        yield Syncs(bench)
    cluster.drop("incremental")


def days(slices: list[Slice]) -> dict[str, int]:
    found: dict[str, int] = {}
    for part in slices:
        found[part.source] = found.get(part.source, 0) + len(part.days.days())
    return found


def test_a_sync_by_hand_reads_every_stream_whatever_its_cadence(syncs: Syncs) -> None:
    assert {part.stream for part in syncs.by_hand} == set(STREAMS)


def test_a_scheduled_sync_reads_by_cadence(syncs: Syncs) -> None:
    assert {part.stream for part in syncs.scheduled} == set(STREAMS) - {"storage_fees"}


def test_later_syncs_read_the_trailing_days_and_no_others(syncs: Syncs) -> None:
    for slices in (syncs.scheduled, syncs.by_hand):
        for part in slices:
            oldest = min(entry.days.start for entry in slices if entry.source == part.source)
            newest = max(entry.days.end for entry in slices if entry.source == part.source)
            if part.definition.unit == "day":
                assert (newest - oldest).days < part.definition.trailing_days


def test_the_last_days_orders_come_page_by_page_and_the_history_by_report(syncs: Syncs) -> None:
    assert {part.source for part in syncs.first if part.stream == "orders"} == {
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    }
    assert {part.source for part in syncs.by_hand if part.stream == "orders"} == {"searchOrders"}


def test_no_report_of_an_earlier_sync_is_used_again(syncs: Syncs) -> None:
    used = [part.report_id for part in syncs.first + syncs.scheduled + syncs.by_hand if part.report_id]
    assert len(used) == len(set(used))


def test_everything_was_read_without_a_refusal_by_amazon(syncs: Syncs) -> None:
    assert syncs.bench.throttled() == 0
    assert {part.state for part in syncs.first + syncs.scheduled} == {SliceState.STORED}


def test_a_plan_for_now_knows_what_is_loaded_and_how_much_a_day_brings(syncs: Syncs) -> None:
    bench = syncs.bench
    with bench.database.transaction(SELLER) as work:
        [connection] = work.connections.all()
        settings = bench.container.plan_settings
        number, shops, now = connection.connection_id, connection.marketplace_ids, bench.clock.now()
        planning = Planning(work, settings, number, shops, now)
        measured = {need.stream: need.rows_a_day for need in planning.needs()}
        planned = {load.source.name for load in planning.loads()}
        nothing_known = {load.source.name for load in Planning(work, settings, None, shops, now).loads()}
    assert planned == set(days(syncs.by_hand))
    assert nothing_known == set(days(syncs.first))
    assert 0 < measured["orders"] < 20


def test_the_plan_of_a_connection_is_shown_with_what_is_still_to_load(syncs: Syncs) -> None:
    console = Console(record=True, width=140)
    show_plans(syncs.bench.container, SELLER, days=70, orders_a_day=100, console=console)
    told = console.export_text()
    assert "(na; ATVPDKIKX0DER) would load" in told
    assert "searchOrders" in told
    assert "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL" not in told
