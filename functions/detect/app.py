"""The detection queue's worker: reconcile what is loaded."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Empty, SyncTask
from clario.services.detect import detect


@step(SyncTask)
def lambda_handler(task: SyncTask) -> Empty:
    c = container()
    return detect(task, database=c.database, clock=c.clock)
