"""How sure claims are: the fitted shares, and where there are none the start values."""

from datetime import date
from decimal import Decimal

import pytest

from clario.domain.anomalies import AnomalyType
from clario.domain.claims import Tier
from clario.domain.detection import certainty as module
from clario.domain.detection.certainty import Certainty, certainty, fitted, fitted_values
from tests.unit.detection.cases import covering, only, run

LOST = AnomalyType.LOST_WAREHOUSE
HALF = Decimal("0.5")


@pytest.fixture
def fit(monkeypatch):
    def values(*cells):
        monkeypatch.setattr(module, "fitted_values", lambda: dict(cells))

    return values


def test_a_proof_that_was_fitted_has_its_share_and_another_the_start_value(fit):
    fit(((LOST, Tier.CLAIM, "netting_only/high"), HALF))
    assert certainty(LOST, Tier.CLAIM, "netting_only/high", Decimal(1)) == Certainty("netting_only/high", HALF)
    assert certainty(LOST, Tier.REVIEW, "netting_only/high", Decimal(1)).sure == 1


def test_a_claim_says_how_sure_its_proof_is_by_kind_and_tier(fit):
    fit(((LOST, Tier.CLAIM, "netting_only/high"), HALF), ((LOST, Tier.REVIEW, "strict_only"), Decimal("0.1")))
    claim, doubt = only(run("d0 M -1")), only(run("d0 M -1 \n d9 GeneralAdjustment cash 1"))
    assert (claim.confidence, claim.evidence["proof"]) == (HALF, ["netting_only/high"])
    assert (doubt.confidence, doubt.evidence["proof"]) == (Decimal("0.1"), ["strict_only"])


def test_missing_days_are_never_surer_than_they_are(fit):
    fit(((LOST, Tier.REVIEW, "netting_only/high"), Decimal("0.9")))
    claim = only(run("d0 M -1", coverage=covering(ledger=())))
    assert (claim.confidence, claim.evidence["proof"]) == (Decimal("0.40"), ["coverage_gap"])


def test_missing_days_make_no_doubt_smaller(fit):
    fit(((LOST, Tier.REVIEW, "netting_only/high"), Decimal("0.2")))
    claim = only(run("d0 M -1", coverage=covering(ledger=())))
    assert (claim.confidence, claim.evidence["proof"]) == (Decimal("0.2"), ["netting_only/high"])


def test_the_data_file_says_what_it_was_fitted_on():
    assert (fitted().training_data, fitted().fitted_on > date(2026, 1, 1)) == ("synthetic", True)
    cells = [(row.type, row.tier, row.proof) for row in fitted().rows]
    assert len(cells) == len(set(cells)) > 50
    assert all(row.claims > 0 and 0 < row.value < 1 and 0 <= row.share <= 1 for row in fitted().rows)


def test_the_fitted_shares_are_those_that_are_used():
    row = fitted().rows[0]
    assert fitted_values()[row.type, row.tier, row.proof] == row.value
