"""State "Plan": what to load now."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Plan, PlanTask
from clario.services.plan import plan


@step(PlanTask)
def lambda_handler(task: PlanTask) -> Plan:
    c = container()
    return plan(
        task,
        database=c.database,
        amazon=c.amazon,
        workflow=c.sync_workflow,
        clock=c.clock,
        settings=c.plan_settings,
    )
