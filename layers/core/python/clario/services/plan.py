"""Plan: decide what a sync loads, then hand out what is due, batch by batch, until nothing is left."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from ..domain.pricing import Load
from ..domain.progress import STARTED, STARTING_MESSAGE
from ..domain.quarantine import LOOK_BACK, quarantined
from ..domain.slices import FINISHED, Slice, SliceState, choose_batch, next_step
from ..domain.sources import ReportSource
from ..domain.values import MARKETPLACES, ONE_DAY
from ..errors import AuthorizationRevoked, FatalError, RetryableError, Throttled, UpstreamUnavailable
from ..payloads import Plan, PlanAction, PlanTask, SliceTask, SyncTask
from .amazon import Amazon
from .planning import Planning, PlanSettings
from .ports import Clock, Report, ReportRequest, SellerApi, Workflow
from .progress import report_progress
from .records import Connection, Sync, SyncWarning
from .sync_warnings import STATIC_SANDBOX_WARNING, connection_warning, revoked_warning
from .syncs import start_execution
from .work import Database, Work

# A Step Functions execution ends at 25,000 events: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
# Each retry leaves three more. Begun below this, the last batch of 40 slices ends below the limit even if each slice of
# the execution needs some 45 retries, most of them for a free place at Lambda.
LONG_HISTORY = 3_000
EVENTS_PER_ROUND = 12
EVENTS_PER_SLICE = 30  # poll, fetch, normalize, store: entering and leaving each state, and three events of each task

TYPES_AT_ONCE = 10  # report types that getReports takes


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
        _make_slices(sync, database, amazon, clock, settings)
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


def _make_slices(sync: Sync, database: Database, amazon: Amazon, clock: Clock, settings: PlanSettings) -> None:
    """The slices of every usable connection, in one transaction, after what must be asked of Amazon.

    A connection that cannot be used is a warning, as long as there is another one.
    """
    with database.transaction(sync.seller_id) as work:
        connections = work.connections.all()
        since = work.syncs.last_completed_at() or clock.now() - timedelta(days=1)
    planned: list[Slice] = []
    failures: list[FatalError] = []
    warnings = [revoked_warning(each.region) for each in connections if each.status == "revoked"]
    chosen = _chosen(connections, settings)
    for connection in chosen:
        try:
            with amazon.api(connection) as api:
                slices = _plan_connection(sync, connection, database, api, clock, settings)
                planned += _with_reports(slices, api, since, clock.now())
        except FatalError as error:
            failures.append(error)
            warnings.append(_give_up(connection, error, database))
    if len(failures) == len(chosen):
        raise _gravest(failures)
    if settings.static_sandbox:
        warnings.append(STATIC_SANDBOX_WARNING)
    with database.transaction(sync.seller_id) as work:
        work.slices.plan(planned)
        work.syncs.mark_planned(sync.sync_id, warnings)


def _chosen(connections: Iterable[Connection], settings: PlanSettings) -> list[Connection]:
    """The connections that can be used, of the regions whose marketplaces are wanted."""
    active = [connection for connection in connections if connection.status == "active"]
    if not settings.marketplace_ids:
        return active
    chosen = [connection for connection in active if settings.marketplaces_in(connection.region)]
    if active and not chosen:
        raise FatalError("AMAZON_SPAPI_MARKETPLACE_IDS names no marketplace of a region that is connected")
    return chosen


def _give_up(connection: Connection, error: FatalError, database: Database) -> SyncWarning:
    """The other connections go on without this one."""
    if not isinstance(error, AuthorizationRevoked):
        return connection_warning(connection.region, type(error).__name__, str(error))
    with database.transaction(connection.seller_id) as work:
        work.connections.revoke(connection.connection_id, str(error))
    return revoked_warning(connection.region)


def _gravest(failures: list[FatalError]) -> FatalError:
    """What the sync fails of when no connection is left: something that a new consent would not mend, if there is."""
    others = (failure for failure in failures if not isinstance(failure, AuthorizationRevoked))
    return next(others, AuthorizationRevoked("no usable connection to Amazon is left: connect Amazon again"))


def _plan_connection(
    sync: Sync, connection: Connection, database: Database, api: SellerApi, clock: Clock, settings: PlanSettings
) -> list[Slice]:
    marketplace_ids = settings.marketplaces_in(connection.region) or _shops(api, connection)
    scheduled = sync.trigger == "scheduled"
    with database.transaction(sync.seller_id) as work:
        work.connections.set_marketplaces(connection.connection_id, marketplace_ids)
        planning = Planning(work, settings, connection.connection_id, marketplace_ids, clock.now(), scheduled)
        slices = [part for load in planning.loads() for part in _slices(sync, connection, load)]
        return _without_hopeless(slices, connection, clock.now(), work) if scheduled else slices


def _without_hopeless(slices: list[Slice], connection: Connection, now: datetime, work: Work) -> list[Slice]:
    """What failed again and again is put in quarantine, unless a person asked for the sync."""
    return quarantined(slices, work.health.tries(connection.connection_id, now - LOOK_BACK), now)


def _slices(sync: Sync, connection: Connection, load: Load) -> Iterable[Slice]:
    for days in load.slices:
        yield Slice(
            slice_id=0,
            sync_id=sync.sync_id,
            connection_id=connection.connection_id,
            stream=load.stream,
            source=load.source.name,
            scope=load.scope,
            days=days,
            state=SliceState.PLANNED,
        )


def _shops(api: SellerApi, connection: Connection) -> tuple[str, ...]:
    """The seller's marketplaces that are shops we know; Amazon lists others (say, for non-Amazon sales) beside them.

    While Amazon does not tell, they are those of the last sync: one region's outage must not end the others' sync.
    """
    try:
        shops = tuple(entry for entry in api.marketplace_ids() if entry in MARKETPLACES)
    except (Throttled, UpstreamUnavailable):
        if not connection.marketplace_ids:
            raise
        return connection.marketplace_ids
    if not shops:
        raise FatalError("this Amazon account takes part in no marketplace we know")
    return shops


def _with_reports(slices: list[Slice], api: SellerApi, since: datetime, now: datetime) -> list[Slice]:
    """The slices, with the reports that somebody asked for after the last sync ended: those of an interrupted sync are
    not asked for again, and none is older than what a person has seen."""
    wanted = {part.source: part.marketplace_ids for part in slices if isinstance(part.definition, ReportSource)}
    marketplace_ids = tuple(dict.fromkeys(shop for shops in wanted.values() for shop in shops))
    reports = reports_at_hand(api, list(wanted), marketplace_ids, since)
    return [_with_report(part, reports, now) for part in slices]


def reports_at_hand(
    api: SellerApi, types: list[str], marketplace_ids: tuple[str, ...], since: datetime
) -> list[Report]:
    """Reports of these types that were asked for since then.

    A getReports call for every ten types; when Amazon cannot answer it now, new reports are asked for instead.
    """
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
    if isinstance(source, ReportSource) and part.state is SliceState.PLANNED:
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
