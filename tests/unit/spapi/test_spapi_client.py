"""Quota, retries, and what each kind of answer turns into."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from clario.domain.usage_plans import USAGE_PLANS, scaled
from clario.errors import AuthorizationRevoked, FatalError, RequestRefused, Throttled, UpstreamUnavailable
from clario.services.ports import ReportRequest
from clario.spapi.operations import OPERATIONS
from tests.fakes.spapi import START, Answer, Bench, MemoryUsagePlans, answer, broken, denied, html, refused, throttled

REPORT = "/reports/2021-06-30/reports/R1"
REPORTS = "/reports/2021-06-30/reports"
QUEUED = answer(
    {
        "reportId": "R1",
        "reportType": "GET_X",
        "processingStatus": "IN_QUEUE",
        "createdTime": "2026-11-24T11:00:00Z",
        "marketplaceIds": ["M"],
    }
)
WISH = ReportRequest("GET_X", ("M",), START - timedelta(days=30), START)


# What every request carries


def test_requests_name_the_application_and_its_language(bench: Bench) -> None:
    bench.amazon.on(REPORT, QUEUED)
    bench.api.get_report("R1")
    assert bench.amazon.calls(REPORT)[0].headers["User-Agent"] == "Clario-Sync/0.1 (Language=Python)"


def test_a_path_parameter_is_percent_encoded(bench: Bench) -> None:
    bench.amazon.on("/reports/2021-06-30/reports/a/b c", QUEUED)
    bench.api.get_report("a/b c")
    assert bench.amazon.requests[-1].url.raw_path == b"/reports/2021-06-30/reports/a%2Fb%20c"


# Quota


def test_a_place_now_is_used_at_once(bench: Bench) -> None:
    bench.amazon.on(REPORT, QUEUED)
    bench.api.get_report("R1")
    assert bench.clock.sleeps == []


def test_a_place_up_to_five_seconds_away_is_waited_for(bench: Bench) -> None:
    bench.plans.exhaust("getReport", 4.5)
    bench.amazon.on(REPORT, QUEUED)
    bench.api.get_report("R1")
    assert bench.clock.sleeps == [pytest.approx(4.5)]


def test_a_place_further_away_raises_and_says_when_and_nothing_is_sent(bench: Bench) -> None:
    bench.plans.exhaust("getReport", 5.5)
    with pytest.raises(Throttled, match="getReport") as caught:
        bench.api.get_report("R1")
    assert caught.value.until == START + timedelta(seconds=5.5)
    assert (caught.value.prepaid, caught.value.failure) == (("getReport",), None)
    assert bench.clock.sleeps == []
    assert bench.amazon.requests == []


def test_who_has_to_wait_because_a_try_failed_says_so(bench: Bench) -> None:
    bench.plans.exhaust("getReport", 3600)
    bench.amazon.on(REPORT, html(503))
    with bench.another_worker(prepaid=["getReport"]) as back_again, pytest.raises(Throttled) as caught:
        back_again.get_report("R1")
    assert caught.value.failure == "getReport: Amazon is not available (HTTP 503)"


def test_a_prepaid_call_takes_no_second_place(bench: Bench) -> None:
    bench.plans.exhaust("getReport", 3600)
    bench.amazon.on(REPORT, QUEUED)
    with bench.another_worker(prepaid=["getReport"]) as back_again:
        assert back_again.get_report("R1").report_id == "R1"
        assert bench.clock.sleeps == []
        with pytest.raises(Throttled) as caught:
            back_again.get_report("R1")
    assert caught.value.until == START + timedelta(hours=1, seconds=0.5)  # for the first call, too, if it begins again


def test_another_operation_is_not_prepaid(bench: Bench) -> None:
    bench.plans.exhaust("getReport", 3600)
    with bench.another_worker(prepaid=["createReport"]) as back_again, pytest.raises(Throttled):
        back_again.get_report("R1")


def test_waiters_that_come_back_with_their_places_all_get_through(bench: Bench) -> None:
    bench.plans.exhaust("createReport", 60)
    bench.amazon.on(REPORTS, answer({"reportId": "7"}, 202))
    places = []
    for _ in range(3):
        with pytest.raises(Throttled) as caught:
            bench.api.create_report(WISH)
        places.append(caught.value)
    for place in places:
        assert place.until is not None
        bench.clock.at = place.until
        with bench.another_worker(prepaid=place.prepaid) as back_again:
            back_again.create_report(WISH)
    assert len(bench.amazon.calls(REPORTS)) == 3


def test_the_rate_amazon_names_is_learned(bench: Bench) -> None:
    bench.amazon.on(REPORT, with_rate("1.5"))
    bench.api.get_report("R1")
    assert bench.plans.learned == [("getReport", 1.5)]


def with_rate(rate: str, status: int = 200) -> Answer:
    def report(request: httpx.Request) -> httpx.Response:
        response = QUEUED(request) if status == 200 else refused(status, "InvalidInput", "no")(request)
        response.headers["x-amzn-RateLimit-Limit"] = rate
        return response

    return report


def test_the_same_rate_again_is_not_news_but_another_one_is(bench: Bench) -> None:
    bench.amazon.on(REPORT, with_rate("1.5"), with_rate("1.5"), with_rate("2"))
    for _ in range(3):
        bench.api.get_report("R1")
    assert bench.plans.learned == [("getReport", 1.5), ("getReport", 2.0)]


def test_a_refusal_can_name_the_rate_too(bench: Bench) -> None:
    bench.amazon.on(REPORT, with_rate("1.5", 404))
    with pytest.raises(RequestRefused):
        bench.api.get_report("R1")
    assert bench.plans.learned == [("getReport", 1.5)]


@pytest.mark.parametrize("rate", ["", "soon", "0", "-1", "nan", "inf"])
def test_a_rate_that_is_no_rate_is_not_learned(bench: Bench, rate: str) -> None:
    bench.amazon.on(REPORT, with_rate(rate))
    bench.api.get_report("R1")
    assert bench.plans.learned == []


def test_rate_and_burst_scale_together_and_a_burst_is_never_nothing() -> None:
    assert scaled(10)["listTransactions"] == (5.0, 100)
    assert scaled(0.01)["listTransactions"] == (0.005, 1)
    assert scaled(1) == USAGE_PLANS


def test_the_sandbox_has_the_same_plan_for_every_operation() -> None:
    assert scaled(2, sandbox=True) == dict.fromkeys(USAGE_PLANS, (10, 30))
    assert set(USAGE_PLANS) == set(OPERATIONS)


# 429


def test_a_429_moves_the_clock_and_the_call_is_tried_again_after_at_least_one_refill(bench: Bench) -> None:
    bench.amazon.on(REPORT, throttled(), QUEUED)
    assert bench.api.get_report("R1").status == "IN_QUEUE"
    assert bench.plans.refusals == ["getReport"]
    assert 0.5 <= bench.clock.sleeps[0] <= 0.75


def test_repeated_429s_back_off_further_and_then_raise_with_a_place(bench: Bench) -> None:
    bench.amazon.on(REPORT, throttled())
    with pytest.raises(Throttled, match="getReport") as caught:
        bench.api.get_report("R1")
    assert len(bench.amazon.calls(REPORT)) == 3
    assert [1 <= wait <= 1.5 for wait in bench.clock.sleeps] == [False, True]
    assert caught.value.until is not None
    assert caught.value.until >= bench.clock.at + timedelta(seconds=2)


def test_a_429_of_a_slow_operation_raises_at_once_with_a_place(bench: Bench) -> None:
    bench.amazon.on(REPORTS, throttled())
    with pytest.raises(Throttled) as caught:
        bench.api.create_report(WISH)
    assert caught.value.until is not None
    assert caught.value.until >= START + timedelta(seconds=59)
    assert bench.clock.sleeps == []


def test_create_report_is_repeated_after_a_429_since_nothing_was_created() -> None:
    bench = Bench(rate_scale=100)
    bench.amazon.on(REPORTS, throttled(), answer({"reportId": "7"}, 202))
    assert bench.api.create_report(WISH) == "7"


# Trouble on the way


@pytest.mark.parametrize(
    "trouble",
    [
        html(503),
        html(500),
        html(408),
        html(302),
        html(200),
        html(403),
        answer([]),
        broken(httpx.ConnectError),
        broken(httpx.ReadError),
        broken(httpx.RemoteProtocolError),
        broken(httpx.ReadTimeout),
    ],
)
def test_trouble_that_passes_is_not_noticed(bench: Bench, trouble: Answer) -> None:
    bench.amazon.on(REPORT, trouble, trouble, QUEUED)
    assert bench.api.get_report("R1").report_id == "R1"
    first, second = bench.clock.sleeps
    assert 1 <= first <= 1.5
    assert 2 <= second <= 3


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        (html(503), "HTTP 503"),
        (html(200), "not JSON"),
        (answer([]), "not a JSON object"),
        (refused(200, "InternalFailure", "later"), "an error: InternalFailure: later"),
        (html(403), "not Amazon's"),
        (broken(httpx.ReadError), "ReadError"),
    ],
)
def test_lasting_trouble_ends_after_three_tries(bench: Bench, trouble: Answer, words: str) -> None:
    bench.amazon.on(REPORT, trouble)
    with pytest.raises(UpstreamUnavailable, match=f"getReport.*{words}"):
        bench.api.get_report("R1")
    assert len(bench.amazon.calls(REPORT)) == 3


def test_a_page_of_html_is_no_empty_list_of_reports(bench: Bench) -> None:
    bench.amazon.on(REPORTS, html(503))
    with pytest.raises(UpstreamUnavailable):
        bench.api.find_reports(["GET_X"], ("M",), START)


@pytest.mark.parametrize(
    "trouble", [html(503), html(200), broken(httpx.ReadTimeout), broken(httpx.RemoteProtocolError)]
)
def test_create_report_is_not_repeated_when_it_may_have_arrived(bench: Bench, trouble: Answer) -> None:
    bench.amazon.on(REPORTS, trouble)
    with pytest.raises(UpstreamUnavailable, match="createReport"):
        bench.api.create_report(WISH)
    assert len(bench.amazon.calls(REPORTS)) == 1


def test_back_off_shrinks_with_the_rate_scale() -> None:
    bench = Bench(rate_scale=100)
    bench.amazon.on(REPORT, html(503), throttled(), QUEUED)
    bench.api.get_report("R1")
    assert sum(bench.clock.sleeps) < 0.05


# Refusals


@pytest.mark.parametrize("status", [400, 404, 413, 415])
def test_a_refused_request_says_what_amazon_said_and_is_not_repeated(bench: Bench, status: int) -> None:
    bench.amazon.on(REPORT, refused(status, "InvalidInput", "No such report.", "look again"))
    with pytest.raises(RequestRefused, match=rf"getReport .HTTP {status}.: InvalidInput: No such report.: look again"):
        bench.api.get_report("R1")
    assert len(bench.amazon.calls(REPORT)) == 1


def test_a_refusal_without_message_still_has_its_code(bench: Bench) -> None:
    bench.amazon.on(REPORT, refused(400, "InvalidInput", None))
    with pytest.raises(RequestRefused, match=r"InvalidInput$"):
        bench.api.get_report("R1")


def test_a_refusal_without_amazons_body_says_so(bench: Bench) -> None:
    bench.amazon.on(REPORT, html(413))
    with pytest.raises(RequestRefused, match="no reason given"):
        bench.api.get_report("R1")


def test_a_revoked_authorisation_asks_to_connect_again(bench: Bench) -> None:
    """The token is renewed once, in case only the token was wrong; a refused new one means that the right is gone."""
    refusal = denied("The access token you provided is revoked, malformed or invalid.")
    bench.amazon.on(REPORT, refusal, refusal)
    with pytest.raises(AuthorizationRevoked, match="connect again"):
        bench.api.get_report("R1")
    assert len(bench.amazon.calls(REPORT)) == 2


def test_a_denial_without_details_names_the_missing_role_and_does_not_end_the_connection(bench: Bench) -> None:
    bench.amazon.on("/finances/2024-06-19/transactions", denied(""))
    with pytest.raises(RequestRefused, match=r"HTTP 403.: .*lacks Finance and Accounting"):
        next(bench.api.transaction_pages(START - timedelta(days=7), START))


def test_another_denial_is_fatal_but_does_not_end_the_connection(bench: Bench) -> None:
    bench.amazon.on(REPORT, refused(403, "MissingAuthenticationToken", "Missing Authentication Token"))
    with pytest.raises(FatalError, match="MissingAuthenticationToken") as caught:
        bench.api.get_report("R1")
    assert not isinstance(caught.value, AuthorizationRevoked)


# The in-memory usage plan of these tests


def test_the_usage_plan_gives_its_burst_at_once_and_then_one_place_per_refill(bench: Bench) -> None:
    plans = MemoryUsagePlans(bench.clock)
    places = [plans.reserve("listTransactions") for _ in range(12)]
    assert places[:10] == [START] * 10
    assert places[10:] == [START + timedelta(seconds=2), START + timedelta(seconds=4)]


def test_times_without_offset_are_refused_as_a_broken_answer(bench: Bench) -> None:
    body = {"reportId": "R1", "reportType": "GET_X", "processingStatus": "DONE", "createdTime": "2026-11-24T11:00:00"}
    bench.amazon.on(REPORT, answer(body))
    with pytest.raises(UpstreamUnavailable, match="a time without offset"):
        bench.api.get_report("R1")


def test_times_of_another_offset_are_read_as_utc(bench: Bench) -> None:
    body = {
        "reportId": "R1",
        "reportType": "GET_X",
        "processingStatus": "DONE",
        "createdTime": "2026-11-24T11:00:00+02:00",
    }
    bench.amazon.on(REPORT, answer(body))
    report = bench.api.get_report("R1")
    assert report.created_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert report.created_at.tzinfo is UTC
