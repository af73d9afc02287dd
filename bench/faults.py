"""Every failure of the local Amazon, of every operation of every source, with many seeds; then storms over whole syncs.

Each case is a whole sync of one source on the virtual clock with one fault, which strikes once, later, several times,
by chance or always, as its seed draws. Its final database must be that of a calm run, or a slice has failed and says
why, and nothing is there that a calm run does not have. A storm is a sync of all streams in which any call may fail.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

os.environ["LOG_LEVEL"] = os.environ["POWERTOOLS_LOG_LEVEL"] = "CRITICAL"  # before any handler is imported

from local_amazon.server.faults import CALLS, KINDS
from tests.conftest import Cluster, embedded
from tests.fixtures.endless import Endless
from tests.fixtures.streams import SOURCES
from tests.integration.sync.conftest import opened
from tests.reliability.fault_matrix import Case, Result, Stage, cases, crashes, result_of
from tests.reliability.fault_verdict import Content, Verdict, judged, verdict

Counts = dict[tuple[str, str], Counter[Verdict]]
SIGNS = {
    Verdict.SAME: "",
    Verdict.FAILED: "f",
    Verdict.AS_TOLD: "t",
    Verdict.MISSED: "-",
    Verdict.DIFFERENT: "DIFFERENT",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=4, help="seeds for every fault of every operation (4)")
    parser.add_argument("--first", type=int, default=0, help="the first seed; 0 strikes the first call, once (0)")
    parser.add_argument("--source", choices=SOURCES, help="this source alone")
    parser.add_argument("--storms", type=int, default=40, help="whole syncs in a storm (40)")
    options = parser.parse_args()
    with _cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        wrong = _matrix(Stage(cluster, Path(folder)), options) + _storms(cluster, Path(folder), options)
    return min(wrong, 1)


@contextmanager
def _cluster() -> Iterator[Cluster]:
    with tempfile.TemporaryDirectory() as folder, embedded(Path(folder), 18) as address:
        yield Cluster(address, "clario")


def _matrix(stage: Stage, options: argparse.Namespace) -> int:
    """Try the cases and print the table; the number of databases that differ."""
    began, counts = time.perf_counter(), Counts()
    for seed in range(options.first, options.first + options.seeds):
        for case in cases(seed):
            if options.source in (None, case.source):
                found, why = verdict(stage, case)
                counts.setdefault((case.kind, case.stream), Counter())[found] += 1
                if found is Verdict.DIFFERENT:
                    print(f"DIFFERENT {case}: {why}", flush=True)
        print(f"seed {seed} tried, {time.perf_counter() - began:.0f} s", flush=True)
    total = sum(counts.values(), Counter[Verdict]())
    _print_table(counts)
    print(f"{total.total()} cases in {time.perf_counter() - began:.0f} s: {_told(total)}", flush=True)
    return total[Verdict.DIFFERENT]


def _print_table(counts: Counts) -> None:
    streams = list(dict.fromkeys(stream for stream, _ in SOURCES.values()))
    print("columns: " + ", ".join(f"{number} {stream}" for number, stream in enumerate(streams, 1)))
    print("cells: cases that ended the same, +f failed with a reason, +t as the document told, +- struck nothing")
    print(f"{'fault':20}" + "".join(f"{number:>13}" for number in range(1, len(streams) + 1)))
    for kind in KINDS:
        print(f"{kind:20}" + "".join(f"{_cell(counts.get((kind, stream))):>13}" for stream in streams))


def _cell(counter: Counter[Verdict] | None) -> str:
    if counter is None:
        return "."
    return "+".join(
        [
            str(counter[Verdict.SAME]),
            *(f"{counter[each]}{SIGNS[each]}" for each in SIGNS if SIGNS[each] and counter[each]),
        ]
    )


def _told(total: Counter[Verdict]) -> str:
    return ", ".join(f"{count} {found.value}" for found, count in total.items())


def _storms(cluster: Cluster, folder: Path, options: argparse.Namespace) -> int:
    """Syncs of all streams while any call may fail; the number of databases that differ."""
    if not options.storms:
        return 0
    began, total = time.perf_counter(), Counter[Verdict]()
    calm = _stormy(cluster, folder, []).content
    for seed in range(1, options.storms + 1):
        found, why = _through(cluster, folder, seed, calm)
        total[found] += 1
        if found is Verdict.DIFFERENT:
            print(f"DIFFERENT storm {seed}: {why}", flush=True)
    print(f"{total.total()} storms in {time.perf_counter() - began:.0f} s: {_told(total)}")
    return total[Verdict.DIFFERENT]


def _through(cluster: Cluster, folder: Path, seed: int, calm: Content) -> tuple[Verdict, str]:
    try:
        return judged(Case("any", "*", "storm", seed), calm, _stormy(cluster, folder, storm(seed)))
    except Endless as endless:
        return Verdict.DIFFERENT, str(endless)


def storm(seed: int) -> list[dict[str, Any]]:
    """Some kinds of refusal, each striking any call by chance; of revocations nobody recovers."""
    rng = Random(seed)
    kinds = rng.sample([kind for kind in CALLS if kind != "revoked"], 3)
    chance = rng.choice((0.02, 0.05, 0.15))
    return [{"operation": "*", "kind": kind, "probability": chance, "seed": seed, "seconds": 0} for kind in kinds]


def _stormy(cluster: Cluster, folder: Path, faults: list[dict[str, Any]]) -> Result:
    with cluster.database() as address, crashes() as crashed, opened(address, folder) as bench:
        for order in faults:
            bench.amazon.control("faults", order, method="POST")
        sync = bench.sync()
        return result_of(bench.runtime, sync.sync_id, crashed)


if __name__ == "__main__":
    sys.exit(main())
