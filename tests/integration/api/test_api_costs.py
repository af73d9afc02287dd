"""Product costs over HTTP."""

import json
from typing import Any

import httpx

from tests.integration.api.conftest import Bench, problem

PATH = "/api/v1/product-costs"
GOOD = {"sku": "SKU-1", "unitCost": 12.55, "currency": "USD", "validFrom": "2025-03-31"}


def put(bench: Bench, content: str | bytes, media_type: str = "application/json") -> httpx.Response:
    return bench.request("PUT", PATH, content=content, headers={"Content-Type": media_type})


def taken(bench: Bench, content: Any) -> Any:
    answer = put(bench, json.dumps(content))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_csv_is_taken_row_by_row(bench: Bench) -> None:
    text = "\ufeffsku,unitCost,currency,validFrom\r\nSKU-1,12.55,USD,2025-03-31\r\n,1,USD,2025-03-31\r\n"
    answer = put(bench, text.encode(), "text/csv; charset=utf-8").json()
    assert answer == {"success": True, "accepted": 1, "rejected": [{"row": 2, "detail": "sku is empty"}]}


def test_json_is_taken_as_a_list_or_wrapped(bench: Bench) -> None:
    assert taken(bench, [GOOD]) == {"success": True, "accepted": 1, "rejected": []}
    assert taken(bench, {"costs": [GOOD]})["accepted"] == 1
    assert bench.get(PATH) == {"success": True, "costs": [GOOD], "total": 1, "nextCursor": None}


def test_amounts_are_kept_exactly_as_written(bench: Bench) -> None:
    put(bench, '[{"sku": "S", "unitCost": 1234567890.1234, "currency": "USD", "validFrom": "2025-03-31"}]')
    [row] = bench.run("SELECT unit_cost::text FROM product_costs")
    assert row["unit_cost"] == "1234567890.1234"


def test_bad_rows_are_answered_with_their_number_and_the_reason(bench: Bench) -> None:
    rows = [
        GOOD,
        {**GOOD, "unitCost": -1},
        {**GOOD, "currency": "usd"},
        {**GOOD, "validFrom": "soon"},
        {**GOOD, "sku": "x" * 256},
        {**GOOD, "sku": "a\x00b"},
        {**GOOD, "sku": "\ud800"},
        {**GOOD, "sku": None},
        "no object",
    ]
    answer = taken(bench, rows)
    assert answer["accepted"] == 1
    assert [entry["row"] for entry in answer["rejected"]] == list(range(2, 10))


def test_costs_come_page_by_page_each_once(bench: Bench) -> None:
    taken(bench, [{**GOOD, "sku": f"S{number}", "currency": c} for number in range(3) for c in ("EUR", "USD")])
    pages = [bench.get(f"{PATH}?limit=4")]
    while cursor := pages[-1]["nextCursor"]:
        pages.append(bench.get(f"{PATH}?limit=4&cursor={cursor}"))
    seen = [(cost["sku"], cost["currency"]) for page in pages for cost in page["costs"]]
    assert seen == [(f"S{number}", c) for number in range(3) for c in ("EUR", "USD")]
    assert [page["total"] for page in pages] == [6, 6]


def test_other_media_types_are_refused(bench: Bench) -> None:
    for media_type in ("application/xml", "multipart/form-data", "", "text/plain"):
        assert problem(put(bench, "[]", media_type)) == (415, "unsupported_media_type")


def test_what_is_no_list_of_costs_is_refused(bench: Bench) -> None:
    for content in ("", "{", "1", '{"a": 1}', "[" * 100_000, b"\xff\xfe[]"):
        assert problem(put(bench, content)) == (400, "invalid_request"), content[:20]
    assert problem(put(bench, "sku\n" + "x" * 200_000, "text/csv")) == (400, "invalid_request")


def test_more_than_5_mb_is_refused(bench: Bench) -> None:
    assert problem(put(bench, b" " * (5 * 1024 * 1024 + 1))) == (413, "payload_too_large")
    assert put(bench, b"[]" + b" " * (5 * 1024 * 1024 - 2)).status_code == 200


def test_nothing_is_read_of_a_body_without_a_session(bench: Bench) -> None:
    answer = bench.request("PUT", PATH, None, content=b" " * (6 * 1024 * 1024))
    assert problem(answer) == (401, "unauthenticated")
