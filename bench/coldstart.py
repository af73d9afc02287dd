"""How long each function takes from the start of its process to its first useful answer, and how long once it is warm.

Real handlers under the real Lambda runtime client, against a real Postgres and the local Amazon; what AWS would answer
(secrets, keys, objects, queue, executions) comes from a stand-in on this machine, through the real client. Bytecode is
there, as in the layers. The function has one core for itself, everything else another.
"""

import argparse
import hashlib
import math
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clario.bootstrap import Container
from devstack import events
from devstack.cli import DATA
from devstack.deployed import PREFIX, as_deployed
from devstack.functions import ROOT
from devstack.lambda_runtime import FunctionProcess, Kind, function_environment
from devstack.postgres import EmbeddedPostgres
from devstack.serve import sign_in_token
from devstack.template import Function, functions

TIMEOUT = 60.0
# What runs beside our layers in Lambda; its own dependencies come with it.
RUNTIME_CLIENT = ("awslambdaric", "simplejson", "snapshot-restore-py")


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter and the folder of what functions import, compiled for it."""

    executable: str
    version: str
    packages: Path


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of one function: fresh processes with secrets in the environment, and read; warm answers."""

    function: Function
    plain: list[float]
    cold: list[float]
    warm: list[float]

    @property
    def bar(self) -> int:
        """The most a fresh process may take; what our quality bars say of APIs, workers with Postgres and the rest."""
        if self.function.name.startswith("api_"):
            return 900
        return 450 if "DATABASE_URL_ARN" in self.function.variables else 250

    def line(self) -> str:
        numbers = [
            percentile(self.plain, 50),
            percentile(self.plain, 90),
            percentile(self.cold, 50),
            percentile(self.cold, 90),
            percentile(self.warm, 50),
            percentile(self.warm, 99),
        ]
        verdict = "ok" if percentile(self.cold, 50) <= self.bar else "OVER"
        cold, warm = (f"{number:6.0f}" for number in numbers[:4]), (f"{number:6.1f}" for number in numbers[4:])
        return f" {self.function.name:16}{' '.join(cold)}  {self.bar:4}  {verdict:4} {' '.join(warm)}"


HEADER = """\
                     secrets in   secrets read               warm
                    environment     from AWS
 function            p50    p90    p50    p90   bar         p50    p99
 ─────────────────────────────────────────────────────────────────────"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, metavar="N", help="fresh processes per number (15)")
    parser.add_argument("--warm", type=int, default=100, metavar="N", help="answers of one warm process (100)")
    parser.add_argument("--python", default="", metavar="VERSION", help="3.13, or a program; default: this one")
    parser.add_argument("--only", nargs="+", default=sorted(functions()), metavar="FN", help="only these functions")
    options = parser.parse_args()
    if sys.platform != "linux":
        print("coldstart: the Lambda runtime client (awslambdaric) runs on Linux only", file=sys.stderr)
        return 1
    python = prepared(options.python)
    core = own_core()
    print(f"process start to first useful answer, ms; Python {python.version}, {machine()}, {options.runs} runs each")
    print("one core for the function" if core else "cores are shared: this machine has only one, or no taskset")
    print(HEADER)
    command = [*core, python.executable]
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), python) as running:
        for name in options.only:
            print(running.measure(functions()[name], command, options.runs, options.warm).line(), flush=True)
    return 0


@dataclass(frozen=True, slots=True)
class Bench:
    """Everything functions work with: `values` are the variables, secrets as such; `root` holds the code."""

    container: Container
    values: Mapping[str, str]
    root: Path
    packages: Path

    def measure(self, function: Function, command: Sequence[str], runs: int, warm: int) -> Measured:
        plain = [self._first(function, command, function.with_secrets(self.values)) for _ in range(runs)]
        cold = [self._first(function, command, function.as_deployed(self.values, PREFIX)) for _ in range(runs)]
        return Measured(function, plain, cold, self._warm(function, command, warm))

    def _first(self, function: Function, command: Sequence[str], variables: Mapping[str, str]) -> float:
        event = self._event(function)
        began = time.perf_counter()
        with self._process(function, command, variables) as process:
            answer(process, event)
            return (time.perf_counter() - began) * 1000

    def _warm(self, function: Function, command: Sequence[str], count: int) -> list[float]:
        """The same event again and again: the work itself is done by the first answer."""
        event, times = self._event(function), []
        with self._process(function, command, function.as_deployed(self.values, PREFIX)) as process:
            answer(process, event)
            for _ in range(count):
                began = time.perf_counter()
                answer(process, event)
                times.append((time.perf_counter() - began) * 1000)
        return times

    def _event(self, function: Function) -> bytes:
        """The function's event, whose rows are made anew."""
        events.prepare(self.container, [function.name])
        token = sign_in_token(self.container, events.SELLER) or ""
        path = events.FOLDER / f"{function.name}.json"
        return path.read_text().replace(events.SESSION, token).encode()

    def _process(self, function: Function, command: Sequence[str], variables: Mapping[str, str]) -> FunctionProcess:
        paths = {
            "PYTHONPATH": f"{self.root / 'layers' / 'core' / 'python'}:{self.packages}",
            "PYTHONDONTWRITEBYTECODE": "1",  # a function's own folder is read-only in Lambda, and has none
        }
        environment = function_environment(
            function.name, {**variables, **paths}, memory=function.memory, root=self.root
        )
        return FunctionProcess(environment, command, log=os.open(os.devnull, os.O_WRONLY))


def answer(process: FunctionProcess, event: bytes) -> None:
    outcome = process.invoke(event, TIMEOUT)
    status = outcome.payload.get("statusCode", 200)
    assert outcome.kind is Kind.RESULT and status == 200, outcome


@contextmanager
def bench(folder: Path, python: Python) -> Iterator[Bench]:
    root = copied(folder / "root", python)
    postgres = EmbeddedPostgres(folder / "postgres", durable=False)
    environment = {"SESSION_JWT_SECRET": secrets.token_urlsafe(48)}
    try:
        with as_deployed(folder, environment, postgres.start(), lambda _: None) as deployed:
            yield Bench(deployed.container, deployed.for_others, root, python.packages)
    finally:
        postgres.remove()


def copied(root: Path, python: Python) -> Path:
    """The code as the layer carries it: with bytecode that is not compared with its source."""
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "functions", root / "functions", ignore=ignore)
    core = root / "layers" / "core" / "python"
    shutil.copytree(ROOT / "layers" / "core" / "python", core, ignore=ignore)
    compiled(core, python.executable)
    return root


def compiled(folder: Path, executable: str) -> None:
    mode = ["--invalidation-mode", "unchecked-hash"]
    subprocess.run([executable, "-m", "compileall", "-q", "-j", "0", *mode, str(folder)], check=True)


def interpreter(wanted: str) -> str:
    """The program of that version: on the path, or one of pyenv's."""
    if not wanted:
        return os.path.realpath(sys.executable)
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{wanted}*/bin/python"), reverse=True)
    for candidate in [wanted, f"python{wanted}", *map(str, pyenv)]:
        found = shutil.which(candidate)
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    raise SystemExit(f"coldstart: no Python {wanted} here")


def prepared(wanted: str) -> Python:
    """An environment of its own for the functions, of our pins, kept for the next time.

    It is bare: what else lies beside an interpreter would be found and imported, which Lambda has not.
    """
    found = interpreter(wanted)
    version = subprocess.run([found, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    pins = (ROOT / "requirements" / "runtime.txt").read_text() + runtime_client_pins()
    folder = DATA / "coldstart" / f"{version}-{hashlib.sha256(pins.encode()).hexdigest()[:12]}"
    program, packages = folder / "environment" / "bin" / "python", folder / "packages"
    if not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([found, "-m", "venv", "--without-pip", str(folder / "environment")], check=True)
        install(packages, pins, version.rpartition(".")[0])
        compiled(packages, str(program))
        (folder / "done").touch()
    return Python(str(program), version, packages)


def install(folder: Path, pins: str, version: str) -> None:
    print(f"coldstart: installing what functions import for Python {version} (once)", flush=True)
    listed = folder.with_name("pins.txt")
    listed.write_text(pins)
    options = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", version, "--no-compile"]
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    subprocess.run([*pip, *options, "--target", str(folder), "-r", str(listed)], check=True)


def runtime_client_pins() -> str:
    """Its lines of the pins of a laptop."""
    text = (ROOT / "requirements" / "dev.txt").read_text()
    found = (re.search(rf"^{name}==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL) for name in RUNTIME_CLIENT)
    return "".join(match.group() for match in found if match)


def own_core() -> list[str]:
    """Leave the last core to the functions; the answer is the command that puts a program there."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or shutil.which("taskset") is None:
        return []
    os.sched_setaffinity(0, cores[:-1])
    return ["taskset", "--cpu-list", str(cores[-1])]


def machine() -> str:
    described = Path("/proc/cpuinfo").read_text()
    model = re.search(r"model name\s*:\s*(.+)", described)
    return f"{model[1] if model else platform.machine()}, {os.cpu_count()} cores"


def percentile(values: list[float], percent: int) -> float:
    """The smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


if __name__ == "__main__":
    sys.exit(main())
