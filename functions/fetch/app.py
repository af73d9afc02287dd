"""State "Fetch slice": bring the slice's data into the raw store."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SliceTask
from clario.services.fetch import fetch


@step(SliceTask)
def lambda_handler(task: SliceTask) -> SliceTask:
    c = container()
    return fetch(task, c.amazon_step, c.objects)
