"""One source through a whole sync while one fault strikes, and what that leaves in the database against a calm run.

The state machine, the handlers, Postgres and the wire are the real ones; the stream table is cut down to one source, so
that a run takes a fraction of a second. Time is virtual: a calm run and a struck one begin at the same moment.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from clario.domain.slices import Slice, SliceState
from clario.domain.sources import FoundReportSource, PagedSource, ReportSource, Source
from clario.errors import ClarioError
from clario.services.records import Sync
from clario.services.syncs import execution_name
from devstack import functions
from devstack import runtime as module
from devstack.clock import VirtualClock
from devstack.runtime import Runtime, runtime
from local_amazon.server.cursor import Cursor
from local_amazon.server.faults import CALLS, DOCUMENTS, PAGES, REPORTS
from tests.conftest import Cluster
from tests.fixtures.amazon import AmazonHere, amazon_here
from tests.fixtures.endless import ending
from tests.fixtures.streams import SOURCES, only
from tests.integration.sync.conftest import SELLER, START, content

MARKETPLACE = "ATVPDKIKX0DER"
WORLD = ("--size", "8000", "--days", "400", "--ahead", "0", "--frozen-clock", "--clock", START.isoformat())
# Nothing happens at Amazon after the start, and after three weeks its last row has come to light.
BEGIN = START + timedelta(days=21)
LATER = timedelta(days=1, hours=1)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a source is loaded: days of history, days of a slice, entries of a page; a few slices and pages."""

    history: int = 184
    slice_days: int = 184
    page: int = 100

    def changes(self, source: Source) -> dict[str, Any]:
        """What of the source's line is another here."""
        unhurried = {"paged_within": timedelta(days=1)} if isinstance(source, PagedSource) else {}
        return {"slice_days": self.slice_days, **unhurried}


EXTENTS = {
    "GET_LEDGER_DETAIL_VIEW_DATA": Extent(slice_days=92),
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": Extent(56, 28),
    "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA": Extent(1, 1),
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2": Extent(60, 45, page=1),
    "getInventorySummaries": Extent(1, 1, page=30),
    "getShipments": Extent(page=2),
    "getShipmentItems": Extent(page=2),
    "searchOrders": Extent(28, 14, page=3),
    "getOrders": Extent(26, 14, page=3),
    "listTransactions": Extent(35, 21, page=40),
    "listFinancialEvents": Extent(35, 21, page=40),
}


def family(source: Source) -> str:
    """How it comes over the wire: reports all alike, each paged operation in its own way."""
    if isinstance(source, ReportSource):
        return "reports"
    return "found reports" if isinstance(source, FoundReportSource) else source.name


@dataclass(frozen=True, slots=True)
class Case:
    """A fault and where it strikes. Seed 0 is the plain one: the first call, once."""

    source: str
    operation: str
    kind: str
    seed: int = 0

    @property
    def stream(self) -> str:
        return SOURCES[self.source][0]

    @property
    def family(self) -> str:
        return family(SOURCES[self.source][1])

    def orders(self) -> list[dict[str, Any]]:
        """The faults to order: a list of few reports has a page token only after an empty page."""
        wanted: dict[str, Any] = {"operation": self.operation, "kind": self.kind, **self._extent()}
        if self.kind in PAGES and self.kind != "empty_page" and self.operation == "getReports":
            return [{"operation": self.operation, "kind": "empty_page"}, wanted]
        return [wanted]

    def _extent(self) -> dict[str, Any]:
        """When and how often it strikes; nobody waits for a silent answer in real time."""
        rng = Random(f"{self.source} {self.operation} {self.kind} {self.seed}")
        extent: dict[str, Any] = {"seconds": 0} if self.kind == "timeout" else {}
        if self.seed == 0:
            return extent
        if self.kind == "slow":
            extent["seconds"] = rng.choice((60, 900, 7200, 30_000))
        if self.kind in ("reset", "torn_gzip"):
            extent["at_byte"] = rng.randrange(1, 4000)
        often = rng.choice(("once", "later", "some", "chance", "chance", "always"))
        return (
            extent
            | {
                "once": {},
                "later": {"after": rng.randrange(1, 6)},
                "some": {"times": rng.randrange(2, 9), "after": rng.randrange(3)},
                "chance": {"probability": rng.choice((0.1, 0.3, 0.6)), "seed": self.seed},
                "always": {"times": 500},
            }[often]
        )


def cases(seed: int = 0) -> Iterator[Case]:
    """Every fault of every operation of every source."""
    for _, source in SOURCES.values():
        for operation in operations(source):
            for kind in kinds(source, operation):
                yield Case(source.name, operation, kind, seed)


def operations(source: Source) -> tuple[str, ...]:
    if isinstance(source, ReportSource):
        return ("createReport", "getReport", "getReportDocument", "document", "token")
    if isinstance(source, FoundReportSource):
        return ("getReports", "getReportDocument", "document", "token")
    return (source.name, "token", *(("getOrderItems",) if source.name == "getOrders" else ()))


def kinds(source: Source, operation: str) -> tuple[str, ...]:
    own = {"createReport": REPORTS, "document": DOCUMENTS, "getReports": PAGES}
    return (*CALLS, *(PAGES if operation == source.name else own.get(operation, ())))


@dataclass(frozen=True, slots=True)
class Result:
    """What a run left behind."""

    sync: Sync
    slices: list[Slice]
    content: dict[str, Any]
    struck: bool
    crashed: tuple[str, ...] = ()

    @property
    def failed(self) -> list[Slice]:
        return [part for part in self.slices if part.state is SliceState.FAILED]

    @property
    def reasons(self) -> list[str]:
        return [part.error or "" for part in self.failed] or [self.sync.error or ""]


@dataclass
class Stage:
    """Runs sources of one seller, each time as if it were the first."""

    cluster: Cluster
    folder: Path
    calm: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)

    def calm_run(self, source: str, syncs: int = 1) -> dict[str, Any]:
        """What that many syncs of the source, a day apart, leave in the database when nothing goes wrong."""
        if (source, syncs) not in self.calm:
            *_, result = self.run(source, [], syncs)
            assert result.failed == [], result.reasons
            self.calm[source, syncs] = result.content
        return self.calm[source, syncs]

    def run(self, source: str, faults: list[dict[str, Any]], syncs: int = 1) -> list[Result]:
        """Each of that many syncs, a day apart; the faults are ordered before the last one."""
        results = []
        with crashes() as crashed, self._opened(source) as (running, amazon):
            for number in range(1, syncs + 1):
                if number == syncs:
                    for order in faults:
                        amazon.control("faults", order, method="POST")
                results.append(_sync(running, amazon, faults, crashed))
                running.engine.clock.sleep(LATER.total_seconds())
        return results

    @contextmanager
    def _opened(self, source: str) -> Iterator[tuple[Runtime, AmazonHere]]:
        extent = EXTENTS.get(source, Extent())
        clock = VirtualClock(BEGIN)
        with (
            only(source, **extent.changes(SOURCES[source][1])),
            small_pages(extent.page),
            amazon_here(1.0, *WORLD) as amazon,
            self.cluster.database() as address,
        ):
            amazon.follow(BEGIN)
            clock.add_listener(amazon.follow)
            environment = {**amazon.settings(), **self._environment(source, extent), "DATABASE_URL": address}
            with ending(), runtime(self.folder, environment, clock=clock) as running:
                yield running, amazon

    def _environment(self, source: str, extent: Extent) -> dict[str, str]:
        versions = {"orders": "ORDERS", "financial_events": "FINANCES"}
        stream, definition = SOURCES[source]
        chosen = {f"AMAZON_SPAPI_{versions[stream]}_VERSION": definition.version} if definition.version else {}
        return {
            "TOKEN_KEY": str(self.folder / "token.key"),
            "RAW_STORE": str(self.folder / "raw"),
            "AMAZON_SPAPI_MARKETPLACE_IDS": MARKETPLACE,
            "SYNC_HISTORY_DAYS": str(extent.history),
            **chosen,
        }


def _sync(running: Runtime, amazon: AmazonHere, faults: list[dict[str, Any]], crashed: list[str]) -> Result:
    sync_id = running.container.sync_control().start(SELLER)
    running.engine.wait(execution_name(sync_id))
    running.engine.run_until_idle()
    left = amazon.control("faults")["faults"] if faults else []
    struck = not any(fault["times"] == order.get("times", 1) for fault, order in zip(left, faults, strict=False))
    return result_of(running, sync_id, crashed, struck=struck)


def result_of(running: Runtime, sync_id: str, crashed: list[str], *, struck: bool = True) -> Result:
    """What the sync left behind."""
    database = running.container.database
    with database.transaction(SELLER) as work:
        sync, slices = work.syncs.get(sync_id), work.slices.of(sync_id)
    return Result(sync, slices, _without_lines(content(database)), struck, tuple(crashed))


@contextmanager
def crashes() -> Iterator[list[str]]:
    """What handlers raised that is no error of ours: a bug, even if a retry makes up for it."""
    found: list[str] = []

    def invoke(function: str, payload: Any) -> Any:
        try:
            return functions.invoke(function, payload)
        except ClarioError:
            raise
        except Exception as error:
            found.append(f"{function}: {error!r}")
            raise

    with patch.object(module, "invoke", invoke):
        yield found


def _without_lines(found: dict[str, Any]) -> dict[str, Any]:
    """Without where in its document each row was: a page that comes twice moves what follows."""
    return {
        table: [{name: value for name, value in row.items() if name != "line"} for row in rows]
        for table, rows in found.items()
    }


@contextmanager
def small_pages(most: int) -> Iterator[None]:
    """The local Amazon's pages have at most that many entries."""
    rows, cut = Cursor.rows, Cursor.slice

    def few_rows(self: Cursor, size: int, *more: Any) -> Any:
        return rows(self, min(size, most), *more)

    def few(self: Cursor, size: int, total: int) -> Any:
        return cut(self, min(size, most), total)

    with patch.object(Cursor, "rows", few_rows), patch.object(Cursor, "slice", few):
        yield
