"""The event stream: every event once and in order, streamed or in one piece, however often the reader comes back."""

import time
from typing import Any

import httpx
import pytest
from mangum import Mangum

from clario.api import stream
from clario.domain.progress import message_for
from tests.integration.api.conftest import Bench, finish, problem, served, through_lambda, token

STEPS = (10, 30, 50, 65, 90, 95)


def advance(bench: Bench, sync_id: str, *numbers: int) -> None:
    for number in numbers:
        with bench.database.transaction("anna") as work:
            work.syncs.advance(sync_id, number, message_for(number))


@pytest.fixture
def ended(bench: Bench) -> str:
    """A sync with an event for each step and its last one."""
    sync_id = bench.start()
    advance(bench, sync_id, *STEPS)
    finish(bench, sync_id, claims=5)
    return sync_id


def streamed(bench: Bench, sync_id: str, after: int | None = None) -> httpx.Response:
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    return bench.request("GET", f"/api/sse/sync-progress/{sync_id}", headers=headers)


def buffered(bench: Bench, sync_id: str, after: int | None = None) -> tuple[int, str]:
    """The same request through Mangum."""
    headers = {} if after is None else {"last-event-id": str(after)}

    def handler(event: dict[str, Any], context: Any) -> Any:
        return Mangum(bench.app, lifespan="off")(event, context)

    return through_lambda(handler, f"/api/sse/sync-progress/{sync_id}", **headers)


def ids(text: str) -> list[int]:
    return [int(line.removeprefix("id: ")) for line in text.splitlines() if line.startswith("id: ")]


def test_an_ended_sync_tells_every_event_from_the_first_to_the_last(bench: Bench, ended: str) -> None:
    answer = streamed(bench, ended)
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames = answer.text.split("\n\n")
    assert frames.pop() == ""
    assert frames[0] == (
        f'id: 1\nretry: 1000\ndata: {{"type":"sync_progress","syncId":"{ended}","progress":10,"status":"running",'
        '"message":"Sync starting..."}'
    )
    assert frames[-1] == (
        f'id: 7\nretry: 1000\ndata: {{"type":"sync_complete","syncId":"{ended}","progress":100,"status":"completed",'
        '"message":"Sync completed successfully - 5 discrepancies detected","claimsDetected":5}'
    )
    assert ids(answer.text) == [1, 2, 3, 4, 5, 6, 7]


def test_a_reader_cut_off_anywhere_hears_the_rest_and_nothing_twice(bench: Bench, ended: str) -> None:
    whole = streamed(bench, ended).text
    for cut in range(7):
        answer = streamed(bench, ended, after=cut)
        assert ids(answer.text) == list(range(cut + 1, 8)), cut
        assert whole.endswith(answer.text), cut


def test_in_one_piece_it_is_the_same_at_every_cut(bench: Bench, ended: str) -> None:
    for cut in (None, *range(8)):
        answer = streamed(bench, ended, after=cut)
        assert buffered(bench, ended, after=cut) == (answer.status_code, answer.text), cut


@pytest.mark.parametrize("after", [7, 8, 2**31 - 1])
def test_after_the_last_event_there_is_nothing_to_come_back_for(bench: Bench, ended: str, after: int) -> None:
    answer = streamed(bench, ended, after=after)
    assert (answer.status_code, answer.content) == (204, b"")


def test_in_one_piece_a_running_sync_says_when_to_come_back(bench: Bench) -> None:
    sync_id = bench.start()
    assert buffered(bench, sync_id) == (200, "retry: 1000\n\n")
    advance(bench, sync_id, 10, 30)
    status, text = buffered(bench, sync_id, after=1)
    assert (status, ids(text)) == (200, [2])


def test_a_cancelled_and_a_failed_sync_say_so_in_their_last_event(bench: Bench) -> None:
    sync_id = bench.start()
    bench.request("POST", f"/api/sync/cancel/{sync_id}")
    assert '"type":"sync_cancelled"' in streamed(bench, sync_id).text
    bench.container.clock.sleep(1)
    sync_id = bench.start()
    with bench.database.transaction("anna") as work:
        work.syncs.end(sync_id, "failed", "Sync failed - reconnect", error="reconnect")
    assert '"type":"sync_failed"' in streamed(bench, sync_id).text


def test_a_last_event_id_that_is_no_number_is_refused(bench: Bench, ended: str) -> None:
    for given in ("x", "-1", "99999999999", "1.5"):
        answer = bench.request("GET", f"/api/sse/sync-progress/{ended}", headers={"Last-Event-ID": given})
        assert problem(answer) == (400, "invalid_request"), given


def test_a_stream_ends_by_itself_after_a_while(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "LASTS", 0.3)
    monkeypatch.setattr(stream, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(stream, "HEARTBEAT", 0.1)
    sync_id = bench.start()
    answer = streamed(bench, sync_id)
    assert ids(answer.text) == []
    assert answer.text.startswith("retry: 1000\n\n:\n\n")


def test_under_a_server_events_arrive_while_the_sync_runs_within_two_seconds(bench: Bench) -> None:
    sync_id = bench.start()
    heard: list[tuple[int, float]] = []
    sent: dict[int, float] = {}
    with served(bench) as address, httpx.Client(base_url=address, timeout=10) as client:
        path = f"/api/sse/sync-progress/{sync_id}"
        with client.stream("GET", path, headers={"Authorization": f"Bearer {token()}"}) as answer:
            for line in answer.iter_lines():
                if line.startswith("id: "):
                    heard.append((int(line.removeprefix("id: ")), time.monotonic()))
                if line == "" and len(sent) < 3:
                    advance(bench, sync_id, STEPS[len(sent)])
                    sent[len(sent) + 1] = time.monotonic()
                elif line == "" and len(sent) == 3:
                    finish(bench, sync_id)
                    sent[4] = time.monotonic()
    assert [number for number, _ in heard] == [1, 2, 3, 4]
    assert all(at - sent[number] < 2 for number, at in heard)
