"""What travels through the state machine: ids and the next step. Rows, texts and secrets never do."""

import json
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator
from pydantic.alias_generators import to_camel

from .domain.progress import INTERRUPTED
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


class PlanSoFar(Payload):
    """What the last `plan` of the same execution said that the next one needs."""

    history: int = 0  # events that the execution's history may have by now


class PlanTask(SyncTask):
    """Plan what a part of a sync does next: a long sync is several executions, one after the other."""

    part: int = 1
    plan: PlanSoFar = PlanSoFar()


class PlanAction(StrEnum):
    """What comes after `plan`."""

    LOAD = "load"  # work on the slices
    WAIT = "wait"  # nothing is due before `wait_until`
    DETECT = "detect"  # everything is loaded
    STOP = "stop"  # the sync has ended meanwhile, or goes on in the next execution


class Plan(SyncTask, PlanSoFar):
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
    """The end of a sync, with what went wrong when something did.

    The state machine says so itself, with the sync's ids and the failure. Of an execution that could not, EventBridge
    tells the input, as text: https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """

    failure: FailureInfo | None = None
    part: int | None = None  # a sync that goes on as another part is not meant

    @model_validator(mode="before")
    @classmethod
    def _of_event(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "detail" not in data:
            return data
        return {**json.loads(data["detail"]["input"]), "failure": {"Cause": INTERRUPTED}}


class Dispatched(Payload):
    """What one tick did, as counts."""

    restarted: int  # syncs whose execution had not been started
    interrupted: int  # syncs whose execution is gone
    detections: int  # queued detections sent once more
    started: int  # scheduled syncs
