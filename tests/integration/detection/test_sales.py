"""New sales are held against those before: what is like them is not looked at, and what else happens without them."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date, timedelta
from typing import Any

import pytest

from clario.domain.records import natural_key
from clario.domain.records.money import FinancialEvent
from clario.domain.records.stock import LedgerEvent
from clario.domain.records.trade import ShippedItem
from clario.domain.values import ONE_DAY
from clario.services import detect
from tests.integration.detection.conftest import (
    TODAY,
    Books,
    estimate,
    lost,
    moved,
    paid_line,
    reimbursed,
    sent_back,
)

MAY_20 = date(2026, 5, 20)
BEFORE = tuple((f"O{number}", MAY_20 + timedelta(days=number)) for number in range(5))
NEW = (("N1", TODAY - ONE_DAY),)


def charged(order: str, day: date, fee: str = "-3.57", name: str = "1") -> list[FinancialEvent]:
    amounts = {"ProductCharges/OurPricePrincipal": "24.00", "AmazonFees/Commission": "-3.60"}
    amounts["AmazonFees/FBAPerUnitFulfillmentFee"] = fee
    return [paid_line(name, day, "Shipment", path, amount, order) for path, amount in amounts.items()]


def refunded(order: str, day: date) -> list[FinancialEvent]:
    return [paid_line("1", day, "Refund", "ProductCharges/OurPricePrincipal", "-24.00", order)]


def booked(day: date, name: str = "1") -> LedgerEvent:
    return moved(name, day, "", -1, event_type="Shipments")


def sent(order: str, day: date) -> ShippedItem:
    row: dict[str, Any] = dict.fromkeys(field.name for field in fields(ShippedItem))
    row |= {"line": 1, "row_key": natural_key(order), "ordinal": 0, "shipped_on": day, "order_id": order}
    return ShippedItem(**row | {"sku": "S1", "fnsku": "X1", "asin": "B1", "quantity": 1})


SALES = [row for order, day in BEFORE for row in charged(order, day)]
LEDGER = (lost("1", MAY_20), *(booked(day) for _, day in BEFORE))


def begun(books: Books) -> None:
    """A product with a loss and five sales; detection has looked at them."""
    books.ledger(*LEDGER)
    books.money(*SALES)
    books.store("customer_shipments", "shipped_items", [sent(order, day) for order, day in BEFORE])
    books.detect()
    assert books.looked_at() == {"asin:B1"}


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is looked at in one go, as it happens."""
    seen: list[Any] = []
    real = detect.examine_batch

    def examined(survey: Any, batch: Any, parts: Any) -> Any:
        seen.append((batch, parts))
        return real(survey, batch, parts)

    monkeypatch.setattr(detect, "examine_batch", examined)
    return seen


def a_usual_sale_is_charged(books: Books) -> None:
    books.money(*SALES, *charged(*NEW[0]))


def it_leaves_the_centre(books: Books) -> None:
    books.ledger(*LEDGER, booked(TODAY - ONE_DAY))


def it_is_in_every_report(books: Books) -> None:
    a_usual_sale_is_charged(books)
    it_leaves_the_centre(books)
    books.store("customer_shipments", "shipped_items", [sent(order, day) for order, day in (*BEFORE, *NEW)])


def a_dearer_sale_is_charged(books: Books) -> None:
    books.money(*SALES, *charged(*NEW[0], fee="-5.22"))


def an_old_charge_is_another(books: Books) -> None:
    books.money(*charged(*BEFORE[0], fee="-5.22"), *SALES[3:])


def a_sale_is_gone_from_the_ledger(books: Books) -> None:
    books.ledger(*LEDGER[:-1])


def another_name_is_sold(books: Books) -> None:
    books.money(*SALES, *(replace(row, sku="S1-NEW") for row in charged(*NEW[0])))


def the_measurement_is_another(books: Books) -> None:
    books.estimated(TODAY, estimate("1"))


def a_unit_is_lost(books: Books) -> None:
    books.ledger(*LEDGER, lost("1", MAY_20 + ONE_DAY))


def it_is_paid_for(books: Books) -> None:
    books.paid(reimbursed("1", MAY_20 + timedelta(days=9)))


def a_sale_is_refunded(books: Books) -> None:
    books.money(*SALES, *refunded("O1", MAY_20 + timedelta(days=3)))


def a_sold_unit_comes_back(books: Books) -> None:
    books.returns(sent_back("1", MAY_20 + timedelta(days=9), order="O2"))


def a_sale_and_a_refund_come_together(books: Books) -> None:
    books.money(*SALES, *charged(*NEW[0]), *refunded("O1", MAY_20 + timedelta(days=3)))


def a_new_sale_was_refunded_at_once(books: Books) -> None:
    books.money(*SALES, *charged(*NEW[0]), *refunded("N1", TODAY - ONE_DAY))


NOT_AT_ALL = (a_usual_sale_is_charged, it_leaves_the_centre, it_is_in_every_report)
AS_A_WHOLE = (
    a_dearer_sale_is_charged,
    an_old_charge_is_another,
    a_sale_is_gone_from_the_ledger,
    another_name_is_sold,
    the_measurement_is_another,
)
LEAN = (
    a_unit_is_lost,
    it_is_paid_for,
    a_sale_is_refunded,
    a_sold_unit_comes_back,
    a_sale_and_a_refund_come_together,
    a_new_sale_was_refunded_at_once,
)


def after(books: Books, happens: Callable[[Books], None], batches: list[Any]) -> tuple[set[str], set[str]]:
    """The components looked at, and those without plain sales; told is what a run from scratch tells."""
    begun(books)
    batches.clear()
    happens(books)
    books.detect()
    looked_at, lean = books.looked_at(), {key for batch, _ in batches for key in batch.lean}
    assert books.run("SELECT * FROM touched_items") == []
    incremental = books.open_claims()
    assert incremental == books.from_scratch()
    return looked_at, lean


@pytest.mark.parametrize("happens", NOT_AT_ALL)
def test_a_sale_like_those_before_is_not_looked_at(
    books: Books, batches: list[Any], happens: Callable[[Books], None]
) -> None:
    assert after(books, happens, batches) == (set(), set())


@pytest.mark.parametrize("happens", AS_A_WHOLE)
def test_what_may_make_a_fee_wrong_is_looked_at_with_all_sales(
    books: Books, batches: list[Any], happens: Callable[[Books], None]
) -> None:
    looked_at, lean = after(books, happens, batches)
    assert (len(looked_at), lean) == (1, set())


@pytest.mark.parametrize("happens", LEAN)
def test_what_happens_beside_sales_is_looked_at_without_plain_ones(
    books: Books, batches: list[Any], happens: Callable[[Books], None]
) -> None:
    assert after(books, happens, batches) == ({"asin:B1"}, {"asin:B1"})


def test_without_plain_sales_means_that_their_rows_are_not_read(books: Books, batches: list[Any]) -> None:
    begun(books)
    batches.clear()
    a_sale_is_refunded(books)
    books.detect()
    ((_, parts),) = batches
    part = next(part for part in parts if part.key)
    assert {row.order_id for row in (*part.money, *part.shipped)} == {"O1"}


def test_a_new_sale_is_judged_by_what_the_last_whole_look_has_seen(books: Books, batches: list[Any]) -> None:
    begun(books)
    a_unit_is_lost(books)
    books.detect()
    books.looked_at()
    books.money(*SALES, *charged(*NEW[0]))
    books.detect()
    assert books.looked_at() == set()
    books.money(*SALES, *charged("N2", TODAY - ONE_DAY, fee="-5.22"))
    books.detect()
    assert books.looked_at() == {"asin:B1"}


def test_a_history_that_comes_after_the_first_look_is_looked_at_as_a_whole(books: Books, batches: list[Any]) -> None:
    begun(books)
    batches.clear()
    many = [row for number in range(30) for row in charged(f"M{number}", MAY_20 + timedelta(days=number % 9))]
    books.money(*SALES, *many)
    books.detect()
    assert books.looked_at() == {"asin:B1"}
    assert not any(batch.lean for batch, _ in batches)
    assert books.open_claims() == books.from_scratch()
