"""State "Plan": what to load now."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Plan, SyncTask
from clario.services.plan import plan


@step(SyncTask)
def lambda_handler(task: SyncTask) -> Plan:
    c = container()
    return plan(task, database=c.database, amazon=c.amazon, clock=c.clock, settings=c.plan_settings)
