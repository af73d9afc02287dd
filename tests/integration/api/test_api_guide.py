"""The requests of docs/api.md, snippet by snippet, as a page would send them."""

import re
from pathlib import Path
from typing import Any

from clario.api.problems import CODES
from tests.integration.api.conftest import ORIGIN, Bench, claim, detect, finish

GUIDE = (Path(__file__).parents[3] / "docs" / "api.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"```js\n(.*?)```", GUIDE, re.DOTALL)
CALL = re.compile(r'(?:fetch|EventSource)\(\s*["`]([^"`]+)["`](.*?)\}\)', re.DOTALL)


def requests_of(snippet: str) -> list[tuple[str, str, str | None]]:
    """Method, path with its placeholders, and JSON body of each request that a snippet makes."""
    found = []
    for path, options in CALL.findall(snippet):
        method = re.search(r'method: "(\w+)"', options)
        body = re.search(r"JSON\.stringify\((.*)\)", options)
        found.append((method[1] if method else "GET", path, as_json(body[1]) if body else None))
    return found


def as_json(literal: str) -> str:
    """A JavaScript literal of plain keys as JSON."""
    return re.sub(r"(\w+): ", r'"\1": ', literal)


def test_each_snippet_makes_a_request() -> None:
    assert len(SNIPPETS) == 9
    assert all(len(requests_of(snippet)) == 1 for snippet in SNIPPETS)


def test_the_requests_of_the_guide_are_answered_in_its_order(bench: Bench) -> None:
    values: dict[str, Any] = {"page": ""}
    for method, path, body in (request for snippet in SNIPPETS for request in requests_of(snippet)):
        if "sync-progress" in path:
            finish(bench, values["syncId"])
            detect(bench, values["syncId"], *(claim(f"X{number}") for number in range(3)))
        if "cancel" in path:
            bench.container.clock.sleep(1)
            values["syncId"] = bench.start()
        where = re.sub(r"\$\{(\w+)\}", lambda match: values[match[1]], path)
        headers = {"Origin": ORIGIN, **({"Content-Type": "application/json"} if body else {})}
        answer = bench.request(method, where, headers=headers, content=body)
        assert answer.status_code == 200, (where, answer.text)
        if "syncId" in answer.text and path.endswith("start"):
            values["syncId"] = answer.json()["syncId"]
        if "results?" in path:
            values["id"] = answer.json()["results"][0]["id"]


def test_the_guides_table_names_every_code() -> None:
    table = GUIDE[GUIDE.index("| status |") :]
    assert set(re.findall(r"`(\w+)`", table)) == {code for codes in CODES.values() for code in codes}
