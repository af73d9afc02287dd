"""Page tokens: where a listing goes on, and how long Amazon remembers."""

import base64
import binascii
import json
from datetime import datetime, timedelta
from typing import NamedTuple

from local_amazon.server.answers import bad_request


class Cursor(NamedTuple):
    """Where a listing goes on: what was asked, as of when, from which row, and when the token was issued."""

    question: dict[str, str]
    as_of: datetime
    offset: int
    issued: datetime

    def token(self) -> str:
        fields = [self.question, self.as_of.isoformat(), self.offset, self.issued.isoformat()]
        return base64.b64encode(json.dumps(fields).encode()).decode()

    def next(self, page: int, now: datetime) -> "Cursor":
        """After a page of that many rows."""
        return self._replace(offset=self.offset + page, issued=now)


def cursor_of(query: dict[str, str], now: datetime, life: timedelta) -> Cursor:
    """The first page, or the place that the request's `nextToken` names; refused when that token is too old."""
    question = {name: value for name, value in query.items() if name != "nextToken"}
    if "nextToken" not in query:
        return Cursor(question, now, 0, now)
    try:
        asked, as_of, offset, issued = json.loads(base64.b64decode(query["nextToken"], validate=True))
    except (binascii.Error, ValueError):
        raise bad_request("Invalid next token.") from None
    if now - datetime.fromisoformat(issued) >= life:
        raise bad_request("Next token has expired.")
    if asked != question:
        raise bad_request("Next token does not belong to these parameters.")
    return Cursor(asked, datetime.fromisoformat(as_of), offset, datetime.fromisoformat(issued))
