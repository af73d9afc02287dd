"""Where a row came from, and how a claim keeps a copy of it."""

from dataclasses import Field, dataclass, fields
from typing import Any, ClassVar, Protocol


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a row was read: our table, the document, its raw object, and the line number as text."""

    table: str
    document_id: int
    raw_object: str
    pointer: str


class SourceRow(Protocol):
    """A row of one of Amazon's reports: a dataclass whose `key` is its natural key and a total order."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def ref(self) -> SourceRef: ...

    @property
    def key(self) -> tuple[Any, ...]: ...


def as_source_row(row: SourceRow) -> dict[str, Any]:
    """The row copied into evidence, so that the claim outlives the raw object."""
    ref = row.ref
    cells = {f.name: _plain(getattr(row, f.name)) for f in fields(row) if f.name not in ("ref", "ordinal")}
    return {"table": ref.table, "rawObject": ref.raw_object, "pointer": ref.pointer, "row": cells}


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    return value if value is None or isinstance(value, int) else str(value)
