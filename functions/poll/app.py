"""State "Poll report": see how far the slice's report is."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SliceTask
from clario.services.poll import poll


@step(SliceTask)
def lambda_handler(task: SliceTask) -> SliceTask:
    return poll(task, container().amazon_step)
