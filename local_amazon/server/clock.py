"""The clock everything follows: usage plans, token life, document links, report progress and what is visible."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Real time, shifted when set; or frozen, when it moves only by `set`."""

    def __init__(self, start: datetime | None, *, frozen: bool) -> None:
        self._frozen_at = (start or datetime.now(UTC)) if frozen else None
        self._shift = start - datetime.now(UTC) if start and not frozen else timedelta()

    def now(self) -> datetime:
        """The local Amazon's time, aware, in UTC."""
        return self._frozen_at or datetime.now(UTC) + self._shift

    def set(self, now: datetime) -> None:
        """Jump to that moment."""
        if self._frozen_at:
            self._frozen_at = now.astimezone(UTC)
        else:
            self._shift = now - datetime.now(UTC)
