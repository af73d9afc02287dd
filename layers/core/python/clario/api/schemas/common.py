"""What all bodies share."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer
from pydantic.alias_generators import to_camel

UtcTime = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""ISO 8601 with Z, whatever time zone the database's connection speaks."""

Number = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
"""An exact amount inside, a JSON number outside."""


class Body(BaseModel):
    """camelCase in JSON."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, from_attributes=True)


class Success(Body):
    success: Literal[True] = True


class Problem(BaseModel):
    """An error (RFC 9457). `code` is a stable word for programs, `detail` a sentence for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    success: Literal[False]
    syncId: str | None = None  # noqa: N815 - the running sync of sync_in_progress
