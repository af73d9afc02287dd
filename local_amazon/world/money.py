"""The seller's account: what every sale, refund, reimbursement and service posts, and the payouts."""

from typing import Any

import numpy as np

from local_amazon.world import fees
from local_amazon.world.calendar import DAY, as_date
from local_amazon.world.customers import Sales
from local_amazon.world.randomness import generator
from local_amazon.world.refunds import WHOLE
from local_amazon.world.schema import AMOUNTS, MONEY_DETAILS, MONEY_KINDS, REIMBURSEMENT_REASONS
from local_amazon.world.stage import Stage
from local_amazon.world.store import Numbers
from local_amazon.world.trade import CANCELLED, MULTICHANNEL, STANDARD, Lines, parcels

PERIOD = 14  # days of a settlement
AT_ONCE = 200_000  # sales, so that little memory is needed
NAMES = {
    "Lost_Warehouse": "WAREHOUSE_LOST",
    "Damaged_Warehouse": "WAREHOUSE_DAMAGE",
    "Lost_Inbound": "MISSING_FROM_INBOUND",
    "Damaged_Inbound": "INBOUND_CARRIER_DAMAGE",
    "CustomerReturn": "CUSTOMER_RETURN",
    "CustomerServiceIssue": "CS_ERROR_ITEMS",
    "Lost_Outbound": "LOST_OUTBOUND",
    "Damaged_Outbound": "DAMAGED_OUTBOUND",
    "Removal_Order_Lost": "REMOVAL_ORDER_LOST",
    "Removal_Order_Damaged": "REMOVAL_ORDER_DAMAGED",
    "GeneralAdjustment": "GENERAL_ADJUSTMENT",
    "Fee_Correction": "INCORRECT_FEES_ITEMS",
    "Reversal_Reimbursement": "REVERSAL_REIMBURSEMENT",
}
"""How the account calls a reimbursement of that reason."""
_KIND = {name: code for code, name in enumerate(MONEY_KINDS)}
_DETAIL = {name: code for code, name in enumerate(MONEY_DETAILS)}


def post(stage: Stage, sales: Sales, wrong: Numbers) -> None:
    """Everything but the payouts. `wrong`: cents of commission (row 0) and fulfilment (row 1) charged beyond the
    lines' own fees."""
    _sales(stage, sales.lines, wrong)
    _refunds(stage, sales)
    _reimbursements(stage)
    _services(stage)


def _late(stage: Stage, rng: np.random.Generator, posted: Numbers) -> Numbers:
    """When events show: within hours; one in a hundred (K12) days later."""
    count = len(posted)
    late = (rng.random(count) < stage.rates["finances.late"]) & stage.confounded("K12")
    return posted + np.where(late, rng.integers(DAY, 7 * DAY, count), rng.integers(60, 5 * 3600, count))


def _sales(stage: Stage, lines: Lines, wrong: Numbers) -> None:
    """A payment for every parcel, some held back until a week after delivery and then released in an event of its
    own. Multi-channel orders pay their fulfilment fee alone."""
    rng = generator(stage.seed, "sales")
    paid = np.flatnonzero((lines.status != CANCELLED) & np.isin(lines.kind, (STANDARD, MULTICHANNEL)))
    for first in range(0, len(paid), AT_ONCE):
        _sold(stage, rng, lines, paid[first : first + AT_ONCE], wrong)


def _sold(stage: Stage, rng: np.random.Generator, lines: Lines, sold: Numbers, wrong: Numbers) -> None:
    line, units, second = parcels(lines, sold)

    def part(column: Numbers) -> Numbers:
        """What of a line's amount belongs to a parcel: by units, the odd cents to the first."""
        one = column // lines.quantity[line]
        return np.where(second, one, column - one * lines.divided[line])

    posted = lines.shipped[line] + rng.integers(600, 36_000, len(line))
    visible = _late(stage, rng, posted)
    matures = np.where(
        rng.random(len(line)) < stage.rates["orders.deferred"], posted + rng.integers(8 * DAY, 15 * DAY, len(line)), 0
    )
    name = stage.ids.take("money", len(line), 13)
    release = np.where(matures > 0, stage.ids.take("money", len(line), 13), 0)
    columns: dict[str, Any] = _of_lines(lines, line) | {
        "kind": _KIND["shipment"], "quantity": units, "shipment": stage.ids.take("sent", len(line), 12),
        "principal": part(lines.price[line]), "tax": part(lines.tax[line]), "withheld_tax": -part(lines.tax[line]),
        "shipping": part(lines.shipping[line]), "promotion": -part(lines.promotion[line]),
        "commission": -part(lines.commission[line] + wrong[0, line]),
        "fulfilment": -part(lines.fulfilment[line] + wrong[1, line]),
    }  # fmt: skip
    stage.journal.block(
        "finances", **columns, posted=posted, visible=visible, number=name, matures=matures, pair=release
    )
    held = np.flatnonzero(matures)
    again = {key: value[held] if np.ndim(value) else value for key, value in columns.items()}
    stage.journal.block(
        "finances", **again, posted=matures[held], visible=np.maximum(matures, visible)[held], number=release[held],
        deferred=name[held],
    )  # fmt: skip


def _of_lines(lines: Lines, line: Numbers) -> dict[str, Numbers]:
    return {
        "market": lines.market[line],
        "order": lines.order[line],
        "item": lines.item[line],
        "listing": lines.listing[line],
    }


def _refunds(stage: Stage, sales: Sales) -> None:
    """What customers got back. Amazon returns the referral fee but for its administration fee; fulfilment stays."""
    lines, refunds = sales.lines, sales.refunds.columns()
    line, units = refunds["line"], refunds["units"]

    def share(column: Numbers, of: Numbers) -> Numbers:
        return column[line] * units * of // (lines.quantity[line] * WHOLE)

    commission = share(lines.commission, np.minimum(refunds["share"], refunds["credit"]))
    given = share(lines.commission, refunds["share"])
    rule = [fees.administration(each) for each in given.tolist()]
    tax = share(lines.tax, refunds["share"])
    stage.journal.block(
        "finances", **_of_lines(lines, line), kind=_KIND["refund"], quantity=units, posted=refunds["time"],
        visible=_late(stage, generator(stage.seed, "refunds"), refunds["time"]), number=refunds["number"],
        principal=-share(lines.price, refunds["share"]) - refunds["extra"], tax=-tax, withheld_tax=tax,
        shipping=-share(lines.shipping, refunds["shipping"]), promotion=share(lines.promotion, refunds["share"]),
        commission=commission, administration=-np.array(rule, np.int64).reshape(len(line)),
    )  # fmt: skip


def _reimbursements(stage: Stage) -> None:
    """Every reimbursement row with cash posts its amount, unless it is one of those never paid out."""
    column = stage.journal.column
    rng = generator(stage.seed, "payments")
    amount, approved = column("reimbursements", "amount"), column("reimbursements", "approved")
    unpaid = np.isin(column("reimbursements", "number"), sorted(stage.unpaid))
    paid = np.flatnonzero((amount != 0) & ~unpaid)
    details = np.array([_DETAIL[NAMES[reason]] for reason in REIMBURSEMENT_REASONS])
    posted = approved[paid] + rng.integers(3600, 30 * 3600, len(paid))
    stage.journal.block(
        "finances", posted=posted, visible=_late(stage, rng, posted), number=stage.ids.take("money", len(paid), 13),
        kind=_KIND["adjustment"], detail=details[column("reimbursements", "reason")[paid]],
        market=column("reimbursements", "market")[paid], order=column("reimbursements", "order")[paid],
        listing=column("reimbursements", "listing")[paid],
        quantity=np.abs(column("reimbursements", "cash")[paid]), amount=amount[paid],
        reference=column("reimbursements", "number")[paid],
    )  # fmt: skip


def _services(stage: Stage) -> None:
    """The subscription every month, without a product."""
    for first in _months(stage):
        time = stage.calendar.moment(0, first, 3, 12)
        if first in stage.calendar:
            stage.journal.write(
                "finances", posted=time, visible=time + 3600, number=stage.ids.one("service", 12), kind="service_fee",
                detail="Subscription", amount=-fees.subscription(),
            )  # fmt: skip


def _months(stage: Stage) -> list[int]:
    """The first days of all months of the world."""
    days = range(stage.calendar.first, stage.calendar.last + 1)
    return [day for day in days if as_date(day).day == 1]


def settle(stage: Stage) -> None:
    """Close a settlement per marketplace every two weeks and pay it out; deferred money counts when it is released."""
    column = stage.journal.column
    posted, market = column("finances", "posted"), column("finances", "market")
    held = column("finances", "matures") > 0
    cents = np.where(held, 0, sum(column("finances", name).astype(np.int64) for name in AMOUNTS))
    length = PERIOD * DAY
    begins = stage.calendar.moment(0, stage.calendar.first, 0) - length
    keys, group = np.unique((posted - begins) // length * 16 + market, return_inverse=True)
    totals = np.zeros(len(keys), np.int64)
    np.add.at(totals, group, cents)
    numbers, payouts = stage.ids.take("settlement", len(keys), 11), []
    for key, settlement, total in zip(keys.tolist(), numbers.tolist(), totals.tolist(), strict=True):
        turn, place = divmod(key, 16)
        ends = begins + (turn + 1) * length
        if ends < stage.calendar.end:  # the last one stays open
            _close(stage, settlement, place, ends, total)
            payouts.append((settlement, place, ends, total))
    stage.journal.fill("finances", "settlement", numbers[group])
    _pay_out(stage, payouts)


def _close(stage: Stage, number: int, market: int, ends: int, total: int) -> None:
    stage.journal.write(
        "settlements", number=number, market=market, starts=ends - PERIOD * DAY, ends=ends, deposited=ends + 2 * DAY,
        visible=ends + 9 * 3600, total=total,
    )  # fmt: skip


def _pay_out(stage: Stage, payouts: list[tuple[int, int, int, int]]) -> None:
    """Transfer what a settlement came to, when it is positive, to the bank."""
    rows = np.array([each for each in payouts if each[3] > 0], np.int64).reshape(-1, 4)
    number, market, ends, total = rows.T
    stage.journal.block(
        "finances", posted=ends + 9000, visible=ends + 12_600, number=stage.ids.take("money", len(rows), 13),
        kind=_KIND["transfer"], market=market, settlement=number, amount=-total,
    )  # fmt: skip
