"""The refresh queue's worker: bring paged streams up to date between syncs."""

from datetime import datetime

from clario.aws.worker import worker
from clario.bootstrap import container
from clario.payloads import Empty, RefreshTask
from clario.services.refresh import RefreshStep, refresh


@worker(RefreshTask)
def lambda_handler(task: RefreshTask, deadline: datetime | None) -> Empty:
    c = container()
    step = RefreshStep(c.database, c.amazon, c.objects, c.clock, c.metrics, c.api_versions, deadline)
    return refresh(task, step)
