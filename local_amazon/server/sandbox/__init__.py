"""Amazon's static sandbox: an answer for each of the fixed requests of its models, 400 for everything else.

A request matches a case when its query and body are exactly the case's, and its path where the case names it
(https://developer-docs.amazon.com/sp-api/docs/the-selling-partner-api-sandbox); the words of the refusal are those that
users report (https://github.com/jlevers/selling-partner-api/issues/592). `cases.json` is made by `extract.py` from the
`x-amzn-api-sandbox` parts of the models; see `NOTICE`.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from local_amazon.server.answers import Answer, Refused, Request, bad_request, json_answer
from local_amazon.server.routes import NAME, Route

CASES = Path(__file__).with_name("cases.json")


@lru_cache(maxsize=1)
def cases() -> dict[str, list[dict[str, Any]]]:
    """By method and path: parameters, status and body."""
    found: dict[str, list[dict[str, Any]]] = json.loads(CASES.read_text(encoding="utf-8"))
    return found


def sandbox_answer(route: Route, request: Request, ids: tuple[str, ...]) -> Answer:
    """The fixed answer to a fixed request."""
    named = dict(zip((name.strip("{}") for name in NAME.findall(route.path)), ids, strict=True))
    sent: dict[str, Any] = {**request.query, **({"body": request.json()} if request.body else {})}
    for case in cases().get(f"{route.method} {route.path}", []):
        wanted = _canonical(case["parameters"])
        if wanted == {**sent, **{name: value for name, value in named.items() if name in wanted}}:
            return json_answer(case["response"], case["status"]) if case["response"] else Answer(case["status"])
    raise Refused(bad_request("Could not match input arguments").answer)


def _canonical(parameters: dict[str, Any]) -> dict[str, Any]:
    """A case's parameters as they travel: lists in a query with commas, everything but a body as text."""
    return {name: value if name == "body" else _text(value) for name, value in parameters.items()}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
