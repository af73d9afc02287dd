"""Start, follow, list and cancel syncs over HTTP."""

import base64
import json
from collections.abc import Callable

import anyio
import httpx
import pytest

from tests.integration.api.conftest import Bench, FakeWorkflow, finish, problem, reject

LONGEST_SELLER = "a:b" + "x" * 125


def test_a_start_answers_the_id_and_the_status_shows_the_running_sync(bench: Bench) -> None:
    started = bench.request("POST", "/api/sync/start")
    assert started.status_code == 200
    sync_id = started.json()["syncId"]
    assert started.json() == {"syncId": sync_id, "status": "running", "message": "Sync started successfully"}
    active = bench.get("/api/sync/status")
    assert active["hasActiveSync"] is True
    assert active["lastSync"]["syncId"] == sync_id
    assert active["lastSync"]["startedAt"] == "2026-06-15T18:00:00Z"
    status = bench.get(f"/api/sync/status/{sync_id}")
    assert status == {"success": True, **active["lastSync"]}
    assert status["detection"] is None
    assert {stream["status"] for stream in status["streams"]} == {"pending"}


def test_of_twenty_simultaneous_starts_one_wins_and_the_others_hear_its_id(bench: Bench) -> None:
    answers: list[httpx.Response] = []

    async def start() -> None:
        answers.append(await bench.send("POST", "/api/sync/start"))

    async def all_at_once() -> None:
        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(start)

    anyio.run(all_at_once)
    [won] = [answer for answer in answers if answer.status_code == 200]
    lost = [answer for answer in answers if answer is not won]
    assert {problem(answer) for answer in lost} == {(400, "sync_in_progress")}
    assert {answer.json()["syncId"] for answer in lost} == {won.json()["syncId"]}
    assert len(lost) == 19


def test_without_a_connection_a_start_says_so(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(AMAZON_SPAPI_ENV_TOKEN="0")
    assert problem(bench.request("POST", "/api/sync/start")) == (400, "amazon_not_connected")


@pytest.mark.parametrize("path", ["/api/sync/force", "/api/v1/integrations/sync/start"])
def test_the_aliases_of_start_start(bench: Bench, path: str) -> None:
    assert bench.request("POST", path).json()["status"] == "running"
    answer = bench.request("POST", path)
    assert problem(answer) == (400, "sync_in_progress")


def test_syncs_of_one_millisecond_have_ids_of_their_own(bench: Bench) -> None:
    first = bench.start()
    finish(bench, first)
    second = bench.start()
    assert bench.get(f"/api/sync/status/{second}")["status"] == "running"
    assert bench.get(f"/api/sync/status/{first}")["status"] == "completed"


def test_a_sync_whose_execution_is_gone_ends_as_interrupted_and_the_next_one_starts(bench: Bench) -> None:
    first = bench.start()
    workflow = bench.container.workflow
    assert isinstance(workflow, FakeWorkflow)
    workflow.running.clear()
    assert problem(bench.request("POST", "/api/sync/start")) == (400, "sync_in_progress")  # it may be about to begin
    bench.container.clock.sleep(30)
    second = bench.start()
    ended = bench.get(f"/api/sync/status/{first}")
    assert (ended["status"], ended["error"]) == ("failed", "interrupted; start again resumes")
    assert second != first


def test_a_seller_who_never_synced_has_no_last_sync(bench: Bench) -> None:
    assert bench.get("/api/sync/status") == {"hasActiveSync": False, "lastSync": None}


def test_after_its_end_a_sync_is_the_last_one(bench: Bench) -> None:
    sync_id = bench.start()
    finish(bench, sync_id, claims=5)
    answer = bench.get("/api/sync/status")
    assert answer["hasActiveSync"] is False
    last = answer["lastSync"]
    assert (last["status"], last["progress"], last["claimsDetected"]) == ("completed", 100, 5)
    assert last["message"] == "Sync completed successfully - 5 discrepancies detected"
    assert last["completedAt"] == "2026-06-15T18:00:00Z"
    assert bench.get(f"/api/v1/integrations/sync/status/{sync_id}") == bench.get(f"/api/sync/status/{sync_id}")


def test_a_cancelled_sync_stays_cancelled_and_is_cancelled_once(bench: Bench) -> None:
    sync_id = bench.start()
    answer = bench.request("POST", f"/api/sync/cancel/{sync_id}")
    assert answer.json() == {"success": True, "message": "Sync cancelled successfully"}
    assert bench.get(f"/api/sync/status/{sync_id}")["message"] == "Sync cancelled"
    assert problem(bench.request("POST", f"/api/sync/cancel/{sync_id}")) == (400, "sync_not_running")


def test_history_is_newest_first_in_pages_with_durations(bench: Bench) -> None:
    ids = []
    for seconds in (300, 60, 0):
        ids.append(bench.start())
        bench.container.clock.sleep(seconds)
        if seconds:
            finish(bench, ids[-1], claims=2)
    page = bench.get("/api/sync/history?limit=2")
    assert page["total"] == 3
    assert [entry["syncId"] for entry in page["history"]] == [ids[2], ids[1]]
    assert [entry["duration"] for entry in page["history"]] == [None, 60]
    [oldest] = bench.get("/api/v1/integrations/sync/history?limit=2&offset=2")["history"]
    assert oldest == {
        "syncId": ids[0],
        "status": "completed",
        "startedAt": "2026-06-15T18:00:00Z",
        "completedAt": "2026-06-15T18:05:00Z",
        "ordersProcessed": 0,
        "claimsDetected": 2,
        "duration": 300,
        "error": None,
        "trigger": "manual",
    }


def test_statistics_count_every_kind_of_end(bench: Bench) -> None:
    for end in ("completed", "failed", "cancelled", None):
        sync_id = bench.start()
        bench.container.clock.sleep(1)
        with bench.database.transaction("anna") as work:
            work.syncs.set_orders(sync_id, 10, 10)
            if end:
                work.syncs.end(sync_id, end, "over")
    assert bench.get("/api/v1/integrations/sync/statistics")["statistics"] == {
        "totalSyncs": 4,
        "successfulSyncs": 1,
        "failedSyncs": 1,
        "cancelledSyncs": 1,
        "runningSyncs": 1,
        "totalOrdersProcessed": 40,
        "totalClaimsDetected": 0,
    }


def test_rejected_rows_come_page_by_page_each_once(bench: Bench) -> None:
    sync_id = bench.start()
    reject(bench, sync_id, lines=5)
    path = f"/api/sync/{sync_id}/rejected-rows?limit=2"
    pages = [bench.get(path)]
    while cursor := pages[-1]["nextCursor"]:
        pages.append(bench.get(f"{path}&cursor={cursor}"))
    assert [row["line"] for page in pages for row in page["rows"]] == [2, 3, 4, 5, 6]
    assert {page["total"] for page in pages} == {5}
    assert pages[0]["rows"][0] == {
        "stream": "ledger",
        "reason": "not a number",
        "rawObject": "raw/x",
        "line": 2,
        "raw": "x\ty",
    }


def test_a_calm_sync_has_no_rejected_rows(bench: Bench) -> None:
    answer = bench.get(f"/api/sync/{bench.start()}/rejected-rows")
    assert answer == {"success": True, "rows": [], "total": 0, "nextCursor": None}


def test_a_seller_id_of_128_characters_with_colons_works_throughout(bench: Bench) -> None:
    sync_id = bench.start(LONGEST_SELLER)
    assert sync_id == f"sync_{LONGEST_SELLER}_1781546400000"
    assert bench.get(f"/api/sync/status/{sync_id}", LONGEST_SELLER)["status"] == "running"
    assert bench.request("POST", f"/api/sync/cancel/{sync_id}", LONGEST_SELLER).status_code == 200
    stream = bench.request("GET", f"/api/sse/sync-progress/{sync_id}", LONGEST_SELLER)
    assert sync_id in stream.text


def test_a_number_outside_its_range_is_refused_not_clamped(bench: Bench) -> None:
    for query in ("limit=0", "limit=101", "limit=x", "limit=", "limit=1.5", "offset=-1", f"offset={10**20}"):
        assert problem(bench.request("GET", f"/api/sync/history?{query}")) == (400, "invalid_request"), query


def test_a_made_up_cursor_is_refused(bench: Bench) -> None:
    sync_id = bench.start()
    for key in (
        ["1"],
        ["1", "2"],
        ["-1", "1", "1"],
        ["1", "99999999999", "1"],
        ["9" * 19, "1", "1"],
        [1, 2, 3],
        {},
        "é",
    ):
        cursor = base64.urlsafe_b64encode(json.dumps(key).encode()).decode()
        for given in (cursor, "x", "!!", "é"):
            path = f"/api/sync/{sync_id}/rejected-rows?cursor={given}"
            assert problem(bench.request("GET", path)) == (400, "invalid_request"), given
