"""Writes docs/openapi.json, or with --check says whether it is what the routes say."""

import json
import sys

from clario.api.app import whole_document
from devstack.functions import ROOT

FILE = ROOT / "docs" / "openapi.json"


def text() -> str:
    """The document as it is committed."""
    return json.dumps(whole_document(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Answers the exit status: 1 when the committed document is out of date."""
    if arguments != ["--check"]:
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.is_file() and FILE.read_text(encoding="utf-8") == text():
        return 0
    print("docs/openapi.json is out of date: run python -m devstack.openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
