"""What became of a sync's streams, from its slices."""

from collections.abc import Iterable

from ..domain.slices import Slice


def failed_sources(slices: Iterable[Slice]) -> int:
    """How many streams had a slice that failed."""
    return len({part.stream for part in slices if part.severity == "error"})
