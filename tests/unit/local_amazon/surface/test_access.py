"""Login with Amazon, consent, access tokens, several sellers, usage plans."""

from urllib.parse import parse_qs, urlsplit

import pytest

from local_amazon.server.answers import Answer
from tests.unit.local_amazon.surface.rows import tables
from tests.unit.local_amazon.surface.small_world import FORM, Client, error_of, json_of, world

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
CONSENT = "/apps/authorize/consent"
BACK = "http://127.0.0.1:8000/connected?tab=amazon"
ASKED = {"application_id": "amzn1.sp.solution.local", "state": "s-1", "redirect_uri": BACK}
WINDOW = {"postedAfter": "2026-11-23T00:00:00Z"}


@pytest.fixture
def two_sellers() -> Client:
    return Client(world(**tables()), world("eu"), regions=("na", "eu"))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|wrong"}, 400, "invalid_grant"),
        ({"refresh_token": "Atzr|ALOCALSELLER1.0.1.forged"}, 400, "invalid_grant"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "A1", "redirect_uri": BACK}, 400, "invalid_grant"),
    ],
)
def test_wrong_credentials_are_refused_as_login_with_amazon_does(
    shop: Client, change: dict[str, str], status: int, code: str
) -> None:
    answer = shop.form("/auth/o2/token", **{**FORM, **change})
    assert (answer.status, json_of(answer)["error"]) == (status, code)
    assert json_of(answer)["error_description"]


def test_a_token_is_good_for_an_hour(shop: Client) -> None:
    answer = shop.grant()
    assert answer["access_token"].startswith("Atza|")
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 3600)
    shop.later(seconds=3599)
    assert shop.get(PARTICIPATIONS).status == 200
    shop.later(seconds=1)
    refused = shop.get(PARTICIPATIONS)
    assert json_of(refused)["errors"] == [
        {
            "code": "Unauthorized",
            "message": "Access to requested resource is denied.",
            "details": "The access token you provided has expired.",
        }
    ]
    assert refused.status == 403
    assert "x-amzn-RateLimit-Limit" not in refused.headers


def test_without_a_token_there_is_no_access(shop: Client) -> None:
    shop.token = ""
    assert error_of(shop.get(PARTICIPATIONS))[:2] == (403, "MissingAuthenticationToken")


def test_a_foreign_token_is_no_token(shop: Client) -> None:
    shop.token = "Atza|somebody-elses"
    assert error_of(shop.get(PARTICIPATIONS))[:2] == (403, "Unauthorized")


def _consented(client: Client, **change: str) -> tuple[Answer, dict[str, str]]:
    answer = client.get(CONSENT, **{**ASKED, **change})
    sent = urlsplit(answer.headers.get("Location", ""))
    return answer, {name: values[0] for name, values in parse_qs(sent.query).items()}


def test_a_consent_leads_back_with_a_code_that_buys_a_refresh_token(shop: Client) -> None:
    answer, sent = _consented(shop)
    assert answer.status == 302
    assert answer.headers["Location"].startswith(BACK)
    assert (sent["state"], sent["selling_partner_id"], sent["tab"]) == ("s-1", "ALOCALSELLER1", "amazon")
    bought = shop.grant(grant_type="authorization_code", code=sent["spapi_oauth_code"], redirect_uri=BACK)
    assert bought["refresh_token"] != FORM["refresh_token"]
    shop.token = shop.grant(refresh_token=bought["refresh_token"])["access_token"]
    assert shop.get(PARTICIPATIONS).status == 200


def test_a_code_is_good_once_and_for_its_redirect_only(shop: Client) -> None:
    _, sent = _consented(shop)
    form = {**FORM, "grant_type": "authorization_code", "code": sent["spapi_oauth_code"], "redirect_uri": BACK}
    assert shop.form("/auth/o2/token", **form).status == 200
    assert shop.form("/auth/o2/token", **form).status == 400
    _, again = _consented(shop)
    other = {**form, "code": again["spapi_oauth_code"], "redirect_uri": "http://127.0.0.1:8000/elsewhere"}
    assert shop.form("/auth/o2/token", **other).status == 400


def test_a_code_lives_five_minutes(shop: Client) -> None:
    _, sent = _consented(shop)
    shop.later(minutes=5)
    form = {**FORM, "grant_type": "authorization_code", "code": sent["spapi_oauth_code"], "redirect_uri": BACK}
    assert json_of(shop.form("/auth/o2/token", **form))["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, "MD5101"),
        ({"application_id": "amzn1.sp.solution.other"}, "MD1000"),
        ({"selling_partner_id": "NOBODY"}, "MD1000"),
    ],
)
def test_a_wrong_consent_request_is_an_error_page(shop: Client, change: dict[str, str], code: str) -> None:
    answer, _ = _consented(shop, **change)
    assert (answer.status, answer.content_type) == (400, "text/html;charset=UTF-8")
    assert code in answer.body.decode()


def test_a_restarted_server_knows_the_refresh_tokens_it_gave_and_not_those_of_others(shop: Client) -> None:
    _, sent = _consented(shop)
    bought = shop.grant(grant_type="authorization_code", code=sent["spapi_oauth_code"], redirect_uri=BACK)
    restarted = Client(world())
    assert restarted.grant(refresh_token=bought["refresh_token"])["access_token"]
    forged = bought["refresh_token"].replace("ALOCALSELLER1", "ALOCALSELLER2")
    assert restarted.form("/auth/o2/token", **{**FORM, "refresh_token": forged}).status == 400


def test_an_authorisation_ends_after_a_year(shop: Client) -> None:
    _, sent = _consented(shop)
    bought = shop.grant(grant_type="authorization_code", code=sent["spapi_oauth_code"], redirect_uri=BACK)
    shop.later(days=364)
    assert "access_token" in shop.grant(refresh_token=bought["refresh_token"])
    shop.later(days=1)
    assert shop.grant(refresh_token=bought["refresh_token"])["error"] == "invalid_grant"


def test_a_revoked_seller_is_refused_until_he_consents_again(shop: Client) -> None:
    shop.control("POST", "sellers/ALOCALSELLER1/revocation")
    assert error_of(shop.get(PARTICIPATIONS))[1] == "Unauthorized"
    assert shop.grant()["error"] == "invalid_grant"
    _, sent = _consented(shop)
    bought = shop.grant(grant_type="authorization_code", code=sent["spapi_oauth_code"], redirect_uri=BACK)
    shop.token = bought["access_token"]
    assert shop.get(PARTICIPATIONS).status == 200
    assert shop.grant()["error"] == "invalid_grant", "the old token stays revoked"


def test_a_revocation_can_be_taken_back(shop: Client) -> None:
    shop.control("POST", "sellers/ALOCALSELLER1/revocation")
    shop.control("DELETE", "sellers/ALOCALSELLER1/revocation")
    assert shop.get(PARTICIPATIONS).status == 200
    assert "access_token" in shop.grant()


def test_sellers_side_by_side_see_their_own_worlds_only(two_sellers: Client) -> None:
    first = two_sellers.json(PARTICIPATIONS)["payload"]
    assert len(
        two_sellers.json("/finances/2024-06-19/transactions", postedAfter="2026-11-01")["payload"]["transactions"]
    )
    two_sellers.token = two_sellers.grant(refresh_token="Atzr|local-seller-2")["access_token"]
    second = two_sellers.json(PARTICIPATIONS)["payload"]
    assert [each["marketplace"]["countryCode"] for each in first] == ["US"]
    assert [each["marketplace"]["countryCode"] for each in second] == ["GB", "DE"]
    empty = two_sellers.json("/finances/2024-06-19/transactions", postedAfter="2026-11-01")["payload"]
    assert empty["transactions"] == []


def test_a_revocation_leaves_the_other_seller_alone(two_sellers: Client) -> None:
    two_sellers.control("POST", "sellers/ALOCALSELLER2/revocation")
    assert two_sellers.get(PARTICIPATIONS).status == 200


def test_a_region_knows_its_own_sellers_only(two_sellers: Client) -> None:
    assert two_sellers.get("/na" + PARTICIPATIONS).status == 200
    assert error_of(two_sellers.get("/eu" + PARTICIPATIONS))[:2] == (403, "Unauthorized")
    _, sent = _consented(two_sellers, selling_partner_id="ALOCALSELLER2")
    assert sent["selling_partner_id"] == "ALOCALSELLER2"
    answer = two_sellers.get("/eu" + CONSENT, **ASKED)
    assert "ALOCALSELLER2" in answer.headers["Location"]


def test_the_burst_is_spent_then_the_rate_refills_it(shop: Client) -> None:
    path = "/finances/2024-06-19/transactions"
    assert [shop.get(path, **WINDOW).status for _ in range(12)] == [200] * 10 + [429] * 2
    refused = shop.get(path, **WINDOW)
    assert json_of(refused)["errors"] == [
        {"code": "QuotaExceeded", "message": "You exceeded your quota for the requested resource.", "details": ""}
    ]
    assert not {"retry-after", "x-amzn-ratelimit-limit"} & {name.lower() for name in refused.headers}
    shop.later(seconds=2)
    assert [shop.get(path, **WINDOW).status for _ in range(2)] == [200, 429]
    stats = shop.control("GET", "stats")["operations"]["listTransactions"]
    assert stats == {"calls": 15, "throttled": 4}


def test_each_seller_has_a_usage_plan_of_his_own(two_sellers: Client) -> None:
    path = "/finances/2024-06-19/transactions"
    assert [two_sellers.get(path, **WINDOW).status for _ in range(11)][-1] == 429
    two_sellers.token = two_sellers.grant(refresh_token="Atzr|local-seller-2")["access_token"]
    assert two_sellers.get(path, **WINDOW).status == 200


def test_the_scale_multiplies_rate_and_burst() -> None:
    client = Client(world(), scale=3)
    codes = [client.get("/finances/2024-06-19/transactions", **WINDOW).status for _ in range(31)]
    assert codes == [200] * 30 + [429]
    assert client.get(PARTICIPATIONS).headers["x-amzn-RateLimit-Limit"] == "0.048"


def test_a_refused_request_names_the_rate_and_uses_the_plan(shop: Client) -> None:
    assert shop.get("/finances/2024-06-19/transactions").headers["x-amzn-RateLimit-Limit"] == "0.5"
    assert shop.get("/finances/2024-06-19/transactions").status == 400


def test_an_unknown_path_is_not_found(shop: Client) -> None:
    assert error_of(shop.get("/fba/inbound/v0/returns"))[:2] == (404, "NotFound")


def test_every_answer_has_a_request_id(shop: Client) -> None:
    first, second = (shop.get(PARTICIPATIONS).headers["x-amzn-RequestId"] for _ in range(2))
    assert first != second
