"""Nothing looks wrong in the reports without the truth knowing of it, as owed or as a decoy."""

from collections import Counter, defaultdict

import pytest

from local_amazon.world import fees
from local_amazon.world.calendar import local_day
from local_amazon.world.schema import EVENTS, MONEY_DETAILS, MONEY_KINDS, ORDER_KINDS, REASONS
from local_amazon.world.world import World, seconds
from tests.unit.local_amazon.world.worlds import LATER, NOW, lines, rows, world

DAY = 86_400
WORLDS = [{}, {"seed": 5, "profile": "na"}, {"seed": 6, "profile": "eu", "mingled": True}]


def _told(built: World, field: str, *kinds: str) -> set[int]:
    return {getattr(each, field) for each in built.truth.discrepancies if not kinds or each.type in kinds}


@pytest.mark.parametrize("settings", WORLDS)
def test_every_refund_whose_units_did_not_come_back(settings: dict[str, object]) -> None:
    built, now = world(**settings), seconds(NOW)
    missing: Counter[int] = Counter()
    for each in lines(rows(built, "finances", now)):
        if MONEY_KINDS[each["kind"]] == "refund" and each["posted"] < now - 45 * DAY:
            missing[each["order"]] += each["quantity"]
    for each in lines(rows(built, "returns", now)):
        missing[each["order"]] -= each["quantity"]
    suspicious = {order for order, units in missing.items() if units > 0 and order}
    assert len(suspicious) > 10
    assert suspicious <= _told(built, "order")


@pytest.mark.parametrize("settings", WORLDS)
def test_what_is_owed_for_an_unreturned_unit_shows_as_unreturned(settings: dict[str, object]) -> None:
    built, now = world(**settings), seconds(NOW)
    refunded = {each["order"] for each in lines(rows(built, "finances", now)) if MONEY_KINDS[each["kind"]] == "refund"}
    returned: Counter[int] = Counter()
    for each in lines(rows(built, "returns", now)):
        returned[each["order"]] += each["quantity"]
    quantity = {each["order"]: each["quantity"] for each in lines(rows(built, "orders"))}
    for each in built.truth.discrepancies:
        if each.type == "refund_no_return" and each.owed and each.visible <= now and each.open_units(now):
            assert each.order in refunded
            assert returned[each.order] + each.open_units(now) <= quantity[each.order]


@pytest.mark.parametrize("settings", WORLDS)
def test_every_closed_line_that_came_short(settings: dict[str, object]) -> None:
    built, now = world(**settings), seconds(NOW)
    shipments = rows(built, "inbound_shipments", now)
    closed = {
        number
        for number, status in zip(shipments["shipment"].tolist(), shipments.words("status"), strict=True)
        if status == "CLOSED"
    }
    short = {
        each["shipment"]
        for each in lines(rows(built, "inbound_items", now))
        if each["shipment"] in closed and each["received"] < each["shipped"]
    }
    assert len(short) > 3
    assert short <= _told(built, "shipment")


@pytest.mark.parametrize("settings", WORLDS)
def test_every_unit_taken_out_of_sellable_stock_without_an_order(settings: dict[str, object]) -> None:
    """Disposed, donated, moved out, redefined (codes D, G, O, 4); pairs of one time and place cancel each other."""
    built = world(**settings)
    taken: Counter[tuple[int, int, str]] = Counter()
    for each in lines(rows(built, "ledger")):
        code = REASONS[each["reason"]] if each["reason"] >= 0 else ""
        if each["disposition"] == 0 and code in tuple("DGO4"):
            taken[each["listing"], each["day"], code] -= each["quantity"]
    told: Counter[tuple[int, int, str]] = Counter()
    kinds = {
        "disposed_unauthorized": "DG",
        "ownership_transfer_out": "O",
        "found_unit_not_credited": "O",
        "product_redefinition_unmatched": "4",
    }
    for each in built.truth.discrepancies:
        for code in kinds.get(each.type, ""):
            told[each.listing, each.day, code] += each.quantity
    unknown = {key for key, units in taken.items() if units > told[key] and not _later(told, key)}
    assert taken
    assert unknown == set()


def _later(told: Counter[tuple[int, int, str]], key: tuple[int, int, str]) -> bool:
    """An excess taken back long after its shipment is anchored at the delivery."""
    listing, _, code = key
    return code == "O" and any(each[0] == listing and each[2] == "O" for each in told)


@pytest.mark.parametrize("settings", [{}, {"seed": 9}])
def test_every_sale_that_was_charged_more_than_its_true_size_costs(settings: dict[str, object]) -> None:
    built = world(**settings)
    known: defaultdict[int, set[str]] = defaultdict(set)
    for each in built.truth.discrepancies:
        for link in each.links:
            if link.table == "orders":
                known[link.number].add(each.type)
    orders = {each["item"]: each for each in lines(rows(built, "orders"))}
    checked = 0
    for each in lines(rows(built, "finances")):
        if MONEY_KINDS[each["kind"]] != "shipment" or each["matures"] or not each["principal"]:
            continue
        sale, listing = orders[each["item"]], built.listings[each["listing"]]
        if ORDER_KINDS[sale["kind"]] != "standard" or sale["channel"]:
            continue
        product, quantity = built.products[listing.product], each["quantity"]
        size = product.size
        if product.measured and product.measured[0].size != size and len(product.measured) == 1:
            continue  # a package that really changed
        day = local_day(sale["shipped"], built.markets[0].zone)
        fee = fees.fulfilment(size, listing.prices[0], day) * quantity
        unit = (sale["price"] - sale["promotion"] + sale["shipping"]) // sale["quantity"]
        referral = fees.referral(product.category, unit) * quantity
        checked += 1
        if -each["fulfilment"] > fee:
            assert "fulfillment_fee_overcharge" in known[each["order"]]
        if -each["commission"] != referral:
            assert "referral_fee_overcharge" in known[each["order"]]
    assert checked > 3000


def test_every_transport_that_was_charged_twice_or_for_nothing() -> None:
    built = world()
    charged: Counter[int] = Counter()
    for each in lines(rows(built, "finances")):
        if each["detail"] == MONEY_DETAILS.index("FBAInboundTransportationFee"):
            charged[each["reference"]] += 1
    received = {each["shipment"] for each in lines(rows(built, "inbound_items")) if each["received"]}
    odd = {number for number, times in charged.items() if times > 1 or number not in received}
    assert odd == _told(built, "shipment", "inbound_transport_overcharge", "unused_label_fee") != set()


def test_units_with_a_wrong_label_are_received_as_another_product_of_their_shipment() -> None:
    built = world()
    beyond: Counter[int] = Counter()
    for each in lines(rows(built, "inbound_items")):
        beyond[each["shipment"]] += max(0, each["received"] - each["shipped"])
    mislabelled = [each for each in built.truth.discrepancies if each.type == "inbound_shortage" and not each.owed]
    mislabelled = [each for each in mislabelled if each.tier == "review"]
    assert mislabelled
    assert all(beyond[each.shipment] >= each.quantity for each in mislabelled)


@pytest.mark.parametrize("settings", WORLDS)
def test_every_removal_that_did_not_send_what_was_asked_for(settings: dict[str, object]) -> None:
    built = world(**settings)
    sent: Counter[int] = Counter()
    for each in lines(rows(built, "removal_shipments")):
        sent[each["order"]] += each["quantity"]
    odd = set()
    for each in lines(rows(built, "removal_orders")):
        assert sent[each["order"]] == each["shipped"]
        complete = each["shipped"] + each["cancelled"] + (each["disposed"] if each["type"] == 1 else 0)
        if complete < each["requested"]:
            odd.add(each["order"])
    assert odd <= _told(built, "removal", "removal_short_shipped", "removal_disposed_instead")


@pytest.mark.parametrize("settings", WORLDS)
def test_every_payment_taken_back_is_told_or_its_unit_is_back(settings: dict[str, object]) -> None:
    """A reversal is a discrepancy, or the unit was given in its row, found, returned, or paid for again."""
    built = world(**settings)
    told = _told(built, "reimbursement")
    back = {
        link.number
        for each in built.truth.discrepancies
        if any(settled.kind in ("found", "returned") or settled.until for settled in each.resolutions)
        for link in each.links
        if link.table == "reimbursements"
    }
    ids = {each["number"] for each in lines(rows(built, "reimbursements", LATER))}
    returned = {each["order"] for each in lines(rows(built, "returns"))}
    reversals = [each for each in lines(rows(built, "reimbursements", LATER)) if each["original"]]
    assert reversals
    for each in reversals:
        orphan = each["original"] not in ids
        settled = each["in_kind"] or each["original"] in back or each["order"] in returned
        assert each["original"] in told or orphan or settled


def test_every_unit_that_left_by_transfer_arrived_but_those_told() -> None:
    built = world(mingled=True)
    left: Counter[int] = Counter()
    for each in lines(rows(built, "ledger")):
        if EVENTS[each["event"]] == "WhseTransfers":
            left[each["listing"]] -= each["quantity"]
    told: Counter[int] = Counter()
    for discrepancy in built.truth.discrepancies:
        if discrepancy.type == "transfer_loss":
            told[discrepancy.listing] += discrepancy.quantity
    assert {listing: units for listing, units in left.items() if units} == dict(told) != {}
