"""State "Request report": ask Amazon for the slice's report."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SliceTask
from clario.services.request import request


@step(SliceTask)
def lambda_handler(task: SliceTask) -> SliceTask:
    return request(task, container().amazon_step)
