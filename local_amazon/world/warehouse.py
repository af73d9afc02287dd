"""What Amazon's warehouse does to units of one listing, and how it makes up for it.

The rows go into the journal and what they mean into the truth, both at once. Nothing happens outside the calendar:
such a call changes nothing and answers None where it has an answer.
"""

from dataclasses import replace
from random import Random

from local_amazon.world.discrepancies import (
    Charge,
    Discrepancy,
    Link,
    Resolution,
    ResolutionKind,
    Tier,
)
from local_amazon.world.stage import Stage
from local_amazon.world.values import cost, paid_per_unit

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
USUAL_REASON = {
    "lost_warehouse": "Lost_Warehouse",
    "damaged_warehouse": "Damaged_Warehouse",
    "disposed_unauthorized": "Lost_Warehouse",
    "inbound_shortage": "Lost_Inbound",
    "inbound_shipment_missing": "Lost_Inbound",
    "inbound_damaged_carrier": "Damaged_Inbound",
    "received_then_deducted": "Lost_Inbound",
    "removal_lost": "Removal_Order_Lost",
    "removal_short_shipped": "Removal_Order_Lost",
    "removal_damaged_or_wrong": "Removal_Order_Damaged",
    "refund_no_return": "CustomerReturn",
    "return_damaged_by_amazon": "CustomerReturn",
    "return_not_restocked": "CustomerReturn",
    "replacement_no_return": "CustomerServiceIssue",
    "lost_outbound": "Lost_Outbound",
    "damaged_outbound": "Damaged_Outbound",
}
QUIET = 32
"""Days around a reversal in which a customer's return could pass for the unit that was given back."""


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
        self,
        time: int,
        event: str,
        quantity: int,
        disposition: str = "SELLABLE",
        *,
        reason: str = "",
        center: str = "",
        reference: int = 0,
        listing: int | None = None,
        reconciled: bool = False,
        delay: int = LEDGER_DELAY,
    ) -> int:
        """Write a ledger row, at a random place and with a random reference unless they are given: its handle.

        `reconciled`: Amazon keeps a reconciled quantity for this row.
        """
        kept = 0 if reconciled else -1
        return self.journal.write(
            "ledger",
            time=time,
            visible=time + delay,
            day=self.calendar.day(self.market, time),
            event=event,
            reference=reference or self.stage.ids.one("reference", 10),
            listing=self.listing if listing is None else listing,
            market=self.market,
            quantity=quantity,
            center=center or self.center(),
            disposition=disposition,
            reason=reason,
            reconciled=kept,
            unreconciled=kept,
        )

    def lose(
        self, day: int, quantity: int, *, code: str = "M", confounders: tuple[str, ...] = (), delay: int = LEDGER_DELAY
    ) -> Discrepancy:
        """Misplace sellable units."""
        return self._lot("lost_warehouse", self.time_of(day), quantity, code, "SELLABLE", confounders, delay)

    def repeat(self, lot: Discrepancy) -> Discrepancy:
        """Misplace as many units again, in a row that is equal in every field: such rows are genuine."""
        handle = self.enter(
            lot.time,
            "Adjustments",
            -lot.quantity,
            lot.disposition,
            reason=lot.reason,
            reference=lot.reference,
            center=lot.center,
            reconciled=True,
        )
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
            lot.time,
            "Adjustments",
            quantity,
            "WAREHOUSE_DAMAGED",
            reason="P",
            center=center,
            reference=lot.reference,
        )
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
            time,
            "Adjustments",
            units,
            lot.disposition or "SELLABLE",
            reason=code,
            center=lot.center,
            reference=reference,
            listing=listing,
            reconciled=True,
        )
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
            time,
            "Adjustments",
            -quantity,
            disposition,
            reason=code,
            center=center,
            reference=reference,
            reconciled=True,
            delay=delay,
        )
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


class Cashier:
    """Amazon's reimbursements of one listing in one marketplace."""

    def __init__(self, warehouse: Warehouse) -> None:
        self.warehouse, self.rng, self.stage = warehouse, warehouse.rng, warehouse.stage

    def pay(
        self,
        shares: list[tuple[Discrepancy, int]],
        day: int,
        reason: str = "",
        *,
        in_kind: bool = False,
        note: bool = False,
        noticed: bool = True,
        until: int = 0,
        listing: int | None = None,
        currency: str = "",
        order: int | None = None,
        row: bool = True,
    ) -> int:
        """Reimburse that many units of each discrepancy in one row of the report; its number, 0 when out of time.

        In kind, `note` adds the ledger row (reason N) of the units Amazon puts into stock; without `row` that is all
        there is to see. `until` is when the payment will be taken back.
        """
        if day not in self.stage.calendar:
            return 0
        units, first = sum(share for _, share in shares), shares[0][0]
        reason = reason or USUAL_REASON[first.type]
        time = self._approved(day)
        visible, number = time, 0
        if row:
            visible, number = self.reimburse(
                time,
                reason,
                0 if in_kind else units,
                units if in_kind else 0,
                order=first.order if order is None else order,
                listing=listing,
                currency=currency,
            )
        if in_kind and note:
            visible = self._put_into_stock(units, day, visible, alone=not row)
        kind = self._kind(first, reason, in_kind)
        for lot, share in shares:
            paid = Resolution(kind, share, day, time, visible, number, until)
            self.warehouse.settle(lot, paid, "reimbursements", noticed=noticed)
        return number

    def reimburse(
        self,
        time: int,
        reason: str,
        cash: int,
        in_kind: int,
        *,
        order: int = 0,
        listing: int | None = None,
        currency: str = "",
        original: int = 0,
        original_reason: str = "",
        per_unit: int | None = None,
    ) -> tuple[int, int]:
        """A row of the reimbursements report and its money; when it shows (up to five days later) and its number."""
        stage, market = self.stage, self.warehouse.market
        listing = self.warehouse.listing if listing is None else listing
        visible = time + 3600 * self.rng.choice((2, 5, 9, 26, 50, 120))
        number, fair = stage.ids.one("reimbursement", 11), per_unit or 0
        if per_unit is None:
            per_unit, fair = paid_per_unit(stage, self.rng, listing, market, time, reason, order)
        stage.journal.write(
            "reimbursements",
            approved=time,
            visible=visible,
            number=number,
            case=stage.ids.one("case", 11) if self.rng.random() < 0.15 else 0,
            order=order,
            reason=reason,
            listing=listing,
            market=market,
            currency=currency or stage.markets[market].currency,
            per_unit=per_unit,
            amount=per_unit * cash,
            cash=cash,
            in_kind=in_kind,
            original=original,
            original_reason=original_reason,
        )
        if cash > 0 and per_unit < fair:
            self._underpaid(listing, time, visible, number, (fair - per_unit) * cash)
        return visible, number

    def _underpaid(self, listing: int, time: int, visible: int, number: int, cents: int) -> None:
        stage, market = self.stage, self.warehouse.market
        stage.truth.add(
            Discrepancy(
                "reimbursement_underpaid",
                listing,
                market,
                1,
                stage.calendar.day(market, time),
                time,
                visible,
                reimbursement=number,
                owed=stage.listings[listing].told,
                charges=[Charge(time, visible, cents)],
                links=[Link("reimbursements", number, "underpaid")],
            )
        )

    def reverse(self, lot: Discrepancy, payment: int, units: int, day: int, *, in_kind: int = 0) -> int:
        """Take a payment back, in cash; `in_kind` units are given back in the same row. When it shows, 0: never."""
        if day not in self.stage.calendar:
            return 0
        time = self.stage.calendar.moment(self.warehouse.market, day, 11, self.rng.randrange(60))
        visible, number = self.reimburse(
            time,
            "Reversal_Reimbursement",
            -units,
            in_kind,
            original=payment,
            original_reason=USUAL_REASON[lot.type],
            order=lot.order,
        )
        self.stage.quiet[self.warehouse.listing].append((day - QUIET, day + QUIET))
        lot.links.append(Link("reimbursements", number, "reversed"))
        return visible

    def _approved(self, day: int) -> int:
        hour, minute, second = self.rng.randrange(8, 18), self.rng.randrange(60), self.rng.randrange(60)
        return self.stage.calendar.moment(self.warehouse.market, day, hour, minute, second)

    def _put_into_stock(self, units: int, day: int, visible: int, *, alone: bool) -> int:
        later = day if alone else day + self.rng.randrange(6, 15)
        if later not in self.stage.calendar:
            return visible
        time = self.stage.calendar.moment(self.warehouse.market, later, 21, 15)
        shown = time + LEDGER_DELAY
        handle = self.warehouse.enter(time, "Adjustments", units, reason="N", reconciled=True)
        self.stage.journal.change("ledger", handle, shown, "reconciled", units)
        return shown if alone else visible

    def _kind(self, lot: Discrepancy, reason: str, in_kind: bool) -> ResolutionKind:
        if reason != USUAL_REASON[lot.type]:
            return "paid_other_reason"
        return "paid_in_kind" if in_kind else "paid_cash"
