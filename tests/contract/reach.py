"""What a function's code may come to touch, read from the code without running it."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from devstack.functions import FOLDER, ROOT

SERVICES = ROOT / "layers" / "core" / "python" / "clario" / "services"
# Protocols declare; nobody's code is in them.
PROTOCOLS = {"ports", "work"}
# Whatever the services call so is the port of that name, and what of the container it comes from.
PORTS = {
    "objects": {"objects"},
    "queue": {"detection_queue"},
    "workflow": {"sync_workflow", "sync_control"},
}

Operation = tuple[str, str]
Code = tuple[str, ast.AST]  # the module of `services` ("" for a door or a route), and what of it


def touched(function: str, routes: Iterable[Path] = ()) -> set[Operation]:
    """Everything the door of a function, and the routes of its area, may come to.

    A port's operation is (port, method); what is taken from the container is ("container", attribute), what is read of
    the settings is ("settings", name).
    """
    seen: set[ast.AST] = set()
    found: set[Operation] = set()
    waiting: list[Code] = [("", _parsed(path)) for path in (FOLDER / function / "app.py", *routes)]
    while waiting:
        module, node = waiting.pop()
        if node not in seen:
            seen.add(node)
            found |= set(_operations(node))
            waiting += _callees(module, node)
    taken = {name for owner, name in found if owner == "container"}
    return {entry for entry in found if entry[0] not in PORTS or PORTS[entry[0]] & taken}


def _operations(tree: ast.AST) -> Iterator[Operation]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = _last_name(node.value)
            if owner in PORTS or owner == "settings":
                yield owner, node.attr
            elif owner in ("c", "container"):
                yield "container", node.attr
            elif (owner, node.attr) == ("services", "syncs"):
                yield "container", "sync_control"


def _callees(module: str, tree: ast.AST) -> Iterator[Code]:
    """Functions of the services by their name where it is known, and methods whatever they are called on."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield from _functions(module).get(node.id, [])
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("clario.services."):
            imported = _functions((node.module or "").rpartition(".")[2])
            yield from (code for alias in node.names for code in imported.get(alias.name, []))
        elif isinstance(node, ast.Call) and _last_name(node.func) and _owner(node.func) not in PORTS:
            yield from _methods().get(_last_name(node.func), [])


def _owner(function: ast.AST) -> str:
    return _last_name(function.value) if isinstance(function, ast.Attribute) else ""


def _last_name(node: ast.AST) -> str:
    """`objects` of `objects`, `self.objects` and `c.objects`; `container` of `container()`."""
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


@cache
def _functions(module: str) -> dict[str, list[Code]]:
    """The functions that a module of the services defines or imports from another, by name."""
    if module in PROTOCOLS | {""}:
        return {}
    found: dict[str, list[Code]] = {}
    for node in _parsed(SERVICES / f"{module}.py").body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = [(module, node)]
        elif isinstance(node, ast.ImportFrom) and node.level == 1 and node.module:
            theirs = _functions(node.module)
            found |= {alias.asname or alias.name: theirs.get(alias.name, []) for alias in node.names}
    return found


@cache
def _methods() -> dict[str, list[Code]]:
    """The methods of the services' classes by name."""
    found: dict[str, list[Code]] = {}
    for path in SERVICES.glob("*.py"):
        for owner in _parsed(path).body if path.stem not in PROTOCOLS else []:
            for node in owner.body if isinstance(owner, ast.ClassDef) else []:
                if isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, []).append((path.stem, node))
    return found


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())
