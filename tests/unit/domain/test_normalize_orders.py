"""Orders from the report and from both APIs: the same rows in the same words."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clario.domain.errors import UnreadableDocument
from clario.domain.normalize.order_words import by_sku, fulfilled_by, order_status, sales_channel
from clario.domain.records import Record, Rejected
from clario.domain.records.trade import Order, OrderItem
from clario.domain.tables import TABLES
from tests.fixtures.documents import document, normalized

REPORT = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
API, API_V0 = "searchOrders", "getOrders"


def orders(rows: Iterable[Record | Rejected]) -> list[Order]:
    return [row for row in rows if isinstance(row, Order)]


def items(rows: Iterable[Record | Rejected]) -> list[OrderItem]:
    return [row for row in rows if isinstance(row, OrderItem)]


def rejected(rows: Iterable[Record | Rejected]) -> list[Rejected]:
    return [row for row in rows if isinstance(row, Rejected)]


def shared(row: Record, *, without: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name not in ("line", *without)}


@pytest.mark.parametrize("api", [API, API_V0])
def test_report_and_api_tell_the_same_in_the_columns_that_both_know(api: str) -> None:
    report, other = normalized(REPORT), normalized(api)
    assert not rejected(report) + rejected(other)
    assert [shared(row, without=TABLES["orders"].kept) for row in orders(report)] == [
        shared(row, without=TABLES["orders"].kept) for row in orders(other)
    ]
    unknown = (*TABLES["order_items"].kept, *(("gift_wrap_price", "tax") if api == API_V0 else ()))
    assert [shared(row, without=unknown) for row in items(report)] == [
        shared(row, without=unknown) for row in items(other)
    ]


@pytest.mark.parametrize("source", [REPORT, API, API_V0])
def test_lines_of_one_order_and_sku_are_one_row_with_all_units_and_money(source: str) -> None:
    cup, bowl, *_ = items(normalized(source))
    assert (cup.order_id, cup.sku, cup.quantity, cup.currency) == ("111-0000001-0000001", "SKU-1", 3, "USD")
    assert (cup.item_price, cup.shipping_price, cup.promotion_discount) == (
        Decimal("59.97"),
        Decimal("4.99"),
        Decimal("6.00"),
    )
    assert (bowl.sku, bowl.quantity, bowl.item_price) == ("SKU-2", 1, Decimal("24.50"))
    assert cup.last_updated_on == date(2026, 6, 1)


@pytest.mark.parametrize("source", [API, API_V0])
def test_the_apis_know_item_ids_shipped_units_and_what_an_order_replaces(source: str) -> None:
    rows = normalized(source)
    cup, bowl, pending, _ = items(rows)
    assert (cup.order_item_ids, cup.quantity_shipped) == ("40000000000001,40000000000002", 3)
    assert (bowl.order_item_ids, bowl.quantity_shipped) == ("40000000000003", 1)
    assert pending.quantity_shipped == 0
    assert [order.replaced_order_id for order in orders(rows)] == [None, "111-0000001-0000001", None]


@pytest.mark.parametrize("source", [REPORT, API, API_V0])
def test_a_pending_order_has_no_prices_and_zero_is_not_unknown(source: str) -> None:
    _, bowl, pending, _ = items(normalized(source))
    assert (pending.item_price, pending.tax, pending.promotion_discount, pending.currency) == (None, None, None, None)
    assert bowl.shipping_price == 0


def test_amounts_of_one_type_add_up_and_have_a_currency_without_a_total_too() -> None:
    bodies = pages(API)
    proceeds = bodies[0]["orders"][0]["orderItems"][2]["proceeds"]
    del proceeds["proceedsTotal"]
    proceeds["breakdowns"] += [
        {"type": "DISCOUNT", "subtotal": {"amount": f"-{n}", "currencyCode": "USD"}} for n in (1, 2)
    ]
    _, bowl, *_ = items(of_pages(API, bodies))
    assert (bowl.sku, bowl.promotion_discount, bowl.currency) == ("SKU-2", 3, "USD")


def test_tax_is_all_of_an_items_taxes() -> None:
    for source in (REPORT, API):
        assert items(normalized(source))[0].tax == Decimal("5.40")


@pytest.mark.parametrize("source", [REPORT, API, API_V0])
def test_an_order_says_when_it_changed_to_the_second_and_who_sends_it(source: str) -> None:
    first, pending, elsewhere = orders(normalized(source))
    assert first.last_updated_at == datetime(2026, 6, 2, 5, 30, tzinfo=UTC)
    assert (first.status, first.fulfilled_by, first.sales_channel, first.is_business) == (
        "SHIPPED",
        "AMAZON",
        "Amazon.com",
        True,
    )
    assert (pending.status, pending.is_business) == ("PENDING", False)
    assert (elsewhere.fulfilled_by, elsewhere.sales_channel) == ("MERCHANT", "Non-Amazon")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Shipped", "SHIPPED"),
        ("SHIPPED", "SHIPPED"),
        ("Shipped - Delivered to Buyer", "SHIPPED"),
        ("PartiallyShipped", "PARTIALLY_SHIPPED"),
        ("PARTIALLY_SHIPPED", "PARTIALLY_SHIPPED"),
        ("Canceled", "CANCELLED"),
        ("Cancelled", "CANCELLED"),
        ("PendingAvailability", "PENDING_AVAILABILITY"),
        ("Something New", "SOMETHING_NEW"),
    ],
)
def test_statuses_are_one_vocabulary(text: str, word: str) -> None:
    assert order_status(text) == word


def test_channels_are_one_vocabulary() -> None:
    assert [fulfilled_by(text) for text in ("AFN", "Amazon", "MFN", "Merchant", None)] == [
        "AMAZON",
        "AMAZON",
        "MERCHANT",
        "MERCHANT",
        None,
    ]
    assert [sales_channel(text) for text in ("Amazon.com", "Non-Amazon US", None)] == ["Amazon.com", "Non-Amazon", None]


def report(*changes: tuple[str, str], extra: bytes = b"") -> list[Record | Rejected]:
    text = document(REPORT).decode()
    for old, new in changes:
        text = text.replace(old, new, 1)
    return normalized(REPORT, text.encode() + extra)


def test_a_line_apart_from_its_order_is_rejected_so_that_it_does_not_pass_for_the_whole() -> None:
    line = document(REPORT).splitlines(keepends=True)[1]
    rows = report(extra=line)
    [bad] = rejected(rows)
    assert (bad.line, bad.reason, bad.day) == (7, "apart from the other lines of its order", date(2026, 6, 1))
    assert [row.quantity for row in items(rows) if row.sku == "SKU-1"] == [3, 1]


def test_an_order_whose_other_items_come_later_is_told_twice_and_no_item_is_lost() -> None:
    line = document(REPORT).splitlines(keepends=True)[3].replace(b"SKU-2", b"SKU-3")
    rows = report(extra=line)
    assert not rejected(rows)
    assert [row.sku for row in items(rows)][-1] == "SKU-3"
    assert [order.order_id for order in orders(rows)].count("111-0000001-0000001") == 2


def test_an_order_is_as_its_newest_line_tells_it() -> None:
    [first, *_] = orders(report(("2026-06-02T05:30:00+00:00", "2026-06-02T09:30:00+00:00")))
    assert first.last_updated_at == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
    assert first.last_updated_on == date(2026, 6, 2)


@pytest.mark.parametrize(
    ("old", "new", "reason", "day"),
    [
        ("39.98", "x", "item-price is not an amount: x", date(2026, 6, 1)),
        ("2026-06-02T05:30:00+00:00", "", "last-updated-date is not a time: empty", None),
        ("\ttrue\t", "\tperhaps\t", "is-business-order is neither true nor false: perhaps", date(2026, 6, 1)),
        ("Shipped", "", "order-status is empty", date(2026, 6, 1)),
    ],
)
def test_a_bad_line_of_the_report_is_kept_and_the_rest_of_its_order_is_read(
    old: str, new: str, reason: str, day: date | None
) -> None:
    rows = report((old, new))
    [bad] = rejected(rows)
    assert (bad.line, bad.reason, bad.day) == (2, reason, day)
    assert len(orders(rows)) == 3


def pages(source: str) -> list[Any]:
    return [json.loads(line) for line in document(source).splitlines()]


def of_pages(source: str, bodies: list[Any]) -> list[Record | Rejected]:
    return normalized(source, [json.dumps(body).encode() for body in bodies])


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda order: order.pop("orderId"), "order: orderId is empty"),
        (lambda order: order.update(lastUpdatedTime="now"), "order: lastUpdatedTime is not a time: now"),
        (lambda order: order["fulfillment"].pop("fulfillmentStatus"), "order: fulfillmentStatus is empty"),
        (lambda order: order["orderItems"][0].pop("quantityOrdered"), "order: quantityOrdered is empty"),
        (lambda order: order["orderItems"][0].update(quantityOrdered=1.5), "order: quantityOrdered is not a whole"),
        (lambda order: order["orderItems"][0]["product"].update(sellerSku=7), "order: sellerSku is not a text: 7"),
        (lambda order: order.update(salesChannel=None), "order: TypeError"),
    ],
)
def test_an_order_of_the_api_is_read_whole_or_rejected_whole(spoil: Any, reason: str) -> None:
    bodies = pages(API)
    spoil(bodies[0]["orders"][0])
    rows = of_pages(API, bodies)
    [bad] = rejected(rows)
    assert bad.reason.startswith(reason)
    assert bad.line == 1
    assert len(orders(rows)) == 2
    assert "111-0000001-0000001" not in {row.order_id for row in items(rows)}


def test_an_order_of_the_older_api_without_its_items_is_rejected() -> None:
    bodies = pages(API_V0)
    del bodies[3]
    rows = of_pages(API_V0, bodies)
    [bad] = rejected(rows)
    assert (bad.reason, bad.day) == ("order: its items are missing", date(2026, 6, 3))


@pytest.mark.parametrize(("source", "body"), [(API, {}), (API, {"orders": None}), (API_V0, {}), (API, [])])
def test_a_page_without_orders_in_it_is_no_page_rather_than_an_empty_one(source: str, body: Any) -> None:
    with pytest.raises(UnreadableDocument):
        of_pages(source, [body])


def test_a_page_that_is_no_json_is_no_page() -> None:
    with pytest.raises(UnreadableDocument, match="page 1 is not a JSON object"):
        normalized(API, [b"<html>\n"])


def a_line(**values: Any) -> OrderItem:
    at = datetime(2026, 6, 1, tzinfo=UTC)
    amounts = dict.fromkeys(("item_price", "shipping_price", "gift_wrap_price", "tax", "promotion_discount"))
    fields: dict[str, Any] = {**amounts, "asin": None, "title": None, "currency": None, "order_item_ids": None}
    fields |= {"quantity": 1, "quantity_shipped": None, "sku": "A", **values}
    return OrderItem(line=1, last_updated_on=at.date(), order_id="1", last_updated_at=at, **fields)


lines_of_an_order = st.lists(
    st.builds(
        a_line,
        sku=st.sampled_from("ABC"),
        quantity=st.integers(0, 9),
        item_price=st.none() | st.decimals(0, 100, places=2),
        order_item_ids=st.none() | st.integers(1, 99).map(str),
    ),
    max_size=6,
)


@given(lines_of_an_order)
def test_no_unit_no_cent_and_no_item_id_is_lost_when_lines_become_one(lines: list[OrderItem]) -> None:
    together = by_sku(lines)
    assert [row.sku for row in together] == list(dict.fromkeys(line.sku for line in lines))
    assert sum(row.quantity for row in together) == sum(line.quantity for line in lines)
    assert sum(row.item_price or 0 for row in together) == sum(line.item_price or 0 for line in lines)
    ids = [part for row in together for part in (row.order_item_ids or "").split(",") if part]
    assert sorted(ids) == sorted(line.order_item_ids for line in lines if line.order_item_ids)
