"""What Amazon's warehouse does to units of one listing, and how it makes up for it. Writes into the journal."""

from datetime import date, datetime, timedelta
from random import Random

from local_amazon.world.model import (
    Journal,
    LedgerRow,
    Listing,
    Lot,
    Reimbursement,
    Reversal,
    Settlement,
    Window,
    moment,
)

CENTERS = ("PHX7", "ONT8", "BFI4", "ABE8", "MDW2", "FTW1")
LEDGER_DELAY = timedelta(hours=6)
OUT_OF = {
    "E": "SELLABLE",
    "6": "CARRIER_DAMAGED",
    "7": "EXPIRED",
    "H": "CUSTOMER_DAMAGED",
    "K": "DEFECTIVE",
    "U": "DISTRIBUTOR_DAMAGED",
}
"""The disposition a damage reason code takes the unit out of (Seller Central, Inventory Ledger report)."""
TIERS = dict.fromkeys("M5E6U", "claim") | {"7": "review", "H": "review", "K": "info"}
"""How well a lot of that reason code is owed."""
USUAL_REASON = {"lost_warehouse": "Lost_Warehouse", "damaged_warehouse": "Damaged_Warehouse"}
QUIET = timedelta(days=32)


class Warehouse:
    """Events of one listing. Every method ignores what would happen after the world's last day."""

    def __init__(self, journal: Journal, window: Window, rng: Random, listing: Listing) -> None:
        self.journal, self.window, self.rng, self.listing = journal, window, rng, listing

    def number(self, digits: int) -> str:
        return str(self.rng.randrange(10 ** (digits - 1), 10**digits))

    def time_of(self, day: date) -> datetime:
        """A working hour, sometimes late in the evening: another day in UTC."""
        hour = 23 if self.rng.random() < 0.1 else self.rng.randrange(7, 20)
        return moment(day, hour, self.rng.randrange(60))

    def enter(
        self,
        at: datetime,
        event: str,
        quantity: int,
        disposition: str = "SELLABLE",
        *,
        reason: str = "",
        center: str = "",
        reference: str = "",
        listing: Listing | None = None,
        settlements: list[Settlement] | None = None,
    ) -> LedgerRow:
        """Write a ledger row, at a random place and with a random reference unless they are given."""
        row = LedgerRow(
            at=at,
            visible_at=at + LEDGER_DELAY,
            listing=listing or self.listing,
            event=event,
            reference=reference or self.number(10),
            quantity=quantity,
            center=center or self.rng.choice(CENTERS),
            disposition=disposition,
            reason=reason,
            settlements=settlements,
        )
        self.journal.rows.append(row)
        return row

    def lose(self, day: date, quantity: int, *, code: str = "M", tags: tuple[str, ...] = ()) -> Lot:
        """Misplace sellable units."""
        settlements: list[Settlement] = []
        row = self.enter(self.time_of(day), "Adjustments", -quantity, reason=code, settlements=settlements)
        return self._lot("lost_warehouse", TIERS[code], row, tags)

    def repeat(self, lot: Lot) -> Lot:
        """Misplace as many units again, in a row that is equal in every field: such rows are genuine."""
        row = self.enter(
            lot.row.at,
            "Adjustments",
            lot.row.quantity,
            lot.row.disposition,
            reason=lot.row.reason,
            reference=lot.row.reference,
            center=lot.row.center,
            settlements=[],
        )
        return self._lot(lot.kind, lot.tier, row, ("identical_rows",))

    def lose_unsellable(self, day: date, quantity: int) -> Lot:
        """Misplace defective units: nobody owes those."""
        self.move(day - timedelta(days=1), quantity, "SELLABLE", "DEFECTIVE")
        row = self.enter(self.time_of(day), "Adjustments", -quantity, "DEFECTIVE", reason="M", settlements=[])
        return self._lot("lost_warehouse", "info", row, ("unsellable",))

    def damage(self, day: date, quantity: int, *, code: str = "E", tags: tuple[str, ...] = ()) -> Lot:
        """Damage units: they leave their disposition (the code says which) and enter WAREHOUSE_DAMAGED (reason P)."""
        if OUT_OF[code] != "SELLABLE":
            self.move(day - timedelta(days=1), quantity, "SELLABLE", OUT_OF[code])
        at, center, reference = self.time_of(day), self.rng.choice(CENTERS), self.number(10)
        source = OUT_OF[code]
        row = self.enter(
            at, "Adjustments", -quantity, source, reason=code, center=center, reference=reference, settlements=[]
        )
        self.enter(at, "Adjustments", quantity, "WAREHOUSE_DAMAGED", reason="P", center=center, reference=reference)
        return self._lot("damaged_warehouse", TIERS[code], row, tags)

    def move(self, day: date, quantity: int, source: str, target: str) -> LedgerRow:
        """A change of disposition without any damage finding (Q, and its other half P)."""
        at, center, reference = self.time_of(day), self.rng.choice(CENTERS), self.number(10)
        self.enter(at, "Adjustments", -quantity, source, reason="Q", center=center, reference=reference)
        return self.enter(at, "Adjustments", quantity, target, reason="P", center=center, reference=reference)

    def find(
        self, lot: Lot, units: int, day: date, *, listing: Listing | None = None, code: str = "F"
    ) -> LedgerRow | None:
        """Units of a lot turn up again, perhaps under another listing of the same ASIN."""
        if day not in self.window:
            return None
        at = lot.row.at + timedelta(minutes=30) if day == lot.row.day else self.time_of(day)
        at = min(at, moment(day, 23, 59))
        row = self.enter(at, "Adjustments", units, lot.row.disposition, reason=code, listing=listing or self.listing)
        found = Settlement("found", units, day, row.visible_at, row.reference)
        row.settlements = [found]
        lot.settlements.append(found)
        return row

    def correct(self, lot: Lot, day: date) -> None:
        """A damaged unit was inspected and is sellable after all."""
        if day in self.window:
            row = self.move(day, lot.quantity, "WAREHOUSE_DAMAGED", "SELLABLE")
            lot.settlements.append(Settlement("corrected", lot.quantity, day, row.visible_at, row.reference))

    def pay(self, lots: list[Lot], day: date, reason: str, *, in_kind: bool = False, note: bool = False) -> str | None:
        """Reimburse all open units of the lots in one row; see `pay_units`."""
        return self.pay_units([(lot, _unsettled(lot)) for lot in lots], day, reason, in_kind=in_kind, note=note)

    def pay_units(
        self, shares: list[tuple[Lot, int]], day: date, reason: str, *, in_kind: bool = False, note: bool = False
    ) -> str | None:
        """Reimburse that many units of each lot, all in one row.

        In kind, `note` adds the ledger row (reason N) of the units Amazon put into stock. The answer is the
        reimbursement id, None when it lies after the world's end.
        """
        if day not in self.window:
            return None
        units = sum(share for _, share in shares)
        row = self.reimburse(day, reason, 0 if in_kind else units, units if in_kind else 0)
        for lot, share in shares:
            lot.settlements.append(Settlement(_kind(lot, reason, in_kind), share, day, row.visible_at, row.id))
        if in_kind and note:
            self._put_into_stock(units, day + timedelta(days=self.rng.randrange(6, 15)), row)
        return row.id

    def reimburse(self, day: date, reason: str, cash: int, in_kind: int, order_id: str = "") -> Reimbursement:
        """A row of the reimbursements report; it shows up to five days after the approval (Seller Central)."""
        cost = self.listing.cost_on(day)
        fair = cost if cost is not None else round(self.listing.price * 0.35)
        approved = moment(day, self.rng.randrange(8, 18), self.rng.randrange(60), self.rng.randrange(60))
        row = Reimbursement(
            approved_at=approved,
            visible_at=approved + timedelta(hours=self.rng.choice((2, 5, 9, 26, 50, 120))),
            id=self.number(11),
            case_id=self.number(11) if self.rng.random() < 0.15 else "",
            order_id=order_id,
            reason=reason,
            listing=self.listing,
            per_unit=fair // 2 if self.rng.random() < 0.1 else fair,
            cash=cash,
            in_kind=in_kind,
        )
        self.journal.reimbursements.append(row)
        return row

    def reverse(self, lot: Lot, payment_id: str, day: date, *, in_kind: int, restored: bool) -> None:
        """Take a payment back. `in_kind`: units given back in the same row."""
        if day not in self.window:
            return
        paid = next(row for row in self.journal.reimbursements if row.id == payment_id)
        approved = moment(day, 11, self.rng.randrange(60))
        self.journal.reimbursements.append(
            Reimbursement(
                approved_at=approved,
                visible_at=approved + timedelta(hours=5),
                id=self.number(11),
                case_id="",
                order_id="",
                reason="Reversal_Reimbursement",
                listing=self.listing,
                per_unit=paid.per_unit,
                cash=-paid.cash,
                in_kind=in_kind,
                original_id=paid.id,
                original_reason=paid.reason,
            )
        )
        lot.reversals.append(Reversal(day, approved + timedelta(hours=5), paid.cash, paid.id, restored))
        self.journal.quiet.setdefault(self.listing.fnsku, []).append((day - QUIET, day + QUIET))

    def _put_into_stock(self, units: int, day: date, paid: Reimbursement) -> None:
        if day in self.window:
            row = self.enter(moment(day, 21, 15), "Adjustments", units, reason="N")
            row.settlements = [Settlement("paid_in_kind", units, day, row.visible_at, paid.id)]

    def _lot(self, kind: str, tier: str, row: LedgerRow, tags: tuple[str, ...]) -> Lot:
        lot = Lot(kind, tier, row, row.settlements if row.settlements is not None else [], tags=tags)
        self.journal.lots.append(lot)
        return lot


def _kind(lot: Lot, reason: str, in_kind: bool) -> str:
    if reason != USUAL_REASON[lot.kind]:
        return "paid_other_reason"
    return "paid_in_kind" if in_kind else "paid_cash"


def _unsettled(lot: Lot) -> int:
    return lot.quantity - sum(each.units for each in lot.settlements if each.superseded_at is None)
