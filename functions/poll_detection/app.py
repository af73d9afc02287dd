"""State "Poll detection": wait for it, up to a minute."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import DetectionPoll, SyncTask
from clario.services.poll_detection import poll_detection


@step(SyncTask)
def lambda_handler(task: SyncTask) -> DetectionPoll:
    c = container()
    return poll_detection(task, database=c.database, clock=c.clock)
