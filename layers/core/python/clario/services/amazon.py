"""What the steps that talk to Amazon share: the API of a slice's connection, and waiting for a turn."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from ..domain.slices import Slice, SliceState, Step, next_step
from ..domain.sources import ReportSource
from ..errors import AmazonKeepsFailing, DatabaseUnavailable, RetryableError, Throttled
from ..payloads import SliceTask
from .ports import Clock, SellerApi
from .records import Connection
from .work import Database, Work

# Of searchOrders, whose plan is the slowest, so many take three to six hours.
MOST_FAILURES = 30


class Amazon(Protocol):
    """Gives the API of a connection."""

    @property
    def rate_scale(self) -> float:
        """How much faster than at Amazon everything goes: every wait for Amazon is divided by it."""
        ...

    def api(self, connection: Connection, prepaid: Iterable[str] = ()) -> AbstractContextManager[SellerApi]:
        """`prepaid`: an operation for each call that needs no new turn."""
        ...


@dataclass(frozen=True, slots=True)
class AmazonStep:
    """What `request`, `poll` and `fetch` work with."""

    database: Database
    amazon: Amazon
    clock: Clock

    def load(self, task: SliceTask) -> tuple[Slice, Connection]:
        with self.database.transaction(task.seller_id) as work:
            part = work.slices.get(task.slice_id)
            return part, work.connections.get(part.connection_id)

    def save(self, task: SliceTask, part: Slice) -> SliceTask:
        """Write the slice; the answer is the task with its next step, or REST while it must wait."""
        with self.database.transaction(task.seller_id) as work:
            work.slices.save(part)
        waiting = part.wait_until is not None and part.wait_until > self.clock.now()
        return task.model_copy(update={"step": Step.REST if waiting else next_step(part)})

    def in_turn(self, task: SliceTask, expected: Step, work: Callable[[Slice, SellerApi], SliceTask]) -> SliceTask:
        """Do the step if it is the slice's next one; when Amazon's usage plan has no room yet, rest until it has.

        A step that ran before, late or twice finds that the slice is elsewhere and goes on from there.

        Raises:
            AmazonKeepsFailing: failures cut too many of its tries short. Who waits for a turn fails no task, so the
                state machine alone would try for ever.
        """
        part, connection = self.load(task)
        if next_step(part) is not expected:
            return task.model_copy(update={"step": next_step(part)})
        try:
            with self.amazon.api(connection, part.prepaid) as api:
                return work(replace(part, failures=0), api)
        except DatabaseUnavailable:
            raise
        except Throttled as throttled:
            if throttled.until is None:
                raise
            if throttled.failure:
                part = _with_failure(part, throttled.failure)
            return self.save(task, replace(part, wait_until=throttled.until, prepaid=throttled.prepaid))
        except RetryableError as failure:
            self._note(task, _with_failure(part, str(failure)).failures)
            raise

    def _note(self, task: SliceTask, failures: int) -> None:
        """Beside whatever the step has saved; what its turn in the usage plan was good for is used up."""
        with self.database.transaction(task.seller_id) as work:
            work.slices.save(replace(work.slices.get(task.slice_id), failures=failures, prepaid=()))

    def within_cooldown(self, part: Slice, made_at: datetime, work: Work) -> bool:
        """Whether a report made then may be the build we already have: Amazon rebuilds it only once per cooldown.

        What we have are rows, or a document that was not believed.
        """
        source = part.definition
        if not isinstance(source, ReportSource):
            return False
        newest = max(filter(None, (newest_data(part, work), work.loads.doubted_at(part))), default=None)
        return newest is not None and made_at < newest + source.cooldown / self.amazon.rate_scale

    def after(self, wait: timedelta) -> datetime:
        """The moment until which to wait for Amazon."""
        return self.clock.now() + wait / self.amazon.rate_scale


def _with_failure(part: Slice, failure: str) -> Slice:
    if part.failures >= MOST_FAILURES:
        raise AmazonKeepsFailing(
            f"Amazon's failures cut {part.failures + 1} attempts short, so that this was given up. The last of them:"
            f" {failure}. The next sync tries again and loads only what is missing. If that goes on for days, ask"
            " Amazon's developer support why the operation fails."
        )
    return replace(part, failures=part.failures + 1)


def newest_data(part: Slice, work: Work) -> datetime | None:
    """When Amazon made the newest data that is loaded for the slice's days."""
    return max(_loaded(part, work).values(), default=None)


def is_loaded(part: Slice, work: Work) -> bool:
    """Whether each of the slice's days was loaded before."""
    return len(_loaded(part, work)) == len(part.days.days())


def _loaded(part: Slice, work: Work) -> dict[date, datetime]:
    covered = work.loads.covered_days(part.connection_id, part.definition.dataset, part.scope)
    return {day: as_of for day, as_of in covered.items() if day in part.days}


def held_back(part: Slice, as_of: datetime | None) -> Slice:
    """The slice ended without news: within a report's refresh period Amazon has none, and what is loaded stays.

    Args:
        as_of: of when that is.
    """
    told = "Amazon answers with its last build of this report until its refresh period is over"
    return replace(
        part,
        state=SliceState.UNCHANGED,
        wait_until=None,
        note="report_cooldown",
        severity="info",
        error=told + since(as_of),
    )


def since(as_of: datetime | None) -> str:
    """Of when the data is that stays, as the end of a sentence."""
    return f"; the data is of {as_of:%Y-%m-%d %H:%M} UTC" if as_of else ""
