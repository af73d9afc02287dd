"""What detection costs from the database: first over everything, then after one day's events, then with nothing new.

    python -m bench.detection_database [--events 1000000] [--items 400] [--even]

The rows are those of `bench.detection_speed`, copied into an embedded Postgres; fee previews of all products are stored
day after day as a sync stores them. Detection runs in a process of its own each time, as a worker does; told are the
processor time of the worker and of Postgres, and how many rows were looked at.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from unittest.mock import patch

from bench.detection_speed import ROWS_PER_UNIT, TODAY, Item, products, shares
from bench.detection_tables import NOW, SELLER, SYNC, Loader, estimate_fees, set_up
from clario.db.connection import PostgresDatabase, connect
from clario.db.migrate import migrate
from clario.domain.detection.rows.facts import TABLES, ComponentFacts
from clario.domain.detection.runs.batches import BatchResult, examine_batch
from clario.domain.detection.runs.records import Batch
from clario.domain.detection.runs.survey import Survey
from clario.domain.values import ONE_DAY
from clario.payloads import SyncTask
from clario.services import detect
from clario.services.detect import run_detection
from devstack.clock import VirtualClock
from devstack.postgres import EmbeddedPostgres

Told = Mapping[str, float]


def one_days_events(address: str, connection_id: int, sold: Counter[int]) -> int:
    """What 540 days' share brings on one day: sales of the products, in the shares in which they sell."""
    loader, total = Loader(address, connection_id), 0
    for number, units in sold.items():
        item = Item(number, random.Random(-number - 1))
        item.day = lambda: TODAY  # type: ignore[method-assign]
        for _ in range(units):
            item.sell()
        total += loader.load(item.rows())
    loader.note()
    return total


def one_days_sales(events: int, items: int, even: bool) -> Counter[int]:
    """How many units of which products."""
    units = round(events / 540 / ROWS_PER_UNIT)
    return Counter(random.Random(540).choices(range(items), shares(items, even), k=units))


def worker(address: str) -> None:
    """One detection job; tells its processor time, memory and how much it looked at."""
    rows: Counter[str] = Counter()

    def counted(survey: Survey, batch: Batch, parts: Sequence[ComponentFacts]) -> BatchResult:
        rows["components"] += len(parts)
        rows["rows"] += sum(len(table.rows(part)) for part in parts for table in TABLES)
        return examine_batch(survey, batch, parts)

    database = PostgresDatabase(address, VirtualClock(NOW))
    with database.transaction(SELLER) as work:
        work.detections.enqueue(SYNC, is_sandbox=True)
    begun, at = time.process_time(), time.monotonic()
    with patch.object(detect, "examine_batch", counted):
        run_detection(SyncTask(seller_id=SELLER, sync_id=SYNC), database=database, clock=VirtualClock(NOW))
    spent, took = time.process_time() - begun, time.monotonic() - at
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**rows, "worker": spent, "took": took, "memory": memory}))


def measured(address: str, called: str, server: int, whole: Told | None = None) -> Told:
    """Of one job; beside it the shares of a whole run."""
    before = _processor_time(server)
    command = [sys.executable, "-m", "bench.detection_database", "--worker", address]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    told = {**json.loads(output), "postgres": _processor_time(server) - before}
    told["both"] = told["worker"] + told["postgres"]
    share = _share(told, whole) if whole else ""
    looked_at = f"{told['components']:,} components of {told['rows']:,} rows{share}"
    spent = f"worker {told['worker']:.2f} s, Postgres {told['postgres']:.2f} s, {told['took']:.1f} s in all"
    print(f"{called}: {looked_at}; {spent}, {told['memory']:.0f} MiB at most", flush=True)
    return told


def _share(told: Told, whole: Told) -> str:
    rows, spent = (told[name] / whole[name] for name in ("rows", "both"))
    return f", {rows:.1%} of the rows, {spent:.1%} of the time"


def _processor_time(server: int) -> float:
    """Of a Postgres and all its processes, also of those that have ended: of Linux alone."""
    ticks = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = _fields(int(folder.name))
        except OSError:
            continue
        if int(folder.name) == server:
            ticks += sum(map(int, fields[11:15]))
        elif int(fields[1]) == server:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _fields(process: int) -> list[str]:
    """What /proc tells of a process, from its state on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()


def main(arguments: Iterable[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="rows of reports, about")
    parser.add_argument("--items", type=int, default=400, help="products")
    parser.add_argument("--even", action="store_true", help="all products sell alike, not by a power law")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.worker:
        return worker(options.worker)
    with tempfile.TemporaryDirectory() as folder:
        server = EmbeddedPostgres(Path(folder) / "data", version=18, durable=False)
        server.start()
        try:
            run(server.admin_dsn, options.events, options.items, options.even)
        finally:
            server.remove()
    return None


def run(address: str, events: int, items: int, even: bool) -> None:
    """Load, and detect: everything, nothing, and after a day's events."""
    migrate(address)
    connection_id = set_up(address, items)
    loader = Loader(address, connection_id)
    rows = sum(loader.load(product) for product in products(events, items, even))
    estimate_fees(address, connection_id, items, TODAY - ONE_DAY)
    with connect(address) as connection:
        connection.execute("VACUUM ANALYZE")
        number = int(_fields(connection.info.backend_pid)[1])
    print(f"{rows:,} rows of {items:,} products; Python {sys.version.split()[0]}", flush=True)
    whole = measured(address, "everything", number)
    measured(address, "with nothing new", number, whole)
    sold = one_days_sales(events, items, even)
    estimate_fees(address, connection_id, items, TODAY)
    print(f"one day more: {one_days_events(address, connection_id, sold):,} rows of {len(sold):,} products")
    measured(address, "after one day's events", number, whole)


if __name__ == "__main__":
    main()
