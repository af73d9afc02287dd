"""What becomes of a claim: found, paid, taken back, and what a person says of it."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from clario.domain.claims import Status
from clario.errors import DetectionNotFound
from tests.integration.detection.conftest import TODAY, Books, found, lost, reimbursed

MAY_1 = date(2026, 5, 1)


def set_status(books: Books, status: Status) -> None:
    [row] = books.run("SELECT id FROM detection_results")
    with books.database.transaction("anna") as work:
        work.detections.set_status(row["id"], status, TODAY)


def test_a_loss_that_is_found_is_resolved_with_the_reason_and_the_proof(books: Books) -> None:
    books.ledger(lost("1", MAY_1))
    books.detect()
    books.ledger(lost("1", MAY_1), found("1", MAY_1 + timedelta(days=9)))
    books.detect()
    assert books.told() == {"X1": "resolved"}
    assert books.history("X1") == [("insert", "detected"), ("resolve", "found (1)")]
    [step] = books.claims()["X1"].claim.evidence["netting"]
    assert (step["before"], step["after"], step["source"]["table"]) == (1, 0, "ledger_events")


def test_a_payment_resolves_a_claim_and_its_reversal_is_owed_again(books: Books) -> None:
    books.ledger(lost("1", MAY_1))
    books.detect()
    payment = reimbursed("1", TODAY - timedelta(days=5), number="R1")  # too young to be missed in the money
    books.paid(payment)
    books.detect()
    assert books.history("X1")[-1] == ("resolve", "reimbursed (1)")
    reversal = {"reason": "Reversal_Reimbursement", "original_reimbursement_id": "R1", "amount_total": -6}
    books.paid(payment, reimbursed("1", TODAY - timedelta(days=4), -1, number="R2", **reversal))
    books.detect()
    kinds = books.run("SELECT anomaly_type, status FROM detection_results ORDER BY 1")
    assert kinds == [
        {"anomaly_type": "lost_warehouse", "status": "resolved"},
        {"anomaly_type": "reimbursement_reversed_without_return", "status": "pending"},
    ]
    assert books.open_claims() == books.from_scratch()


def test_a_claim_keeps_the_rows_it_rests_on_and_where_they_were_read(books: Books) -> None:
    books.costs("S1", "5.00")
    books.ledger(lost("1", MAY_1))
    books.detect()
    evidence = books.claims()["X1"].claim.evidence
    [source] = evidence["sourceRows"]
    assert (source["table"], source["rawObject"], source["pointer"]) == ("ledger_events", "raw/ledger/1", "1")
    assert (source["row"]["fnsku"], source["row"]["quantity"]) == ("X1", -1)
    assert evidence["valuation"]["basis"] == "cogs"
    assert evidence["policy"] and evidence["coverage"] and evidence["timeline"]


@pytest.mark.parametrize("status", [Status.REVIEWED, Status.DISPUTED])
def test_what_a_person_says_stays_until_nothing_is_open(books: Books, status: Status) -> None:
    books.ledger(lost("1", MAY_1))
    books.detect()
    set_status(books, status)
    books.ledger(lost("1", MAY_1, 2))
    books.detect()
    assert books.claims()["X1"].status is status
    books.ledger(lost("1", MAY_1, 2), found("1", MAY_1 + timedelta(days=9), 2))
    books.detect()
    assert books.told() == {"X1": "resolved"}
    assert [kind for kind, _ in books.history("X1")] == ["insert", "mark", "update", "resolve"]


def test_what_a_person_has_resolved_comes_back_only_with_new_evidence_of_loss(books: Books) -> None:
    books.ledger(lost("1", MAY_1))
    books.detect()
    set_status(books, Status.RESOLVED)
    set_status(books, Status.RESOLVED)
    books.costs("S1", "5.00")
    books.detect()
    assert books.told() == {"X1": "resolved"}
    books.ledger(lost("1", MAY_1, 2))
    books.detect()
    assert books.told() == {"X1": "claim"}
    assert [kind for kind, _ in books.history("X1")] == ["insert", "mark", "update", "reopen"]


def test_there_is_no_status_for_what_is_not_there(books: Books) -> None:
    with pytest.raises(DetectionNotFound), books.database.transaction("anna") as work:
        work.detections.set_status(UUID(int=1), Status.REVIEWED, TODAY)
