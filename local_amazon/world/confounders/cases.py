"""What the rare cases of the warehouse share."""

from dataclasses import replace

from local_amazon.world.discrepancies import Discrepancy, Link
from local_amazon.world.incidents.losses import Scene


def lose(at: Scene, day: int, units: int, *names: str) -> Discrepancy:
    """Misplaced, if that may happen in this world; else damaged."""
    if at.stage.happens("lost_warehouse"):
        return at.warehouse.lose(day, units, confounders=names)
    return at.warehouse.damage(day, units, confounders=names)


def damage(at: Scene, day: int, units: int, *names: str) -> Discrepancy:
    """Damaged, if that may happen in this world; else misplaced."""
    if at.stage.happens("damaged_warehouse"):
        return at.warehouse.damage(day, units, confounders=names)
    return at.warehouse.lose(day, units, confounders=names)


def decoy(at: Scene, kind: str, day: int, time: int, units: int, names: tuple[str, ...], reference: int) -> Discrepancy:
    """Something that looks like that type and is none."""
    return at.stage.truth.add(
        Discrepancy(
            kind,
            at.warehouse.listing,
            at.warehouse.market,
            units,
            day,
            time,
            time + 6 * 3600,
            owed=False,
            tier="info",
            confounders=names,
            reference=reference,
            links=[Link("ledger", reference, "looks like it")],
        )
    )


def relabelled(fnsku: str) -> str:
    return fnsku[:3] + fnsku[:2:-1]


def undo(at: Scene, lot: Discrepancy, when: int) -> None:
    """The first payment of a lot no longer counts from then on."""
    paid = lot.resolutions[0]
    lot.resolutions[0] = replace(paid, until=when)
    at.stage.journal.change("ledger", lot.handle, when, "reconciled", -paid.units)
