"""Refreshes between syncs: nothing gets old, and what they bring is what a load from scratch would have brought."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario import bootstrap
from clario.domain.cadence import HOLD_BACK, REFRESHED, next_turn, refreshed_sources
from clario.domain.streams import STREAMS
from clario.domain.tables import TABLES
from clario.payloads import RefreshTask
from clario.services import refresh
from clario.services.replay import replay
from devstack.serve import start_ticks
from tests.conftest import Cluster
from tests.integration.sync.conftest import SELLER, Bench, opened

TICK = timedelta(minutes=5)
# What only those who looked can know: which states things went through, and how they were on each day.
SEEN = {"inbound_shipment_statuses", "inbound_shipment_plans", "fee_previews"}


def begun(address: str, folder: Path) -> AbstractContextManager[Bench]:
    """A seller whose business goes on, with history from its first day also where the tests end."""
    return opened(address, folder, "--ahead", "30", SYNC_HISTORY_DAYS="100")


@pytest.fixture(scope="module")
def once_loaded(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with cluster.database() as address, begun(address, tmp_path_factory.mktemp("living")) as bench:
        assert bench.sync().status == "completed"
        tick(bench)
        yield bench


@pytest.fixture
def living(once_loaded: Bench) -> Bench:
    """A seller whose business goes on, loaded once: the tests share it, one after the other."""
    bootstrap.use(once_loaded.container)
    return once_loaded


def tick(bench: Bench) -> int:
    """A tick, and all that follows from it; how many connections it had refreshed."""
    sent: int = bench.runtime.engine.invoke("dispatch", {})["refreshes"]
    bench.runtime.engine.run_until_idle()
    return sent


def later(bench: Bench, time: timedelta) -> None:
    bench.clock.sleep(time.total_seconds())


def loaded(bench: Bench) -> dict[str, Any]:
    """Everything of the seller that a load from scratch would bring, too, whichever way the rows came."""
    content = bench.content()
    return {
        name: [{key: row[key] for key in row.keys() - {"line", *table.kept}} for row in content[name]]
        for name, table in TABLES.items()
        if name not in SEEN
    }


def paged(content: dict[str, Any]) -> dict[str, Any]:
    """What of it is read page by page."""
    names = {"inventory", "inbound_shipments", "inbound_shipment_items", "orders", "order_items", "financial_events"}
    return {name: content[name] for name in names}


def calls(bench: Bench) -> int:
    """How many Amazon has answered."""
    return sum(counts["calls"] for counts in bench.amazon.control("stats")["operations"].values())


def ages(bench: Bench) -> dict[str, float]:
    """How old the newest data of each dataset that is refreshed is, in cadences of its stream."""
    newest = bench.rows("SELECT dataset, max(as_of) AS at FROM coverage GROUP BY dataset")
    found = {row["dataset"]: bench.clock.now() - row["at"] for row in newest}
    versions = bench.container.api_versions
    return {
        source.dataset: found[source.dataset] / cadence
        for stream, cadence in REFRESHED.items()
        for source in refreshed_sources(STREAMS[stream], versions)
    }


def state(bench: Bench, stream: str) -> dict[str, Any]:
    [row] = [row for row in bench.rows("SELECT * FROM refreshes") if row["stream"] == stream]
    return row


def test_syncs_and_refreshes_over_days_end_where_a_load_from_scratch_does(
    living: Bench, database_url: str, tmp_path: Path
) -> None:
    for hours in (20, 3, 26, 3, 3):
        later(living, timedelta(hours=hours))
        tick(living)
    syncs = living.rows("SELECT trigger FROM sync_progress ORDER BY started_at")
    assert [row["trigger"] for row in syncs] == ["manual", "scheduled", "scheduled"]
    assert living.rows("SELECT FROM documents WHERE since IS NOT NULL")
    now, refreshed = living.clock.now(), paged(loaded(living))
    assert living.sync().status == "completed"
    with begun(database_url, tmp_path) as scratch:
        scratch.clock.advance_to(now)
        assert scratch.sync().status == "completed"
        from_scratch = loaded(scratch)
    assert loaded(living) == from_scratch
    # Money that was held back when it was read is released in old days: the daily sweep will know.
    events = [{row["event_id"] for row in found.pop("financial_events")} for found in (refreshed, from_scratch)]
    assert events[0] == events[1]
    assert refreshed == {name: from_scratch[name] for name in refreshed}


def test_what_was_refreshed_is_replayed_with_the_windows_in_their_order(living: Bench) -> None:
    before, coverage = loaded(living), living.rows("SELECT * FROM coverage ORDER BY 1, 2, 3, 4")
    asked = calls(living)
    with living.database.statements(SELLER) as run:
        for name in ("orders", "order_items", "financial_events"):
            run.connection.execute(f"DELETE FROM {name}")
    container = living.container
    replay(
        SELLER,
        date.min,
        database=container.database,
        objects=container.objects,
        clock=container.clock,
        told=lambda *_: None,
    )
    assert loaded(living) == before
    assert living.rows("SELECT * FROM coverage ORDER BY 1, 2, 3, 4") == coverage
    assert calls(living) == asked


def test_a_message_that_is_delivered_twice_reads_once(living: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, object]] = []
    queue = living.container.refresh_queue
    monkeypatch.setattr(queue, "send", sent.append)
    later(living, timedelta(hours=1))
    assert tick(living) == 1
    monkeypatch.undo()
    [message] = sent
    queue.send(message)
    living.runtime.engine.run_until_idle()
    asked, content = calls(living), living.content()
    queue.send(message)
    living.runtime.engine.run_until_idle()
    assert calls(living) == asked
    assert living.content() == content


def test_what_a_dead_worker_left_is_read_when_its_lease_has_run_out(
    living: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*_: object) -> None:
        raise RuntimeError("killed")

    later(living, timedelta(hours=8))
    with monkeypatch.context() as patched:
        patched.setattr(refresh, "store_document", dies)
        assert tick(living) == 1
    later(living, TICK)
    assert tick(living) == 0
    later(living, refresh.LEASE)
    assert tick(living) == 1
    assert max(ages(living).values()) < 1
    assert_nothing_is_missing(living)


def assert_nothing_is_missing(bench: Bench) -> None:
    """All trailing days, read whole once more, bring nothing that is older than what was known."""
    known, known_until = paged(loaded(bench)), bench.clock.now() - HOLD_BACK
    with bench.database.statements(SELLER) as run:
        run.connection.execute("UPDATE coverage SET whole_as_of = whole_as_of - interval '3 days'")
    later(bench, timedelta(minutes=30))
    tick(bench)
    found = paged(loaded(bench))
    for table, key, moment in (
        ("orders", "order_id", "last_updated_at"),
        ("financial_events", "event_id", "event_date"),
    ):
        old = {row[key] for row in known[table]}
        assert [row for row in found[table] if row[key] not in old and row[moment] < known_until] == []


def test_what_a_running_sync_has_yet_to_load_is_left_to_it(living: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    later(living, timedelta(hours=1))
    control = living.container.sync_control()
    sync_id = control.start(SELLER)
    asked = calls(living)
    with monkeypatch.context() as patched:
        patched.setattr(living.container.refresh_queue, "send", lambda message: received.append(message))
        received: list[dict[str, object]] = []
        living.runtime.engine.invoke("dispatch", {})
    for message in received:
        living.runtime.engine.invoke("refresh", {"Records": [{"body": json.dumps(message)}]})
    assert len(received) == 1
    assert calls(living) == asked
    assert state(living, "orders")["lease"] is None
    control.cancel(SELLER, sync_id)
    living.runtime.engine.run_until_idle()


def test_out_of_quota_a_turn_is_given_back_until_there_is_some(living: Bench) -> None:
    later(living, timedelta(hours=1))
    living.fault("listTransactions", "throttle", times=3)
    began = living.clock.now()
    tick(living)
    waiting = state(living, "financial_events")
    assert (waiting["lease"], waiting["error"], waiting["prepaid"]) == (None, None, ["listTransactions"])
    assert living.clock.now() < waiting["due_at"] < began + timedelta(minutes=2)
    assert waiting["failures"] == 1
    assert ages(living)["orders"] < 1 < ages(living)["financial_events"]
    later(living, timedelta(minutes=2))
    tick(living)
    assert ages(living)["financial_events"] < 1
    assert state(living, "financial_events")["failures"] == 0


def test_a_stream_that_failed_in_many_turns_says_so_and_has_its_next_at_its_usual_time(living: Bench) -> None:
    later(living, timedelta(hours=1))
    living.fault("listTransactions", "throttle", times=3)
    with living.database.statements(SELLER) as run:
        run.connection.execute("UPDATE refreshes SET failures = %s", [refresh.MOST_FAILURES])
    before = state(living, "financial_events")["due_at"]
    tick(living)
    ended = state(living, "financial_events")
    assert "listTransactions" in ended["error"]
    assert (ended["failures"], ended["prepaid"]) == (0, [])
    assert ended["due_at"] == next_turn(before, REFRESHED["financial_events"], living.clock.now())
    later(living, TICK)
    tick(living)
    assert state(living, "financial_events")["error"] is None


def test_when_amazon_is_away_the_turn_says_so_and_the_next_makes_up_for_it(living: Bench) -> None:
    later(living, timedelta(hours=1))
    living.fault("listTransactions", "html503", times=3)
    tick(living)
    assert "listTransactions" in state(living, "financial_events")["error"]
    later(living, TICK)
    tick(living)
    assert state(living, "financial_events")["error"] is None


def test_a_seller_who_took_the_authorisation_back_is_not_asked_any_more(living: Bench) -> None:
    later(living, timedelta(hours=1))
    living.fault("listTransactions", "revoked", times=2)
    tick(living)
    assert living.rows("SELECT status FROM connections") == [{"status": "revoked"}]
    assert "revoked" in state(living, "financial_events")["error"]
    later(living, timedelta(hours=2))
    assert tick(living) == 0
    with living.database.statements(SELLER) as run:
        run.connection.execute("UPDATE connections SET status = 'active', error = NULL")
    assert tick(living) == 1


def test_a_worker_whose_time_is_up_gives_its_turns_back_at_once(living: Bench) -> None:
    later(living, timedelta(hours=1))
    container, now = living.container, living.clock.now()
    leases = living.database.lease_refreshes(REFRESHED, TICK, 100)
    step = refresh.RefreshStep(
        living.database,
        container.amazon,
        container.objects,
        living.clock,
        container.metrics,
        container.api_versions,
        deadline=now + refresh.RESERVE,
    )
    asked = calls(living)
    refresh.refresh(RefreshTask(seller_id=SELLER, lease=leases[0][1]), step)
    assert calls(living) == asked
    turns = living.rows("SELECT lease, due_at, error FROM refreshes")
    assert turns == [{"lease": None, "due_at": now, "error": None}] * len(REFRESHED)


def test_over_a_day_no_source_that_is_read_page_by_page_gets_stale(living: Bench) -> None:
    """Last, because these ticks do not end."""
    throttled = living.throttled()
    tick(living)
    start_ticks(living.runtime)
    oldest: dict[str, float] = {}
    for _ in range(timedelta(days=1) // TICK):
        living.runtime.engine.run_until(living.clock.now() + TICK)
        oldest = {name: max(age, oldest.get(name, age)) for name, age in ages(living).items()}
    assert max(oldest.values()) <= 3
    assert living.throttled() == throttled
