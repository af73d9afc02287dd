"""A call of an SP-API operation: who asks what, when."""

from dataclasses import dataclass
from datetime import datetime

from local_amazon.server.account import Account
from local_amazon.server.answers import Request
from local_amazon.server.faults import Fault, Faults


@dataclass(frozen=True, slots=True)
class Call:
    """`ids` are the path's parameters in their order."""

    operation: str
    request: Request
    ids: tuple[str, ...]
    account: Account
    now: datetime
    faults: Faults

    @property
    def query(self) -> dict[str, str]:
        return self.request.query

    def strike(self, kinds: tuple[str, ...], report_type: str | None = None) -> Fault | None:
        """The fault out of these kinds that befalls this call."""
        partner = self.account.seller.selling_partner_id
        return self.faults.strike(self.operation, kinds, self.now, report_type, partner)
