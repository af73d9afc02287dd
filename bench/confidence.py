"""Fits how sure claims are: the share of their units that is owed, by kind of claim, tier and proof.

    python -m bench.confidence

On the worlds of the development seeds (`bench.detection_runs`). A share of few claims is drawn towards the value of
`policy.json`, as if some claims had come before it. Writes the data file that detection reads; equal code and seeds
give an equal file.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from bench.detection_runs import development_cases, run_all
from bench.scoring import Sample
from clario.domain.detection import policy

BEFORE = 4  # claims that the value of `policy.json` counts for
FITTED_ON = date(2026, 11, 25)
MOST, LEAST = Decimal("0.995"), Decimal("0.005")  # nothing is certain
PLACES = Decimal("0.0001")
SOURCE = "python -m bench.confidence: synthetic sellers of the development seeds, all confounders"

Cell = tuple[str, str, str]


def fit(samples: Iterable[Sample]) -> list[dict[str, Any]]:
    """A row for every kind, tier and proof; claims that rest on several proofs tell of none."""
    shares: defaultdict[Cell, list[float]] = defaultdict(list)
    for sample in samples:
        if "+" not in sample.proof:
            shares[sample.type, sample.tier, sample.proof].append(sample.share)
    return [_row(cell, found) for cell, found in sorted(shares.items())]


def _row(cell: Cell, shares: list[float]) -> dict[str, Any]:
    right = sum((Decimal(str(round(share, 6))) for share in shares), Decimal(0))
    value = (right + BEFORE * _value_before(cell[2])) / (len(shares) + BEFORE)
    mean = right / len(shares)
    told = {"claims": len(shares), "share": _text(mean), "value": _text(min(MOST, max(LEAST, value)))}
    return {**dict(zip(("type", "tier", "proof"), cell, strict=True)), **told}


def _value_before(proof: str) -> Decimal:
    """A proof is called by its own name, or by that and the strength of the code that shows it."""
    value = Decimal(1)
    for name in proof.split("/"):
        value *= policy.confidence(name, FITTED_ON)
    return value


def _text(value: Decimal) -> str:
    return str(value.quantize(PLACES))


def main() -> None:
    samples = [sample for shown in run_all(development_cases()) for sample in shown.result.samples]
    rows = fit(samples)
    head = {"fitted_on": str(FITTED_ON), "training_data": "synthetic", "source": SOURCE}
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    text = json.dumps(head, indent=2).removesuffix("\n}") + f',\n  "rows": [\n{lines}\n  ]\n}}\n'
    Path(str(files("clario.domain.detection").joinpath("confidence.json"))).write_text(text, "utf-8")
    print(f"{len(rows)} rows of {len(samples):,} claims")


if __name__ == "__main__":
    main()
