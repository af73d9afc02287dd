"""The page about how well detection does: tables of what the runs on synthetic worlds showed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from math import sqrt
from statistics import fmean, median

from bench.detection_runs import DEVELOPMENT, HELD_OUT, NOW, Shown
from bench.kinds import BY_TABLE, NOT_DECIDABLE
from bench.scoring import Result, Sample, Score
from clario.domain.detection.certainty import fitted

ENOUGH = 100  # cases of a type, from which on it must pass by itself
LEAST_BIN, MOST_BINS = 50, 15
UNDECIDABLE = ("K28",)
"""What no report shows: a refund without return that the seller's settings allow."""


def page_of(shown: Sequence[Shown]) -> Iterator[str]:
    """The lines of the page."""
    held = [each for each in shown if each.case.group == HELD_OUT]
    full = [each for each in held if each.case.confounders is None]
    total = _sum(full)
    yield from _head(shown)
    yield from _bars(total)
    yield from _worlds(shown)
    yield from _types(total)
    yield from _confounders(shown, total)
    yield from _numbers(total)
    yield from _baselines(full, total)
    yield from _calibration(total)


def _head(shown: Sequence[Shown]) -> Iterator[str]:
    seeds = {group: sorted({s.case.seed for s in shown if s.case.group == group}) for group in (DEVELOPMENT, HELD_OUT)}
    yield "# How well detection finds what is owed"
    yield ""
    yield "Written by `python -m bench.detection full`; `make bench-detection` prints a shorter form of it."
    yield ""
    yield (
        "The numbers are of synthetic sellers ([the world](world.md)), read over the reports and transactions as Amazon"
        " writes them, by the product's own normalisers, as a seller has them who syncs every day. They show that the"
        " logic holds, not what a seller recovers: rates are assumptions, and real reports surprise."
    )
    yield ""
    yield (
        f"The clock stands at {NOW:%d %B %Y}; some worlds are looked at on earlier days as well. Rules were tried on"
        " the development seeds 1 to 12, confidence was fitted on 1 to 3; shown of them:"
        f" {_list(seeds[DEVELOPMENT])}. Held-out seeds"
        f" {_list(seeds[HELD_OUT])}: the numbers below, unless they say otherwise. Counted are units, of wrong charges"
        " the charges. Precision: the share of claimed units that are owed and open. Recall: the share of units owed in"
        " the claim tier, of refunds and returns once claims open, that are claimed. In brackets 95 % intervals"
        " (Wilson)."
    )
    yield ""


def _list(seeds: Iterable[int]) -> str:
    return ", ".join(map(str, seeds))


def _sum(shown: Iterable[Shown]) -> Result:
    total = Result()
    for each in shown:
        total += each.result
    return total


# -- the bars ----------------------------------------------------------------------------------------------------------


def _bars(total: Result) -> Iterator[str]:
    score = total.total()
    weak = [name for name, each in sorted(total.types.items()) if _is_weak(each)]
    bars = (
        ("precision", _interval(score.right, score.claimed), "0.98", _share(score.right, score.claimed) >= 0.98),
        ("recall", _interval(score.found, score.owed), "0.97", _share(score.found, score.owed) >= 0.97),
        ("kinds below 0.90", ", ".join(f"`{name}`" for name in weak) or "none", "none from 100 cases on", not weak),
        ("settled units claimed", f"{_share(total.settled, score.claimed):.2%}", "0.5 %", _few(total, score)),
        ("wrong deadlines", f"{total.deadlines['other']} of {total.deadlines.total()}", "0", _exact(total)),
        ("claimed twice", str(total.duplicates), "0", not total.duplicates),
        ("calibration error (ECE)", f"{ece(total.samples):.3f}", "0.03", ece(total.samples) <= 0.03),
    )
    yield "## The bars"
    yield ""
    yield "| | held out | bar | |"
    yield "|---|---|---|---|"
    for name, value, bar, passed in bars:
        yield f"| {name} | {value} | {bar} | {'met' if passed else '**not met**'} |"
    yield ""
    spoilt = sum(total.confounders[name].false for name in UNDECIDABLE)
    yield (
        f"{spoilt} of the {score.false} units claimed wrongly are of K28, which the reports cannot tell from a real"
        f" loss (see below); without them precision is {_interval(score.right, score.claimed - spoilt)}. {score.told}"
        " units owed are told for review instead of claimed."
    )
    yield ""


def _is_weak(score: Score) -> bool:
    precise = score.claimed < ENOUGH or _share(score.right, score.claimed) >= 0.9
    complete = score.owed < ENOUGH or _share(score.found, score.owed) >= 0.9
    return not (precise and complete)


def _few(total: Result, score: Score) -> bool:
    return _share(total.settled, score.claimed) <= 0.005


def _exact(total: Result) -> bool:
    return not total.deadlines["other"]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def wilson(part: int, whole: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not whole:
        return 0.0, 1.0
    z, share = 1.96, part / whole
    middle, width = share + z * z / (2 * whole), z * sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


def _interval(part: int, whole: int) -> str:
    if not whole:
        return "–"
    low, high = wilson(part, whole)
    return f"{part / whole:.3f} ({low:.3f}–{high:.3f})"


def _f1(score: Score) -> str:
    if not score.claimed or not score.owed:
        return "–"
    precision, recall = score.right / score.claimed, score.found / score.owed
    return f"{2 * precision * recall / (precision + recall):.3f}" if precision + recall else "0"


# -- tables ------------------------------------------------------------------------------------------------------------


def _line(name: str, score: Score) -> str:
    cells = (_interval(score.right, score.claimed), _interval(score.found, score.owed), _f1(score))
    return f"| {name} | {score.claimed} | {score.owed} | {' | '.join(cells)} | {score.told} |"


HEADER = "| claimed | owed | precision | recall | F1 | owed, for review |"
RULE = "|---|---|---|---|---|---|---|"


def _worlds(shown: Sequence[Shown]) -> Iterator[str]:
    yield "## By world"
    yield ""
    yield f"| seeds, world, days before the clock {HEADER}"
    yield RULE
    groups: defaultdict[str, Score] = defaultdict(Score)
    for each in shown:
        if each.case.group != "alone":
            groups[f"{each.case.group}: {each.case.name}, {each.case.days_ago}"] += each.result.total()
    for name, score in sorted(groups.items()):
        yield _line(name, score)
    yield ""


def _types(total: Result) -> Iterator[str]:
    yield "## By kind"
    yield ""
    yield (
        "A kind that is always for review has no line. What a claim names lost on the way to the customer, or a refund"
        " without a return, is the same unit; it counts under the name each side gives it."
    )
    yield ""
    yield f"| kind {HEADER}"
    yield RULE
    for name, score in sorted(total.types.items()):
        if score.claimed or score.owed:
            yield _line(f"`{name}`", score)
    yield ""
    yield (
        "`inbound_damaged_carrier` counts as owed for review: since January 2026 no data tells whose carrier it was."
    )
    yield ""
    yield (
        f"Not counted, because no loaded data proves them ([detections](detections.md#what-synced-data-cannot-decide)):"
        f" {_names(NOT_DECIDABLE)}. Outside the United States, where we have no fee table: {_names(BY_TABLE)}; and"
        " `reimbursement_underpaid` in another currency than that of the seller's costs."
    )
    yield ""


def _names(kinds: Iterable[str]) -> str:
    return ", ".join(f"`{kind}`" for kind in sorted(kinds))


def _confounders(shown: Sequence[Shown], total: Result) -> Iterator[str]:
    alone: defaultdict[str, Score] = defaultdict(Score)
    for each in shown:
        if each.case.group == "alone" and each.case.confounders:
            alone[min(each.case.confounders)] += each.result.total()
    yield "## By confounder"
    yield ""
    yield (
        "What it shaped, in worlds with all of them; and everything, in small worlds that have it alone. Its meaning is"
        " in [the world](world.md#what-makes-it-hard)."
    )
    yield ""
    yield "| | claimed | owed | precision | recall | alone: claimed | precision | recall |"
    yield "|---|---|---|---|---|---|---|---|"
    for name in sorted({*total.confounders, *alone}):
        score, only = total.confounders[name], alone[name]
        own = f"{score.claimed} | {score.owed} | {_interval(score.right, score.claimed)} | "
        own += _interval(score.found, score.owed)
        rest = f"{only.claimed} | {_interval(only.right, only.claimed)} | {_interval(only.found, only.owed)}"
        yield f"| {name} | {own} | {rest} |"
    yield ""
    yield (
        "**K28**: a seller may let customers keep what is refunded. That setting is in no report, and a refund under it"
        " looks like one whose unit never came back. Where a product was refunded several times and nothing of it ever"
        " came back, the claim is for review; here the setting hits single orders, so nothing shows it. Whoever uses it"
        " must look at every claim of that kind. **K22**: that a plan was edited after its shipment had left shows only"
        " to who looked on the day it left, as these sellers did; in what was loaded later it looks like lost units."
    )
    yield ""


def _numbers(total: Result) -> Iterator[str]:
    errors = [abs(error) for error in total.value_errors]
    yield "## Values and deadlines"
    yield ""
    exact, known = total.values["exact"], total.values["exact"] + total.values["other"]
    yield f"* Of {known} claims with the right units the value is right to the cent in {_share(exact, known):.1%}"
    if errors:
        yield f"  (mean error {fmean(errors):.2%}, median {median(errors):.2%}, bias {fmean(total.value_errors):+.2%});"
    yield f"  for {total.values['unknown']} more no honest value is known."
    yield f"* The deadline is right to the day in {total.deadlines['exact']} of {total.deadlines.total()} claims."
    kinds = Counter(line.split(" ")[1] for line in total.wrong if line.startswith("deadline "))
    if kinds:
        yield f"  The others: {', '.join(f'`{kind}` {count}' for kind, count in kinds.most_common())}."
    yield f"* Units claimed that had been settled: {total.settled}. Claims for units of another: {total.duplicates}."
    yield ""


def _baselines(shown: Sequence[Shown], total: Result) -> Iterator[str]:
    sums: defaultdict[str, Score] = defaultdict(Score)
    for each in shown:
        for name, score in each.baselines.items():
            sums[name] += score
    lost, damaged = total.types["lost_warehouse"], total.types["damaged_warehouse"]
    warehouse = Score()
    for score in (lost, damaged):
        warehouse += score
    yield "## Beside simpler rules"
    yield ""
    yield f"| rule, about {HEADER}"
    yield RULE
    for name, score in sums.items():
        yield _line(name, score)
    yield _line("**these rules**: `lost_warehouse`", lost)
    yield _line("**these rules**: lost and damaged in the warehouse", warehouse)
    yield _line("**these rules**: everything", total.total())
    yield ""


# -- calibration -------------------------------------------------------------------------------------------------------


def bins_of(samples: Sequence[Sample]) -> list[list[Sample]]:
    """Equally many claims each, by how sure they are; at least 50. Claims as sure as each other stay in their order."""
    ordered = sorted(samples, key=lambda sample: sample.confidence)
    count = max(1, min(MOST_BINS, len(ordered) // LEAST_BIN))
    edges = [round(len(ordered) * place / count) for place in range(count + 1)]
    return [ordered[low:high] for low, high in pairwise(edges) if high > low]


def ece(samples: Sequence[Sample]) -> float:
    """The mean distance between what is said and what proved true."""
    off = (len(some) * abs(fmean(s.confidence - s.share for s in some)) for some in bins_of(samples))
    return sum(off) / len(samples) if samples else 0.0


def _calibration(total: Result) -> Iterator[str]:
    yield "## How sure it says it is"
    yield ""
    yield (
        f"`confidenceScore` was fitted on {fitted().fitted_on} on development seeds (training data:"
        f" {fitted().training_data}; `python -m bench.confidence`). On held-out seeds, {len(total.samples):,} claims of"
        f" the tiers claim and review, in bins of equally many: ECE {ece(total.samples):.4f}."
    )
    yield ""
    yield "| claims | said | true |"
    yield "|---|---|---|"
    for some in bins_of(total.samples):
        yield f"| {len(some)} | {fmean(s.confidence for s in some):.3f} | {fmean(s.share for s in some):.3f} |"
