"""Some rows of every table: one shop in the United States with a handful of everything."""

from typing import Any

from tests.unit.local_amazon.surface.small_world import LAMP, MUG, at, day

SOLD, REPLACED, WAITING, GONE, OLD = (11_122_222_223_333_330 + n for n in range(5))
SHIPMENT, REMOVAL = 1_234_567, 7_654_321
OPEN, CLOSED = 20_000_002, 20_000_001


def sale(number: int, days: float, **more: Any) -> dict[str, Any]:
    usual = {"principal": 3998, "tax": 300, "withheld_tax": -300, "commission": -600, "fulfilment": -800}
    return money(number, days, kind="shipment", order=SOLD, item=9, shipment=8, quantity=2, **usual, **more)


def money(number: int, days: float, **more: Any) -> dict[str, Any]:
    row = {"number": number, "posted": at(days=days), "visible": at(days=days), "listing": MUG, "settlement": OPEN}
    return {**row, **more}


def tables() -> dict[str, list[dict[str, Any]]]:
    return {
        "finances": [
            sale(1, 3, shipping=0, promotion=-100),
            sale(2, 2.5, matures=at(days=-5), pair=90),
            sale(3, 20, matures=at(days=10), pair=91),
            sale(91, 10, deferred=3),
            money(
                4,
                2,
                kind="refund",
                order=SOLD,
                item=9,
                quantity=-1,
                reference=66,
                principal=-1999,
                commission=300,
                administration=-60,
            ),
            money(
                5, 2, kind="adjustment", detail="WAREHOUSE_LOST", listing=LAMP, quantity=1, amount=2500, reference=77
            ),
            money(6, 1, kind="service_fee", detail="FBAStorageFee", listing=-1, amount=-1234),
            money(7, 1, kind="retrocharge", order=SOLD, listing=-1, amount=-50),
            money(8, 1, kind="liquidation", listing=LAMP, quantity=3, amount=900, reference=REMOVAL),
            money(9, 1, kind="chargeback", order=SOLD, item=9, quantity=1, amount=-1999, reference=67),
            money(10, 1, kind="guarantee_claim", order=SOLD, item=9, quantity=1, amount=-1999, reference=68),
            money(11, 4, kind="transfer", listing=-1, amount=-5000),
            sale(12, 25, settlement=CLOSED),
        ],
        "settlements": [
            {
                "number": CLOSED,
                "starts": at(days=30),
                "ends": at(days=16),
                "deposited": at(days=14),
                "visible": at(days=15),
                "total": 2598,
            },
            {
                "number": OPEN,
                "starts": at(days=16),
                "ends": at(days=2 - 4),
                "deposited": at(days=-4),
                "visible": at(days=-3),
                "total": 0,
            },
        ],
        "orders": [
            order(SOLD, 1, MUG, 5, quantity=2, price=3998, tax=300, shipping=499, promotion=100),
            order(SOLD, 2, LAMP, 5, price=4999),
            order(REPLACED, 3, MUG, 4, kind="replacement", original=SOLD),
            order(GONE, 4, LAMP, 3, price=4999, status="Cancelled"),
            order(WAITING, 5, MUG, 0.5, price=1999, shipped=at(days=-1)),
            order(OLD, 6, MUG, 40, price=1999, channel="Merchant"),
        ],
        "customer_shipments": [
            {
                "shipped": at(days=4),
                "visible": at(days=4),
                "order": SOLD,
                "item": 1,
                "shipment": 8,
                "listing": MUG,
                "center": "PHX7",
                "quantity": 2,
                "price": 1999,
                "shipping": 499,
            }
        ],
        "ledger": [
            event(6, "Receipts", 40, MUG, reference=SHIPMENT),
            event(4, "Shipments", -2, MUG, reference=555),
            event(3, "Adjustments", -3, MUG, reason="M", reconciled=1, reference=556),
            event(2, "Adjustments", 1, MUG, reason="F", reconciled=1, reference=557),
            event(1, "VendorReturns", -2, LAMP, disposition="DEFECTIVE", reference=REMOVAL),
        ],
        "reimbursements": [
            {
                "approved": at(days=2),
                "visible": at(days=2),
                "number": 77,
                "case": 0,
                "reason": "Lost_Warehouse",
                "listing": LAMP,
                "currency": "USD",
                "per_unit": 2500,
                "amount": 2500,
                "cash": 1,
            },
            {
                "approved": at(days=1),
                "visible": at(days=1),
                "number": 78,
                "case": 123,
                "reason": "Reversal_Reimbursement",
                "listing": LAMP,
                "currency": "USD",
                "per_unit": 2500,
                "amount": -2500,
                "cash": -1,
                "original": 77,
                "original_reason": "Lost_Warehouse",
            },
        ],
        "returns": [
            {
                "returned": at(days=1),
                "visible": at(days=1),
                "order": SOLD,
                "listing": MUG,
                "quantity": 1,
                "center": "ABE8",
                "disposition": "SELLABLE",
                "reason": "UNWANTED_ITEM",
                "status": "Unit returned to inventory",
                "plate": 12,
            },
            {
                "returned": at(days=1.5),
                "visible": at(days=1.5),
                "order": SOLD + 4,
                "listing": MUG,
                "quantity": 1,
                "center": "ABE8",
                "disposition": "DAMAGED",
                "reason": "DAMAGED_BY_FC",
                "status": "Reimbursed",
                "plate": 0,
            },
        ],
        "replacements": [
            {
                "shipped": at(days=4),
                "visible": at(days=4),
                "listing": MUG,
                "center": "PHX7",
                "original_center": "ABE8",
                "quantity": 1,
                "reason": "3",
                "replacement": REPLACED,
                "original": SOLD,
            }
        ],
        "inbound_shipments": [
            {
                "shipment": SHIPMENT + n,
                "created": at(days=20 + n),
                "updated": at(days=6 + n),
                "center": "PHX7",
                "status": status,
            }
            for n, status in enumerate(("CLOSED", "RECEIVING", "WORKING"))
        ],
        "inbound_items": [
            {"shipment": SHIPMENT, "updated": at(days=6), "listing": MUG, "shipped": 42, "received": 40, "in_case": 6},
            {"shipment": SHIPMENT + 1, "updated": at(days=7), "listing": LAMP, "shipped": 10, "received": 4},
        ],
        "removal_orders": [
            {
                "requested_at": at(days=12),
                "updated": at(days=3),
                "order": REMOVAL,
                "listing": LAMP,
                "type": "Return",
                "status": "Completed",
                "disposition": "DEFECTIVE",
                "requested": 3,
                "cancelled": 1,
                "shipped": 2,
                "fee": 104,
            }
        ],
        "removal_shipments": [
            {
                "requested_at": at(days=12),
                "shipped_at": at(days=3),
                "visible": at(days=3),
                "order": REMOVAL,
                "listing": LAMP,
                "type": "Return",
                "disposition": "DEFECTIVE",
                "quantity": 2,
                "carrier": "UPS",
                "tracking": 99,
            }
        ],
        "storage_charges": [
            {
                "month": 202610,
                "visible": at(days=10),
                "listing": LAMP,
                "center": "PHX7",
                "longest": 14000,
                "median": 8000,
                "shortest": 6000,
                "weight": 4500,
                "volume": 389,
                "tier": "Large standard-size",
                "average": 1250,
                "total_volume": 4863,
                "rate": 2400,
                "fee": 1167,
            },
            {
                "month": 202611,
                "visible": at(days=-20),
                "listing": LAMP,
                "center": "PHX7",
                "tier": "Large standard-size",
                "fee": 1200,
            },
        ],
        "aged_charges": [
            {
                "day": day(days=8),
                "visible": at(days=8),
                "listing": LAMP,
                "volume": 389,
                "quantity": 4,
                "amount": 312,
                "tier": "271-300 days",
                "rate": 500,
            }
        ],
    }


def order(number: int, item: int, listing: int, days: float, **more: Any) -> dict[str, Any]:
    times = {"purchased": at(days=days), "updated": at(days=days), "shipped": at(days=days - 1)}
    kinds = {"channel": "Amazon", "kind": "standard", "status": "Shipped", "quantity": 1}
    return {"order": number, "item": item, "listing": listing, **times, **kinds, **more}


def event(days: float, kind: str, quantity: int, listing: int, **more: Any) -> dict[str, Any]:
    when = {"time": at(days=days), "visible": at(days=days), "day": day(days=days)}
    known = {"event": kind, "quantity": quantity, "listing": listing, "center": "PHX7", "disposition": "SELLABLE"}
    return {**when, **known, "reconciled": -1, **more}
