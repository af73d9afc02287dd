"""State "Record failure": the slice says why it was given up."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Empty, FailedSlice
from clario.services.record_failure import record_failure


@step(FailedSlice)
def lambda_handler(task: FailedSlice) -> Empty:
    return record_failure(task, database=container().database)
