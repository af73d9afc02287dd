"""State "Store slice": bring the normalized rows into Postgres."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import SliceTask
from clario.services.store import store


@step(SliceTask)
def lambda_handler(task: SliceTask) -> SliceTask:
    c = container()
    return store(task, database=c.database, objects=c.objects, metrics=c.metrics)
