"""State "Normalize slice": turn the raw object into rows of ours."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SliceTask
from clario.services.normalize import normalize


@step(SliceTask)
def lambda_handler(task: SliceTask) -> SliceTask:
    c = container()
    return normalize(task, database=c.database, objects=c.objects)
