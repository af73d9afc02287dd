"""Fees for bringing a shipment to Amazon that were charged for nothing, or twice."""

from decimal import Decimal

import pytest

from tests.unit.detection.cases import day, only, run, units

UNUSED, TWICE = "unused_label_fee", "inbound_transport_overcharge"
FEE = "fee -7.50 of=FBA15AAAA1 step=FBAInboundTransportationFee"
PLACING = FEE.replace("Transportation", "Convenience")
CANCELLED, CLOSED = "d0 shipment FBA15AAAA1 status=CANCELLED", "d0 shipment FBA15AAAA1"

OWED = {
    "charged for a cancelled shipment": (f"{CANCELLED} \n d3 {FEE}", UNUSED, "7.50"),
    "charged for a deleted shipment": (f"d0 shipment FBA15AAAA1 status=DELETED \n d3 {FEE}", UNUSED, "7.50"),
    "under the placement fee's other name": (
        f"{CANCELLED} \n d3 {PLACING}",
        UNUSED,
        "7.50",
    ),
    "given back in part": (f"{CANCELLED} \n d3 {FEE} \n d9 {FEE.replace('-7.50', '3.50')}", UNUSED, "4.00"),
    "charged twice": (f"{CLOSED} \n d3 {FEE} \n d5 {FEE}", TWICE, "7.50"),
    "charged three times, given back once": (
        f"{CLOSED} \n d3 {FEE} \n d4 {FEE} \n d5 {FEE} \n d9 {FEE.replace('-', '')}",
        TWICE,
        "7.50",
    ),
    "charged twice for a cancelled shipment, told once": (f"{CANCELLED} \n d3 {FEE} \n d5 {FEE}", UNUSED, "15.00"),
    "the order's field names the shipment": (
        f"{CANCELLED} \n d3 fee -4 order=FBA15AAAA1 step=FBAInboundTransportationFee",
        UNUSED,
        "4.00",
    ),
    "the text names the shipment": (
        f"{CANCELLED} \n d3 fee -4 text=for:FBA15AAAA1 step=Expenses/FBAInboundPlacementFee",
        UNUSED,
        "4.00",
    ),
}


@pytest.mark.parametrize(("table", "kind", "value"), OWED.values(), ids=OWED.keys())
def test_is_owed(table, kind, value):
    claim = only(run(table))
    assert (claim.anomaly_type, claim.tier, claim.estimated_value) == (kind, "claim", Decimal(value))
    assert claim.shipment_id == "FBA15AAAA1"


NOT_OWED = {
    "the shipment was made": f"{CLOSED} \n d3 {FEE}",
    "given back": f"{CANCELLED} \n d3 {FEE} \n d9 {FEE.replace('-', '')}",
    "charged twice, given back once": f"{CLOSED} \n d3 {FEE} \n d5 {FEE} \n d9 {FEE.replace('-', '')}",
    "the same for two items": f"{CLOSED} \n d3 {FEE} sku=S1 \n d3 {FEE} sku=S2",
    "a fee that one shipment may cost more than once": f"{CLOSED} \n d3 {PLACING} \n d5 {PLACING}",
    "two amounts": f"{CLOSED} \n d3 {FEE} \n d5 {FEE.replace('7.50', '7.51')}",
    "nothing says for which shipment": f"{CANCELLED} \n d3 fee -4 step=FBAInboundTransportationFee",
    "another fee": f"{CANCELLED} \n d3 fee -4 of=FBA15AAAA1 step=FBAStorageFee",
    "money held back": f"{CANCELLED} \n d3 {FEE} state=DEFERRED",
    "a shipment we do not know": f"d3 {FEE}",
    "only a credit": f"{CANCELLED} \n d9 {FEE.replace('-', '')}",
}


@pytest.mark.parametrize("table", NOT_OWED.values(), ids=NOT_OWED.keys())
def test_is_not_owed(table):
    assert units(table) == {}


def test_what_was_given_back_is_told_as_settled():
    (settled,) = run(NOT_OWED["given back"]).settled.values()
    assert settled.reason == "fee given back: USD 7.50"


def test_it_can_be_claimed_for_90_days_from_the_charge():
    claim = only(run(f"{CANCELLED} \n d3 {FEE}"))
    assert (claim.anchor_date, claim.deadline_date) == (day(3), day(93))
    assert run(f"{CANCELLED} \n d3 {FEE}").next_review_on == day(94)
