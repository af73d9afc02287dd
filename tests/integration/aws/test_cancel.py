"""Cancelling a sync on AWS."""

import threading

from clario.services.ports import ExecutionStatus
from clario.services.syncs import execution_name
from devstack.clock import VirtualClock
from tests.integration.aws.cloud import deployed
from tests.workflow.referee import START

NO_AMAZON = {
    "AMAZON_SPAPI_BASE_URL": "http://127.0.0.1:1",
    "AMAZON_SPAPI_CLIENT_SECRET": "hush",
    "AMAZON_SPAPI_REFRESH_TOKEN": "Atzr|hush",
}


def test_a_sync_that_is_cancelled_through_the_api_has_its_execution_stopped(database_url: str) -> None:
    with deployed({**NO_AMAZON, "DATABASE_URL": database_url}, VirtualClock(START)) as cloud:
        started = threading.Event()

        def cancel(function: str) -> None:
            """The first task finds its sync cancelled."""
            assert started.wait(10)
            assert cloud.container.sync_workflow.status(execution_name(sync_id)) == ExecutionStatus.RUNNING
            cloud.post(f"/api/sync/cancel/{sync_id}", "anna")

        cloud.before = cancel
        sync_id = cloud.start_sync("anna")
        started.set()
        # A handler that is under way runs on; it says that there is nothing left to do.
        assert cloud.wait() == ["ABORTED"]
        assert cloud.container.sync_workflow.status(execution_name(sync_id)) == ExecutionStatus.ENDED
        with cloud.container.database.transaction("anna") as work:
            assert work.syncs.get(sync_id).status == "cancelled"
