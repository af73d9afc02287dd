"""Failures on order: which calls they strike, how often, and what they send."""

import pytest

from local_amazon.server.faults import CALLS, KINDS
from tests.unit.local_amazon.surface.small_world import FORM, Client, error_of, json_of

PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
NAME = "getMarketplaceParticipations"


def _statuses(shop: Client, count: int) -> list[int]:
    return [shop.get(PARTICIPATIONS).status for _ in range(count)]


def test_a_fault_strikes_as_often_as_ordered_and_after_as_many_calls(shop: Client) -> None:
    shop.fault(operation=NAME, kind="html500", after=1, times=2)
    assert _statuses(shop, 4) == [200, 500, 500, 200]
    assert shop.control("GET", "faults")["faults"] == []


def test_a_fault_leaves_other_operations_alone(shop: Client) -> None:
    shop.fault(operation="listTransactions", kind="html500")
    assert _statuses(shop, 1) == [200]


def test_a_star_strikes_every_operation_and_a_storm_ends_with_its_time(shop: Client) -> None:
    shop.fault(operation="*", kind="throttle", lasts=60)
    assert _statuses(shop, 2) == [429, 429]
    assert shop.get("/finances/2024-06-19/transactions", postedAfter="2026-11-23").status == 429
    shop.later(seconds=59)
    assert _statuses(shop, 1) == [429]
    shop.later(seconds=1)
    assert _statuses(shop, 1) == [200]


def test_a_chance_is_drawn_from_its_seed(shop: Client) -> None:
    def struck(seed: int) -> list[int]:
        shop.fault(operation=NAME, kind="internal", probability=0.5, seed=seed)
        statuses = _statuses(shop, 7)
        shop.control("DELETE", "faults")
        return statuses

    first = struck(1)
    shop.later(minutes=55)
    shop.token = shop.grant()["access_token"]
    assert set(first) == {200, 500}
    assert struck(1) == first


def test_a_fault_can_be_one_sellers_only(shop: Client) -> None:
    shop.fault(operation=NAME, kind="internal", seller="ALOCALSELLER2")
    assert _statuses(shop, 1) == [200]
    shop.fault(operation=NAME, kind="internal", seller="ALOCALSELLER1")
    assert _statuses(shop, 2) == [500, 200]


def test_cleared_faults_do_not_strike(shop: Client) -> None:
    shop.fault(operation=NAME, kind="html500")
    shop.control("DELETE", "faults")
    assert _statuses(shop, 1) == [200]


@pytest.mark.parametrize(
    "order",
    [
        {"operation": "token", "kind": "meteor"},
        {"kind": "throttle"},
        {"operation": "token", "kind": "throttle", "colour": "red"},
        ["throttle"],
    ],
)
def test_an_unknown_fault_is_refused(shop: Client, order: object) -> None:
    assert "errors" in shop.control("POST", "faults", order)


def test_the_kinds_are_told(shop: Client) -> None:
    assert shop.control("GET", "faults")["kinds"] == KINDS


def test_ordered_refusals_look_like_amazons(shop: Client) -> None:
    for kind in ("expired_token", "throttle", "internal"):
        shop.fault(operation=NAME, kind=kind)
    refusals = [error_of(shop.get(PARTICIPATIONS))[:2] for _ in range(3)]
    assert refusals == [(403, "Unauthorized"), (429, "QuotaExceeded"), (500, "InternalFailure")]
    shop.fault(operation="token", kind="revoked")
    assert json_of(shop.form("/auth/o2/token", **FORM))["error"] == "invalid_grant"


def test_an_html_failure_is_no_json(shop: Client) -> None:
    shop.fault(operation=NAME, kind="html503")
    answer = shop.get(PARTICIPATIONS)
    assert (answer.status, answer.content_type) == (503, "text/html")


def test_a_reset_comes_before_the_call_and_a_timeout_after_it(shop: Client) -> None:
    body = {"reportType": "GET_FBA_REIMBURSEMENTS_DATA", "marketplaceIds": ["ATVPDKIKX0DER"]}
    shop.fault(operation="createReport", kind="reset")
    shop.fault(operation="createReport", kind="timeout", seconds=7)
    reset, silent = (shop.post("/reports/2021-06-30/reports", body) for _ in range(2))
    assert (reset.reset_after, reset.silent_for) == (0, 0)
    assert (silent.reset_after, silent.silent_for) == (0, 7)
    found = shop.json("/reports/2021-06-30/reports", reportTypes="GET_FBA_REIMBURSEMENTS_DATA")
    assert len(found["reports"]) == 1


def test_a_reset_in_the_middle_of_an_answer_keeps_its_beginning(shop: Client) -> None:
    whole = shop.get(PARTICIPATIONS).body
    shop.fault(operation=NAME, kind="reset", at_byte=20)
    broken = shop.get(PARTICIPATIONS)
    assert (broken.body, broken.reset_after) == (whole, 20)


def test_every_kind_for_calls_can_strike_one(shop: Client) -> None:
    for kind in CALLS:
        shop.fault(operation=NAME, kind=kind)
    answers = [shop.get(PARTICIPATIONS) for _ in CALLS]
    assert all(answer.status != 200 or answer.reset_after is not None for answer in answers)
    assert shop.control("GET", "faults")["faults"] == []
