"""An answer of each operation as the document shows it. A test reads each with its model."""

from typing import Any

SYNC_ID = "sync_anna_1702345678901"

STARTED = {"syncId": SYNC_ID, "status": "running", "message": "Sync started successfully"}

_SYNC: dict[str, Any] = {
    "syncId": SYNC_ID,
    "status": "running",
    "progress": 65,
    "message": "Processing sync data...",
    "startedAt": "2026-11-11T12:00:00Z",
    "completedAt": None,
    "ordersProcessed": 150,
    "totalOrders": 250,
    "claimsDetected": 5,
    "error": None,
    "trigger": "manual",
    "warnings": [
        {
            "source": "ledger",
            "code": "report_cooldown",
            "severity": "info",
            "detail": "Amazon answers with its last build of this report until its refresh period is over",
        }
    ],
    "streams": [
        {
            "stream": "ledger",
            "status": "completed",
            "slicesDone": 6,
            "slicesTotal": 6,
            "rows": 12041,
            "rejected": 0,
            "waitingUntil": None,
        },
        {
            "stream": "financial_events",
            "status": "waiting",
            "slicesDone": 40,
            "slicesTotal": 79,
            "rows": 90310,
            "rejected": 0,
            "waitingUntil": "2026-11-11T12:03:20Z",
        },
    ],
    "detection": None,
}
STATUS = {"success": True, **_SYNC}
ACTIVE = {"hasActiveSync": True, "lastSync": _SYNC}

HISTORY = {
    "success": True,
    "history": [
        {
            "syncId": SYNC_ID,
            "status": "completed",
            "startedAt": "2026-11-11T12:00:00Z",
            "completedAt": "2026-11-11T12:05:00Z",
            "ordersProcessed": 250,
            "claimsDetected": 5,
            "duration": 300,
            "error": None,
            "trigger": "manual",
        }
    ],
    "total": 1,
}

CANCELLED = {"success": True, "message": "Sync cancelled successfully"}

STATISTICS = {
    "success": True,
    "statistics": {
        "totalSyncs": 10,
        "successfulSyncs": 8,
        "failedSyncs": 1,
        "cancelledSyncs": 1,
        "runningSyncs": 0,
        "totalOrdersProcessed": 2500,
        "totalClaimsDetected": 50,
    },
}

REJECTED = {
    "success": True,
    "rows": [
        {
            "stream": "ledger",
            "reason": "Quantity is not a whole number: 'x'",
            "rawObject": "raw/ledger/7",
            "line": 17,
            "raw": "11/02/2026\tX001\tB001\tSKU-1\tAdjustments\tx\tM\t0",
        }
    ],
    "total": 1,
    "nextCursor": None,
}

DATA_SOURCES = {
    "success": True,
    "dataSources": [
        {
            "name": "Fulfillment Center Data",
            "status": "connected",
            "lastPulled": "2026-11-11T12:40:00Z",
            "lastPulledAgo": "5 minutes ago",
            "source": "amazon_spapi_inventory",
            "syncEnabled": True,
            "error": None,
            "notes": [
                {
                    "stream": "ledger",
                    "code": "unseen_code",
                    "detail": "reason has a value it never had before: Z",
                    "notedAt": "2026-11-11T02:01:00Z",
                }
            ],
            "nextDue": "2026-11-11T12:55:00Z",
            "rows": 12390,
        }
    ],
}

EVENTS = (
    'id: 1\nretry: 1000\ndata: {"type":"sync_progress","syncId":"sync_anna_1702345678901","progress":10,'
    '"status":"running","message":"Sync starting..."}\n\n'
    'id: 2\nretry: 1000\ndata: {"type":"sync_complete","syncId":"sync_anna_1702345678901","progress":100,'
    '"status":"completed","message":"Sync completed successfully - 5 discrepancies detected","claimsDetected":5}\n\n'
)

_PLACE = {"table": "ledger_events", "rawObject": "raw/ledger/7", "pointer": "112"}
_DETECTION: dict[str, Any] = {
    "id": "0b2f6a3e-7d55-4b52-9f4e-2f3f6f1f6d10",
    "syncId": SYNC_ID,
    "anomalyType": "lost_warehouse",
    "anomalyFamily": "missing_unit",
    "tier": "claim",
    "severity": "medium",
    "quantity": 2,
    "estimatedValue": 25.1,
    "currency": "USD",
    "valueBasis": "cogs",
    "confidenceScore": 0.95,
    "probability": None,
    "status": "pending",
    "marketplaceId": "ATVPDKIKX0DER",
    "sku": "SKU-1",
    "fnsku": "X001",
    "asin": "B001",
    "orderId": None,
    "orderItemId": None,
    "shipmentId": None,
    "removalOrderId": None,
    "anchorDate": "2026-10-02",
    "claimableFrom": "2026-10-02",
    "discoveryDate": "2026-11-23T02:00:11Z",
    "deadlineDate": "2026-12-01",
    "daysRemaining": 8,
    "expired": False,
    "evidence": {
        "policy": {"window": "fc_lost/US/2024-10-23"},
        "valuation": {"basis": "cogs", "estimatedValue": "25.10", "currency": "USD"},
        "netting": [{"pass": "found", "kind": "found", "units": 1, "before": 3, "after": 2, "source": _PLACE}],
        "sourceRows": [{**_PLACE, "row": {"occurred_on": "2026-10-02", "reason": "M", "quantity": -3}}],
        "coverage": {"ledger": {"from": "2026-09-29", "missing": []}},
        "warnings": [],
    },
}
DETECTIONS = {
    "success": True,
    "results": [_DETECTION],
    "total": 1,
    "nextCursor": None,
    "totals": [{"currency": "USD", "claimable": 25.1, "review": 0.0, "expired": 0.0}],
}
DETECTION = {
    "success": True,
    **_DETECTION,
    "score": None,
    "timeline": [
        {
            "date": "2026-10-02",
            "kind": "ledger",
            "quantity": -3,
            "text": "Amazon booked Adjustments, reason M at PHX7",
            "source": _PLACE,
        },
        {"date": "2026-11-22", "kind": "detected", "quantity": 2, "text": "detected", "source": None},
    ],
}

COST_CSV = "sku,unitCost,currency,validFrom\nSKU-1,12.55,USD,2025-03-31\n"
COST_LIST = [{"sku": "SKU-1", "unitCost": 12.55, "currency": "USD", "validFrom": "2025-03-31"}]
COSTS_TAKEN = {"success": True, "accepted": 1, "rejected": [{"row": 2, "detail": "sku is empty"}]}
COSTS = {"success": True, "costs": COST_LIST, "total": 1, "nextCursor": None}
