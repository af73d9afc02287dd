"""Other ways in which stock goes missing: disposed of, taken over, redefined, lost on the way between centres."""

from collections.abc import Callable

from local_amazon.world import beats
from local_amazon.world.discrepancies import Discrepancy, Link
from local_amazon.world.incidents.losses import Scene, days, scene
from local_amazon.world.randomness import generator
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers
from local_amazon.world.values import cost
from local_amazon.world.warehouse import LEDGER_DELAY


def simulate(stage: Stage, sold: Numbers) -> None:
    """All of them, on the listings of one beat; each at least once."""
    stories: tuple[tuple[str, str, Callable[[Scene, int], None]], ...] = (
        ("disposed_unauthorized", "disposed", _dispose),
        ("ownership_transfer_out", "taken_over", _take_over),
        ("product_redefinition_unmatched", "redefined", _redefine),
        ("transfer_loss", "redefined", _lose_between_centers),
        ("found_unit_not_credited", "redefined", _find_and_take),
        ("ledger_balance_gap", "redefined", _move_unseen),
    )
    for turn, listing in enumerate(beats.listings(stage, beats.OTHER)):
        units = int(sold[listing].sum()) * beats.concentration(stage)
        for number, (kind, rate, story) in enumerate(stories):
            if not stage.happens(kind):
                continue
            at = scene(stage, kind, listing)
            happened = days(stage, kind, units * stage.rates[rate], listing)
            if turn == number % max(1, len(beats.listings(stage, beats.OTHER))):
                rng = generator(stage.seed, kind, "planted")
                happened.append(stage.calendar.today - int(rng.integers(5, 55)))
            for day in sorted(set(happened)):
                if day - 2 in stage.calendar:
                    story(at, day)


def _missing(
    at: Scene, kind: str, day: int, units: int, code: str, disposition: str = "SELLABLE", event: str = "Adjustments"
) -> Discrepancy:
    """A negative ledger row that nothing explains."""
    warehouse = at.warehouse
    time, center, reference = warehouse.time_of(day), warehouse.center(), at.stage.ids.one("reference", 10)
    warehouse.enter(time, event, -units, disposition, reason=code, center=center, reference=reference)
    return at.stage.truth.add(
        Discrepancy(
            kind,
            warehouse.listing,
            warehouse.market,
            units,
            day,
            time,
            time + LEDGER_DELAY,
            unit_value=cost(at.stage, warehouse.listing, warehouse.market, day),
            tier="claim" if kind == "disposed_unauthorized" else "review",
            reason=code,
            disposition=disposition,
            center=center,
            reference=reference,
            links=[Link("ledger", reference, "taken out")],
        )
    )


def _dispose(at: Scene, day: int) -> None:
    """A3. Amazon throws away or gives away sellable units that nobody told it to; it pays for one time in four."""
    code = at.rng.choice(("D", "D", "G"))
    found = _missing(at, "disposed_unauthorized", day, at.rng.randrange(1, 4), code)
    if at.rng.random() < 0.25:
        at.cashier.pay([(found, found.quantity)], day + at.rng.randrange(8, 40))


def _take_over(at: Scene, day: int) -> None:
    """A6. A unit is moved out of the seller's account (code O) though nothing was paid for it."""
    _missing(at, "ownership_transfer_out", day, 1, "O")


def _redefine(at: Scene, day: int) -> None:
    """A7. A product is redefined: units leave the old FNSKU (code 4) and arrive at none."""
    _missing(at, "product_redefinition_unmatched", day, at.rng.randrange(1, 3), "4")


def _lose_between_centers(at: Scene, day: int) -> None:
    """A4. Units leave one centre for another and never arrive."""
    _missing(at, "transfer_loss", day, 1, "", event="WhseTransfers")


def _find_and_take(at: Scene, day: int) -> None:
    """A8. A unit is found, and taken away again in the same minute: the stock is what it was."""
    lost = _missing(at, "found_unit_not_credited", day, 1, "O")
    at.warehouse.enter(lost.time, "Adjustments", 1, reason="F", center=lost.center, reconciled=True)


def _move_unseen(at: Scene, day: int) -> None:
    """A5. The summary's balance falls by a unit that no line of the detail accounts for ("unknown events")."""
    stage, warehouse, center = at.stage, at.warehouse, at.warehouse.center()
    stage.unknown.append((warehouse.listing, warehouse.market, center, day, -1))
    time = warehouse.time_of(day)
    stage.truth.add(
        Discrepancy(
            "ledger_balance_gap", warehouse.listing, warehouse.market, 1, day, time, time + LEDGER_DELAY,
            unit_value=cost(stage, warehouse.listing, warehouse.market, day), tier="review", disposition="SELLABLE",
            center=center,
        )
    )  # fmt: skip
