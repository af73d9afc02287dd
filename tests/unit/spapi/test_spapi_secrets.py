"""Nothing secret in an error, a log line or a repr, whatever goes wrong."""

import logging
import traceback
from datetime import timedelta

import httpx
import pytest

from clario.errors import ClarioError
from clario.services.ports import AccessToken, ReportRequest
from clario.spapi.client import Answer
from tests.fakes.spapi import (
    BASE_URL,
    CREDENTIALS,
    REFRESH_TOKEN,
    SECRET,
    START,
    Bench,
    answer,
    broken,
    content,
    denied,
    html,
    refused,
    throttled,
    token,
)
from tests.fakes.spapi import Answer as Reply

SIGNATURE = "secret-signature"
URL = f"https://tortuga.example/file?X-Amz-Signature={SIGNATURE}"
SECRETS = (SECRET, REFRESH_TOKEN, "the-refresh-token", "access-1", "access-2", SIGNATURE)
REPORT = "/reports/2021-06-30/reports/R1"
DOCUMENT = "/reports/2021-06-30/documents/D1"
QUOTING = f"{REFRESH_TOKEN} {SECRET} Atza|access-1 {URL}"

LOGIN_TROUBLE = {
    "revoked": answer({"error": "invalid_grant", "error_description": QUOTING}, 400),
    "unknown application": answer({"error": "invalid_client", "error_description": QUOTING}, 401),
    "strange code": answer({"error": QUOTING}, 400),
    "no lifetime": answer({"access_token": "Atza|access-1"}),
    "unreadable lifetime": answer({"access_token": "Atza|access-1", "expires_in": None}),
    "unreachable": broken(httpx.ConnectError),
}
CALL_TROUBLE = {
    "refused": refused(400, "InvalidInput", QUOTING.replace(SECRET, "")),
    "denied": denied("The access token you provided is revoked, malformed or invalid."),
    "expired twice": denied("The access token you provided has expired."),
    "throttled": throttled(),
    "unavailable": html(503),
    "unreachable": broken(httpx.ReadTimeout),
}
FILE_TROUBLE = {
    "forbidden": html(403),
    "missing": html(404),
    "unavailable": html(503),
    "unreachable": broken(httpx.ConnectError),
    "torn": content(b"\x1f\x8b"),
    "damaged": content(b"not gzip"),
}


def all_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + str(error) + repr(error) + repr(error.__dict__)


def assert_silent(text: str) -> None:
    assert not [secret for secret in SECRETS if secret in text]


@pytest.fixture(autouse=True)
def _loudest_logging(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="httpx")


@pytest.mark.parametrize("trouble", LOGIN_TROUBLE.values(), ids=LOGIN_TROUBLE)
def test_trouble_at_login_tells_no_secret(bench: Bench, caplog: pytest.LogCaptureFixture, trouble: Reply) -> None:
    bench.amazon.on("/auth/o2/token", trouble)
    with pytest.raises(ClarioError) as caught:
        bench.api.get_report("R1")
    assert_silent(all_text(caught.value) + caplog.text)


@pytest.mark.parametrize("trouble", CALL_TROUBLE.values(), ids=CALL_TROUBLE)
def test_trouble_in_a_call_tells_no_secret(bench: Bench, caplog: pytest.LogCaptureFixture, trouble: Reply) -> None:
    bench.amazon.on("/auth/o2/token", token(1), token(2))
    bench.amazon.on(REPORT, trouble)
    with pytest.raises(ClarioError) as caught:
        bench.api.get_report("R1")
    assert_silent(all_text(caught.value) + caplog.text)


@pytest.mark.parametrize("trouble", FILE_TROUBLE.values(), ids=FILE_TROUBLE)
def test_trouble_with_a_document_tells_no_secret(
    bench: Bench, caplog: pytest.LogCaptureFixture, trouble: Reply
) -> None:
    bench.amazon.on(DOCUMENT, answer({"url": URL, "compressionAlgorithm": "GZIP"}))
    bench.amazon.on("/file", trouble)
    with pytest.raises(ClarioError) as caught, bench.api.open_document("D1") as pieces:
        list(pieces)
    assert_silent(all_text(caught.value) + caplog.text)


@pytest.mark.parametrize("url", [f"https://h:{SIGNATURE}/", f"https://h/\0{SIGNATURE}"])
def test_a_document_url_that_is_none_is_not_quoted(bench: Bench, caplog: pytest.LogCaptureFixture, url: str) -> None:
    bench.amazon.on(DOCUMENT, answer({"url": url}))
    with pytest.raises(ClarioError) as caught, bench.api.open_document("D1"):
        pass
    assert_silent(all_text(caught.value) + caplog.text)


def test_a_calm_run_logs_no_secret(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    bench.amazon.on(DOCUMENT, answer({"url": URL}))
    bench.amazon.on("/file", content(b"rows"))
    with bench.api.open_document("D1") as pieces:
        list(pieces)
    assert_silent(caplog.text)


def test_a_warning_of_httpx_is_still_heard(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("httpx").warning("something is odd")
    assert "something is odd" in caplog.text


def test_no_repr_shows_a_secret(bench: Bench) -> None:
    seen = [CREDENTIALS, AccessToken("Atza|access-1", START + timedelta(hours=1)), Answer(URL.encode(), {"url": URL})]
    assert_silent(repr([*seen, bench.api, vars(bench.api)]))


def test_a_refusal_that_quotes_a_token_is_shown_without_it(bench: Bench) -> None:
    bench.amazon.on("/reports/2021-06-30/reports", refused(400, "InvalidInput", f"bad token Atza|access-1, see {URL}!"))
    with pytest.raises(ClarioError, match=r"bad token \[removed\]"):
        bench.api.create_report(ReportRequest("GET_X", ("M",), START, START))


def test_the_token_goes_nowhere_but_to_the_api(bench: Bench) -> None:
    bench.amazon.on(DOCUMENT, answer({"url": URL}))
    bench.amazon.on("/file", content(b"rows"))
    with bench.api.open_document("D1") as pieces:
        list(pieces)
    hosts = {request.url.host for request in bench.amazon.requests if "x-amz-access-token" in request.headers}
    assert hosts == {httpx.URL(BASE_URL).host}


def test_a_redirect_is_not_followed_with_the_token(bench: Bench) -> None:
    bench.amazon.on(
        REPORT, lambda request: httpx.Response(307, headers={"Location": "https://elsewhere.example/reports/R1"})
    )
    with pytest.raises(ClarioError, match="HTTP 307"):
        bench.api.get_report("R1")
    assert "elsewhere.example" not in {request.url.host for request in bench.amazon.requests}
