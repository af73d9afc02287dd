"""How well detection finds what is owed, and claims nothing else: synthetic worlds, unit by unit against their truth.

python -m bench.detection            a few minutes of one processor; prints
python -m bench.detection full       more seeds, sizes and days; also writes docs/detection-quality.md
"""

import argparse
from pathlib import Path
from time import perf_counter

from bench.detection_page import page_of
from bench.detection_runs import full_cases, quick_cases, run_all

PAGE = Path(__file__).parent.parent / "docs" / "detection-quality.md"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("form", nargs="?", choices=("quick", "full"), default="quick")
    parser.add_argument("--wrong", action="store_true", help="also tell every false or missed unit")
    options = parser.parse_args()
    began = perf_counter()
    shown = list(run_all(full_cases() if options.form == "full" else quick_cases()))
    page = "\n".join(page_of(shown))
    print(page)
    if options.wrong:
        print("\n".join(line for each in shown for line in each.result.wrong))
    if options.form == "full":
        PAGE.write_text(f"{page}\n", encoding="utf-8")
    print(f"\n{len(shown)} runs, {perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
