"""From Amazon's rows to ours: one module per stream, each with `normalize(lines, zone)`."""

from collections.abc import Iterable, Iterator
from typing import Protocol
from zoneinfo import ZoneInfo

from ..records import Record, Rejected
from ..streams import Stream
from . import financial_events, inventory, ledger, reimbursements


class Normaliser(Protocol):
    """Reads a raw object line by line and yields a record or a rejected row for each source row.

    `zone` is the marketplace's calendar, which moments become days in.

    Raises:
        UnreadableDocument: the document as a whole is not of this format.
    """

    def __call__(self, lines: Iterable[bytes], zone: ZoneInfo, /) -> Iterator[Record | Rejected]: ...


_NORMALISERS: dict[str, Normaliser] = {
    "ledger": ledger.normalize,
    "reimbursements": reimbursements.normalize,
    "financial_events": financial_events.normalize,
    "inventory": inventory.normalize,
}


def normaliser(stream: Stream) -> Normaliser:
    """The normaliser that the stream's row of the stream table names."""
    return _NORMALISERS[stream.normaliser]
