"""Who gets in: sessions, other sellers' ids, other sites' pages."""

import time
from collections.abc import Callable

import jwt
import pytest
from fastapi.routing import APIRoute

from clario.api.app import EVERYTHING
from tests.integration.api.conftest import ORIGIN, SECRET, Bench, claim, detect, problem, token

ROUTES = [
    (method, route.path)
    for router in EVERYTHING
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
]
OPEN = {"/healthz", "/openapi.json"}
GUARDED = [(method, path) for method, path in ROUTES if path not in OPEN]
WITH_IDS = [(method, path) for method, path in GUARDED if "{" in path]
WRITES = [(method, path) for method, path in GUARDED if method != "GET"]

FORGED = {
    "absent": None,
    "empty": "",
    "no token": "anna",
    "forged": jwt.encode({"sub": "anna"}, "some other secret that is long enough", "HS256"),
    "expired": token(exp=int(time.time()) - 3600),
    "unsigned": jwt.encode({"sub": "anna"}, None, "none"),
    "huge": token(padding="x" * 8000),
    "without a seller": jwt.encode({"exp": time.time() + 60}, SECRET, "HS256"),
}


def filled(path: str, sync_id: str, detection_id: str) -> str:
    return path.replace("{syncId}", sync_id).replace("{id}", detection_id)


def test_no_route_opens_without_a_valid_token(bench: Bench) -> None:
    for name, given in FORGED.items():
        for method, path in GUARDED:
            where = filled(path, "sync_anna_1", "0b2f6a3e-7d55-4b52-9f4e-2f3f6f1f6d10")
            for headers in ({"Cookie": f"session_token={given}"}, {"Authorization": f"Bearer {given}"}):
                answer = bench.request(method, where, None, headers=headers if given is not None else {})
                assert problem(answer) == (401, "unauthenticated"), (name, method, path)
                assert answer.headers["www-authenticate"] == "Bearer"


def test_health_and_document_need_no_session(bench: Bench) -> None:
    assert bench.get("/healthz", None) == {"success": True}
    assert bench.get("/openapi.json", None)["info"]["title"] == "Clario Sync"


def test_a_bearer_token_opens_too_and_goes_before_the_cookie(bench: Bench) -> None:
    sync_id = bench.start("anna")
    headers = {"Authorization": f"Bearer {token('anna')}", "Cookie": f"session_token={token('bert')}"}
    assert bench.get("/api/sync/status", None, headers=headers)["lastSync"]["syncId"] == sync_id


def test_another_sellers_ids_do_not_exist(bench: Bench) -> None:
    sync_id = bench.start("anna")
    detect(bench, sync_id, claim("X1"))
    [row] = bench.run("SELECT id::text FROM detection_results")
    for method, path in sorted(WITH_IDS, reverse=True):  # cancelling first ends the event stream
        where = filled(path, sync_id, row["id"])
        status, code = problem(bench.request(method, where, "bert"))
        assert (status, code.endswith("not_found")) == (404, True), (method, path)
        assert bench.request(method, where, "anna").status_code == 200, (method, path)


def test_what_cannot_be_an_id_is_not_found(bench: Bench) -> None:
    for method, path in WITH_IDS:
        for id in ("x", "sync__1", "sync_anna_", "%00", "sync_anna_1%00", "%F0%9F%92%A9", "1" * 400, "..%2f"):
            status, _ = problem(bench.request(method, filled(path, id, id)))
            assert status in (400, 404), (method, path, id)


def test_lists_show_nothing_of_another_seller(bench: Bench) -> None:
    sync_id = bench.start("anna")
    detect(bench, sync_id, claim("X1"))
    assert bench.get("/api/sync/history", "bert")["total"] == 0
    assert bench.get("/api/detections/results", "bert")["results"] == []
    assert bench.get(f"/api/detections/results?syncId={sync_id}", "bert")["total"] == 0
    assert bench.get("/api/v1/integrations/sync/statistics", "bert")["statistics"]["totalClaimsDetected"] == 0


@pytest.mark.parametrize(
    "origin", ["https://evil.example.com", "null", "https://app.example.com.evil.example", ORIGIN + ":8443"]
)
def test_pages_of_other_origins_may_not_write(bench: Bench, origin: str) -> None:
    for method, path in WRITES:
        answer = bench.request(method, filled(path, "sync_anna_1", ""), headers={"Origin": origin})
        assert problem(answer) == (403, "origin_not_allowed"), (method, path)
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("origin", [None, ORIGIN, "http://clario.test"], ids=["absent", "allowed", "own"])
def test_our_own_and_allowed_pages_may_write(bench: Bench, origin: str | None) -> None:
    headers = {"Origin": origin} if origin else {}
    assert bench.request("POST", "/api/sync/start", headers=headers).status_code == 200


def test_behind_a_public_address_that_is_our_own_origin(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(PUBLIC_BASE_URL="https://clario.example.com")
    headers = {"Origin": "http://clario.test"}
    assert problem(bench.request("POST", "/api/sync/start", headers=headers)) == (403, "origin_not_allowed")
    headers = {"Origin": "https://clario.example.com"}
    assert bench.request("POST", "/api/sync/start", headers=headers).status_code == 200


def test_allowed_pages_may_read_with_the_cookie_and_others_may_not(bench: Bench) -> None:
    allowed = bench.request("GET", "/api/sync/status", headers={"Origin": ORIGIN}).headers
    assert allowed["access-control-allow-origin"] == ORIGIN
    assert allowed["access-control-allow-credentials"] == "true"
    other = bench.request("GET", "/api/sync/status", headers={"Origin": "https://evil.example.com"}).headers
    assert not [name for name in other if name.startswith("access-control")]
    assert allowed["vary"] == other["vary"] == "Origin"


def test_errors_may_be_read_by_allowed_pages_too(bench: Bench) -> None:
    answer = bench.request("GET", "/api/sync/status", None, headers={"Origin": ORIGIN})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_preflight_is_answered_to_allowed_pages_only(bench: Bench) -> None:
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    answer = bench.request("OPTIONS", "/api/v1/product-costs", None, headers={"Origin": ORIGIN, **asked})
    assert answer.status_code == 204
    assert "PUT" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"]
    foreign = {"Origin": "https://evil.example.com", **asked}
    answer = bench.request("OPTIONS", "/api/v1/product-costs", None, headers=foreign)
    assert problem(answer) == (403, "origin_not_allowed")


def test_every_answer_has_the_security_headers(bench: Bench) -> None:
    for path in ("/healthz", "/api/sync/status", "/nowhere"):
        headers = bench.request("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cache-control"] == "no-store"
        assert "strict-transport-security" not in headers


def test_deployed_browsers_are_told_to_stay_with_https(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(AWS_LAMBDA_FUNCTION_NAME="api_sync")
    assert "max-age" in bench.request("GET", "/healthz").headers["strict-transport-security"]


def test_an_unknown_address_and_a_wrong_method_are_problems(bench: Bench) -> None:
    assert problem(bench.request("GET", "/api/nowhere")) == (404, "not_found")
    assert problem(bench.request("GET", "/api/sync/status/")) == (404, "not_found")
    answer = bench.request("DELETE", "/api/sync/status")
    assert problem(answer) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET"


def test_an_unexpected_error_is_a_problem_that_tells_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr("clario.api.routes.syncs.newest_status", broken)
    answer = bench.request("GET", "/api/sync/status", headers={"Origin": ORIGIN})
    assert problem(answer) == (500, "internal_error")
    assert "secret" not in answer.text
    assert answer.headers["access-control-allow-origin"] == ORIGIN


def test_a_database_that_is_away_is_said_without_its_address(open_bench: Callable[..., Bench]) -> None:
    bench = open_bench(DATABASE_URL="postgresql://user:hidden@127.0.0.1:1/none")
    answer = bench.request("GET", "/api/sync/status")
    assert problem(answer) == (503, "unavailable")
    assert "hidden" not in answer.text
    assert "127.0.0.1" not in answer.text
