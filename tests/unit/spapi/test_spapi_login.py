"""Login with Amazon: who asks for a token, when, and what its refusals mean."""

from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from clario.errors import AuthorizationRevoked, FatalError, UpstreamUnavailable
from clario.services.ports import AccessToken, ReportRequest
from tests.fakes.spapi import START, Bench, answer, broken, denied, html, token

SELLERS = "/sellers/v1/marketplaceParticipations"
NOBODY = answer({"payload": []})
EXPIRED = denied("The access token you provided has expired.")


def access_tokens(bench: Bench, path: str = SELLERS) -> list[str]:
    return [request.headers["x-amz-access-token"] for request in bench.amazon.calls(path)]


def keep(bench: Bench, value: str, left: timedelta) -> None:
    bench.tokens.kept = AccessToken(value, START + left)


def test_the_first_call_trades_the_refresh_token_for_an_access_token(bench: Bench) -> None:
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    asked = bench.amazon.calls("/auth/o2/token")[0]
    assert (asked.method, asked.url.host) == ("POST", "api.amazon.com")
    assert parse_qs(asked.content.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["Atzr|the-refresh-token"],
        "client_id": ["the-client-id"],
        "client_secret": ["the-client-secret"],
    }
    assert access_tokens(bench) == ["Atza|access-1"]
    assert bench.tokens.saved == [AccessToken("Atza|access-1", START + timedelta(hours=1))]


def test_the_token_request_has_a_timeout(bench: Bench) -> None:
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert bench.amazon.calls("/auth/o2/token")[0].extensions["timeout"]["read"] == 10


def test_a_good_token_is_used_again(bench: Bench) -> None:
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    bench.api.marketplace_ids()
    assert bench.amazon.tokens_asked() == 1


def test_a_token_that_another_worker_keeps_is_used(bench: Bench) -> None:
    keep(bench, "Atza|shared", timedelta(minutes=30))
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|shared"]
    assert bench.amazon.tokens_asked() == 0


def test_a_token_is_renewed_minutes_before_it_expires(bench: Bench) -> None:
    keep(bench, "Atza|old", timedelta(minutes=4))
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|access-1"]


def test_a_token_held_in_memory_is_renewed_minutes_before_it_expires(bench: Bench) -> None:
    bench.amazon.on("/auth/o2/token", token(1), token(2))
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    bench.clock.at += timedelta(minutes=56)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|access-1", "Atza|access-2"]


def test_while_another_worker_renews_a_token_that_is_still_good_serves(bench: Bench) -> None:
    keep(bench, "Atza|old", timedelta(minutes=4))
    bench.tokens.leased_until = START + timedelta(seconds=20)
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|old"]
    assert bench.clock.sleeps == []


def test_who_does_not_get_the_lease_waits_for_the_other_workers_token(bench: Bench) -> None:
    bench.tokens.leased_until = START + timedelta(seconds=20)
    bench.amazon.on(SELLERS, NOBODY)

    def the_other_worker_saves() -> None:
        if len(bench.clock.sleeps) == 3:
            keep(bench, "Atza|theirs", timedelta(hours=1))

    bench.clock.while_asleep = the_other_worker_saves
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|theirs"]
    assert bench.clock.sleeps == [0.25] * 3
    assert bench.amazon.tokens_asked() == 0


def test_a_worker_that_died_with_the_lease_is_replaced(bench: Bench) -> None:
    bench.tokens.leased_until = START + timedelta(seconds=10)
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|access-1"]
    assert sum(bench.clock.sleeps) == pytest.approx(10)


def test_a_lease_that_never_ends_is_taken_over(bench: Bench) -> None:
    bench.tokens.leased_until = START + timedelta(days=1)
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench) == ["Atza|access-1"]
    assert sum(bench.clock.sleeps) == pytest.approx(20)


def test_a_token_saved_just_before_the_lease_was_won_is_used(bench: Bench) -> None:
    bench.tokens.leased_until = START + timedelta(seconds=0.25)
    bench.amazon.on(SELLERS, NOBODY)
    lease = bench.tokens.lease

    def saved_in_between(seconds: float) -> bool:
        won = lease(seconds)
        if won:
            keep(bench, "Atza|theirs", timedelta(hours=1))
        return won

    bench.tokens.lease = saved_in_between  # type: ignore[method-assign]
    bench.api.marketplace_ids()
    assert bench.amazon.tokens_asked() == 0


def test_an_expired_access_token_is_renewed_once_and_the_call_repeated(bench: Bench) -> None:
    keep(bench, "Atza|old", timedelta(minutes=30))
    bench.amazon.on(SELLERS, EXPIRED, NOBODY)
    assert bench.api.marketplace_ids() == []
    assert access_tokens(bench) == ["Atza|old", "Atza|access-1"]


def test_an_expired_access_token_is_replaced_by_the_one_another_worker_already_has(bench: Bench) -> None:
    bench.amazon.on(SELLERS, NOBODY)
    bench.api.marketplace_ids()
    keep(bench, "Atza|theirs", timedelta(hours=1))
    bench.amazon.on(SELLERS, EXPIRED, NOBODY)
    bench.api.marketplace_ids()
    assert access_tokens(bench)[-2:] == ["Atza|access-1", "Atza|theirs"]
    assert bench.amazon.tokens_asked() == 1


def test_a_repeated_call_carries_its_body_again(bench: Bench) -> None:
    keep(bench, "Atza|old", timedelta(minutes=30))
    path = "/reports/2021-06-30/reports"
    bench.amazon.on(path, EXPIRED, answer({"reportId": "1"}, 202))
    bench.api.create_report(ReportRequest("GET_X", ("M",), START, START))
    first, second = bench.amazon.calls(path)
    assert first.content == second.content != b""


def test_a_new_token_that_is_called_expired_too_ends_in_a_retryable_error(bench: Bench) -> None:
    bench.amazon.on(SELLERS, EXPIRED)
    with pytest.raises(UpstreamUnavailable, match="even a new access token"):
        bench.api.marketplace_ids()


@pytest.mark.parametrize("code", ["invalid_grant", "unauthorized_client"])
def test_a_refused_refresh_token_means_revoked(bench: Bench, code: str) -> None:
    bench.amazon.on("/auth/o2/token", answer({"error": code, "error_description": "x"}, 400))
    with pytest.raises(AuthorizationRevoked, match=f"{code}.*connect again"):
        bench.api.marketplace_ids()
    assert bench.amazon.tokens_asked() == 1


def test_an_unknown_application_is_the_operators_fault_and_names_the_settings(bench: Bench) -> None:
    bench.amazon.on("/auth/o2/token", answer({"error": "invalid_client"}, 401))
    with pytest.raises(FatalError, match="AMAZON_SPAPI_CLIENT_ID and AMAZON_SPAPI_CLIENT_SECRET") as caught:
        bench.api.marketplace_ids()
    assert type(caught.value) is FatalError


def test_any_other_refusal_of_the_token_request_is_fatal(bench: Bench) -> None:
    bench.amazon.on("/auth/o2/token", answer({"error": "invalid_scope"}, 400))
    with pytest.raises(FatalError, match="invalid_scope") as caught:
        bench.api.marketplace_ids()
    assert type(caught.value) is FatalError


@pytest.mark.parametrize(
    "trouble",
    [
        answer({"error": "server_error"}, 400),
        answer({"error": "temporarily_unavailable"}, 503),
        answer({"error": "slow_down"}, 429),
        html(503),
        html(400),
        html(200),
        answer({"token_type": "bearer"}),
        broken(httpx.ConnectError),
        broken(httpx.ReadTimeout),
    ],
)
def test_trouble_at_login_passes_and_the_call_succeeds_under_the_same_lease(bench: Bench, trouble) -> None:  # type: ignore[no-untyped-def]
    bench.amazon.on("/auth/o2/token", trouble, token(1))
    bench.amazon.on(SELLERS, NOBODY)
    assert bench.api.marketplace_ids() == []
    assert sum(bench.clock.sleeps) < 5
    assert len(bench.amazon.calls(SELLERS)) == 1


def test_lasting_trouble_at_login_ends_in_a_retryable_error(bench: Bench) -> None:
    bench.amazon.on("/auth/o2/token", html(503))
    with pytest.raises(UpstreamUnavailable, match=r"Login with Amazon is not available .HTTP 503"):
        bench.api.marketplace_ids()
    assert bench.amazon.tokens_asked() == 3
