"""What the API of a deployment must do, over HTTP and for one seller."""

import json
from collections.abc import Callable
from typing import Any

import httpx

from devstack.proof.deployment import Unproved

LONGEST_SYNC = 600.0  # seconds
LOOK_AGAIN = 3.0


class ApiProof:
    """The checks; each answers what it saw or raises `Unproved`.

    Args:
        http: speaks to the API's address.
        token: a session of the seller.
        sleep: lets seconds pass.
    """

    def __init__(self, http: httpx.Client, token: str, sleep: Callable[[float], None]) -> None:
        self._http = http
        self._session = {"Authorization": f"Bearer {token}"}
        self._sleep = sleep
        self.sync_id = ""

    def answers(self) -> str:
        if self._answer("GET", "/healthz", session=False).json() != {"success": True}:
            raise Unproved("/healthz answers something else than we do: is this the address of the stack?")
        return "the layers load on Lambda's Python and processor"

    def knows_sessions(self) -> str:
        status = self._http.get("/api/sync/status").status_code
        if status != 401:
            raise Unproved(f"without a session it answered {status} instead of 401")
        self._answer("GET", "/api/sync/status")
        return "secrets are read, and Postgres answers over verified TLS"

    def syncs(self) -> str:
        self.sync_id = self._start()
        sync = self._ended(self.sync_id)
        if sync["status"] != "completed":
            raise Unproved(f"the sync ended as {sync['status']}: {sync.get('error')}")
        return str(sync["message"])

    def tells_events(self) -> str:
        path = f"/api/sse/sync-progress/{self.sync_id}"
        lines = self._answer("GET", path).text.splitlines()
        ids = [int(line.removeprefix("id: ")) for line in lines if line.startswith("id: ")]
        events = [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]
        if not events or ids != sorted(set(ids)) or events[-1]["type"] != "sync_complete":
            raise Unproved(f"the events are not in order or not complete: {ids}")
        again = self._http.get(path, headers={**self._session, "Last-Event-ID": str(ids[-1])})
        if again.status_code != 204:
            raise Unproved(f"after the last event it answered {again.status_code} instead of 204")
        return f"{len(events)} events, once and in order"

    def cancels(self) -> str:
        sync_id = self._start()
        self._answer("POST", f"/api/sync/cancel/{sync_id}")
        status = self._sync(sync_id)["status"]
        if status != "cancelled":
            raise Unproved(f"a sync that was cancelled is {status}")
        return sync_id

    def _start(self) -> str:
        sync_id: str = self._answer("POST", "/api/sync/start").json()["syncId"]
        return sync_id

    def _ended(self, sync_id: str) -> dict[str, Any]:
        waited = 0.0
        while (sync := self._sync(sync_id))["status"] == "running":
            if waited >= LONGEST_SYNC:
                raise Unproved(f"the sync stands at {sync['progress']}% after {waited:.0f} s: {sync['message']}")
            self._sleep(LOOK_AGAIN)
            waited += LOOK_AGAIN
        return sync

    def _sync(self, sync_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self._answer("GET", f"/api/sync/status/{sync_id}").json()
        return found

    def _answer(self, method: str, path: str, *, session: bool = True) -> httpx.Response:
        try:
            answer = self._http.request(method, path, headers=self._session if session else {})
        except httpx.HTTPError as error:
            raise Unproved(f"{path}: {type(error).__name__}") from error
        if answer.status_code != 200:
            raise Unproved(f"{path} answered {answer.status_code}: {answer.text[:300]}")
        return answer
