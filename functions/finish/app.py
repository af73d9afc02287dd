"""States "Finish" and "Finish failed", and executions that ended without a word: end the sync."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Empty, FinishTask
from clario.services.finish import finish


@step(FinishTask)
def lambda_handler(task: FinishTask) -> Empty:
    c = container()
    return finish(task, database=c.database, clock=c.clock)
