"""Money: every amount has a cause, is settled once, and is paid out once."""

from collections import Counter

import numpy as np
import pytest

from local_amazon.world.schema import AMOUNTS, MONEY_DETAILS, MONEY_KINDS, ORDER_KINDS
from local_amazon.world.store import Batch
from local_amazon.world.tables import Tables
from local_amazon.world.world import seconds
from tests.unit.local_amazon.world.worlds import LATER, NOW, lines, rows, world

PROFILES = [{}, {"profile": "na"}, {"profile": "eu", "seed": 3}]
TRANSFER = MONEY_KINDS.index("transfer")


def _total(batch: Batch) -> int:
    return int(sum(batch[name].sum() for name in AMOUNTS))


@pytest.mark.parametrize("settings", PROFILES)
def test_a_settlement_is_the_sum_of_its_lines_and_money_is_settled_once(settings: dict[str, object]) -> None:
    built = world(**settings)
    tables, settled = Tables(built), 0
    for each in lines(rows(built, "settlements")):
        found = list(tables.settlement_lines(each["number"], LATER))
        assert sum(_total(batch) for batch in found) == each["total"]
        assert all((batch["market"] == each["market"]).all() for batch in found)
        settled += each["total"]
    money = rows(built, "finances")
    closed = np.isin(money["settlement"], rows(built, "settlements")["number"])
    earned = (money["matures"] == 0) & (money["kind"] != TRANSFER)
    assert settled == _total(money.where(earned & closed))
    last = int(rows(built, "settlements")["ends"].max())
    assert (money.where(earned & ~closed)["posted"] >= last).all()


def test_what_a_settlement_came_to_is_paid_out() -> None:
    built = world()
    due = {each["number"]: each["total"] for each in lines(rows(built, "settlements")) if each["total"] > 0}
    money = rows(built, "finances")
    paid = {each["settlement"]: -each["amount"] for each in lines(money.where(money["kind"] == TRANSFER))}
    assert paid == due


def test_held_back_money_is_released_once_with_the_same_amounts() -> None:
    money = list(lines(rows(world(), "finances")))
    by_number = {each["number"]: each for each in money}
    assert len(by_number) == len(money)
    held = [each for each in money if each["matures"]]
    assert len(held) > 50
    for each in held:
        release = by_number[each["pair"]]
        assert release["deferred"] == each["number"]
        assert release["posted"] == each["matures"]
        assert {name: release[name] for name in AMOUNTS} == {name: each[name] for name in AMOUNTS}
    assert sum(each["deferred"] > 0 for each in money) == len(held)


def test_every_cash_reimbursement_posts_its_amount_but_those_never_paid_out() -> None:
    built = world()
    posted = {each["reference"]: each["amount"] for each in lines(rows(built, "finances")) if each["reference"]}
    forgotten = {each.reimbursement for each in built.truth.discrepancies if each.type == "reimbursement_not_paid_out"}
    assert forgotten
    for each in lines(rows(built, "reimbursements")):
        assert each["amount"] == each["per_unit"] * each["cash"]
        expected = 0 if each["number"] in forgotten else each["amount"]
        assert posted.get(each["number"], 0) == expected


def test_every_sale_is_paid_and_no_replacement_or_cancelled_order_is() -> None:
    built = world()
    orders = {each["item"]: each for each in lines(rows(built, "orders"))}
    paid: Counter[int] = Counter()
    for each in lines(rows(built, "finances")):
        if MONEY_KINDS[each["kind"]] == "shipment" and not each["matures"]:
            paid[each["item"]] += each["principal"]
    sold = {
        item: each["price"]
        for item, each in orders.items()
        if each["status"] == 1 and ORDER_KINDS[each["kind"]] == "standard"
    }
    assert {item: cents for item, cents in paid.items() if cents} == sold


def test_an_order_in_two_parcels_is_paid_in_two_events_that_add_up() -> None:
    built = world()
    parcels = Counter(each["item"] for each in lines(rows(built, "customer_shipments")))
    events: Counter[int] = Counter()
    units: Counter[int] = Counter()
    for each in lines(rows(built, "finances")):
        if MONEY_KINDS[each["kind"]] == "shipment" and not each["matures"] and each["principal"]:
            events[each["item"]] += 1
            units[each["item"]] += each["quantity"]
    divided = {item for item, count in parcels.items() if count == 2}
    assert len(divided) > 30
    orders = {each["item"]: each for each in lines(rows(built, "orders"))}
    for item in divided:
        if ORDER_KINDS[orders[item]["kind"]] == "standard":
            assert (events[item], units[item]) == (2, orders[item]["quantity"])
    assert max(events.values()) == 2
    alone = rows(world(confounders=frozenset()), "customer_shipments")
    assert len(set(alone["item"].tolist())) == len(alone)


def test_no_more_is_refunded_than_was_paid_but_where_the_truth_says_so() -> None:
    built = world()
    price = {each["item"]: each["price"] for each in lines(rows(built, "orders"))}
    refunded: Counter[int] = Counter()
    for each in lines(rows(built, "finances")):
        if MONEY_KINDS[each["kind"]] == "refund":
            refunded[each["item"]] -= each["principal"]
    too_much = {item for item, cents in refunded.items() if cents > price[item]}
    told = {
        each.item for each in built.truth.discrepancies if each.type in ("refund_exceeds_order", "duplicate_refund")
    }
    assert too_much == told


def test_storage_is_charged_as_the_sum_of_its_rows() -> None:
    built = world(profile="na")
    rows_of: Counter[tuple[int, int]] = Counter()
    for each in lines(rows(built, "storage_charges")):
        rows_of[each["month"], each["market"]] += each["fee"]
    charged = {
        (each["reference"], each["market"]): -each["amount"]
        for each in lines(rows(built, "finances"))
        if each["detail"] == MONEY_DETAILS.index("FBAStorageFee")
    }
    assert charged == {key: cents for key, cents in rows_of.items() if cents}


def test_money_that_is_late_shows_late() -> None:
    money = rows(world(), "finances")
    late = money["visible"] - money["posted"] > 86_400
    assert 0.002 < late.mean() < 0.03
    off = rows(world(confounders=frozenset()), "finances")
    assert ((off["visible"] - off["posted"]) <= 86_400).all()


def test_a_currency_is_that_of_the_marketplace_but_where_amazon_pays_in_another() -> None:
    built = world(profile="na", size=60_000)
    own = [each.currency for each in built.markets]
    paid = rows(built, "reimbursements")
    other = [
        number
        for number, word, market in zip(
            paid["number"].tolist(), paid.words("currency"), paid["market"].tolist(), strict=True
        )
        if word != own[market]
    ]
    told = {
        link.number
        for each in built.truth.discrepancies
        if "K07" in each.confounders
        for link in each.links
        if link.table == "reimbursements"
    }
    assert set(other) == told != set()


def test_nothing_posts_before_it_is_sold() -> None:
    built = world()
    sent = {each["item"]: each["shipped"] for each in lines(rows(built, "orders"))}
    for each in lines(rows(built, "finances")):
        if MONEY_KINDS[each["kind"]] in ("shipment", "refund") and sent[each["item"]]:
            assert each["posted"] > sent[each["item"]]
    assert seconds(NOW) > 0
