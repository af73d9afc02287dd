"""Data-source health over HTTP: the shape people were promised, of the seller who asks."""

from datetime import datetime
from typing import Any

from tests.integration.api.conftest import NOW, Bench, finish, problem, reject

PATH = "/api/sync/data-sources/health"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"


def sources(bench: Bench, seller: str = "anna") -> dict[str, Any]:
    answer = bench.get(PATH, seller)
    assert answer["success"] is True
    return {entry["source"]: entry for entry in answer["dataSources"]}


def test_who_has_connected_nothing_sees_every_source_disconnected(bench: Bench) -> None:
    assert sources(bench, "bert")["amazon_spapi_returns"] == {
        "name": "Returns Data",
        "status": "disconnected",
        "lastPulled": None,
        "lastPulledAgo": "never",
        "source": "amazon_spapi_returns",
        "syncEnabled": False,
        "error": None,
        "notes": [],
        "nextDue": None,
        "rows": 0,
    }


def test_what_was_loaded_is_told_to_its_seller_alone(bench: Bench) -> None:
    sync_id = bench.start()
    reject(bench, sync_id, lines=1)
    finish(bench, sync_id)
    ledger = sources(bench)["amazon_spapi_inventory"]
    assert (ledger["lastPulled"], ledger["lastPulledAgo"]) == (f"{NOW:%Y-%m-%dT%H:%M:%SZ}", "just now")
    assert (ledger["status"], ledger["syncEnabled"]) == ("disconnected", True)  # the stock was never loaded
    bench.start("bert")
    assert {entry["lastPulled"] for entry in sources(bench, "bert").values()} == {None}


def pulled(bench: Bench, at: datetime) -> None:
    """The returns of today are loaded, as of then."""
    bench.run(
        "INSERT INTO coverage (connection_id, dataset, scope, day, seller_id, stream, source, as_of)"
        " SELECT connection_id, 'returns', 'US', '2026-06-15', seller_id, 'returns', %(source)s, %(at)s"
        " FROM connections ON CONFLICT (connection_id, dataset, scope, day) DO UPDATE SET as_of = excluded.as_of",
        source=RETURNS,
        at=at,
    )


def slice_of_today(bench: Bench, sync_id: str, state: str, error: str | None = None) -> None:
    bench.run(
        "INSERT INTO sync_slices (sync_id, seller_id, connection_id, stream, source, scope, start_day, end_day, state,"
        " error) SELECT %(sync_id)s, seller_id, connection_id, 'returns', %(source)s, 'US', '2026-06-15', '2026-06-15',"
        " %(state)s, %(error)s FROM connections",
        sync_id=sync_id,
        source=RETURNS,
        state=state,
        error=error,
    )


def test_a_stream_is_syncing_while_a_running_sync_has_yet_to_load_it(bench: Bench) -> None:
    sync_id = bench.start()
    pulled(bench, NOW)
    assert sources(bench)["amazon_spapi_returns"]["status"] == "connected"
    slice_of_today(bench, sync_id, "planned")
    assert sources(bench)["amazon_spapi_returns"]["status"] == "syncing"
    finish(bench, sync_id)
    assert sources(bench)["amazon_spapi_returns"]["status"] == "connected"


def test_a_revoked_connection_shows_as_disconnected_and_says_so(bench: Bench) -> None:
    bench.start()
    with bench.database.transaction("anna") as work:
        work.connections.revoke(work.connections.all()[0].connection_id, "the authorisation was revoked")
    entries = sources(bench).values()
    assert {(one["status"], one["error"], one["syncEnabled"]) for one in entries} == {
        ("disconnected", "the authorisation was revoked", False)
    }


def test_a_failure_shows_until_its_days_are_loaded(bench: Bench) -> None:
    sync_id = bench.start()
    pulled(bench, NOW.replace(hour=1))
    slice_of_today(bench, sync_id, "failed", "HTTP 500")
    finish(bench, sync_id)
    failed = sources(bench)["amazon_spapi_returns"]
    assert (failed["status"], failed["error"], failed["lastPulledAgo"]) == ("error", "HTTP 500", "17 hours ago")
    pulled(bench, NOW.replace(minute=1))
    assert sources(bench)["amazon_spapi_returns"]["status"] == "connected"


def test_without_a_session_nothing_is_told(bench: Bench) -> None:
    assert problem(bench.request("GET", PATH, None)) == (401, "unauthenticated")
