"""The event stream."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from clario.api.dependencies import CurrentSeller, Services, SyncId
from clario.api.document import problem_response
from clario.api.routes import examples
from clario.api.stream import follow, frames, look

router = APIRouter(tags=["progress"])

MEDIA_TYPE = "text/event-stream"
STREAM = {MEDIA_TYPE: {"schema": {"type": "string"}, "example": examples.EVENTS}}
LARGEST_INTEGER = 2**31 - 1


@router.get(
    "/api/sse/sync-progress/{syncId}",
    response_class=Response,
    responses={
        200: {"description": "The events that came after `Last-Event-ID`, else all of them.", "content": STREAM},
        204: {"description": "The sync has ended and its last event was heard: EventSource stops."},
        **{status: problem_response(status) for status in (400, 401, 404, 503)},
    },
)
def sync_progress(
    request: Request,
    services: Services,
    seller: CurrentSeller,
    sync_id: SyncId,
    last_event_id: Annotated[int, Header(ge=0, le=LARGEST_INTEGER)] = 0,
) -> Response:
    """Follow a sync.

    A server goes on sending for a while; where answers are sent in one piece (behind Lambda) what is there is sent at
    once, and `retry` says when to come back. Either way EventSource hears every event once and in order.
    """
    look_after = partial(look, services, seller, sync_id)
    news = look_after(last_event_id)
    if news.ended and not news.events:
        return Response(status_code=204)
    buffered = "aws.event" in request.scope
    if buffered:
        return Response(frames(news.events, news.come_back), media_type=MEDIA_TYPE)
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(follow(news, look_after, last_event_id), headers=headers, media_type=MEDIA_TYPE)
