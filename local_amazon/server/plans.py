"""Usage plans: one token bucket for each selling partner, application and operation.

Default rates (calls a second) and bursts are those of Amazon's published models
(https://github.com/amzn/selling-partner-api-models); the 429 body and the missing Retry-After follow
https://developer-docs.amazon.com/sp-api/docs/usage-plans-and-rate-limits.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from local_amazon.server.answers import Answer, error

PLANS = {
    "listTransactions": (0.5, 10),
    "getInventorySummaries": (2.0, 2),
    "createReport": (0.0167, 15),
    "getReport": (2.0, 15),
    "getReports": (0.0222, 10),
    "cancelReport": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
    "getMarketplaceParticipations": (0.016, 15),
}


@dataclass(slots=True)
class Bucket:
    """Tokens left at a moment."""

    tokens: float
    at: datetime


class UsagePlans:
    """All buckets; `scale` multiplies every rate and burst."""

    def __init__(self, scale: float) -> None:
        self._scale = scale
        self._buckets: dict[tuple[str, str, str], Bucket] = {}
        self.calls: Counter[str] = Counter()
        self.throttled: Counter[str] = Counter()

    def rate(self, operation: str) -> float:
        """Calls a second, as the header x-amzn-RateLimit-Limit names it."""
        return PLANS[operation][0] * self._scale

    def take(self, partner: str, app: str, operation: str, now: datetime) -> bool:
        """Use one call; False: the quota is exceeded and nothing was used."""
        burst = PLANS[operation][1] * self._scale
        bucket = self._buckets.setdefault((partner, app, operation), Bucket(burst, now))
        elapsed = max(0.0, (now - bucket.at).total_seconds())
        bucket.tokens, bucket.at = min(burst, bucket.tokens + elapsed * self.rate(operation)), now
        if bucket.tokens < 1 - 1e-9:
            return False
        bucket.tokens -= 1
        return True


def quota_exceeded() -> Answer:
    return error(429, "QuotaExceeded", "You exceeded your quota for the requested resource.")
