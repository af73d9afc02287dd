"""The truth at a moment: for every lot how many units are still owed. It follows units, never a detection rule."""

from datetime import datetime, timedelta
from typing import Any

from local_amazon.world.build import World
from local_amazon.world.model import CURRENCY, PACIFIC, Lot

DAYS_TO_CLAIM = 60
"""Lost or damaged in a fulfilment centre: 60 days from the ledger date, which is day 0 (Seller Central, FBA lost and
damaged inventory reimbursement policy, since 23 October 2024)."""
CAP = 500_000  # cents a unit, United States


def truth(world: World, now: datetime) -> dict[str, Any]:
    """All lots the seller can see at `now`, all reversals without restoration, and the totals."""
    lots = [_lot(number, lot, now) for number, lot in enumerate(world.lots) if lot.row.visible_at <= now]
    return {
        "now": now.isoformat(),
        "seed": world.settings.seed,
        "size": world.settings.size,
        "currency": CURRENCY,
        "lots": lots,
        "reversals": [each for lot in world.lots for each in _reversals(lot, now)],
        "totals": _totals(lots),
    }


def _lot(number: int, lot: Lot, now: datetime) -> dict[str, Any]:
    listing, day = lot.row.listing, lot.row.day
    cost = listing.cost_on(day)
    unit = None if cost is None else min(cost, CAP)
    open_units = lot.open_units(now)
    today, close = now.astimezone(PACIFIC).date(), day + timedelta(days=DAYS_TO_CLAIM)
    return {
        "id": f"lot-{number}",
        "type": lot.kind,
        "expected_tier": lot.tier,
        "owed": lot.tier == "claim" and open_units > 0,
        "fnsku": listing.fnsku,
        "sku": listing.sku,
        "asin": listing.asin,
        "reason_code": lot.row.reason,
        "disposition": lot.row.disposition,
        "fulfillment_center": lot.row.center,
        "reference_id": lot.row.reference,
        "anchor_date": day.isoformat(),
        "quantity": lot.quantity,
        "open_quantity": open_units,
        "unit_cost": None if unit is None else unit / 100,
        "currency": CURRENCY,
        "value": None if unit is None else unit * open_units / 100,
        "claim_open": day.isoformat(),
        "claim_close": close.isoformat(),
        "expired": today > close,
        "claimable": lot.tier == "claim" and open_units > 0 and today <= close,
        "reopened_by_reversal": any(not each.restored and each.visible_at <= now for each in lot.reversals),
        "tags": list(lot.tags),
        "resolutions": [
            {"kind": each.kind, "units": each.units, "date": each.day.isoformat(), "reference": each.reference}
            for each in lot.settlements
            if each.stands(now)
        ],
    }


def _reversals(lot: Lot, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "type": "reimbursement_reversed_without_return",
            "fnsku": lot.row.listing.fnsku,
            "sku": lot.row.listing.sku,
            "reimbursement_id": each.reimbursement_id,
            "anchor_date": each.day.isoformat(),
            "quantity": each.units,
        }
        for each in lot.reversals
        if not each.restored and each.visible_at <= now
    ]


def _totals(lots: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    totals = {}
    for kind in ("lost_warehouse", "damaged_warehouse"):
        owed = [lot for lot in lots if lot["type"] == kind and lot["owed"]]
        open_now = [lot for lot in owed if lot["claimable"]]
        totals[kind] = {
            "lots": sum(lot["type"] == kind for lot in lots),
            "claimable": len(open_now),
            "claimable_units": sum(lot["open_quantity"] for lot in open_now),
            "claimable_value": round(sum(lot["value"] or 0 for lot in open_now), 2),
            "expired": len(owed) - len(open_now),
        }
    return totals
