"""Amazon's reimbursements: how it makes up for what it lost, and takes payments back."""

from local_amazon.world.discrepancies import Charge, Discrepancy, Link, Resolution, ResolutionKind
from local_amazon.world.stage import Grant
from local_amazon.world.values import paid_per_unit
from local_amazon.world.warehouse import LEDGER_DELAY, Warehouse

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
                time, reason, 0 if in_kind else units, units if in_kind else 0,
                order=first.order if order is None else order, listing=listing, currency=currency,
            )  # fmt: skip
        if in_kind and note:
            visible = self._put_into_stock(units, day, visible, alone=not row)
        kind = self._kind(first, reason, in_kind)
        for lot, share in shares:
            paid = Resolution(kind, share, day, time, visible, number, until)
            self.warehouse.settle(lot, paid, "reimbursements", noticed=noticed)
        return number

    def reimburse(
        self, time: int, reason: str, cash: int, in_kind: int, *, order: int = 0, listing: int | None = None,
        currency: str = "", original: int = 0, original_reason: str = "", per_unit: int | None = None,
    ) -> tuple[int, int]:  # fmt: skip
        """A row of the reimbursements report and its money; when it shows (up to five days later) and its number."""
        stage, market = self.stage, self.warehouse.market
        listing = self.warehouse.listing if listing is None else listing
        visible = time + 3600 * self.rng.choice((2, 5, 9, 26, 50, 120))
        number, fair = stage.ids.one("reimbursement", 11), per_unit or 0
        if per_unit is None:
            per_unit, fair = paid_per_unit(stage, self.rng, listing, market, time, reason, order)
        stage.journal.write(
            "reimbursements", approved=time, visible=visible, number=number,
            case=stage.ids.one("case", 11) if self.rng.random() < 0.15 else 0, order=order, reason=reason,
            listing=listing, market=market, currency=currency or stage.markets[market].currency, per_unit=per_unit,
            amount=per_unit * cash, cash=cash, in_kind=in_kind, original=original, original_reason=original_reason,
        )  # fmt: skip
        too_little = cash > 0 and per_unit < fair
        more = self._underpaid(listing, time, visible, number, (fair - per_unit) * cash) if too_little else None
        stage.granted[number] = Grant(per_unit, cash, more)
        return visible, number

    def _underpaid(self, listing: int, time: int, visible: int, number: int, cents: int) -> Discrepancy:
        stage, market = self.stage, self.warehouse.market
        return stage.truth.add(
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
            time, "Reversal_Reimbursement", -units, in_kind, original=payment,
            original_reason=USUAL_REASON[lot.type], order=lot.order, per_unit=self.stage.granted[payment].per_unit,
        )  # fmt: skip
        self.forgo(payment, units, Resolution("corrected", 1, day, time, visible, number))
        self.stage.quiet[self.warehouse.listing].append((day - QUIET, day + QUIET))
        lot.links.append(Link("reimbursements", number, "reversed"))
        return visible

    def forgo(self, payment: int, units: int, reversal: Resolution) -> None:
        """What was paid too little is no longer owed when the payment is taken back as a whole."""
        granted = self.stage.granted[payment]
        if granted.underpaid and units == granted.units:
            granted.underpaid.resolutions.append(reversal)

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
