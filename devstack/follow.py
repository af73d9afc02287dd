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
    """Show the sync until it ends, on a terminal as a bar, else a line per message; the answer is its last event."""
    shown = _bar if console.is_terminal else _lines
    last = shown(console, events(database, seller_id, sync_id, threading.Event()))
    assert last is not None
    return last


def _bar(console: Console, coming: Iterator[ProgressEvent]) -> ProgressEvent | None:
    event = None
    percent, message = TextColumn("{task.percentage:>3.0f}%"), TextColumn("{task.description}")
    with Progress(BarColumn(bar_width=24), percent, TimeElapsedColumn(), message, console=console) as bar:
        task = bar.add_task("Sync starting...", total=100)
        for event in coming:
            bar.update(task, completed=event.progress, description=event.message)
    return event


def _lines(console: Console, coming: Iterator[ProgressEvent]) -> ProgressEvent | None:
    event, told = None, ""
    for event in coming:
        if event.message != told:
            console.print(f"{event.progress:>3}%  {event.message}", highlight=False)
            told = event.message
    return event
