"""The main job: from Amazon's wire to claims, once, again, and with everything going wrong on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from clario.domain.slices import SliceState
from clario.domain.sources import ReportSource
from clario.domain.streams import STREAMS
from clario.errors import AmazonNotConnected, SyncInProgress, SyncNotRunning
from clario.services.replay import replay
from clario.services.syncs import execution_name
from devstack import functions
from tests.integration.sync.conftest import SELLER, TABLES, Bench


def test_a_calm_sync_completes_and_amazon_never_has_to_say_stop(synced: Bench) -> None:
    sync = synced.newest()
    assert (sync.status, sync.progress, sync.error) == ("completed", 100, None)
    assert synced.execution.status == "SUCCEEDED"
    assert synced.throttled() == 0
    assert {part.state for part in synced.slices(sync)} == {SliceState.STORED}
    assert {part.severity for part in synced.slices(sync)} == {None}
    assert synced.rows("SELECT * FROM rejected_rows") == []


def test_progress_rises_event_by_event_with_the_message_of_its_number_and_ends_with_the_count(synced: Bench) -> None:
    sync = synced.newest()
    with synced.database.transaction(SELLER) as work:
        events = work.syncs.events(sync.sync_id)
    assert [event.id for event in events] == list(range(1, len(events) + 1))
    numbers = [event.progress for event in events]
    assert numbers == sorted(numbers)
    assert numbers[0] == 10
    last = events[-1]
    assert (last.type, last.progress, last.claims_detected) == ("sync_complete", 100, sync.claims_detected)
    assert last.message == f"Sync completed successfully - {sync.claims_detected} discrepancies detected"
    assert {event.type for event in events[:-1]} == {"sync_progress"}


def test_orders_are_counted_once_however_many_slices_they_appear_in(synced: Bench) -> None:
    sync = synced.newest()
    [row] = synced.rows("SELECT count(*) AS orders FROM orders")
    assert sync.orders_processed == sync.total_orders == row["orders"] > 0


def test_a_second_sync_of_unchanged_data_changes_no_row(synced: Bench) -> None:
    before = synced.versions()
    synced.clock.sleep(timedelta(hours=4, minutes=30).total_seconds())
    second = synced.sync()
    assert second.status == "completed"
    # What Amazon makes once a day is the day's already.
    assert {part.stream for part in synced.slices(second) if part.severity} == {"fees"}
    assert synced.versions() == before


def test_asked_again_too_soon_amazon_answers_with_old_data_and_the_sync_says_so(synced: Bench) -> None:
    before = synced.versions()
    synced.clock.sleep(600)
    second = synced.sync()
    told = {part.source for part in synced.slices(second) if part.note}
    assert told == {
        source.name
        for stream in STREAMS.values()
        for source in stream.sources
        if isinstance(source, ReportSource) and source.cooldown > timedelta(minutes=10)
    }
    notes = {(part.state, part.note, part.severity) for part in synced.slices(second) if part.note}
    assert notes == {(SliceState.UNCHANGED, "report_cooldown", "info")}
    assert all("the data is of 2026-07-06 18:" in (part.error or "") for part in synced.slices(second) if part.note)
    assert synced.versions() == before


@pytest.mark.parametrize("report", ["GET_LEDGER_DETAIL_VIEW_DATA", "GET_FBA_REIMBURSEMENTS_DATA"])
def test_a_cancelled_report_after_a_good_sync_deletes_nothing_and_is_a_warning(synced: Bench, report: str) -> None:
    before = synced.versions()
    synced.clock.sleep(timedelta(hours=5).total_seconds())
    synced.fault("createReport", "cancelled", report_type=report, times=9)
    second = synced.sync()
    assert second.status == "completed"
    [held_back] = [part for part in synced.slices(second) if part.source == report]
    assert (held_back.note, held_back.severity, held_back.state) == ("report_cancelled", "warning", "unchanged")
    assert synced.versions() == before


# In each sync one fault of every way in which rows come: none of them hides another.
FAULTS: dict[str, list[tuple[str, str, dict[str, int]]]] = {
    "429": [
        ("listTransactions", "throttle", {"times": 2, "after": 1}),
        ("createReport", "throttle", {"times": 1}),
        ("getInventorySummaries", "throttle", {"times": 3, "after": 1}),
    ],
    "500 with HTML, while polling 503": [
        ("listTransactions", "html500", {"times": 2}),
        ("getReport", "html503", {"times": 3}),
        ("getInventorySummaries", "html500", {"times": 2}),
    ],
    "a lost answer to createReport, 503 with HTML between pages": [
        ("createReport", "html500", {"times": 1}),
        ("getInventorySummaries", "html503", {"times": 3, "after": 1}),
    ],
    "reset": [
        ("listTransactions", "reset", {"times": 2, "after": 1}),
        ("createReport", "reset", {"times": 1}),
    ],
    "reset within a page or document": [
        ("listTransactions", "reset", {"at_byte": 700}),
        ("document", "reset", {"at_byte": 300}),
        ("getInventorySummaries", "reset", {"at_byte": 700, "after": 1}),
    ],
    "expired token": [
        ("listTransactions", "expired_token", {"after": 2}),
        ("getReportDocument", "expired_token", {}),
        ("getInventorySummaries", "expired_token", {"after": 1}),
    ],
    "three failures in a row, a report that fails once": [
        ("listTransactions", "html500", {"times": 9}),
        ("createReport", "fatal", {"times": 1}),
    ],
    "another encoding": [("document", "cp1252", {"times": 9})],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_whatever_goes_wrong_on_the_way_the_database_ends_the_same(bench, calm, faults) -> None:
    for operation, kind, order in faults:
        bench.fault(operation, kind, **order)
    sync = bench.sync()
    assert (sync.status, [part.error for part in bench.slices(sync) if part.error]) == ("completed", [])
    unused = {(operation, order.get("times", 1)) for operation, _, order in faults}
    assert [left for left in bench.faults_left() if (left["operation"], left["times"]) in unused] == [], "none struck"
    assert bench.content() == calm


@pytest.mark.parametrize(
    "offsets",
    [(0, 1, 5, 9, 10), (11, 40, 99, 200, 333), (600, 1000, -2000, -500, -99), (-20, -16, -9, -8, -4, -1)],
    ids=["in the header", "early", "late", "in the trailer"],
)
def test_a_document_torn_anywhere_is_fetched_again(bench: Bench, calm, offsets: tuple[int, ...]) -> None:
    for offset in offsets:
        bench.fault("document", "torn_gzip", at_byte=offset)
    sync = bench.sync()
    assert sync.status == "completed"
    assert bench.faults_left() == []
    assert bench.content() == calm


def test_a_malformed_row_is_kept_with_reason_and_raw_line_and_counted(bench: Bench) -> None:
    bench.fault("document", "bad_row", report_type="GET_LEDGER_DETAIL_VIEW_DATA")
    sync = bench.sync()
    assert sync.status == "completed"
    [row] = bench.rows("SELECT stream, reason, raw FROM rejected_rows")
    assert row["stream"] == "ledger"
    assert row["reason"] == "quantity is not a whole number: abc"
    assert "abc" in row["raw"]
    assert sum(part.rejected or 0 for part in bench.slices(sync)) == 1


def test_a_slice_that_keeps_failing_fails_alone_and_the_next_sync_fills_only_the_hole(bench: Bench, calm) -> None:
    bench.fault("listTransactions", "html500", times=21)  # one slice's three tries, seven times over
    first = bench.sync()
    [failed] = [part for part in bench.slices(first) if part.state is SliceState.FAILED]
    assert (first.status, failed.severity, failed.note) == ("completed", "error", "amazon_unavailable")
    assert first.message.endswith("(1 sources with errors)")
    assert "HTTP 500" in (failed.error or "")
    bench.clock.sleep(timedelta(hours=5).total_seconds())
    second = bench.sync()
    old = next(part.days for part in bench.slices(second) if part.stream == "financial_events")
    assert (failed.days.start <= old.start) and (old.end <= failed.days.end)
    assert bench.content() == calm


@pytest.mark.parametrize("kind", ["html500", "throttle"])
def test_while_amazon_does_not_tell_the_marketplaces_those_of_the_last_sync_are_read(synced: Bench, kind: str) -> None:
    before = synced.newest()
    synced.clock.sleep(timedelta(hours=5).total_seconds())
    synced.fault("getMarketplaceParticipations", kind, times=99)
    second = synced.sync()
    assert (second.status, second.warnings) == ("completed", ())
    assert {part.scope for part in synced.slices(second)} == {part.scope for part in synced.slices(before)}


def test_where_amazon_never_told_the_marketplaces_the_sync_fails_and_says_so(bench: Bench) -> None:
    bench.fault("getMarketplaceParticipations", "html500", times=99)
    sync = bench.sync()
    assert sync.status == "failed"
    assert "getMarketplaceParticipations" in (sync.error or "")


def test_a_revoked_authorisation_ends_the_sync_and_the_next_start_asks_to_connect(bench: Bench) -> None:
    bench.fault("token", "revoked", times=9)
    sync = bench.sync()
    assert sync.status == "failed"
    assert "connect" in (sync.error or "")
    assert sync.message == f"Sync failed - {sync.error}"
    with pytest.raises(AmazonNotConnected):
        bench.container.sync_control().start(SELLER)


def test_a_new_token_in_the_environment_ends_a_revocation_and_the_old_one_does_not(bench: Bench) -> None:
    bench.fault("token", "revoked", times=9)
    bench.sync()
    control = bench.container.sync_control()
    assert control.environment is not None
    renewed = replace(control, environment=replace(control.environment, token_fingerprint="another"))
    with pytest.raises(AmazonNotConnected):
        control.start(SELLER)
    assert renewed.start(SELLER).startswith(f"sync_{SELLER}_")


def test_a_token_that_may_no_longer_be_used_connects_nobody_who_used_it_before(synced: Bench) -> None:
    control = replace(synced.container.sync_control(), environment=None)
    with pytest.raises(AmazonNotConnected):
        control.start(SELLER)


def test_of_two_starts_one_wins_and_the_other_names_it(bench: Bench) -> None:
    control = bench.container.sync_control()
    first = control.start(SELLER)
    with pytest.raises(SyncInProgress) as refused:
        control.start(SELLER)
    assert refused.value.sync_id == first


def test_a_cancelled_sync_stays_cancelled_and_the_next_one_runs(bench: Bench, calm) -> None:
    control = bench.container.sync_control()
    sync_id = control.start(SELLER)
    bench.runtime.engine.run_until(bench.clock.now() + timedelta(seconds=30))
    control.cancel(SELLER, sync_id)
    bench.runtime.engine.run_until_idle()
    cancelled = bench.sync_row(sync_id)
    assert (cancelled.status, cancelled.message) == ("cancelled", "Sync cancelled")
    with pytest.raises(SyncNotRunning):
        control.cancel(SELLER, sync_id)
    bench.clock.sleep(timedelta(hours=5).total_seconds())
    assert bench.sync().status == "completed"
    assert bench.content() == calm


def test_a_sync_whose_execution_is_gone_does_not_block_the_next(bench: Bench) -> None:
    sync_id = bench.container.sync_control().start(SELLER)
    bench.runtime.engine.stop(execution_name(sync_id))
    bench.clock.sleep(30)  # until then it might be about to begin
    next_sync = bench.sync()
    assert next_sync.status == "completed"
    dead = bench.sync_row(sync_id)
    assert (dead.status, dead.error) == ("failed", "interrupted; start again resumes")


def test_replay_makes_the_same_database_from_raw_without_calling_amazon(synced: Bench, calm) -> None:
    """All tables of all streams, and what coverage has from documents; days of which Amazon had nothing stay known."""
    calls = synced.amazon.control("stats")
    with synced.database.statements(SELLER) as run:
        for table in (*TABLES, "rejected_rows", "detection_results"):
            run.connection.execute(f"DELETE FROM {table}")
        run.connection.execute("DELETE FROM coverage WHERE document_id IS NOT NULL")
    assert synced.content() != calm
    told: set[str] = set()
    count = replay(
        SELLER,
        synced.clock.now().date() - timedelta(days=400),
        database=synced.database,
        objects=synced.container.objects,
        clock=synced.clock,
        told=lambda document, _stored: told.add(document.stream),
    )
    assert count > len(told)
    assert told == {*STREAMS} - {"replacements"}  # of which this world has none
    assert synced.content() == calm
    assert synced.amazon.control("stats") == calls


def test_no_secret_is_in_states_rows_or_errors(bench: Bench) -> None:
    bench.fault("listTransactions", "expired_token", after=2)
    bench.sync()
    secrets = ("Atza|", "Atzr|", "local-secret")
    history = repr(bench.execution)
    tables = bench.rows("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'")
    content = [
        repr(bench.rows(f"SELECT * FROM {table['name']}")) for table in tables if table["name"] != "schema_migrations"
    ]
    assert not [secret for secret in secrets for text in (history, *content) if secret in text]


@pytest.mark.parametrize(
    "function",
    ["plan", "request", "poll", "fetch", "normalize", "store", "queue_detection", "detect", "poll_detection"],
)
def test_cancelled_in_any_state_it_stays_cancelled_and_the_next_start_works(
    bench: Bench, calm, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    control = bench.container.sync_control()
    handler_of, cancelled = functions.handler, []

    def cancelling(name: str):
        def handler(payload, context):
            answer = handler_of(name)(payload, context)
            if name == function and not cancelled:
                cancelled.append(name)
                control.cancel(SELLER, sync_id)
            return answer

        return handler

    monkeypatch.setattr(functions, "handler", cancelling)
    sync_id = control.start(SELLER)
    bench.runtime.engine.run_until_idle()
    assert cancelled == [function]
    assert bench.sync_row(sync_id).status == "cancelled"
    bench.clock.sleep(timedelta(hours=5).total_seconds())
    assert bench.sync().status == "completed"
    assert bench.sync_row(sync_id).status == "cancelled"
    assert bench.content() == calm


def test_a_seller_id_of_128_characters_with_colons_works_through_the_whole_sync(bench: Bench) -> None:
    seller = ("A:b.c_d@e-f" * 12)[:128]
    sync_id = bench.container.sync_control().start(seller)
    result = bench.runtime.engine.wait(execution_name(sync_id))
    bench.runtime.engine.run_until_idle()
    with bench.database.transaction(seller) as work:
        assert (result.status, work.syncs.get(sync_id).status) == ("SUCCEEDED", "completed")
    assert bench.rows("SELECT * FROM ledger_events") == []  # they are another seller's
