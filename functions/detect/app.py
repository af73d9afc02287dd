"""The detection queue's worker: reconcile what is loaded."""

from datetime import datetime

from clario.aws.worker import worker
from clario.bootstrap import container
from clario.payloads import Empty, SyncTask
from clario.services.detect import detect


@worker(SyncTask)
def lambda_handler(task: SyncTask, deadline: datetime | None) -> Empty:
    c = container()
    return detect(task, database=c.database, queue=c.detection_queue, clock=c.clock, deadline=deadline)
