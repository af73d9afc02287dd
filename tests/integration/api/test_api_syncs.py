"""Start, follow, list and cancel syncs over HTTP."""

import anyio
import httpx

from tests.integration.api.conftest import Bench, problem

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
