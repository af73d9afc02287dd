"""Amazon's usage plans: how often an operation may be called.

Rates and bursts: the usage-plan table of each operation in Amazon's API models,
https://github.com/amzn/selling-partner-api-models (reports_2021-06-30, finances_2024-06-19, financesV0, fbaInventory,
fulfillmentInboundV0, orders_2026-01-01, ordersV0, sellers).
They are defaults: Amazon names the rate in force in `x-amzn-RateLimit-Limit`.
"""

from datetime import timedelta
from typing import NamedTuple


class UsagePlan(NamedTuple):
    """A token bucket: `rate` calls per second flow in, at most `burst` calls are kept."""

    rate: float
    burst: float

    def scaled(self, factor: float) -> "UsagePlan":
        """The plan of an Amazon that is so much faster; at least one call is kept."""
        return UsagePlan(self.rate * factor, max(1, round(self.burst * factor)))

    def with_margin(self) -> "UsagePlan":
        """A tenth of the burst held back: calls take different times to arrive, and Amazon counts arrivals."""
        return UsagePlan(self.rate, self.burst - max(1.0, self.burst / 10) if self.burst > 1 else self.burst)

    def least_time(self, calls: int) -> timedelta:
        """The least time after which the last of that many calls may be sent, from a full bucket."""
        return timedelta(seconds=max(0.0, calls - self.burst) / self.rate)

    def calls_within(self, span: timedelta) -> int:
        """How many calls may be sent in that time, from a full bucket."""
        return int(self.burst + self.rate * span.total_seconds())


USAGE_PLANS = {
    "createReport": UsagePlan(0.0167, 15),
    "getReport": UsagePlan(2, 15),
    "getReports": UsagePlan(0.0222, 10),
    "getReportDocument": UsagePlan(0.0167, 15),
    "listTransactions": UsagePlan(0.5, 10),
    "listFinancialEvents": UsagePlan(0.5, 30),
    "searchOrders": UsagePlan(0.0056, 20),
    "getOrders": UsagePlan(0.0167, 20),
    "getOrderItems": UsagePlan(0.5, 30),
    "getShipments": UsagePlan(2, 30),
    "getShipmentItems": UsagePlan(2, 30),
    "getInventorySummaries": UsagePlan(2, 2),
    "getMarketplaceParticipations": UsagePlan(0.016, 15),
}

# Of every operation of Amazon's sandbox (https://developer-docs.amazon.com/sp-api/docs/the-selling-partner-api-sandbox).
SANDBOX_PLAN = UsagePlan(5, 15)

APPLICATION_PLANS: dict[str, UsagePlan] = {}
"""Limits of an application over all its sellers. Amazon's pages of rate limits (the column "per application" on
https://developer-docs.amazon.com/sp-api/docs/product-type-definitions-api-rate-limits, for example) name none for the
operations above; one that is told to an application goes here."""


def scaled(factor: float, *, sandbox: bool = False) -> dict[str, UsagePlan]:
    """Every operation's plan at an Amazon, or a sandbox of Amazon's, that is so much faster than the real one."""
    return {name: (SANDBOX_PLAN if sandbox else plan).scaled(factor) for name, plan in USAGE_PLANS.items()}
