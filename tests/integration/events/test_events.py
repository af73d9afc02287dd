"""Each event of `events/` through its handler."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_type_hints

import pytest
from aws_lambda_powertools.utilities.parser.models import APIGatewayProxyEventV2Model, EventBridgeModel, SqsModel

from clario.api.schemas.detections import Detections
from clario.api.schemas.syncs import ActiveSync
from clario.domain.slices import Slice, SliceState, Step
from clario.errors import FatalError, RetryableError
from clario.payloads import DetectionPoll, Dispatched, Plan, PlanAction, SliceTask, SyncTask
from clario.services.amazon import MOST_FAILURES
from clario.services.poll import MOST_POLLS
from clario.services.records import Sync
from clario.services.syncs import execution_name
from devstack import events
from devstack.clock import VirtualClock
from devstack.functions import handler, substitutions
from devstack.runtime import STATE_MACHINE
from devstack.workflow import Engine, StateError, load_definition
from tests.integration.events.conftest import DOORS
from tests.integration.sync.conftest import START, Bench, rows

Prepared = Callable[[str, str], Any]
FILES = sorted(path.stem for path in events.FOLDER.glob("*.json"))
# One function hears of two kinds of ends.
FUNCTION_OF = {"finish_execution_failed": "finish"}


def call(function: str, event: Any) -> Any:
    """The handler's answer as JSON; a payload model says whether it is a right one."""
    door = handler(function)
    answer = json.loads(json.dumps(door(event, None)))
    model = get_type_hints(getattr(door, "__wrapped__", door))["return"]
    return model.model_validate(answer) if hasattr(model, "model_validate") else answer


@pytest.fixture
def loop() -> Iterator[None]:
    """Mangum takes the thread's event loop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    asyncio.set_event_loop(None)
    loop.close()


def the_slice(world: Bench, task: Any) -> Slice:
    with world.database.transaction(events.SELLER) as work:
        return work.slices.get(task["sliceId"])


def the_sync(world: Bench) -> Sync:
    with world.database.transaction(events.SELLER) as work:
        return work.syncs.get(events.SYNC)


# -- the files ---------------------------------------------------------------------------------------------------------


def test_every_function_has_an_event_and_every_event_a_function() -> None:
    assert sorted({FUNCTION_OF.get(name, name) for name in FILES}) == DOORS
    assert set(DOORS) <= set(FILES)


def test_the_readme_tells_of_every_event() -> None:
    told = (events.FOLDER / "README.md").read_text()
    assert [name for name in FILES if f"`{name}.json`" not in told] == []


def test_no_event_holds_a_session() -> None:
    for name in FILES:
        text = (events.FOLDER / f"{name}.json").read_text()
        assert ("session_token=" in text) == name.startswith("api_")
        assert text.count("session_token=") == text.count(f"session_token={events.SESSION}")


@pytest.mark.parametrize(
    ("name", "model"),
    [
        *((name, APIGatewayProxyEventV2Model) for name in FILES if name.startswith("api_")),
        ("detect", SqsModel),
        ("refresh", SqsModel),
        ("finish_execution_failed", EventBridgeModel),
    ],
)
def test_events_of_aws_have_the_shape_that_powertools_knows(name: str, model: Any) -> None:
    model.model_validate(events.event_of(name))


@pytest.mark.parametrize("name", ["detect", "refresh"])
def test_the_message_is_whole(name: str) -> None:
    [record] = events.event_of(name)["Records"]
    assert record["md5OfBody"] == hashlib.md5(record["body"].encode()).hexdigest()


def test_the_execution_that_timed_out_is_the_one_of_the_sync() -> None:
    detail = events.event_of("finish_execution_failed")["detail"]
    assert detail["name"] == execution_name(events.SYNC)
    assert (
        detail["executionArn"] == detail["stateMachineArn"].replace("stateMachine", "execution") + f":{detail['name']}"
    )


def test_states_events_are_what_the_state_machine_sends() -> None:
    sent = payloads_of_one_sync()
    for function, payload in sent.items():
        assert keys(events.event_of(function)) == keys(payload), function
    assert sorted(sent) == sorted(set(substitutions().values()) - {"dispatch", "detect", "refresh"})


def keys(value: Any) -> Any:
    return {name: keys(entry) for name, entry in value.items()} if isinstance(value, dict) else None


def payloads_of_one_sync() -> dict[str, Any]:
    """What each function got last in a sync of two slices, one of which fails, whose detection takes a while."""
    sync = json.loads(events.event_of("finish_execution_failed")["detail"]["input"])
    ids = SyncTask.model_validate(sync).model_dump()
    started = START.isoformat()
    slices = [SliceTask(**ids, slice_id=number, step=Step.REQUEST) for number in (1, 2)]
    plans = [
        Plan(**ids, action=PlanAction.LOAD, slices=slices),
        Plan(**ids, action=PlanAction.WAIT, wait_until=START),
        Plan(**ids, action=PlanAction.DETECT),
    ]
    looks = [DetectionPoll(**ids, ready=False, wait_until=started), DetectionPoll(**ids, ready=True)]
    after = {"request": Step.POLL, "poll": Step.FETCH, "fetch": Step.NORMALIZE, "normalize": Step.STORE}
    sent: dict[str, Any] = {}

    def invoke(function: str, payload: Any) -> Any:
        sent[function] = payload
        if function in after:
            if function == "poll" and payload["sliceId"] == 2:
                raise StateError(
                    "FatalError", json.dumps({"errorMessage": "ReportFailed: no", "errorType": "FatalError"})
                )
            return {**payload, "step": after[function]}
        answers = {"plan": plans, "poll_detection": looks}
        if function in answers:
            return answers[function].pop(0).model_dump(mode="json", by_alias=True)
        return SyncTask(**ids).model_dump(by_alias=True) if function == "queue_detection" else {}

    engine = Engine(load_definition(STATE_MACHINE.read_text(), substitutions()), invoke, VirtualClock(START))
    engine.start("one", sync)
    assert engine.wait("one").status == "SUCCEEDED"
    return sent


# -- states ------------------------------------------------------------------------------------------------------------


def test_plan_asks_amazon_and_hands_out_slices(prepared: Prepared) -> None:
    answer = call("plan", prepared("plan", "plan"))
    assert answer.action is PlanAction.LOAD
    assert {task.step for task in answer.slices} == {Step.REQUEST, Step.FETCH}


def test_request_asks_for_the_report_of_the_slice(prepared: Prepared, world: Bench) -> None:
    event = prepared("request", "request")
    assert call("request", event).step is Step.REST
    assert the_slice(world, event).report_id


def test_poll_finds_the_report_under_way(prepared: Prepared, world: Bench) -> None:
    event = prepared("poll", "poll")
    assert call("poll", event).step is Step.REST
    assert the_slice(world, event).polls == 1


def test_poll_looks_every_minute_for_hours_and_then_gives_up(prepared: Prepared, world: Bench) -> None:
    event = prepared("poll", "poll")
    with world.database.transaction(events.SELLER) as work:
        work.slices.save(replace(work.slices.get(event["sliceId"]), polls=MOST_POLLS - 1))
    assert call("poll", event).step is Step.REST
    assert the_slice(world, event).wait_until == world.clock.now() + timedelta(minutes=1)
    with pytest.raises(FatalError, match="ReportFailed: Amazon has not finished"):
        call("poll", event)


def test_a_turn_that_a_failure_of_amazon_cut_short_counts_until_the_slice_gets_on(
    prepared: Prepared, world: Bench
) -> None:
    event = prepared("poll", "poll")
    world.fault("getReport", "throttle", times=3)
    assert call("poll", event).step is Step.REST
    cut = the_slice(world, event)
    assert (cut.failures, cut.prepaid) == (1, ("getReport",))
    world.clock.advance_to(cut.wait_until)
    call("poll", event)
    on = the_slice(world, event)
    assert (on.polls, on.failures) == (1, 0)


def test_a_turn_that_only_waits_for_the_usage_plan_does_not_count(prepared: Prepared, world: Bench) -> None:
    event = prepared("poll", "poll")
    with world.database.statements(events.SELLER) as run:
        run.connection.execute("UPDATE usage_plans SET ready_at = clario_now() + interval '1 minute'")
    assert call("poll", event).step is Step.REST
    waiting = the_slice(world, event)
    assert (waiting.failures, waiting.prepaid) == (0, ("getReport",))
    world.clock.sleep(60)


def test_a_failure_that_the_state_machine_tries_again_counts_too_and_leaves_what_the_step_wrote(
    prepared: Prepared, world: Bench
) -> None:
    event = prepared("request", "request")
    with world.database.transaction(events.SELLER) as work:
        work.slices.save(replace(work.slices.get(event["sliceId"]), prepaid=("createReport",)))
    world.fault("createReport", "html500")
    with pytest.raises(RetryableError, match="UpstreamUnavailable: createReport"):
        call("request", event)
    part = the_slice(world, event)
    assert (part.failures, part.prepaid) == (1, ())
    assert part.requested_at


def test_after_too_many_failures_the_slice_is_given_up_and_says_what_failed(prepared: Prepared, world: Bench) -> None:
    event = prepared("poll", "poll")
    with world.database.transaction(events.SELLER) as work:
        work.slices.save(replace(work.slices.get(event["sliceId"]), failures=MOST_FAILURES))
    world.fault("getReport", "throttle", times=3)
    with pytest.raises(FatalError, match=r"AmazonKeepsFailing: .* 31 attempts .*: getReport: .*usage plan"):
        call("poll", event)


@pytest.mark.parametrize(
    ("function", "step", "state"),
    [
        ("fetch", Step.NORMALIZE, SliceState.FETCHED),
        ("normalize", Step.STORE, SliceState.NORMALIZED),
        ("store", Step.REST, SliceState.STORED),
    ],
)
def test_a_slice_goes_on(prepared: Prepared, world: Bench, function: str, step: Step, state: SliceState) -> None:
    event = prepared(function, function)
    assert call(function, event).step is step
    part = the_slice(world, event)
    assert part.state is state
    assert part.document_id is not None


def test_record_failure_writes_the_reason_down(prepared: Prepared, world: Bench) -> None:
    event = prepared("record_failure", "record_failure")
    call("record_failure", event)
    part = the_slice(world, event)
    assert (part.state, part.note) == (SliceState.FAILED, "report_failed")


def test_queue_detection_passes_the_sync_on(prepared: Prepared, world: Bench) -> None:
    assert call("queue_detection", prepared("queue_detection", "queue_detection")).sync_id == events.SYNC
    assert the_sync(world).progress == 90


def test_poll_detection_says_when_to_look_again(prepared: Prepared, world: Bench) -> None:
    answer = call("poll_detection", prepared("poll_detection", "poll_detection"))
    assert not answer.ready
    assert answer.wait_until > world.clock.now()


def test_finish_completes_the_sync(prepared: Prepared, world: Bench) -> None:
    call("finish", prepared("finish", "finish"))
    assert the_sync(world).status == "completed"


def test_finish_ends_the_sync_of_an_execution_that_timed_out(prepared: Prepared, world: Bench) -> None:
    call("finish", prepared("finish", "finish_execution_failed"))
    assert the_sync(world).status == "failed"


# -- ticks and queues --------------------------------------------------------------------------------------------------


def test_a_tick_counts_what_it_did(prepared: Prepared) -> None:
    assert isinstance(call("dispatch", prepared("dispatch", "dispatch")), Dispatched)


def test_a_message_has_what_its_lease_holds_read_again(prepared: Prepared, world: Bench) -> None:
    event, now = prepared("refresh", "refresh"), world.clock.now()
    call("refresh", event)
    [row] = rows(world.database, "SELECT lease, error FROM refreshes", events.SELLER)
    assert (row["lease"], row["error"]) == (None, None)
    query = "SELECT max(as_of) AS at FROM coverage WHERE dataset = 'inventory'"
    [read] = rows(world.database, query, events.SELLER)
    assert read["at"] == now


def test_a_message_has_its_sync_reconciled(prepared: Prepared, world: Bench) -> None:
    call("detect", prepared("detect", "detect"))
    with world.database.transaction(events.SELLER) as work:
        job = work.detections.queued(events.SYNC)
    assert job is not None
    assert job.status == "completed"


# -- the API -----------------------------------------------------------------------------------------------------------


def body(answer: dict[str, Any], media_type: str) -> str:
    """The body of an answer that API Gateway takes, and takes for a success."""
    assert answer["statusCode"] == 200, answer
    assert answer["headers"]["content-type"].startswith(media_type)
    assert answer["isBase64Encoded"] is False
    text: str = answer["body"]
    return text


@pytest.mark.usefixtures("loop")
def test_api_sync_answers_with_the_running_sync(prepared: Prepared) -> None:
    answer = call("api_sync", prepared("api_sync", "api_sync"))
    found = ActiveSync.model_validate_json(body(answer, "application/json"))
    assert found.last_sync is not None
    assert found.last_sync.sync_id == events.SYNC


@pytest.mark.usefixtures("loop")
def test_api_progress_answers_with_the_events_so_far(prepared: Prepared) -> None:
    frames = body(call("api_progress", prepared("api_progress", "api_progress")), "text/event-stream")
    [data] = [line.removeprefix("data: ") for line in frames.splitlines() if line.startswith("data: ")]
    assert json.loads(data)["status"] == "running"


@pytest.mark.usefixtures("loop")
def test_api_detections_answers_with_what_is_owed(prepared: Prepared) -> None:
    answer = call("api_detections", prepared("api_detections", "api_detections"))
    assert Detections.model_validate_json(body(answer, "application/json")).total == 1


@pytest.mark.usefixtures("loop")
@pytest.mark.parametrize("function", [name for name in DOORS if name.startswith("api_")])
def test_the_placeholder_is_no_session(prepared: Prepared, function: str) -> None:
    prepared(function, function)
    assert call(function, events.event_of(function))["statusCode"] == 401
