"""Our SQL by name. Each block of the files beside this one begins with `-- name:` and says below what it is for."""

import re
from functools import cache
from importlib.resources import files

_BLOCK = re.compile(r"^-- name: (\w+)\n", re.MULTILINE)


@cache
def queries() -> dict[str, str]:
    """All named statements."""
    found: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            parts = _BLOCK.split(file.read_text(encoding="utf-8"))[1:]
            found.update(zip(parts[::2], (body.strip() for body in parts[1::2]), strict=True))
    return found
