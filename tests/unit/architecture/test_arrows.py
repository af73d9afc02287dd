"""Imports point one way: functions, devstack → bootstrap → { api · aws · db · files · spapi } → services → domain."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CLARIO = ROOT / "layers" / "core" / "python" / "clario"

SHARED = {"errors", "payloads", "config"}
ALLOWED = {
    "domain": set(),
    "errors": set(),
    "payloads": {"domain"},
    "config": {"domain", "errors"},
    "services": {"domain"} | SHARED,
    "spapi": {"services", "domain"} | SHARED,
    "db": {"services", "domain"} | SHARED,
    "formats": {"errors"},
    "files": {"formats", "services", "domain"} | SHARED,
    "aws": {"formats", "services", "domain"} | SHARED,
    "api": {"services", "domain"} | SHARED,
    "bootstrap": {"api", "aws", "db", "files", "spapi", "services", "domain"} | SHARED,
}
AWS = {"aws_lambda_powertools", "boto3", "botocore"}
WEB = {"fastapi", "jwt", "mangum", "starlette"}
LIBRARIES = AWS | WEB | {"cryptography", "httpx", "psycopg"}
MAY_USE = {
    "api": {"fastapi", "jwt", "starlette"},
    "aws": AWS,
    "db": {"psycopg"},
    "formats": {"cryptography"},
    "spapi": {"httpx"},
}
FILES = sorted(CLARIO.rglob("*.py"))
DETECTION = CLARIO / "domain" / "detection"
STOREYS = (
    *("certainty", "policy", "fees", "rows", "lots", "units", "netting", "claims", "money"),
    *("rules", "engine", "runs"),
)
"""Detection from the ground up: nothing imports what stands above it."""
IMPURE = {"os", "socket", "subprocess", "time", "random", "urllib", "threading", "tempfile"}


def imported(path: Path) -> set[str]:
    """Absolute names of everything a module imports, also inside functions."""
    package = path.relative_to(CLARIO.parent).with_suffix("").parts
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level]) if node.level else ""
            module = ".".join(part for part in (base, node.module or "") if part)
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def area(path: Path) -> str:
    return path.relative_to(CLARIO).with_suffix("").parts[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CLARIO)))
def test_no_arrow_points_the_wrong_way(path: Path) -> None:
    ours = {name.split(".")[1] for name in imported(path) if name.startswith("clario.")}
    assert ours - {area(path)} <= ALLOWED.get(area(path), set())


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if DETECTION in path.parents and path != DETECTION / "__init__.py"],
    ids=lambda path: str(path.relative_to(DETECTION)),
)
def test_in_detection_nothing_imports_what_stands_above_it(path: Path) -> None:
    own = path.relative_to(DETECTION).with_suffix("").parts[0]
    names = [name.split(".") for name in imported(path) if name.startswith("clario.domain.detection.")]
    above = STOREYS[STOREYS.index(own) + 1 :]
    assert not {name[3] for name in names} & set(above)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CLARIO)))
def test_each_outside_library_is_used_in_its_room_only(path: Path) -> None:
    used = {name.split(".")[0] for name in imported(path)} & LIBRARIES
    assert used <= MAY_USE.get(area(path), set())


@pytest.mark.parametrize("path", [path for path in FILES if area(path) == "domain"], ids=lambda path: path.stem)
def test_the_domain_does_no_io_and_reads_no_clock(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & IMPURE
    calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "utcnow", "today"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CLARIO)))
def test_the_product_does_not_know_its_development_tools(path: Path) -> None:
    assert not {name.split(".")[0] for name in imported(path)} & {"devstack", "local_amazon", "functions", "tests"}


@pytest.mark.parametrize("folder", ["layers", "functions"])
def test_nothing_that_is_deployed_names_the_local_amazon(folder: str) -> None:
    files = [path for path in sorted((ROOT / folder).rglob("*")) if path.suffix in (".py", ".txt", ".in", "")]
    texts = {path: path.read_text(errors="replace") for path in files if path.is_file()}
    assert texts
    assert [path for path, text in texts.items() if "local_amazon" in text] == []


def test_the_local_amazon_knows_nothing_of_the_product() -> None:
    for path in sorted((ROOT / "local_amazon").rglob("*.py")):
        tree = ast.parse(path.read_text())
        modules = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not {name.split(".")[0] for name in modules} & {"clario", "devstack", "functions"}, path


def test_every_function_is_a_door_to_the_service_of_its_name() -> None:
    doors = sorted((ROOT / "functions").glob("*/app.py"))
    assert doors
    for door in doors:
        text = door.read_text()
        room = "clario.api.app" if door.parent.name.startswith("api_") else f"clario.services.{door.parent.name}"
        assert room in text, door
        assert len(text.splitlines()) <= 20, door
