"""Wrong fees: by mis-measurement, by billing, by category, twice, or for nothing."""

import numpy as np

from local_amazon.world import beats, charges, fees
from local_amazon.world.calendar import DAY
from local_amazon.world.customers import Customer, Sales
from local_amazon.world.discrepancies import Charge, Discrepancy, Link, Resolution
from local_amazon.world.incidents.inbound import Dock, charge
from local_amazon.world.incidents.losses import scene
from local_amazon.world.randomness import generator
from local_amazon.world.schema import MONEY_DETAILS
from local_amazon.world.stage import Stage
from local_amazon.world.stock import Shipment
from local_amazon.world.store import Numbers
from local_amazon.world.trade import CANCELLED, STANDARD, Lines, parcels

COMMISSION, FULFILMENT = 0, 1
PREP_ENDED = "2026-01-01"
SHOWN, NEVER = 12 * 3600, 2**62  # a charge shows half a day later
REVERSED = 0.5  # share of billing errors that Amazon corrects within a month


def simulate(stage: Stage, sales: Sales, episodes: list[tuple[int, int, int, int]]) -> Numbers:
    """All wrong fees of sales; cents beyond the right commission (row 0) and fulfilment fee (row 1) of every line,
    those of mis-measurement left out: they are in the lines already."""
    wrong = np.zeros((2, len(sales.lines)), np.int64)
    _mismeasured(stage, sales.lines, episodes)
    _billing(stage, sales, wrong)
    _categories(stage, sales.lines, wrong)
    _twice(stage, sales)
    _cancelled(stage, sales.lines)
    _services(stage)
    return wrong


def _mismeasured(stage: Stage, lines: Lines, episodes: list[tuple[int, int, int, int]]) -> None:
    """E1, E2. While Amazon takes a product for larger than it is, every sale is charged too much. One discrepancy for
    each fee that was charged. Until it is charged rightly again, the reports look like those of a larger package."""
    if not episodes:
        return
    extra = lines.fulfilment - charges.fulfilments(stage, lines, by_amazon=False)
    product = np.array([each.product for each in stage.listings], np.int64)[lines.listing]
    for number, market, _, _ in episodes:
        sold = np.flatnonzero((product == number) & (lines.market == market) & (lines.status != CANCELLED))
        line, right = sold[extra[sold] > 0], sold[extra[sold] == 0]
        if len(line):
            fee = lines.fulfilment[line] // lines.quantity[line]
            after = lines.shipped[right][lines.shipped[right] > lines.shipped[line].max()]
            for charged in np.unique(fee):
                some = line[fee == charged]
                found = _overcharged(stage, lines, some, extra[some], "fulfillment_fee_overcharge", "E1b measurement")
                found.sure_from = int(after.min()) + SHOWN if len(after) else NEVER
            put_down(stage, lines, line[:1], extra[line[:1]], "size_tier_change", "E2 cause", owed=False)


def put_down(
    stage: Stage, lines: Lines, line: Numbers, cents: Numbers, kind: str, tag: str, *, owed: bool = True
) -> Discrepancy:
    """One discrepancy for all these lines' charges, the oldest first."""
    by_time = np.argsort(lines.shipped[line], kind="stable")
    line, cents = line[by_time], cents[by_time]
    first = int(line[0])
    market, time = int(lines.market[first]), int(lines.shipped[first])
    found = Discrepancy(
        kind,
        int(lines.listing[first]),
        market,
        len(line),
        stage.calendar.day(market, time),
        time,
        time + SHOWN,
        owed=owed,
        tier="claim" if owed else "info",
        tags=(tag,),
        charges=[
            Charge(at, at + SHOWN, much) for at, much in zip(lines.shipped[line].tolist(), cents.tolist(), strict=True)
        ],
        links=[Link("orders", int(lines.order[each]), "charged") for each in line],
    )
    return stage.truth.add(found)


def _overcharged(stage: Stage, lines: Lines, line: Numbers, cents: Numbers, kind: str, tag: str) -> Discrepancy:
    """The same for fees of the sale itself: each parcel of a line is charged its part."""
    found = put_down(stage, lines, line, cents, kind, tag)
    place, _, second = parcels(lines, line)
    whole = np.repeat(cents, 1 + lines.divided[line])
    one = whole // lines.quantity[place]
    part = np.where(second, one, whole - one * lines.divided[place])
    times = lines.shipped[place].tolist()
    charges = (Charge(at, at + SHOWN, much) for at, much in zip(times, part.tolist(), strict=True))
    found.charges = sorted(charges, key=lambda charge: charge.time)
    found.quantity = len(found.charges)
    return found


def _billing(stage: Stage, sales: Sales, wrong: Numbers) -> None:
    """E1. A sale is charged another fee than Amazon's own measurement gives; half of it is corrected in a month."""
    if not stage.happens("fulfillment_fee_overcharge"):
        return
    lines, rng = sales.lines, stage.rng("billing")
    for line in sales.take(max(2, sales.share("fees.billing_error"))):
        cents = rng.randrange(60, 400) * int(lines.quantity[line])
        wrong[FULFILMENT, line] += cents
        place = np.array([line])
        found = _overcharged(stage, lines, place, np.array([cents]), "fulfillment_fee_overcharge", "E1a billing")
        found.order, found.item = int(lines.order[line]), int(lines.item[line])
        day = stage.calendar.day(found.market, int(lines.shipped[line])) + rng.randrange(5, 30)
        if rng.random() < REVERSED and day in stage.calendar:
            _give_back(Customer(sales, line), found, day, cents)


def _give_back(customer: Customer, found: Discrepancy, day: int, cents: int) -> None:
    """Amazon corrects a fee by an adjustment of the account."""
    stage, time = customer.stage, customer.at.warehouse.time_of(day)
    number = stage.ids.one("service", 12)
    stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="adjustment", market=customer.market,
        detail=MONEY_DETAILS.index("INCORRECT_FEES_ITEMS"), order=customer.order, item=customer.item,
        listing=customer.listing, quantity=customer.quantity, amount=cents,
    )  # fmt: skip
    back = Resolution("corrected", found.quantity, day, time, time + 7200, number)
    customer.at.warehouse.settle(found, back, "finances")


def _categories(stage: Stage, lines: Lines, wrong: Numbers) -> None:
    """E10. For some months a product is charged the referral rate of another category: one discrepancy for each
    marketplace, which has its own fees and time to claim."""
    names = fees.categories()
    for number in range(len(stage.products) - 60):
        rng = stage.rng("category", number)
        planted = number == 1
        if not stage.happens("referral_fee_overcharge") or (
            rng.random() >= stage.rates["fees.wrong_category"] and not planted
        ):
            continue
        product = np.array([each.product for each in stage.listings], np.int64)[lines.listing]
        first = stage.calendar.moment(0, rng.randrange(stage.calendar.first, stage.calendar.last), 0)
        during = (lines.shipped >= first) & (lines.shipped < first + rng.randrange(60, 200) * DAY)
        line = np.flatnonzero((product == number) & during & (lines.kind == STANDARD) & (lines.status != CANCELLED))
        dearest = np.full(len(lines), names.index("Jewelry"))
        extra = (charges.commissions(stage, lines, dearest) - lines.commission)[line]
        if len(line) and (extra > 0).all():
            wrong[COMMISSION, line] += extra
            for market in np.unique(lines.market[line]):
                here = lines.market[line] == market
                _overcharged(stage, lines, line[here], extra[here], "referral_fee_overcharge", "E10 category")


def _twice(stage: Stage, sales: Sales) -> None:
    """E11. A sale's fulfilment fee is charged again in an event of its own; some of it is given back."""
    if not stage.happens("duplicate_charge"):
        return
    rng = stage.rng("twice")
    for line in sales.take(max(2, sales.share("fees.charged_twice"))):
        cents, number = int(sales.lines.fulfilment[line]), stage.ids.one("money", 13)
        later = rng.randrange(3600, 3 * DAY)
        _fee(sales, line, number, cents, later)
        found = put_down(stage, sales.lines, np.array([line]), np.array([cents]), "duplicate_charge", "E11")
        found.time += later
        found.day, found.visible = stage.calendar.day(found.market, found.time), found.time + 7200
        found.charges = [Charge(found.time, found.visible, cents)]
        found.order, found.item = int(sales.lines.order[line]), int(sales.lines.item[line])
        found.links.append(Link("finances", number, "charged again"))
        day = stage.calendar.day(found.market, int(sales.lines.shipped[line])) + rng.randrange(5, 40)
        if rng.random() < 0.3 and day in stage.calendar:
            _give_back(Customer(sales, line), found, day, cents)


def _fee(sales: Sales, line: int, number: int, cents: int, later: int) -> None:
    lines, time = sales.lines, int(sales.lines.shipped[line]) + later
    sales.stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="shipment", market=int(lines.market[line]),
        order=int(lines.order[line]), item=int(lines.item[line]), listing=int(lines.listing[line]),
        quantity=int(lines.quantity[line]), fulfilment=-cents,
    )  # fmt: skip


def _cancelled(stage: Stage, lines: Lines) -> None:
    """E12. A cancelled order is charged a fulfilment fee."""
    if not stage.happens("fee_on_cancelled_or_free_unit"):
        return
    gone = np.flatnonzero((lines.status == CANCELLED) & (lines.fulfilment > 0))
    rng = generator(stage.seed, "cancelled")
    hit = gone[rng.random(len(gone)) < stage.rates["fees.on_cancelled"]]
    for line in (hit if len(hit) else gone[:1]).tolist():
        number, cents = stage.ids.one("money", 13), int(lines.fulfilment[line])
        _fee(Sales(stage, lines, None, gone), line, number, cents, 3600)  # type: ignore[arg-type]
        found = put_down(stage, lines, np.array([line]), np.array([cents]), "fee_on_cancelled_or_free_unit", "E12")
        found.order, found.item, found.tier = int(lines.order[line]), int(lines.item[line]), "review"
        found.links.append(Link("finances", number, "charged"))


def _services(stage: Stage) -> None:
    """E5, E8. A listing's month is charged for low stock, or for too many returns: some had neither."""
    stories = (
        ("low_inventory_fee_error", "fees.low_inventory_error", "FBALowInventoryLevelFee"),
        ("returns_processing_fee_error", "fees.returns_error", "FBACustomerReturnPerUnitFee"),
    )
    months = range(stage.calendar.first + 40, stage.calendar.last - 3, 30)
    for turn, (kind, rate, name) in enumerate(stories):
        rng = stage.rng(kind)
        for listing in stage.sold:
            for day in months:
                planted = listing == turn and day == months[len(months) // 2]
                cents = rng.randrange(200, 3000)
                if stage.happens(kind) and (planted or rng.random() < stage.rates[rate]):
                    _charge_month(stage, kind, name, listing, day, cents, due=False)
                elif rng.random() < stage.rates["fees.of_a_month"]:
                    _charge_month(stage, kind, name, listing, day, cents, due=True)


def _charge_month(stage: Stage, kind: str, name: str, listing: int, day: int, cents: int, *, due: bool) -> None:
    at = scene(stage, kind, listing)
    time, number = at.warehouse.time_of(day), stage.ids.one("service", 12)
    stage.journal.write(
        "finances", posted=time, visible=time + 7200, number=number, kind="service_fee", detail=name, listing=listing,
        amount=-cents, reference=number,
    )  # fmt: skip
    stage.truth.add(
        Discrepancy(
            kind, listing, 0, 1, day, time, time + 7200, tier="info" if due else "review", owed=not due,
            charges=[Charge(time, time + 7200, cents)],
            links=[Link("finances", number, "charged")],
        )
    )  # fmt: skip


def of_inbound(stage: Stage, shipments: list[Shipment]) -> None:
    """E6, E7, E13. Placement above the quote, a defect that was none, preparation after that service had ended."""
    rng = stage.rng("inbound fees")
    stories = (
        ("inbound_placement_fee_error", "fees.placement_error", "FBAInboundPlacementFee"),
        ("inbound_defect_fee_error", "fees.defect_error", "FBAInboundDefectFee"),
        ("prep_label_fee_after_service_end", "fees.prep_error", "FBAPrepFee"),
    )
    seen, begins = set(), stage.calendar.moment(0, stage.calendar.first, 0)
    for shipment in shipments:
        for line in shipment.lines:
            ours = any(beats.keeps_to(stage, line.listing, name) for name in (beats.USUAL, beats.OTHER))
            if not ours or shipment.delivered < begins:
                continue
            for kind, rate, name in stories:
                late = name == "FBAPrepFee" and stage.calendar.day(0, shipment.delivered) < fees.day_number(PREP_ENDED)
                due = kind not in seen or rng.random() < stage.rates[rate]
                if stage.happens(kind) and not late and due:
                    seen.add(kind)
                    _charge_dock(Dock(stage, rng, shipment, line), kind, name, rng.randrange(150, 2500))


def _charge_dock(dock: Dock, kind: str, name: str, cents: int) -> None:
    time = dock.shipment.delivered + 5 * DAY
    number = charge(dock, name, cents, time, dock.shipment.number, listing=dock.line.listing)
    found = dock.discrepancy(kind, 1, visible=time + 7200)
    found.tier, found.unit_value, found.time = "review", None, time
    found.day = dock.stage.calendar.day(dock.shipment.market, time)
    found.charges.append(Charge(time, time + 7200, cents))
    found.links.append(Link("finances", number, "charged"))
