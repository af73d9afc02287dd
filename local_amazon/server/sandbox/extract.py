"""Makes `cases.json` anew from a folder with Amazon's API models (github.com/amzn/selling-partner-api-models).

`python -m local_amazon.server.sandbox.extract FOLDER`: file names as in that repository, with or without sub-folders.
"""

import json
import sys
from pathlib import Path
from typing import Any

from local_amazon.server.app import routes
from local_amazon.server.downloads import Downloads
from local_amazon.server.reports import Reports
from local_amazon.server.sandbox import CASES

MODELS = (
    "sellers.json",
    "fbaInventory.json",
    "financesV0.json",
    "finances_2024-06-19.json",
    "ordersV0.json",
    "orders_2026-01-01.json",
    "fulfillmentInboundV0.json",
    "reports_2021-06-30.json",
    "productFeesV0.json",
    "catalogItems_2022-04-01.json",
)


def extract(folder: Path, served: set[str]) -> dict[str, list[dict[str, Any]]]:
    """The cases of the served operations (`METHOD /path`), as in `cases.json`."""
    found: dict[str, list[dict[str, Any]]] = {}
    for name in MODELS:
        model = json.loads(next(folder.rglob(name)).read_text(encoding="utf-8"))
        for path, methods in model["paths"].items():
            for method, operation in methods.items():
                if f"{method.upper()} {path}" in served:
                    found[f"{method.upper()} {path}"] = _cases(operation)
    return found


def _cases(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "status": int(status),
            "parameters": {name: each["value"] for name, each in case["request"]["parameters"].items()},
            "response": case.get("response"),
        }
        for status, answer in operation["responses"].items()
        for case in answer.get("x-amzn-api-sandbox", {}).get("static", [])
    ]


def main() -> None:
    served = {f"{route.method} {route.path}" for route in routes(Reports(Downloads(), 1))}
    CASES.write_text(json.dumps(extract(Path(sys.argv[1]), served), indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
