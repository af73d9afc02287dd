"""Every kind of failure of the local Amazon, at least once for each way in which rows come over the wire.

`make bench-faults` tries every failure of every operation of every source, with many seeds.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from clario.domain.slices import SliceState
from clario.services import amazon
from local_amazon.server.faults import KINDS
from tests.conftest import Cluster
from tests.fixtures.endless import ending
from tests.reliability.fault_matrix import EXTENTS, Case, Extent, Result, Stage, cases
from tests.reliability.fault_verdict import Verdict, judged, verdict

FEW = "getShipments"  # rows, read quickly


def _chosen() -> Iterator[Case]:
    """One case for each family and kind; sources and operations take turns. Tokens are all families' alike."""
    fitting: dict[tuple[str, str], list[Case]] = {}
    for case in cases():
        if case.operation != "token" or case.family == "reports":
            fitting.setdefault((case.family, case.kind), []).append(case)
    for number, known in enumerate(fitting.values()):
        yield known[number * 7 % len(known)]


CASES = list(_chosen())


@pytest.fixture(scope="session")
def stage(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(cluster, tmp_path_factory.mktemp("faults"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.family}/{case.source}/{case.operation}/{case.kind}")
def test_a_fault_leaves_the_same_database_or_a_failed_slice_that_says_why(stage: Stage, case: Case) -> None:
    found, why = verdict(stage, case)
    assert found in (Verdict.SAME, Verdict.FAILED, Verdict.AS_TOLD), f"{found}: {why}"


def test_no_kind_of_failure_is_left_out() -> None:
    assert {case.kind for case in CASES} == {*KINDS}
    assert {case.source for case in cases()} >= {case.source for case in CASES}


def test_an_operation_of_a_slow_plan_that_fails_most_of_the_time_for_ever_fails_its_slice_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(amazon, "MOST_FAILURES", 5)
    monkeypatch.setitem(EXTENTS, "searchOrders", Extent(28, 14, page=1))  # of orders the second slice has none
    order = {"operation": "searchOrders", "kind": "html500", "probability": 0.6, "seed": 1}
    [result] = stage.run("searchOrders", [order])
    given_up, stored = result.slices
    assert (given_up.state, given_up.note) == (SliceState.FAILED, "amazon_unavailable")
    assert "searchOrders: Amazon is not available (HTTP 500). The next sync tries again" in (given_up.error or "")
    assert (result.sync.status, stored.state) == ("completed", SliceState.STORED)


@pytest.fixture
def good(stage: Stage) -> Result:
    [result] = stage.run(FEW, [])
    return result


def test_a_row_that_is_missing_or_too_many_would_be_noticed(stage: Stage, good: Result) -> None:
    case, calm = Case(FEW, FEW, "throttle"), stage.calm_run(FEW)
    rows = good.content["inbound_shipments"]
    assert judged(case, calm, good) == (Verdict.SAME, "")
    for changed in (rows[1:], [*rows, rows[0]]):
        found, why = judged(case, calm, replace(good, content={**good.content, "inbound_shipments": changed}))
        assert (found, why.partition(":")[0]) == (Verdict.DIFFERENT, "inbound_shipments")


def test_a_bad_row_in_each_of_several_documents_is_as_told_but_not_a_row_that_is_missing_beside_them(
    stage: Stage, good: Result
) -> None:
    case, calm = Case(FEW, FEW, "bad_row"), stage.calm_run(FEW)
    rows = good.content["inbound_shipments"]
    bad = {**good.content, "rejected": [{"raw": "1\tabc"}, {"raw": "2\tabc"}]}
    assert judged(case, calm, replace(good, content=bad)) == (Verdict.AS_TOLD, "bad_row")
    for changed in ({"inbound_shipments": rows[1:]}, {"rejected": [{"raw": "1\t1"}]}):
        assert judged(case, calm, replace(good, content={**bad, **changed}))[0] is Verdict.DIFFERENT


def test_a_sync_without_an_end_would_be_noticed(stage: Stage) -> None:
    with ending(3):
        assert verdict(stage, Case(FEW, FEW, "throttle")) == (Verdict.DIFFERENT, "no end after 3 steps")


def test_a_failure_without_a_reason_and_one_that_brings_rows_from_nowhere_would_be_noticed(
    stage: Stage, good: Result
) -> None:
    case, calm = Case(FEW, FEW, "throttle"), stage.calm_run(FEW)
    failed = [replace(part, state=SliceState.FAILED, error="no") for part in good.slices]
    assert judged(case, calm, replace(good, slices=failed)) == (Verdict.FAILED, "no")
    silent = [replace(part, error="") for part in failed]
    assert judged(case, calm, replace(good, slices=silent))[0] is Verdict.DIFFERENT
    rows = good.content["inbound_shipments"]
    more = {**good.content, "inbound_shipments": [*rows, rows[0]]}
    assert judged(case, calm, replace(good, slices=failed, content=more))[0] is Verdict.DIFFERENT
