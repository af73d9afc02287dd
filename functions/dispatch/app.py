"""The scheduler's tick: set going what is due, and what got stuck."""

from clario.aws.step import step
from clario.bootstrap import container
from clario.payloads import Dispatched, Empty
from clario.services.dispatch import dispatch


@step(Empty)
def lambda_handler(_: Empty) -> Dispatched:
    c = container()
    return dispatch(
        due=c.database,
        control=c.sync_control(),
        queue=c.detection_queue,
        refresh_queue=c.refresh_queue,
        clock=c.clock,
        daily_at=c.settings.sync_daily_at,
    )
