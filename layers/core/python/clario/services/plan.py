"""Plan: decide what a sync loads, then hand out what is due, batch by batch, until nothing is left."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from ..domain.progress import STARTED, STARTING_MESSAGE
from ..domain.slices import FINISHED, Slice, SliceState, choose_batch, days_to_load, next_step, scopes
from ..domain.sources import ReportSource, Source
from ..domain.streams import STREAMS, ways
from ..domain.values import MARKETPLACES, ONE_DAY, DayRange, home_marketplace, local_day
from ..errors import AuthorizationRevoked, FatalError, RetryableError
from ..payloads import Plan, PlanAction, PlanTask, SliceTask, SyncTask
from .amazon import Amazon
from .ports import Clock, Report, ReportRequest, SellerApi, Workflow
from .progress import report_progress
from .syncs import start_execution
from .work import Connection, Database, Sync, Work

# A Step Functions execution ends at 25,000 events: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
# Each retry leaves three more. Begun below this, the last batch of 40 slices ends below the limit even if each slice of
# the execution needs some 45 retries, most of them for a free place at Lambda.
LONG_HISTORY = 3_000
EVENTS_PER_ROUND = 12
EVENTS_PER_SLICE = 30  # poll, fetch, normalize, store: entering and leaving each state, and three events of each task

TYPES_AT_ONCE = 10  # report types that getReports takes


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """`history_days`: how far back the first sync reaches. `marketplace_ids`: instead of asking Amazon. `versions`: the
    generation of Amazon's API to read, by stream."""

    history_days: int
    marketplace_ids: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)


def plan(
    task: PlanTask,
    *,
    database: Database,
    amazon: Amazon,
    workflow: Workflow,
    clock: Clock,
    settings: PlanSettings,
) -> Plan:
    """The slices to work on now, or when the next one is due, or that loading is over.

    An execution whose history gets long hands the sync over to the next one.

    Raises:
        AuthorizationRevoked: no connection of the seller can be used any more.
    """
    with database.transaction(task.seller_id) as work:
        sync = work.syncs.get(task.sync_id)
        work.syncs.advance(task.sync_id, STARTED, STARTING_MESSAGE)
        work.syncs.beat(task.sync_id)
    if sync.status != "running" or sync.part != task.part:
        return _stop(task, sync, workflow)
    if task.plan.history >= LONG_HISTORY:
        return _hand_over(task, database, workflow)
    if not sync.planned:
        _make_slices(task, database, amazon, clock, settings)
    report_progress(task, database)
    answer = _hand_out(task, database, clock.now())
    return answer.model_copy(update={"history": task.plan.history + _events(answer)})


def _hand_over(task: PlanTask, database: Database, workflow: Workflow) -> Plan:
    """The row says first which execution the sync is in now; the tick starts that one where this here fails."""
    with database.transaction(task.seller_id) as work:
        work.syncs.next_part(task.sync_id, task.part + 1)
        sync = work.syncs.get(task.sync_id)
    return _stop(task, sync, workflow)


def _stop(task: PlanTask, sync: Sync, workflow: Workflow) -> Plan:
    if sync.status == "running":
        start_execution(workflow, sync)
    return Plan(seller_id=task.seller_id, sync_id=task.sync_id, action=PlanAction.STOP)


def _events(answer: Plan) -> int:
    """What the round that begins with this answer adds to the execution's history, without retries."""
    return EVENTS_PER_ROUND + EVENTS_PER_SLICE * len(answer.slices)


def _hand_out(task: SyncTask, database: Database, now: datetime) -> Plan:
    with database.transaction(task.seller_id) as work:
        open_slices = [part for part in work.slices.of(task.sync_id) if part.state not in FINISHED]
    answer = Plan(seller_id=task.seller_id, sync_id=task.sync_id, action=PlanAction.DETECT)
    if not open_slices:
        return answer
    due = [part for part in open_slices if part.wait_until is None or part.wait_until <= now]
    if not due:
        first = min(part.wait_until for part in open_slices if part.wait_until)
        return answer.model_copy(update={"action": PlanAction.WAIT, "wait_until": first})
    batch = [
        SliceTask(seller_id=task.seller_id, sync_id=task.sync_id, slice_id=part.slice_id, step=next_step(part))
        for part in choose_batch(due)
    ]
    return answer.model_copy(update={"action": PlanAction.LOAD, "slices": batch})


def _make_slices(task: SyncTask, database: Database, amazon: Amazon, clock: Clock, settings: PlanSettings) -> None:
    """The slices of every usable connection, in one transaction, after what must be asked of Amazon."""
    with database.transaction(task.seller_id) as work:
        connections = [connection for connection in work.connections.all() if connection.status == "active"]
        since = work.syncs.last_completed_at()
    planned: list[Slice] = []
    for connection in connections:
        try:
            with amazon.api(connection) as api:
                planned += _plan_connection(task, connection, database, api, clock, settings, since)
        except AuthorizationRevoked as error:
            with database.transaction(task.seller_id) as work:
                work.connections.revoke(connection.connection_id, str(error))
    if not planned:
        raise AuthorizationRevoked("no usable connection to Amazon is left: connect Amazon again")
    with database.transaction(task.seller_id) as work:
        work.slices.plan(planned)
        work.syncs.mark_planned(task.sync_id)


def _plan_connection(
    task: SyncTask,
    connection: Connection,
    database: Database,
    api: SellerApi,
    clock: Clock,
    settings: PlanSettings,
    since: datetime | None,
) -> list[Slice]:
    marketplace_ids = settings.marketplace_ids or _shops(api)
    with database.transaction(task.seller_id) as work:
        work.connections.set_marketplaces(connection.connection_id, marketplace_ids)
        slices = list(_wanted(task, connection.connection_id, marketplace_ids, clock.now(), settings, work))
    reports = reports_at_hand(api, marketplace_ids, since or clock.now() - timedelta(days=1), settings)
    return [_with_report(part, reports, clock.now()) for part in slices]


def _shops(api: SellerApi) -> tuple[str, ...]:
    """The seller's marketplaces that are shops we know; Amazon lists others (say, for non-Amazon sales) beside them."""
    shops = tuple(entry for entry in api.marketplace_ids() if entry in MARKETPLACES)
    if not shops:
        raise FatalError("this Amazon account takes part in no marketplace we know")
    return shops


def _wanted(
    task: SyncTask,
    connection_id: int,
    marketplace_ids: tuple[str, ...],
    now: datetime,
    settings: PlanSettings,
    work: Work,
) -> Iterable[Slice]:
    for stream, source in _sources(settings):
        for scope in scopes(source, marketplace_ids):
            today = local_day(now, home_marketplace(scope.split(",")).zone)
            history = DayRange(today - timedelta(days=settings.history_days - 1), today)
            covered = work.loads.covered_days(connection_id, source.dataset, scope)
            for days in days_to_load(source, history, covered):
                yield Slice(0, task.sync_id, connection_id, stream, source.name, scope, days, SliceState.PLANNED)


def _sources(settings: PlanSettings) -> Iterator[tuple[str, Source]]:
    """Each stream with a source for each of its datasets: the preferred one."""
    for stream in STREAMS.values():
        for sources in ways(stream, settings.versions).values():
            yield stream.name, sources[0]


def reports_at_hand(
    api: SellerApi, marketplace_ids: tuple[str, ...], since: datetime, settings: PlanSettings
) -> list[Report]:
    """Reports somebody asked for after the last sync ended: an interrupted sync's are not asked for again.

    A getReports call for every ten types; when Amazon cannot answer it now, new reports are asked for instead.
    """
    types = [source.name for _, source in _sources(settings) if isinstance(source, ReportSource)]
    try:
        return [
            report
            for first in range(0, len(types), TYPES_AT_ONCE)
            for report in api.find_reports(types[first : first + TYPES_AT_ONCE], marketplace_ids, since)
        ]
    except AuthorizationRevoked:
        raise
    except (RetryableError, FatalError):
        return []


def _with_report(part: Slice, reports: list[Report], now: datetime) -> Slice:
    source = part.definition
    if isinstance(source, ReportSource):
        wanted = report_request(part, now)
        for report in reports:
            if is_same_request(report, wanted):
                return replace(
                    part, state=SliceState.WAITING, requested_at=report.created_at, report_id=report.report_id
                )
    return part


def report_request(part: Slice, now: datetime) -> ReportRequest:
    """What to ask Amazon for: a day more on both sides, because its days are the marketplace's and ours must be whole.

    The end is never in the future: Amazon refuses that.
    """
    source = part.definition
    assert isinstance(source, ReportSource)
    start = datetime.combine(part.days.start - source.days_before * ONE_DAY, time(), UTC)
    end = datetime.combine(part.days.end + 2 * ONE_DAY, time(), UTC)
    return ReportRequest(source.name, part.marketplace_ids, start, min(end, now), source.options)


def is_same_request(report: Report, wanted: ReportRequest) -> bool:
    """Whether a report answers that request; ends on the same day are the same, because "now" moves on."""
    return (
        report.report_type == wanted.report_type
        and set(report.marketplace_ids) == set(wanted.marketplace_ids)
        and report.data_start == wanted.data_start
        and report.data_end is not None
        and report.data_end.date() == wanted.data_end.date()
    )
