"""Progress as a person sees it: a number that never falls and the message that belongs to it."""

from collections.abc import Iterable
from dataclasses import dataclass

from .slices import FINISHED, Slice
from .streams import STREAMS

# Share of the whole (percent points) that each band of streams moves the number from 10 to 90.
BANDS: dict[str, int] = {"inventory": 20, "claims": 20, "fees": 10, "finances": 30}

STARTED = 10
LOADED = 90
DETECTED = 95

STARTING_MESSAGE = "Sync starting..."
CANCELLED_MESSAGE = "Sync cancelled"
INTERRUPTED = "interrupted; start again resumes"


def load_progress(slices: Iterable[Slice]) -> int:
    """Percent done while loading: 10, plus each band's width times the finished share of its slices.

    A band without slices counts as finished: there is nothing to wait for.
    """
    total = dict.fromkeys(BANDS, 0)
    finished = dict.fromkeys(BANDS, 0)
    for part in slices:
        band = STREAMS[part.stream].band
        total[band] += 1
        finished[band] += part.state in FINISHED
    return STARTED + int(
        sum(width * (finished[band] / total[band] if total[band] else 1) for band, width in BANDS.items())
    )


def message_for(progress: int) -> str:
    """The message of a running sync at that number; completed syncs get `completed_message`."""
    for below_or_at, message in (
        (10, STARTING_MESSAGE),
        (30, "Fetching inventory from SP-API..."),
        (50, "Fetching claims data..."),
        (89, "Processing sync data..."),
        (94, "Waiting for discrepancy detection..."),
    ):
        if progress <= below_or_at:
            return message
    return "Finalizing sync..."


def completed_message(claims: int, sources_with_errors: int = 0, detection_running: bool = False) -> str:
    """The last message of a completed sync."""
    text = f"Sync completed successfully - {claims} discrepancies detected"
    if sources_with_errors:
        text += f" ({sources_with_errors} sources with errors)"
    if detection_running:
        text += " (detection still running)"
    return text


def failed_message(reason: str) -> str:
    return f"Sync failed - {reason}"


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """One frame of the event stream. `id` counts 1, 2, 3 … within the sync."""

    id: int
    type: str  # sync_progress, sync_complete, sync_failed, sync_cancelled
    sync_id: str
    progress: int
    status: str
    message: str
    claims_detected: int | None = None

    @property
    def is_last(self) -> bool:
        return self.type != "sync_progress"
