"""The scheduler's tick, and everything that arrives twice, late or never: one sync, the same final database."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clario.payloads import SyncTask
from clario.services import plan
from clario.services.detect import run_detection
from clario.services.ports import ExecutionStatus
from clario.services.records import Sync
from clario.services.syncs import execution_name
from devstack.serve import start_ticks
from tests.integration.sync.conftest import SELLER, Bench, opened


def connect(bench: Bench) -> None:
    """What the first start does: the environment's connection."""
    environment = bench.container.sync_control().environment
    assert environment is not None
    with bench.database.transaction(SELLER) as work:
        work.connections.add_environment(environment)


def tick(bench: Bench) -> dict[str, Any]:
    """One tick, and what it did for syncs and detections that is not nothing."""
    answer: dict[str, Any] = bench.runtime.engine.invoke("dispatch", {})
    return {name: count for name, count in answer.items() if count and name != "refreshes"}


def syncs(bench: Bench) -> list[Sync]:
    """Oldest first."""
    with bench.database.transaction(SELLER) as work:
        return work.syncs.newest(limit=100)[::-1]


def later(bench: Bench, **time: float) -> None:
    """Let the engine run for a while."""
    bench.runtime.engine.run_until(bench.clock.now() + timedelta(**time))


def test_nobody_connected_nothing_is_due(bench: Bench) -> None:
    assert tick(bench) == {}


def test_a_connected_seller_is_synced_at_once_and_then_daily_at_two(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, tmp_path, SYNC_TICK_MINUTES="60") as bench:
        connect(bench)
        assert bench.clock.now().hour == 18
        start_ticks(bench.runtime)
        bench.runtime.engine.run_until(datetime(2026, 7, 8, 4, tzinfo=UTC))
        assert [sync.trigger for sync in syncs(bench)] == ["scheduled"] * 3
        assert [f"{sync.started_at:%d %H}" for sync in syncs(bench)][1:] == ["07 02", "08 02"]
        assert {sync.status for sync in syncs(bench)} == {"completed"}


def test_without_ticks_nothing_starts_by_itself(database_url: str, tmp_path: Path) -> None:
    with opened(database_url, tmp_path, SYNC_TICK_MINUTES="0") as bench:
        connect(bench)
        start_ticks(bench.runtime)
        later(bench, hours=30)
        assert syncs(bench) == []


def test_a_tick_delivered_twice_starts_one_sync(bench: Bench, calm: dict[str, Any]) -> None:
    connect(bench)
    assert [tick(bench), tick(bench)] == [{"started": 1}, {}]
    bench.runtime.engine.run_until_idle()
    assert tick(bench) == {}
    assert [sync.status for sync in syncs(bench)] == ["completed"]
    assert bench.content() == calm


def test_a_tick_that_found_its_seller_due_before_another_one_was_through_starts_nothing(bench: Bench) -> None:
    control = bench.container.sync_control()
    connect(bench)
    due, failed_before = bench.clock.now(), bench.clock.now() - timedelta(hours=1)
    tick(bench)
    bench.runtime.engine.run_until_idle()
    assert not control.start_due(SELLER, due, failed_before)
    assert len(syncs(bench)) == 1


def test_a_start_that_died_between_row_and_execution_is_repeated(
    bench: Bench, calm: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(bench.runtime.engine, "start", lambda *_: (_ for _ in ()).throw(ConnectionError))
        with pytest.raises(ConnectionError):
            bench.container.sync_control().start(SELLER)
    assert tick(bench) == {}  # whoever has just written the row may be about to start the execution
    later(bench, minutes=3)
    assert tick(bench) == {"restarted": 1}
    bench.runtime.engine.run_until_idle()
    assert [sync.status for sync in syncs(bench)] == ["completed"]
    assert bench.content() == calm


def test_a_sync_whose_execution_is_gone_ends_and_is_tried_again_after_an_hour(
    bench: Bench, calm: dict[str, Any]
) -> None:
    connect(bench)
    tick(bench)
    later(bench, seconds=30)
    bench.runtime.engine.stop(execution_name(syncs(bench)[0].sync_id))
    later(bench, minutes=3)
    assert tick(bench) == {"interrupted": 1}
    assert syncs(bench)[0].message == "Sync failed - interrupted; start again resumes"
    later(bench, minutes=58)
    assert tick(bench) == {}
    later(bench, minutes=3)
    assert tick(bench) == {"started": 1}
    bench.runtime.engine.run_until_idle()
    assert [sync.status for sync in syncs(bench)] == ["failed", "completed"]
    assert bench.content() == calm


def test_a_sync_that_goes_on_in_another_execution_while_we_look_after_it_is_left_alone(
    bench: Bench, calm: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = bench.runtime.engine
    bench.fault("createReport", "slow", seconds=600)
    bench.container.sync_control().start(SELLER)
    later(bench, minutes=3)
    [sync] = syncs(bench)
    status_of = engine.status

    def handed_over(name: str) -> ExecutionStatus:
        monkeypatch.setattr(engine, "status", status_of)
        with bench.database.transaction(SELLER) as work:
            work.syncs.next_part(sync.sync_id, sync.part + 1)
        return ExecutionStatus.ENDED

    monkeypatch.setattr(engine, "status", handed_over)
    bench.container.sync_control().revive(SELLER)
    assert bench.sync_row(sync.sync_id).part == sync.part + 1
    assert bench.sync_row(sync.sync_id).status == "running"
    engine.run_until_idle()
    assert [each.status for each in syncs(bench)] == ["completed"]
    assert bench.content() == calm


def test_a_sync_that_waits_for_amazon_is_left_alone(bench: Bench) -> None:
    bench.container.sync_control().start(SELLER)
    while syncs(bench)[0].status == "running":
        assert tick(bench) == {}
        later(bench, minutes=1)
    assert [sync.status for sync in syncs(bench)] == ["completed"]


def test_a_revoked_connection_is_not_synced_by_itself(bench: Bench) -> None:
    connect(bench)
    with bench.database.transaction(SELLER) as work:
        work.connections.revoke(work.connections.all()[0].connection_id, "taken back")
    assert tick(bench) == {}


# The detection queue


def test_a_detection_message_that_got_lost_is_sent_again(
    bench: Bench, calm: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(bench.container.detection_queue, "send", lambda _: None)
        sync_id = bench.sync().sync_id
    assert bench.sync_row(sync_id).message.endswith("(detection still running)")
    later(bench, minutes=2)
    assert tick(bench) == {"detections": 1}
    bench.runtime.engine.run_until_idle()
    assert tick(bench) == {}
    assert not bench.sync_row(sync_id).message.endswith("(detection still running)")
    assert bench.content() == calm


def test_a_detection_message_delivered_twice_runs_once(bench: Bench, calm: dict[str, Any]) -> None:
    queue = bench.container.detection_queue
    send = queue.send
    queue.send = lambda payload: (send(payload), send(payload))  # type: ignore[method-assign, assignment]
    bench.sync()
    assert bench.rows("SELECT status, attempts FROM detection_queue") == [{"status": "completed", "attempts": 1}]
    assert bench.content() == calm


def test_a_detection_whose_worker_died_is_taken_over_when_its_lease_ends(synced: Bench, calm: dict[str, Any]) -> None:
    sync = synced.newest()
    with synced.database.transaction(SELLER) as work:
        work.detections.enqueue(sync.sync_id, is_sandbox=True)
        assert work.detections.begin(sync.sync_id, timedelta(minutes=16)) is not None
    later(synced, minutes=15)
    assert tick(synced) == {}
    later(synced, minutes=2)
    assert tick(synced) == {"detections": 1}
    synced.runtime.engine.run_until_idle()
    assert synced.rows("SELECT status FROM detection_queue") == [{"status": "completed"}]
    assert synced.content() == calm


class Running:
    """A clock that moves on by some minutes whenever somebody looks at it."""

    def __init__(self, now: datetime, step: timedelta) -> None:
        self._now, self._step = now, step

    def now(self) -> datetime:
        self._now += self._step
        return self._now

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


def test_when_the_time_is_up_a_detection_goes_on_with_the_next_connection_in_another_worker(synced: Bench) -> None:
    sync = synced.newest()
    with synced.database.transaction(SELLER) as work:
        work.detections.enqueue(sync.sync_id, is_sandbox=True)
    with synced.database.statements(SELLER) as run:
        run.connection.execute(
            "INSERT INTO connections (seller_id, region, source, is_sandbox, marketplace_ids)"
            " VALUES (%s, 'eu', 'database', true, '{A1F83G8C2ARO7P}')",
            (SELLER,),
        )
    task = SyncTask(seller_id=SELLER, sync_id=sync.sync_id)
    slow = Running(synced.clock.now(), timedelta(minutes=2))
    assert not run_detection(
        task, database=synced.database, clock=slow, deadline=synced.clock.now() + timedelta(minutes=10)
    )
    assert synced.rows("SELECT status FROM detection_queue") == [{"status": "pending"}]
    assert run_detection(task, database=synced.database, clock=synced.clock)
    assert synced.rows("SELECT status, attempts FROM detection_queue") == [{"status": "completed", "attempts": 3}]


# Executions that end without a word, and long ones


def ended(sync: Sync, part: int = 1, status: str = "TIMED_OUT") -> dict[str, Any]:
    """EventBridge's event, with what we read of it."""
    text = f'{{"sellerId": "{SELLER}", "syncId": "{sync.sync_id}", "part": {part}}}'
    return {
        "detail-type": "Step Functions Execution Status Change",
        "detail": {"status": status, "input": text},
    }


def test_an_execution_that_timed_out_ends_its_sync(bench: Bench) -> None:
    bench.container.sync_control().start(SELLER)
    [sync] = syncs(bench)
    bench.runtime.engine.invoke("finish", ended(sync))
    assert bench.sync_row(sync.sync_id).message == "Sync failed - interrupted; start again resumes"


def test_the_end_of_an_execution_that_was_handed_over_or_had_ended_its_sync_changes_nothing(bench: Bench) -> None:
    bench.container.sync_control().start(SELLER)
    [sync] = syncs(bench)
    bench.runtime.engine.invoke("finish", ended(sync, part=2))
    assert bench.sync_row(sync.sync_id).status == "running"
    bench.container.sync_control().cancel(SELLER, sync.sync_id)
    bench.runtime.engine.invoke("finish", ended(sync, status="ABORTED"))
    assert bench.sync_row(sync.sync_id).status == "cancelled"


def test_a_long_sync_goes_on_in_further_executions(
    bench: Bench, calm: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "LONG_HISTORY", 60)
    sync = bench.sync()
    parts = bench.sync_row(sync.sync_id).part
    results = [bench.runtime.engine.result(execution_name(sync.sync_id, part + 1)) for part in range(parts)]
    assert parts > 1
    assert {result.status for result in results} == {"SUCCEEDED"}
    assert max(len(result.history) for result in results) < 60 + 40 * plan.EVENTS_PER_SLICE
    assert [sync.status for sync in syncs(bench)] == ["completed"]
    assert bench.content() == calm


def test_plan_does_not_underestimate_the_history_of_a_calm_sync(synced: Bench) -> None:
    sync = synced.newest()
    states = synced.execution.states()
    rounds, iterations = states.count("Plan"), states.count("Slice rests")
    detection = 100  # the states after loading
    estimate = rounds * plan.EVENTS_PER_ROUND + iterations * plan.EVENTS_PER_SLICE + detection
    assert sync.status == "completed"
    assert 0.5 * estimate < len(synced.execution.history) <= estimate
