"""The truth at a moment: what is owed, what is not, and why. It reads discrepancies only, never a report."""

from datetime import date, datetime
from typing import Any

from local_amazon.world import names, windows
from local_amazon.world.calendar import as_date, as_moment, local_day
from local_amazon.world.discrepancies import FAMILIES, Charge, Discrepancy, Resolution
from local_amazon.world.markets import Marketplace
from local_amazon.world.world import World, seconds


def truth(world: World, now: datetime) -> dict[str, Any]:
    """Everything the seller could know of at `now` (aware), and the totals by type and currency."""
    found = asof_truth(world, now)
    return {
        "now": now.isoformat(),
        "seed": world.settings.seed,
        "size": world.settings.size,
        "profile": world.settings.profile,
        "stress": world.settings.stress,
        "discrepancies": found,
        "totals": _totals(found),
    }


def asof_truth(world: World, now: datetime, *, real: bool = False) -> list[dict[str, Any]]:
    """A row for each discrepancy known at `now`: by what has shown in the reports by then, or, `real`, by what had
    really happened, whether it showed or not. What separates the two no detector can know."""
    as_of = seconds(now)
    return [
        _shown(world, number, each, as_of, real)
        for number, each in enumerate(world.truth.discrepancies)
        if (each.time if real else each.visible) <= as_of
    ]


def _shown(world: World, number: int, each: Discrepancy, as_of: int, real: bool) -> dict[str, Any]:
    listing, market = world.listings[each.listing], world.markets[each.market]
    known = [charge for charge in each.charges if (charge.time if real else charge.visible) <= as_of]
    recent = _recent(each, known, market, as_of)
    anchor = as_date(local_day(recent[0].time, market.zone) if recent and len(each.charges) > 1 else each.day)
    left = _left(each, recent, as_of, real)
    value = _value(each, recent, left)
    return {
        "id": f"t{number}",
        "type": each.type,
        "family": FAMILIES[each.type],
        "expected_tier": each.tier_at(as_of),
        "owed": each.owed and left > 0,
        "decoy": not each.owed,
        "fnsku": listing.fnsku,
        "sku": listing.sku,
        "asin": listing.asin,
        "marketplace_id": market.id,
        "country": market.country,
        **_subject(each),
        "anchor_date": anchor.isoformat(),
        "quantity": each.quantity,
        "open_quantity": left,
        "unit_value": None if each.unit_value is None else each.unit_value / 100,
        "value": None if value is None else value / 100,
        "currency": market.currency,
        **_window(each, market, anchor, as_of, owed=each.owed and left > 0),
        "observable_at": as_moment(each.visible).isoformat(),
        "confounders": list(each.confounders),
        "tags": list(each.tags),
        "resolutions": [_resolution(settled) for settled in each.standing(as_of)],
        "links": [{"table": link.table, "number": names.digits(link.number), "role": link.role} for link in each.links],
    }


def _window(each: Discrepancy, market: Marketplace, anchor: date, as_of: int, *, owed: bool) -> dict[str, Any]:
    """From when to when it can be claimed, and whether that is now."""
    today = as_date(local_day(as_of, market.zone))
    opens, closes = windows.window(_rule(each), market.country, anchor)
    return {
        "claim_open": opens.isoformat(),
        "claim_close": closes.isoformat(),
        "expired": today > closes,
        "claimable": owed and each.tier_at(as_of) == "claim" and opens <= today <= closes,
    }


def _rule(each: Discrepancy) -> str:
    return "carrier_damaged_return" if "carrier" in each.tags else each.type


def _resolution(settled: Resolution) -> dict[str, Any]:
    return {
        "kind": settled.kind,
        "units": settled.units,
        "date": as_date(settled.day).isoformat(),
        "visible_at": as_moment(settled.visible).isoformat(),
        "reference": names.digits(settled.reference),
    }


def _recent(each: Discrepancy, known: list[Charge], market: Marketplace, as_of: int) -> list[Charge]:
    """The charges that can still be claimed; of a single one also when it cannot."""
    if len(each.charges) < 2:
        return known
    oldest = local_day(as_of, market.zone) - windows.length(each.type, market.country)
    return [charge for charge in known if local_day(charge.time, market.zone) >= oldest]


def _left(each: Discrepancy, recent: list[Charge], as_of: int, real: bool) -> int:
    left = each.open_units(as_of, real=real)
    return min(left, len(recent)) if len(each.charges) > 1 else left


def _value(each: Discrepancy, recent: list[Charge], left: int) -> int | None:
    """Cents, None when nobody has told what a unit costs."""
    if each.charges:
        return sum(charge.cents for charge in recent) if left else 0
    return None if each.unit_value is None else each.unit_value * left


def _subject(each: Discrepancy) -> dict[str, str]:
    """By which numbers the discrepancy is known; empty where it has none."""
    return {
        "reason_code": each.reason,
        "disposition": each.disposition,
        "fulfillment_center": each.center,
        "reference_id": names.digits(each.reference),
        "order_id": names.order_id(each.order) if each.order else "",
        "order_item_id": names.digits(each.item),
        "shipment_id": names.shipment_id(each.shipment) if each.shipment else "",
        "removal_order_id": names.removal_id(each.removal) if each.removal else "",
        "reimbursement_id": names.digits(each.reimbursement),
    }


def _totals(found: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Per type and currency: how many there are, how many can be claimed now, for how much, and are too late."""
    totals: dict[str, dict[str, float]] = {}
    for each in found:
        sums = totals.setdefault(
            f"{each['type']} {each['currency']}",
            {"discrepancies": 0, "claimable": 0, "claimable_units": 0, "claimable_value": 0.0, "expired": 0},
        )
        sums["discrepancies"] += 1
        sums["expired"] += each["owed"] and each["expired"]
        if each["claimable"]:
            sums["claimable"] += 1
            sums["claimable_units"] += each["open_quantity"]
            sums["claimable_value"] = round(sums["claimable_value"] + (each["value"] or 0), 2)
    return dict(sorted(totals.items()))
