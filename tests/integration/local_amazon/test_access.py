"""Login with Amazon, access tokens, usage plans, and failures on order."""

import httpx
import pytest

from tests.integration.local_amazon.conftest import FORM, Amazon

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|wrong"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_credentials_are_refused_as_login_with_amazon_does(
    amazon: Amazon, change: dict[str, str], status: int, code: str
) -> None:
    answer = amazon.http.post("/auth/o2/token", data={**FORM, **change})
    assert (answer.status_code, answer.json()["error"]) == (status, code)
    assert answer.json()["error_description"]


def test_a_token_is_good_for_an_hour(amazon: Amazon) -> None:
    answer = amazon.http.post("/auth/o2/token", data=FORM).json()
    assert answer["access_token"].startswith("Atza|")
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    amazon.later(seconds=3599)
    assert amazon.get(PARTICIPATIONS).status_code == 200
    amazon.later(seconds=1)
    refused = amazon.get(PARTICIPATIONS)
    assert refused.status_code == 403
    assert refused.json()["errors"] == [
        {
            "code": "Unauthorized",
            "message": "Access to requested resource is denied.",
            "details": "The access token you provided has expired.",
        }
    ]
    assert "x-amzn-ratelimit-limit" not in refused.headers


def test_without_a_token_there_is_no_access(amazon: Amazon) -> None:
    refused = amazon.http.get(PARTICIPATIONS)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "MissingAuthenticationToken")


def test_participations_name_the_marketplace_and_the_rate(amazon: Amazon) -> None:
    answer = amazon.get(PARTICIPATIONS)
    assert answer.json()["payload"][0]["marketplace"]["id"] == "ATVPDKIKX0DER"
    assert answer.headers["x-amzn-ratelimit-limit"] == "0.016"
    assert answer.headers["x-amzn-requestid"]


def test_the_burst_is_spent_then_the_rate_refills_it(amazon: Amazon) -> None:
    query = {"postedAfter": "2026-11-23T00:00:00Z"}
    assert [amazon.transactions(**query).status_code for _ in range(12)] == [200] * 10 + [429] * 2
    refused = amazon.transactions(**query)
    assert refused.json()["errors"] == [
        {"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource.", "details": ""}
    ]
    assert not {"retry-after", "x-amzn-ratelimit-limit"} & set(refused.headers)
    amazon.later(seconds=2)
    assert [amazon.transactions(**query).status_code for _ in range(2)] == [200, 429]
    stats = amazon.http.get("/_control/stats").json()["operations"]["listTransactions"]
    assert stats == {"calls": 15, "throttled": 4}


def test_the_scale_multiplies_rate_and_burst(start_amazon) -> None:
    amazon = start_amazon("--scale", "3")
    codes = [amazon.transactions(postedAfter="2026-11-23T00:00:00Z").status_code for _ in range(31)]
    assert codes == [200] * 30 + [429]
    assert amazon.get(PARTICIPATIONS).headers["x-amzn-ratelimit-limit"] == "0.048"


def test_an_unknown_path_is_not_found(amazon: Amazon) -> None:
    answer = amazon.get("/fba/inbound/v0/returns")
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (404, "NotFound")


def test_faults_strike_as_often_as_ordered_and_after_as_many_calls(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="html500", after=1, times=2)
    assert [amazon.get(PARTICIPATIONS).status_code for _ in range(4)] == [200, 500, 500, 200]
    assert amazon.http.get("/_control/faults").json() == {"faults": []}


def test_an_html_failure_is_no_json(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="html503")
    answer = amazon.get(PARTICIPATIONS)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "text/html")


def test_a_reset_breaks_the_connection_and_the_next_call_works(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="reset")
    with pytest.raises(httpx.NetworkError):
        amazon.get(PARTICIPATIONS)
    assert amazon.get(PARTICIPATIONS).status_code == 200


def test_a_reset_can_come_in_the_middle_of_the_body(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="reset", at_byte=20)
    with pytest.raises(httpx.TransportError):
        amazon.get(PARTICIPATIONS)


def test_ordered_refusals_look_like_amazons(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="expired_token")
    amazon.fault(operation="getMarketplaceParticipations", kind="throttle")
    amazon.fault(operation="token", kind="revoked")
    assert [amazon.get(PARTICIPATIONS).status_code for _ in range(3)] == [403, 429, 200]
    assert amazon.http.post("/auth/o2/token", data=FORM).json()["error"] == "invalid_grant"


def test_cleared_faults_do_not_strike(amazon: Amazon) -> None:
    amazon.fault(operation="getMarketplaceParticipations", kind="html500")
    amazon.http.delete("/_control/faults")
    assert amazon.get(PARTICIPATIONS).status_code == 200


def test_an_unknown_fault_is_refused(amazon: Amazon) -> None:
    answer = amazon.http.post("/_control/faults", json={"operation": "token", "kind": "meteor"})
    assert answer.status_code == 400
