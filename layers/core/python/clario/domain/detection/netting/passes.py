"""The netting table: which credits may settle which lots, from certain to merely possible.

Up to the last strict pass a credit surely belongs to the lot; the generous ones take every other way Amazon may have
settled it. Tolerances and horizons are ours: stock is often booked in clerical order, money never before the loss, and
Amazon pays a warehouse loss within weeks (it researches up to 60 days), a shipment's or a removal's within months.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from clario.domain.detection.lots.lots import CreditKind, Family

Key = Literal["fnsku", "asin", "place", "number", "order", "net_sale", "shipment"]
"""What a lot and its credit share. "place": item and centre, or disposition; "number": item and units; "net_sale":
item, units and what the sale of one brought; "shipment": shipment and item."""


class Channel(NamedTuple):
    """The credits a pass may use, by what they are. `named`: the credit names an order."""

    kind: CreditKind
    family: Family | None = None
    strict: bool = True
    named: bool = False


@dataclass(frozen=True, slots=True)
class Pass:
    """One line of the netting table. Days are counted from the day the lot happened: a credit may come as many days
    before or after it (before is below zero: no sooner than so many days after). None: as far as our data goes."""

    name: str
    strict: bool
    key: Key
    days_before: int | None
    days_after: int | None
    accepts: Mapping[Family, frozenset[Channel]]

    def reaches(self, lot_on: date, credit_on: date) -> bool:
        """Whether a credit of that day may settle a lot of that day."""
        days = (credit_on - lot_on).days
        soon_enough = self.days_after is None or days <= self.days_after
        return soon_enough and (self.days_before is None or days >= -self.days_before)


SURE = (True,)
EITHER = (True, False)
PAID = (CreditKind.REIMBURSED, CreditKind.IN_KIND)


def _stock(*kinds: CreditKind, strict: tuple[bool, ...] = SURE) -> frozenset[Channel]:
    return frozenset(Channel(kind, strict=sure) for kind in kinds for sure in strict)


def _paid_as(*families: Family, strict: tuple[bool, ...] = SURE) -> frozenset[Channel]:
    return frozenset(Channel(kind, family, sure) for kind in PAID for family in families for sure in strict)


def _replaced_as(*families: Family) -> frozenset[Channel]:
    return frozenset(Channel(CreditKind.IN_KIND, family) for family in families)


LOST, DAMAGED, DISPOSED, OWNERSHIP = Family.FC_LOST, Family.FC_DAMAGED, Family.DISPOSED, Family.OWNERSHIP
INBOUND, INBOUND_DAMAGED, REMOVAL = Family.INBOUND, Family.INBOUND_DAMAGED, Family.REMOVAL
REFUND, RESTOCK, RETURN, ORDER, GENERIC = Family.REFUND, Family.RESTOCK, Family.RETURN, Family.ORDER, Family.GENERIC
FOUND, TRANSFERRED = CreditKind.FOUND, CreditKind.TRANSFERRED

GAINS = _stock(FOUND, TRANSFERRED)
TAKEN_IN = _stock(CreditKind.RESTOCKED, CreditKind.SHELVED)
OF_THE_ORDER = frozenset(Channel(kind, ORDER, True, named=True) for kind in PAID)
PAID_ORDERS = dict.fromkeys((REFUND, RESTOCK, RETURN, Family.DISPUTE), OF_THE_ORDER)
OTHER_REASONS = {
    LOST: _paid_as(LOST, DAMAGED, INBOUND, INBOUND_DAMAGED, GENERIC, strict=EITHER),
    DAMAGED: _paid_as(DAMAGED, LOST, GENERIC, strict=EITHER),
    INBOUND: _paid_as(INBOUND, INBOUND_DAMAGED, LOST, DAMAGED, GENERIC, strict=EITHER),
    INBOUND_DAMAGED: _paid_as(INBOUND_DAMAGED, INBOUND, DAMAGED, LOST, GENERIC, strict=EITHER),
}
OTHER_ORDER_REASONS = dict.fromkeys((REFUND, RESTOCK, RETURN), _paid_as(ORDER, GENERIC, strict=EITHER))
OTHER_REMOVAL_REASONS = {REMOVAL: _paid_as(REMOVAL, LOST, DAMAGED, GENERIC, strict=EITHER)}
IN_THE_CENTRE = {
    LOST: OTHER_REASONS[LOST],
    DAMAGED: OTHER_REASONS[DAMAGED],
    DISPOSED: _paid_as(LOST, DAMAGED, strict=EITHER),
}
WAREHOUSE_REASONS = _paid_as(LOST, DAMAGED, INBOUND, INBOUND_DAMAGED, GENERIC, strict=EITHER)

ANY_SURPLUS = _stock(CreditKind.SURPLUS, strict=EITHER)
IN_STOCK = _stock(CreditKind.RESTOCKED)
SAME_REASON = {LOST: _paid_as(LOST), DAMAGED: _paid_as(DAMAGED)}
SAME_INBOUND = {INBOUND: _paid_as(INBOUND), INBOUND_DAMAGED: _paid_as(INBOUND_DAMAGED)}
EITHER_INBOUND = dict.fromkeys((INBOUND, INBOUND_DAMAGED), _paid_as(INBOUND, INBOUND_DAMAGED))
UNNAMED = _stock(CreditKind.UNNAMED_RETURN)

BEFORE_ORDER = (LOST, DAMAGED, DISPOSED, INBOUND, INBOUND_DAMAGED, REMOVAL)
POSTED = frozenset(Channel(CreditKind.POSTED, family) for family in (*BEFORE_ORDER, GENERIC))
POSTED_ORDER = frozenset({Channel(CreditKind.POSTED, ORDER, named=True)})
POSTED_UNNAMED = frozenset(Channel(CreditKind.POSTED, family) for family in (ORDER, GENERIC))

PASSES = (
    #    name                    strict  key       before  after  who takes what
    # What is taken over the day it is booked in moves nothing.
    Pass("taken_over_at_once",    True, "fnsku",      1,    1, {OWNERSHIP: GAINS}),
    # -- stock that came back; the nearer loss is the likelier one, so every window is tried in its narrow form first
    Pass("found",                 True, "fnsku",      7,   60, {LOST: GAINS}),
    Pass("regraded",              True, "fnsku",      2, None, {DAMAGED: _stock(CreditKind.REGRADED)}),
    Pass("returned",              True, "order",   None, None, {REFUND: _stock(CreditKind.RETURNED)}),
    Pass("recharged",             True, "order",      2, None, {REFUND: _stock(CreditKind.RECHARGED)}),
    Pass("restocked_same_day",    True, "place",      0,    0, {RESTOCK: IN_STOCK}),
    Pass("restocked_next_day",    True, "place",      0,    1, {RESTOCK: IN_STOCK}),
    Pass("restocked_same_place",  True, "place",      2,   14, {RESTOCK: IN_STOCK}),
    Pass("restocked",             True, "fnsku",      2,   14, {RESTOCK: IN_STOCK}),
    Pass("disposal_ordered",      True, "place",      0,    0, {DISPOSED: _stock(CreditKind.DISPOSAL_ORDERED)}),
    # A count that was too high is corrected as a whole; what a sibling of the same days lacks was no surplus.
    Pass("surplus_taken_back",    True, "number",    60,   60, {OWNERSHIP: ANY_SURPLUS}),
    Pass("surplus_of_sibling",    True, "fnsku",      3,    3, {INBOUND: ANY_SURPLUS}),
    Pass("surplus_corrected",     True, "fnsku",     60,   60, {OWNERSHIP: _stock(CreditKind.SURPLUS)}),
    Pass("surplus",               True, "fnsku",     60,   60, {INBOUND: _stock(CreditKind.SURPLUS)}),
    # -- payments that say what they are for; of several losses, the one of just as many units is most likely meant
    Pass("paid_order",            True, "order",   None, None, PAID_ORDERS),
    Pass("same_reason_number",    True, "number",     2,   60, SAME_REASON),
    Pass("same_reason",           True, "fnsku",      2,   60, SAME_REASON),
    Pass("same_reason_late",      True, "fnsku",      2,  120, SAME_REASON),
    Pass("paid_inbound_number",   True, "number",     2,   90, SAME_INBOUND),
    Pass("paid_inbound",          True, "fnsku",      2,   90, SAME_INBOUND),
    Pass("paid_inbound_either",   True, "fnsku",      2,   90, EITHER_INBOUND),
    Pass("paid_inbound_late",     True, "fnsku",      2,  300, EITHER_INBOUND),
    Pass("paid_removal",          True, "fnsku",      2,  150, {REMOVAL: _paid_as(REMOVAL)}),
    # A replacement is stock, too, and may be booked when it will; but it takes its turn among the payments first.
    Pass("replaced",              True, "fnsku",      7, None, {LOST: _replaced_as(LOST),
                                                                DAMAGED: _replaced_as(DAMAGED),
                                                                INBOUND: _replaced_as(INBOUND)}),
    Pass("found_late",            True, "fnsku",      7, None, {LOST: GAINS}),
    # -- what may have settled it
    # Amazon has no reason for a disposal: it is paid as what else goes wrong in the centre, a shipment rarely so.
    Pass("warehouse_number",     False, "number",     2,   60, IN_THE_CENTRE),
    Pass("other_reason_number",  False, "number",     2,   60, {**OTHER_REASONS, DISPOSED: WAREHOUSE_REASONS}),
    Pass("other_reason",         False, "fnsku",      2,   60, OTHER_REASONS),
    Pass("other_reason_late",    False, "fnsku",      2,  120, OTHER_REASONS),
    # What came damaged, and was found so later, may have been paid when it came.
    Pass("paid_as_brought",      False, "fnsku",     60,  120, {DAMAGED: _paid_as(INBOUND_DAMAGED, strict=EITHER)}),
    # For a unit lost after an order Amazon pays what its sale brought: that tells the orders of one item apart.
    Pass("order_net_sale_due",   False, "net_sale", -40,   80, OTHER_ORDER_REASONS),
    Pass("order_net_sale",       False, "net_sale",   2,  180, OTHER_ORDER_REASONS),
    # Amazon pays for a missing return when the customer's time is over, 45 or 60 days after the refund.
    Pass("order_reason_due",     False, "fnsku",    -40,   80, OTHER_ORDER_REASONS),
    Pass("other_order_reason",   False, "fnsku",      2,   90, OTHER_ORDER_REASONS),
    Pass("late_order_reason",    False, "fnsku",      2,  180, OTHER_ORDER_REASONS),
    Pass("other_removal_reason", False, "fnsku",      2,  150, OTHER_REMOVAL_REASONS),
    Pass("unreported_in_kind",   False, "fnsku",      7, None, {DAMAGED: _stock(TRANSFERRED)}),
    Pass("found_after_arrival",  False, "fnsku",      0,   60, {INBOUND: GAINS}),
    Pass("disposed_and_paid",    False, "fnsku",    180,  180, {DISPOSED: WAREHOUSE_REASONS}),
    Pass("returned_unnamed",     False, "fnsku",      5,   14, {REFUND: UNNAMED}),
    Pass("returned_unnamed_late", False, "fnsku",    30,  120, {REFUND: UNNAMED}),
    Pass("restocked_late",       False, "asin",       2,   60, {RESTOCK: IN_STOCK}),
    Pass("shelved_otherwise",    False, "asin",       2,   30, {RESTOCK: _stock(CreditKind.SHELVED)}),
    Pass("in_ledger_only",       False, "fnsku",      5,   14, {REFUND: TAKEN_IN}),
    Pass("in_ledger_only_late",  False, "fnsku",     30,  120, {REFUND: TAKEN_IN}),
    Pass("swapped",              False, "shipment", None, None, {INBOUND: _stock(CreditKind.SWAPPED)}),
    Pass("found_other_label",    False, "asin",       7, None, {LOST: GAINS | _replaced_as(LOST),
                                                                DAMAGED: _stock(TRANSFERRED) | _replaced_as(DAMAGED)}),
    Pass("paid_other_label",     False, "asin",       2,   60, OTHER_REASONS),
    Pass("inbound_other_label",  False, "asin",       2,  150, {INBOUND: OTHER_REASONS[INBOUND],
                                                                INBOUND_DAMAGED: OTHER_REASONS[INBOUND_DAMAGED]}),
    Pass("order_other_label",    False, "asin",       2,   90, OTHER_ORDER_REASONS),
    Pass("removal_other_label",  False, "asin",       2,   75, OTHER_REMOVAL_REASONS),
    # -- what its report does not list, and transactions pay
    Pass("posted_order",         False, "order",   None, None, dict.fromkeys(PAID_ORDERS, POSTED_ORDER)),
    Pass("posted",               False, "fnsku",      2,   60, dict.fromkeys(BEFORE_ORDER, POSTED)),
    Pass("posted_late",          False, "fnsku",      2,  300, dict.fromkeys(BEFORE_ORDER, POSTED)),
    Pass("posted_unnamed",       False, "fnsku",      2,  180, dict.fromkeys(OTHER_ORDER_REASONS, POSTED_UNNAMED)),
    # What Amazon takes into its own name it has paid for or found before: whatever is left over may explain it.
    Pass("ownership_explained",  False, "fnsku",    180,   60, {OWNERSHIP: WAREHOUSE_REASONS | GAINS}),
)  # fmt: skip
