"""What really happened: every discrepancy, what became of it, and the rows it left in Amazon's reports."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Truth:
    """All discrepancies of a world."""

    discrepancies: list[object] = field(default_factory=list)
