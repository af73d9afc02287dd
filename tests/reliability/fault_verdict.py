"""Whether a run that a fault struck left what it should: the calm run's database, or less of it and a reason.

Some faults are no failure but another document: a row too many, a column too few. Then exactly that may differ.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from clario.domain.slices import FINISHED
from clario.domain.tables import TABLES
from local_amazon.server.drift import BAD_CELL, UNKNOWN
from tests.fixtures.endless import Endless
from tests.reliability.fault_matrix import Case, Result, Stage

Content = Mapping[str, list[dict[str, Any]]]
PLACES = {"row_number"}  # where in its document a row was
KEYS = {"row_key", "event_key", "ordinal"}  # made of the columns of a row


class Verdict(StrEnum):
    """What came of a case."""

    SAME = "same"
    FAILED = "failed"  # a slice, and it says why; what the others brought is there
    AS_TOLD = "as told"  # different, as the document is
    DIFFERENT = "DIFFERENT"
    MISSED = "missed"  # the fault found nothing to strike


def verdict(stage: Stage, case: Case) -> tuple[Verdict, str]:
    """Run the case; what came of it, and what there is to say about it."""
    try:
        return _verdict(stage, case)
    except Endless as endless:
        return Verdict.DIFFERENT, str(endless)


def _verdict(stage: Stage, case: Case) -> tuple[Verdict, str]:
    orders = case.orders()
    if case.kind in ("cancelled", "header_only"):
        return _nothing_there(stage, case, orders)
    [result] = stage.run(case.source, orders)
    if not result.struck:
        return Verdict.MISSED, ""
    return judged(case, stage.calm_run(case.source), result)


def judged(case: Case, calm: Content, result: Result) -> tuple[Verdict, str]:
    if result.crashed:
        return Verdict.DIFFERENT, f"a crash: {result.crashed[0]}"
    if open_slices := [part.source for part in result.slices if part.state not in FINISHED]:
        return Verdict.DIFFERENT, f"not finished: {open_slices}"
    if result.failed or result.sync.status != "completed":
        return _failure(calm, result)
    if result.content == calm:
        return Verdict.SAME, ""
    fitting = {"bad_row": _bad_rows_rejected, "unknown_code": _one_row_unheard_of, "missing_column": _without_a_column}
    if case.kind in fitting and fitting[case.kind](calm, result.content):
        return Verdict.AS_TOLD, case.kind
    return Verdict.DIFFERENT, difference(calm, result.content)


def _failure(calm: Content, result: Result) -> tuple[Verdict, str]:
    if not all(result.reasons):
        return Verdict.DIFFERENT, "a slice failed without a reason"
    if too_many := _beyond(result.content, calm, TABLES):
        return Verdict.DIFFERENT, f"rows that a calm run does not have: {too_many}"
    return Verdict.FAILED, result.reasons[0]


def _nothing_there(stage: Stage, case: Case, orders: list[dict[str, Any]]) -> tuple[Verdict, str]:
    """A report without rows: believed of days that never had any; of others nothing is taken away."""
    [first] = stage.run(case.source, orders)
    calm = stage.calm_run(case.source)
    if first.struck and _beyond(first.content, calm, TABLES):
        return Verdict.DIFFERENT, "rows out of nothing"
    *_, again = stage.run(case.source, orders, syncs=2)
    if not again.struck:
        return Verdict.MISSED, ""
    if crashed := first.crashed + again.crashed:
        return Verdict.DIFFERENT, f"a crash: {crashed[0]}"
    if lost := _beyond(calm, again.content, TABLES):
        return Verdict.DIFFERENT, f"rows of a good sync are gone: {lost}"
    return (Verdict.FAILED, again.reasons[0]) if again.failed else (Verdict.SAME, "")


def difference(calm: Content, found: Content) -> str:
    """Which tables differ, and an example."""
    told = []
    for name in calm:
        missing, extra = _rows(calm[name]) - _rows(found[name]), _rows(found[name]) - _rows(calm[name])
        if missing or extra:
            told.append(f"{name}: -{missing.total()} +{extra.total()}, such as {[*missing][:1]} {[*extra][:1]}")
    return "; ".join(told)


def _bad_rows_rejected(calm: Content, found: Content) -> bool:
    """Each, of however many documents, and nothing else; where nobody reads that column, it equals the row copied."""
    before, after = _rows(calm["rejected"]), _rows(found["rejected"])
    stored = [(_rows(calm[name], PLACES | KEYS), _rows(found[name], PLACES | KEYS)) for name in TABLES]
    lost = before - after or any(known - now for known, now in stored)
    copies = all((now - known).keys() <= known.keys() for known, now in stored)
    return not lost and copies and all(BAD_CELL in row for row in after - before)


def _one_row_unheard_of(calm: Content, found: Content) -> bool:
    """It is stored or rejected as what it is, and beside each at most the row that it was a copy of has changed."""
    named = sum(UNKNOWN in str(row) for name in (*TABLES, "rejected") for row in found[name])
    changed = max(_changed(calm[name], found[name], PLACES | KEYS) for name in TABLES)
    return named > 0 and changed <= 2 * named


def _without_a_column(calm: Content, found: Content) -> bool:
    """In every table the rows are the same in all columns but one."""
    return all(_same_but_for_one(calm[name], found[name]) for name in TABLES)


def _same_but_for_one(calm: list[dict[str, Any]], found: list[dict[str, Any]]) -> bool:
    columns = calm[0].keys() if calm else ()
    return calm == found or any(not _changed(calm, found, {column} | KEYS) for column in columns)


def _changed(calm: list[dict[str, Any]], found: list[dict[str, Any]], without: Iterable[str]) -> int:
    """How many rows are more, or less, when those columns are not looked at."""
    before, after = _rows(calm, without), _rows(found, without)
    return max((before - after).total(), (after - before).total())


def _beyond(one: Content, other: Content, tables: Iterable[str]) -> dict[str, int]:
    """How many rows the one has that the other has not, by table."""
    counts = {name: (_rows(one[name]) - _rows(other[name])).total() for name in tables}
    return {name: count for name, count in counts.items() if count}


def _rows(rows: list[dict[str, Any]], without: Iterable[str] = ()) -> Counter[str]:
    return Counter(str([value for name, value in row.items() if name not in {*without}]) for row in rows)
