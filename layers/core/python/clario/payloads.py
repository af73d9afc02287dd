"""What travels through the state machine: ids and the next step. Rows, texts and secrets never do."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from .domain.slices import Step


class Payload(BaseModel):
    """camelCase in JSON; unknown fields are ignored, because states pass along what they were given."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True)


class SyncTask(Payload):
    """A step of a whole sync."""

    seller_id: str
    sync_id: str


class SliceTask(SyncTask):
    """A step of one slice; the answer is the same task with the next step."""

    slice_id: int
    step: Step


class PlanAction(StrEnum):
    """What comes after `plan`."""

    LOAD = "load"  # work on the slices
    WAIT = "wait"  # nothing is due before `wait_until`
    DETECT = "detect"  # everything is loaded
    STOP = "stop"  # the sync has ended meanwhile, or goes on in the next execution


class Plan(SyncTask):
    """The answer of `plan`."""

    action: PlanAction
    slices: list[SliceTask] = []
    wait_until: AwareDatetime | None = None


class FailureInfo(BaseModel):
    """What Step Functions hands to a Catch."""

    Error: str = "Unknown"
    Cause: str = ""


class FailedSlice(SliceTask):
    """A slice task that was given up."""

    failure: FailureInfo


class Empty(Payload):
    """Nothing to say."""


class DetectionPoll(SyncTask):
    """Whether detection has ended, or has had its minute; if not, when to look again."""

    ready: bool
    wait_until: datetime | None = None


class FinishTask(SyncTask):
    """The end of a sync, with what went wrong when something did."""

    failure: FailureInfo | None = None
