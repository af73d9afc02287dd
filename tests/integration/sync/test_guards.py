"""What a sync holds back, puts in quarantine and notes, and how the data sources are then said to be."""

from datetime import timedelta

from clario.domain.health import DataSource
from clario.domain.slices import Slice, SliceState
from clario.services.health import source_health
from clario.services.records import Sync
from clario.services.status import warnings_of
from clario.services.syncs import execution_name
from tests.integration.sync.conftest import SELLER, Bench

LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
REIMBURSEMENTS = "GET_FBA_REIMBURSEMENTS_DATA"
FEES = "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA"


def health(bench: Bench) -> dict[str, DataSource]:
    database = bench.database.acting_as("clario_api")
    return {one.source: one for one in source_health(SELLER, database=database, clock=bench.clock)}


def later(bench: Bench, **time: float) -> None:
    bench.clock.sleep(timedelta(**time).total_seconds())


def scheduled_sync(bench: Bench) -> Sync:
    """A sync that nobody asked for, run to its end."""
    now = bench.clock.now()
    assert bench.container.sync_control().start_due(SELLER, now, now)
    with bench.database.transaction(SELLER) as work:
        [sync] = work.syncs.newest(limit=1)
    bench.runtime.engine.wait(execution_name(sync.sync_id))
    bench.runtime.engine.run_until_idle()
    return bench.sync_row(sync.sync_id)


def of_source(bench: Bench, sync: Sync, source: str) -> list[Slice]:
    return [part for part in bench.slices(sync) if part.source == source]


def test_after_a_calm_sync_every_source_is_connected_and_nothing_is_odd(synced: Bench) -> None:
    sync = synced.newest()
    assert warnings_of(synced.slices(sync)) == []
    found = health(synced)
    assert {one.status for one in found.values()} == {"connected"}
    assert [one.notes for one in found.values() if one.notes] == []
    assert {one.error for one in found.values()} == {None}
    pulled = found["amazon_spapi_inventory"].last_pulled
    assert pulled is not None
    assert timedelta(0) <= synced.clock.now() - pulled < timedelta(minutes=30)
    rows = {"ledger", "inventory"}
    brought = sum(part.rows or 0 for part in synced.slices(sync) if part.stream in rows)
    assert found["amazon_spapi_inventory"].rows == brought > 0


def test_drift_is_noted_and_stops_nothing(synced: Bench) -> None:
    later(synced, hours=5)
    synced.fault("document", "unknown_code", report_type=LEDGER)
    synced.fault("document", "additional_columns", report_type=REIMBURSEMENTS)
    synced.fault("document", "bad_row", report_type="GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA")
    assert synced.sync().status == "completed"
    assert synced.faults_left() == []
    notes = {(note.stream, note.code) for one in health(synced).values() for note in one.notes}
    assert notes == {("ledger", "unseen_code"), ("reimbursements", "new_header"), ("returns", "rejected_share")}
    [told] = [note for note in health(synced)["amazon_spapi_inventory"].notes if note.code == "unseen_code"]
    assert told.detail.endswith("UNHEARD_OF")


def test_a_report_that_is_suddenly_empty_is_a_warning_and_changes_nothing(synced: Bench) -> None:
    before = synced.versions()
    later(synced, hours=5)
    synced.fault("createReport", "header_only", report_type=LEDGER)
    second = synced.sync()
    assert (second.status, synced.versions()) == ("completed", before)
    [warning] = [one for one in warnings_of(synced.slices(second)) if one.source == "ledger"]
    assert (warning.code, warning.severity) == ("report_shrank", "warning")
    assert warning.detail.startswith("0 rows where ")
    assert "says the same; the data is of 2026-07-06 18:" in warning.detail
    assert [note.code for note in health(synced)["amazon_spapi_inventory"].notes] == ["report_shrank"]


def test_a_slice_that_keeps_failing_rests_unless_somebody_asks(bench: Bench) -> None:
    bench.fault("createReport", "fatal", report_type=LEDGER, times=99)
    states = []
    for sync in (Bench.sync, scheduled_sync, scheduled_sync, scheduled_sync):
        last = sync(bench)
        states += [part.state for part in of_source(bench, last, LEDGER)]
        later(bench, days=1)
    assert states == [SliceState.FAILED] * 3 + [SliceState.QUARANTINED]
    [warning] = warnings_of(bench.slices(last))
    assert (warning.source, warning.code, warning.severity) == ("ledger", "quarantined", "error")
    assert "failed in 3 syncs in a row" in (health(bench)["amazon_spapi_inventory"].error or "")
    bench.amazon.control("faults", method="DELETE")
    by_hand = bench.sync()
    assert {part.state for part in of_source(bench, by_hand, LEDGER)} == {SliceState.STORED}
    assert health(bench)["amazon_spapi_inventory"].error is None


def test_asked_too_soon_amazon_may_also_give_no_report(synced: Bench) -> None:
    before = synced.versions()
    later(synced, minutes=50)
    synced.fault("createReport", "cancelled", report_type=LEDGER, times=9)
    synced.fault("createReport", "fatal", report_type=REIMBURSEMENTS, times=9)
    second = synced.sync()
    for source in (LEDGER, REIMBURSEMENTS):
        [part] = of_source(synced, second, source)
        assert (part.state, part.note, part.severity) == (SliceState.UNCHANGED, "report_cooldown", "info")
        assert "the data is of 2026-07-06 18:" in (part.error or "")
    assert synced.versions() == before


def test_a_snapshot_that_amazon_does_not_give_on_the_next_day_is_not_empty(synced: Bench) -> None:
    known = synced.rows("SELECT max(day) AS day FROM coverage WHERE dataset = 'fee_previews'")
    later(synced, hours=30)
    synced.fault("createReport", "cancelled", report_type=FEES, times=9)
    [part] = of_source(synced, synced.sync(), FEES)
    assert (part.state, part.note) == (SliceState.UNCHANGED, "report_cancelled")
    assert synced.rows("SELECT max(day) AS day FROM coverage WHERE dataset = 'fee_previews'") == known
