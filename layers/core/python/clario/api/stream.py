"""The event stream of a sync's progress: the log of its events, seen as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from starlette.concurrency import run_in_threadpool

from clario.api.dependencies import ApiServices
from clario.domain.progress import ProgressEvent
from clario.services.status import come_back_after

LOOK_EVERY = 0.5  # seconds between two looks into the database
LASTS = 55.0  # seconds that one streamed answer goes on; EventSource then comes back by itself
HEARTBEAT = 15.0  # seconds of silence after which a comment keeps proxies from hanging up


@dataclass(frozen=True, slots=True)
class News:
    """What happened after an event. `ended`: the sync is over, and nothing will follow what is in here."""

    events: list[ProgressEvent]
    ended: bool
    come_back: timedelta


def look(services: ApiServices, seller: str, sync_id: str, after: int) -> News:
    """The events after that one. The status is read before the events, so an ended sync's last event is among them.

    Raises:
        SyncNotFound
    """
    with services.database.transaction(seller) as work:
        ended = work.syncs.get(sync_id).status != "running"
        events = work.syncs.events(sync_id, after)
        come_back = come_back_after([] if ended else work.slices.of(sync_id), services.clock.now())
    return News(events, ended, come_back)


def frames(events: Iterable[ProgressEvent], come_back: timedelta) -> str:
    """Events as frames without a name, so that `onmessage` hears them; without any, only when to come back."""
    retry = f"retry: {int(come_back.total_seconds() * 1000)}\n"
    return "".join(f"id: {event.id}\n{retry}data: {_data(event)}\n\n" for event in events) or f"{retry}\n"


def _data(event: ProgressEvent) -> str:
    found: dict[str, object] = {
        "type": event.type,
        "syncId": event.sync_id,
        "progress": event.progress,
        "status": event.status,
        "message": event.message,
    }
    if event.claims_detected is not None:
        found["claimsDetected"] = event.claims_detected
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


async def follow(news: News, look_after: Callable[[int], News], seen: int) -> AsyncIterator[str]:
    """Frames as they come, beginning with what is known, until the sync ends or the time is over."""
    loop = asyncio.get_running_loop()
    stop, spoken = loop.time() + LASTS, loop.time()
    yield frames(news.events, news.come_back)
    while not news.ended and loop.time() < stop:
        seen = news.events[-1].id if news.events else seen
        await asyncio.sleep(LOOK_EVERY)
        news = await run_in_threadpool(look_after, seen)
        if news.events:
            yield frames(news.events, news.come_back)
            spoken = loop.time()
        elif loop.time() - spoken >= HEARTBEAT:
            yield ":\n\n"
            spoken = loop.time()
