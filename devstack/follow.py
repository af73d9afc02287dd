"""Following a sync on a terminal: the same progress events that the event stream sends, as a live bar."""

import threading
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from clario.domain.progress import ProgressEvent
from clario.services.work import Database

LOOK_EVERY = 0.2  # seconds


def events(database: Database, seller_id: str, sync_id: str, stopped: threading.Event) -> Iterator[ProgressEvent]:
    """The sync's events from the first to its last, as they come."""
    seen = 0
    while not stopped.is_set():
        with database.transaction(seller_id) as work:
            new = work.syncs.events(sync_id, after=seen)
        for event in new:
            seen = event.id
            yield event
            if event.is_last:
                return
        if not new:
            stopped.wait(LOOK_EVERY)


def follow(database: Database, seller_id: str, sync_id: str, console: Console) -> ProgressEvent:
    """Show the sync until it ends; the answer is its last event."""
    columns = (
        BarColumn(bar_width=32),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    last: ProgressEvent | None = None
    with Progress(*columns, console=console) as bar:
        shown = bar.add_task("Sync starting...", total=100)
        for last in events(database, seller_id, sync_id, threading.Event()):
            bar.update(shown, completed=last.progress, description=last.message)
            if not console.is_terminal:
                console.print(f"{last.progress:>3}%  {last.message}")
    assert last is not None
    return last
