"""The functions behind API Gateway: each serves its own area, and nothing else."""

from collections.abc import Iterator

import pytest

from clario import bootstrap
from functions.api_detections.app import lambda_handler as api_detections
from functions.api_progress.app import lambda_handler as api_progress
from functions.api_sync.app import lambda_handler as api_sync
from tests.integration.api.conftest import Bench, finish, through_lambda


@pytest.fixture
def deployed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """The functions of this process work with the bench's container."""
    monkeypatch.setattr(bootstrap, "_container", bench.container)
    modules = [handler.__globals__["_door"] for handler in (api_sync, api_progress, api_detections)]
    for door in modules:
        door.cache_clear()
    yield bench
    for door in modules:
        door.cache_clear()


def test_each_function_serves_its_area_only(deployed: Bench) -> None:
    sync_id = deployed.start()
    finish(deployed, sync_id)
    areas = {
        api_sync: ["/healthz", "/openapi.json", "/api/sync/status", f"/api/sync/{sync_id}/rejected-rows"],
        api_progress: [f"/api/sse/sync-progress/{sync_id}"],
        api_detections: ["/api/detections/results", "/api/v1/product-costs"],
    }
    for handler in areas:
        for owner, paths in areas.items():
            for path in paths:
                status, _ = through_lambda(handler, path)
                assert status == (200 if owner is handler else 404), (handler, path)
