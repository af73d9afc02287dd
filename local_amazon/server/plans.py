"""Usage plans: one token bucket for each selling partner, application and operation.

Default rates (calls a second) and bursts are those of Amazon's published models
(https://github.com/amzn/selling-partner-api-models); the 429 body and the missing Retry-After follow
https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from local_amazon.server.answers import Answer, error


class Plan(NamedTuple):
    """`rate` calls a second flow in, at most `burst` are kept."""

    rate: float
    burst: int


PLANS = {
    "getMarketplaceParticipations": Plan(0.016, 15),
    "getInventorySummaries": Plan(2, 2),
    "listFinancialEventGroups": Plan(0.5, 30),
    "listFinancialEvents": Plan(0.5, 30),
    "listFinancialEventsByGroupId": Plan(0.5, 30),
    "listFinancialEventsByOrderId": Plan(0.5, 30),
    "listTransactions": Plan(0.5, 10),
    "getOrders": Plan(0.0167, 20),
    "getOrder": Plan(0.5, 30),
    "getOrderItems": Plan(0.5, 30),
    "searchOrders": Plan(0.0056, 20),
    "getOrder2026": Plan(0.5, 30),
    "getShipments": Plan(2, 30),
    "getShipmentItems": Plan(2, 30),
    "getShipmentItemsByShipmentId": Plan(2, 30),
    "createReport": Plan(0.0167, 15),
    "getReport": Plan(2, 15),
    "getReports": Plan(0.0222, 10),
    "cancelReport": Plan(0.0222, 10),
    "getReportDocument": Plan(0.0167, 15),
    "getMyFeesEstimates": Plan(0.5, 1),
    "getMyFeesEstimateForSKU": Plan(1, 2),
    "getMyFeesEstimateForASIN": Plan(1, 2),
    "getCatalogItem": Plan(2, 2),
    "searchCatalogItems": Plan(2, 2),
}
"""By operation; getOrder2026 is getOrder of the Orders API 2026-01-01, whose name the version of 2013 has too."""

APP_WIDE = {"getCatalogItem": Plan(250, 250), "searchCatalogItems": Plan(500, 500)}
"""Limits of an application over all its sellers (https://developer-docs.amazon.com/sp-api/docs/catalog-items-api-rate-limits)."""

SANDBOX = Plan(5, 15)
"""Of every operation of the static sandbox (https://developer-docs.amazon.com/sp-api/docs/the-selling-partner-api-sandbox)."""

EVERYONE = "*"


@dataclass(slots=True)
class Bucket:
    """Tokens left at a moment."""

    tokens: float
    at: datetime


class UsagePlans:
    """All buckets; `scale` multiplies every rate and burst."""

    def __init__(self, scale: float, *, sandbox: bool = False) -> None:
        self._scale, self._sandbox = scale, sandbox
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()

    def rate(self, operation: str) -> float:
        """Calls a second, as the header x-amzn-RateLimit-Limit names it."""
        return self._plan(operation).rate * self._scale

    def take(self, partner: str, app: str, operation: str, now: datetime) -> bool:
        """Use one call of the seller's and of the application's plan; False: a quota is exceeded."""
        buckets = [self._bucket((partner, app, operation), self._plan(operation), now)]
        if operation in APP_WIDE:
            buckets.append(self._bucket((EVERYONE, app, operation), APP_WIDE[operation], now))
        if any(bucket.tokens < 1 - 1e-9 for bucket in buckets):
            self.throttled[operation] += 1
            return False
        for bucket in buckets:
            bucket.tokens -= 1
        return True

    def _plan(self, operation: str) -> Plan:
        return SANDBOX if self._sandbox else PLANS[operation]

    def _bucket(self, key: tuple[str, str, str], plan: Plan, now: datetime) -> Bucket:
        """The bucket, filled up to `now`."""
        burst = plan.burst * self._scale
        bucket = self._buckets.setdefault(key, Bucket(burst, now))
        elapsed = max(0.0, (now - bucket.at).total_seconds())
        bucket.tokens, bucket.at = min(burst, bucket.tokens + elapsed * plan.rate * self._scale), now
        return bucket


def quota_exceeded() -> Answer:
    return error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
