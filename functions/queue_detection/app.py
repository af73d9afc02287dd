"""State "Queue detection": ask for what was loaded to be reconciled."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SyncTask
from clario.services.queue_detection import queue_detection


@step(SyncTask)
def lambda_handler(task: SyncTask) -> SyncTask:
    c = container()
    return queue_detection(task, database=c.database, queue=c.detection_queue)
