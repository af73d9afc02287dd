"""A run over what is due gives what a run over everything gives, whatever happened since, and however it was ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest

from clario.db.connection import PostgresDatabase
from clario.domain.detection.runs import survey
from clario.domain.values import ONE_DAY, DayRange
from tests.integration.detection.conftest import (
    TODAY,
    Books,
    estimate,
    found,
    lost,
    paid_line,
    reimbursed,
    sent_back,
    taken_in,
)

MAY_20 = date(2026, 5, 20)
YESTERDAY = TODAY - ONE_DAY
TWO = (lost("1", MAY_20), lost("2", MAY_20, 2))


def begun(books: Books) -> None:
    """Two products with a loss each; detection has looked at both."""
    books.ledger(*TWO)
    books.costs("S1", "5.00")
    books.detect()
    assert books.looked_at() == {"asin:B1", "asin:B2"}


def a_unit_is_found(books: Books) -> None:
    books.ledger(*TWO, found("2", MAY_20 + timedelta(days=9)))


def a_payment_comes(books: Books) -> None:
    books.paid(reimbursed("2", MAY_20 + timedelta(days=9)))


def a_row_is_gone(books: Books) -> None:
    books.ledger(TWO[0])


def a_cost_is_another(books: Books) -> None:
    books.costs("S2", "7.00")


def a_row_joins_them(books: Books) -> None:
    books.ledger(*TWO, found("2", MAY_20 + timedelta(days=9)), lost("1", MAY_20, asin="B2", msku=None))


def the_cost_is_the_same(books: Books) -> None:
    books.costs("S1", "5.00")


def nothing_new_is_stored(books: Books) -> None:
    books.ledger(*TWO)


@pytest.mark.parametrize(
    ("happens", "looked_at"),
    [
        (a_unit_is_found, {"asin:B2"}),
        (a_payment_comes, {"asin:B2"}),
        (a_row_is_gone, set()),
        (a_cost_is_another, {"asin:B2"}),
        (a_row_joins_them, {"asin:B1"}),
        (the_cost_is_the_same, set()),
        (nothing_new_is_stored, set()),
    ],
)
def test_only_what_was_touched_is_looked_at_and_the_result_is_that_of_a_run_from_scratch(
    books: Books, happens: Callable[[Books], None], looked_at: set[str]
) -> None:
    begun(books)
    happens(books)
    books.detect()
    assert books.looked_at() == looked_at
    assert books.run("SELECT * FROM touched_items") == []
    incremental = books.open_claims(), books.named()
    assert incremental == (books.from_scratch(), books.named())


def fees_are_estimated_as_on_the_day_before(books: Books) -> None:
    books.estimated(TODAY, estimate("1"), estimate("2"))


def a_price_is_another(books: Books) -> None:
    books.estimated(TODAY, estimate("1"), estimate("2", "25.00"))


def a_price_that_was_another_this_morning_is_as_it_was(books: Books) -> None:
    books.estimated(TODAY, estimate("1"), estimate("2", "25.00"))
    books.detect()
    books.looked_at()
    books.estimated(TODAY, estimate("1"), estimate("2"))


def the_estimates_of_a_day_before_come_late(books: Books) -> None:
    books.estimated(YESTERDAY - ONE_DAY, estimate("1"))


def an_estimate_is_gone_from_its_day(books: Books) -> None:
    books.estimated(YESTERDAY, estimate("1"))


@pytest.mark.parametrize(
    ("happens", "looked_at"),
    [
        (fees_are_estimated_as_on_the_day_before, set()),
        (a_price_is_another, {"asin:B2"}),
        (a_price_that_was_another_this_morning_is_as_it_was, {"asin:B2"}),
        (the_estimates_of_a_day_before_come_late, {"asin:B1"}),
        (an_estimate_is_gone_from_its_day, {"asin:B2"}),
    ],
)
def test_of_estimates_that_are_told_day_after_day_only_others_than_before_are_looked_at(
    books: Books, happens: Callable[[Books], None], looked_at: set[str]
) -> None:
    books.estimated(YESTERDAY, estimate("1"), estimate("2"))
    begun(books)
    happens(books)
    books.detect()
    assert books.looked_at() == looked_at
    incremental = books.open_claims()
    assert incremental == books.from_scratch()


@pytest.mark.parametrize(("days", "looked_at"), [(7, set()), (8, {"asin:B1"})])
def test_estimates_that_are_told_again_after_more_than_a_week_are_new(
    books: Books, days: int, looked_at: set[str]
) -> None:
    books.estimated(TODAY - timedelta(days=days), estimate("1"))
    begun(books)
    books.estimated(TODAY, estimate("1"))
    books.detect()
    assert books.looked_at() == looked_at


def test_when_only_time_passes_a_component_is_looked_at_on_its_day(books: Books) -> None:
    """A refund is told when the customer's time to send the unit back is over."""
    books.money(*sold_and_refunded("3", TODAY - timedelta(days=30)))
    books.detect()
    assert books.told() == {}
    books.looked_at()
    books.days_pass(10)
    books.detect()
    assert (books.told(), books.looked_at()) == ({}, set())
    books.days_pass(25)
    books.detect()
    assert books.told() == {"S3": "claim"}
    assert books.looked_at() == {"asin:B3"}
    assert books.open_claims() == books.from_scratch()


def sold_and_refunded(name: str, refunded: date) -> list[Any]:
    sold, order = refunded - timedelta(days=20), f"111-000000{name}-0000000"
    sale = {
        "ProductCharges/OurPricePrincipal": "24.00",
        "AmazonFees/Commission": "-3.60",
        "AmazonFees/FBAPerUnitFulfillmentFee": "-4.22",
    }
    back = {"ProductCharges/OurPricePrincipal": "-24.00", "AmazonFees/Commission": "3.60"}
    back["AmazonFees/RefundCommission"] = "-0.72"
    return [
        *(paid_line(name, sold, "Shipment", path, amount, order) for path, amount in sale.items()),
        *(paid_line(name, refunded, "Refund", path, amount, order) for path, amount in back.items()),
    ]


@pytest.mark.parametrize("stream", ["returns", "reimbursements"])
def test_where_a_week_is_not_loaded_there_is_no_claim_but_a_review_with_a_warning(books: Books, stream: str) -> None:
    refunded = TODAY - timedelta(days=70)
    books.money(*sold_and_refunded("3", refunded))
    books.detect()
    assert books.told() == {"S3": "claim"}
    week = DayRange(refunded + timedelta(days=10), refunded + timedelta(days=16))
    books.uncover(stream, week)
    books.detect()
    assert books.told() == {"S3": "review"}
    evidence = books.claims()["S3"].claim.evidence
    assert "coverage" in evidence["warnings"]
    assert evidence["coverage"][stream]["missing"] == [str(week)]
    assert books.open_claims() == books.from_scratch()


def test_where_the_ledger_came_without_its_rows_there_is_no_claim_until_they_come(books: Books) -> None:
    may_10, june_1 = date(2026, 5, 10), date(2026, 6, 1)
    before, silent = (lost("1", MAY_20), taken_in("2", may_10, 40)), taken_in("2", june_1, 12)
    books.ledger(*before)
    books.returns(sent_back("2", may_10, 40))
    books.detect()
    assert (books.told(), books.looked_at()) == ({"X1": "claim"}, {"asin:B1", "asin:B2"})

    books.returns(sent_back("2", may_10, 40), sent_back("2", june_1, 12))
    books.detect()
    assert (books.told(), books.looked_at()) == ({"X1": "review"}, {"asin:B1", "asin:B2"})
    evidence = books.claims()["X1"].claim.evidence
    assert evidence["warnings"] == ["coverage"]
    assert evidence["coverage"]["ledger"]["missing"] == [str(DayRange(june_1, june_1))]
    reviewed = books.open_claims()
    assert reviewed == books.from_scratch()

    books.ledger(*before, silent)
    books.detect()
    assert books.told() == {"X1": "claim"}
    claimed = books.open_claims()
    assert claimed == books.from_scratch()


def test_where_the_returns_report_came_without_its_rows_there_is_no_claim_but_a_review_with_a_warning(
    books: Books,
) -> None:
    refunded, order = TODAY - timedelta(days=70), "111-0000003-0000000"
    back = refunded + timedelta(days=10)
    books.money(*sold_and_refunded("3", refunded))
    books.ledger(taken_in("3", back))
    books.detect()
    assert books.told() == {"X3": "review"}
    assert books.claims()["X3"].claim.evidence["warnings"] == ["return_not_reported"]
    books.returns(sent_back("3", back, order=order))
    books.detect()
    assert books.told() == {"X3": "resolved"}


class Interrupted(Exception):
    """A worker that is gone."""


class Mortal:
    """A database whose worker dies in the nth transaction: before or after it is committed."""

    def __init__(self, database: PostgresDatabase, dies_in: int, *, committed: bool) -> None:
        self._database, self._left, self._committed = database, dies_in, committed

    @contextmanager
    def transaction(self, seller_id: str, *, snapshot: bool = False) -> Iterator[Any]:
        if self._left < 0:
            raise Interrupted
        self._left -= 1
        dies = self._left < 0
        with self._database.transaction(seller_id, snapshot=snapshot) as work:
            yield work
            if dies and not self._committed:
                raise Interrupted
        if dies:
            raise Interrupted


@pytest.mark.parametrize("committed", [False, True])
def test_a_job_that_is_killed_anywhere_goes_on_without_doubling_or_losing_a_claim(
    books: Books, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MOST_ROWS", 1)
    books.ledger(*TWO)
    calm = books.from_scratch()
    entries = books.run("SELECT count(*) FROM detection_history")
    assert len(calm) == 2
    for dies_in in range(9):
        for table in ("detection_results", "detection_components"):
            books.run(f"DELETE FROM {table}")
        books.run(
            "INSERT INTO touched_items (connection_id, seller_id, item)"
            " SELECT connection_id, seller_id, 'fnsku:' || fnsku FROM ledger_events"
        )
        try:
            books.detect(Mortal(books.database, dies_in, committed=committed))
        except Interrupted:
            books.clock.sleep(17 * 60)
            assert books.go_on()
        assert books.open_claims() == calm
        assert books.run("SELECT count(*) FROM detection_history") == entries
        assert books.run("SELECT status FROM detection_queue") == [{"status": "completed"}]


@pytest.mark.parametrize("committed", [False, True])
def test_the_parts_of_what_was_one_are_known_apart_wherever_the_job_is_killed(
    books: Books, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "MOST_ROWS", 1)
    for dies_in in range(2, 6):
        a_row_joins_them(books)
        books.detect()
        books.ledger(*TWO)
        with pytest.raises(Interrupted):
            books.detect(Mortal(books.database, dies_in, committed=committed))
        books.clock.sleep(17 * 60)
        books.go_on()
        incremental = books.open_claims(), books.named()
        assert incremental == (books.from_scratch(), books.named())


def test_a_worker_that_was_overtaken_writes_nothing(books: Books) -> None:
    books.ledger(*TWO)

    class Overtaken(Mortal):
        """Between its reading and its writing the lease runs out, and another worker does it all."""

        @contextmanager
        def transaction(self, seller_id: str, *, snapshot: bool = False) -> Iterator[Any]:
            with books.database.transaction(seller_id, snapshot=snapshot) as work:
                yield work
            if snapshot and self._left:
                self._left = 0
                books.clock.sleep(17 * 60)
                books.go_on()
                books.run("UPDATE detection_results SET quantity = 99")

    books.detect(Overtaken(books.database, 1, committed=True))
    assert {row["quantity"] for row in books.run("SELECT quantity FROM detection_results")} == {99}


class Disturbed:
    """A database in which something is stored while a worker reads: before its nth survey or gathering."""

    def __init__(self, database: PostgresDatabase, read: str, number: int, store: Callable[[], None]) -> None:
        self._database, self._read, self._left, self._store = database, read, number, store

    @contextmanager
    def transaction(self, seller_id: str, *, snapshot: bool = False) -> Iterator[Any]:
        with self._database.transaction(seller_id, snapshot=snapshot) as work:
            if snapshot:
                real = getattr(work.detections, self._read)

                def disturbed(*args: Any) -> Any:
                    self._left -= 1
                    work.connections.all()  # the snapshot is taken
                    if not self._left:
                        self._store()
                    return real(*args)

                setattr(work.detections, self._read, disturbed)
            yield work


@pytest.mark.parametrize(("read", "number"), [("survey", 1), ("gather", 1), ("survey", 2), ("gather", 2)])
def test_a_store_between_two_reads_is_seen_whole_or_not_at_all(
    books: Books, read: str, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss and its payment are stored together: what is never seen is the loss without the payment."""

    def store() -> None:
        books.ledger(*TWO, lost("3", MAY_20))
        books.paid(reimbursed("3", MAY_20 + timedelta(days=9)))

    monkeypatch.setattr(survey, "MOST_ROWS", 1)
    books.ledger(*TWO)
    books.detect(Disturbed(books.database, read, number, store))
    assert books.told() == {"X1": "claim", "X2": "claim"}
    books.detect()
    assert books.told() == {"X1": "claim", "X2": "claim"}
    assert books.open_claims() == books.from_scratch()
