"""What Amazon's warehouse does to units of one listing, and how it makes up for it.

The rows go into the journal and what they mean into the truth, both at once. Nothing happens outside the calendar:
such a call changes nothing and answers None where it has an answer.
"""

from dataclasses import replace
from random import Random

from local_amazon.world.discrepancies import (
    Discrepancy,
    Link,
    Resolution,
    Tier,
)
from local_amazon.world.stage import Stage
from local_amazon.world.values import cost

LEDGER_DELAY = 6 * 3600
OUT_OF = {
    "E": "SELLABLE",
    "6": "CARRIER_DAMAGED",
    "7": "EXPIRED",
    "H": "CUSTOMER_DAMAGED",
    "K": "DEFECTIVE",
    "U": "DISTRIBUTOR_DAMAGED",
}
"""The disposition a damage reason code takes the unit out of (Seller Central, Inventory Ledger report)."""
TIERS: dict[str, Tier] = {"M": "claim", "5": "claim", "E": "claim", "6": "claim", "U": "claim"}
TIERS |= {"7": "review", "H": "review", "K": "info"}
"""How well a lot of that reason code is owed."""


class Warehouse:
    """Events of one listing in one marketplace."""

    def __init__(self, stage: Stage, rng: Random, listing: int, market: int = 0) -> None:
        self.stage, self.rng, self.listing, self.market = stage, rng, listing, market
        self.calendar, self.journal = stage.calendar, stage.journal

    def time_of(self, day: int) -> int:
        """A working hour, sometimes (K11) late in the evening: another day in UTC."""
        late = self.stage.confounded("K11") and self.rng.random() < 0.1
        return self.calendar.moment(self.market, day, 23 if late else self.rng.randrange(7, 20), self.rng.randrange(60))

    def center(self) -> str:
        return self.rng.choice(self.stage.centers(self.listing, self.market))

    def enter(
        self, time: int, event: str, quantity: int, disposition: str = "SELLABLE", *, reason: str = "",
        center: str = "", reference: int = 0, listing: int | None = None, reconciled: bool = False,
        delay: int = LEDGER_DELAY,
    ) -> int:  # fmt: skip
        """Write a ledger row, at a random place and with a random reference unless they are given: its handle.

        `reconciled`: Amazon keeps a reconciled quantity for this row.
        """
        kept = 0 if reconciled else -1
        return self.journal.write(
            "ledger", time=time, visible=time + delay, day=self.calendar.day(self.market, time), event=event,
            reference=reference or self.stage.ids.one("reference", 10),
            listing=self.listing if listing is None else listing, market=self.market, quantity=quantity,
            center=center or self.center(), disposition=disposition, reason=reason, reconciled=kept,
            unreconciled=kept,
        )  # fmt: skip

    def lose(
        self, day: int, quantity: int, *, code: str = "M", confounders: tuple[str, ...] = (), delay: int = LEDGER_DELAY
    ) -> Discrepancy:
        """Misplace sellable units."""
        return self._lot("lost_warehouse", self.time_of(day), quantity, code, "SELLABLE", confounders, delay)

    def repeat(self, lot: Discrepancy) -> Discrepancy:
        """Misplace as many units again, in a row that is equal in every field: such rows are genuine."""
        handle = self.enter(
            lot.time, "Adjustments", -lot.quantity, lot.disposition, reason=lot.reason, reference=lot.reference,
            center=lot.center, reconciled=True,
        )  # fmt: skip
        twin = replace(lot, handle=handle, resolutions=[], confounders=("K14",), links=list(lot.links))
        return self.stage.truth.add(twin)

    def lose_unsellable(self, day: int, quantity: int) -> Discrepancy:
        """Misplace defective units: nobody owes those."""
        center = self.center()
        self.move(day - 1, quantity, "SELLABLE", "DEFECTIVE", center=center)
        lot = self._lot("lost_warehouse", self.time_of(day), quantity, "M", "DEFECTIVE", ("K16",), center=center)
        lot.tier, lot.owed = "info", False
        return lot

    def damage(self, day: int, quantity: int, *, code: str = "E", confounders: tuple[str, ...] = ()) -> Discrepancy:
        """Damage units: they leave their disposition (the code says which) and enter WAREHOUSE_DAMAGED (reason P)."""
        source, center = OUT_OF[code], self.center()
        if source != "SELLABLE":
            self.move(day - 1, quantity, "SELLABLE", source, center=center)
        lot = self._lot("damaged_warehouse", self.time_of(day), quantity, code, source, confounders, center=center)
        self.enter(
            lot.time, "Adjustments", quantity, "WAREHOUSE_DAMAGED", reason="P", center=center,
            reference=lot.reference,
        )  # fmt: skip
        return lot

    def move(self, day: int, quantity: int, source: str, target: str, *, center: str = "") -> int:
        """A change of disposition without any damage finding (Q, and its other half P); the time it happened."""
        time, center = self.time_of(day), center or self.center()
        reference = self.stage.ids.one("reference", 10)
        for units, disposition, reason in ((-quantity, source, "Q"), (quantity, target, "P")):
            self.enter(time, "Adjustments", units, disposition, reason=reason, center=center, reference=reference)
        return time

    def find(
        self,
        lot: Discrepancy,
        units: int,
        day: int,
        *,
        listing: int | None = None,
        code: str = "F",
        noticed: bool = True,
    ) -> Resolution | None:
        """Units of a lot turn up again, perhaps under another label of the same ASIN."""
        if day not in self.calendar:
            return None
        time = lot.time + 1800 if day == lot.day else self.time_of(day)
        time = min(time, self.calendar.moment(self.market, day, 23, 59))
        reference = self.stage.ids.one("reference", 10)
        handle = self.enter(
            time, "Adjustments", units, lot.disposition or "SELLABLE", reason=code, center=lot.center,
            reference=reference, listing=listing, reconciled=True,
        )  # fmt: skip
        visible = time + LEDGER_DELAY
        self.journal.change("ledger", handle, visible, "reconciled", units)
        return self.settle(lot, Resolution("found", units, day, time, visible, reference), "ledger", noticed=noticed)

    def correct(self, lot: Discrepancy, day: int) -> None:
        """A damaged unit was inspected and is sellable after all."""
        if day in self.calendar:
            time = self.move(day, lot.quantity, "WAREHOUSE_DAMAGED", "SELLABLE", center=lot.center)
            self.settle(lot, Resolution("corrected", lot.quantity, day, time, time + LEDGER_DELAY, 0), "ledger")

    def settle(self, lot: Discrepancy, resolution: Resolution, table: str, *, noticed: bool = True) -> Resolution:
        """Settle units of a lot. `noticed`: Amazon's ledger counts them as reconciled; it does not always."""
        lot.resolutions.append(resolution)
        lot.links.append(Link(table, resolution.reference, resolution.kind))
        if noticed and lot.handle >= 0:
            self.journal.change("ledger", lot.handle, resolution.visible, "reconciled", resolution.units)
            if resolution.until:
                self.journal.change("ledger", lot.handle, resolution.until, "reconciled", -resolution.units)
        return resolution

    def _lot(
        self,
        kind: str,
        time: int,
        quantity: int,
        code: str,
        disposition: str,
        confounders: tuple[str, ...],
        delay: int = LEDGER_DELAY,
        *,
        center: str = "",
    ) -> Discrepancy:
        day, center = self.calendar.day(self.market, time), center or self.center()
        reference = self.stage.ids.one("reference", 10)
        handle = self.enter(
            time, "Adjustments", -quantity, disposition, reason=code, center=center, reference=reference,
            reconciled=True, delay=delay,
        )  # fmt: skip
        return self.stage.truth.add(
            Discrepancy(
                type=kind,
                listing=self.listing,
                market=self.market,
                quantity=quantity,
                day=day,
                time=time,
                visible=time + delay,
                unit_value=cost(self.stage, self.listing, self.market, day),
                tier=TIERS[code],
                owed=TIERS[code] == "claim",
                confounders=confounders,
                reason=code,
                disposition=disposition,
                center=center,
                reference=reference,
                handle=handle,
                links=[Link("ledger", reference, "lost" if kind == "lost_warehouse" else "damaged")],
            )
        )
