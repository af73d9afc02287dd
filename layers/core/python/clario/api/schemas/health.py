"""Bodies about data sources."""

from datetime import datetime

from pydantic import Field

from clario.api.schemas.common import Body, Success, UtcTime
from clario.domain.health import DataSource as KnownSource
from clario.domain.health import SourceStatus, how_long_ago


class Note(Body):
    """Something odd about the documents of a stream: `code` is a word for programs, `detail` a sentence."""

    stream: str
    code: str
    detail: str
    noted_at: UtcTime


class DataSource(Body):
    """How a data source is; with several connections, as the worst of them is."""

    name: str
    status: SourceStatus
    last_pulled: UtcTime | None = Field(description="Of when its newest data is; null: never loaded.")
    last_pulled_ago: str
    source: str
    sync_enabled: bool
    error: str | None
    notes: list[Note]
    next_due: UtcTime | None = Field(description="When it is read again if all goes well.")
    rows: int = Field(description="Rows that the newest sync which read it has brought.")

    @classmethod
    def of(cls, found: KnownSource, now: datetime) -> "DataSource":
        return cls(
            name=found.name,
            status=found.status,
            last_pulled=found.last_pulled,
            last_pulled_ago=how_long_ago(found.last_pulled, now),
            source=found.source,
            sync_enabled=found.enabled,
            error=found.error,
            notes=[Note.model_validate(note) for note in found.notes],
            next_due=found.next_due,
            rows=found.rows,
        )


class DataSources(Success):
    """The four that people know by name first, then each further stream."""

    data_sources: list[DataSource]
