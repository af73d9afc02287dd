"""The `SellerApi` port on Amazon's static sandbox, which answers fixed requests with fixed samples and nothing else.

The requests: `x-amzn-api-sandbox` in Amazon's API models, https://github.com/amzn/selling-partner-api-models; how they
are matched: https://developer-docs.amazon.com/sp-api/docs/the-selling-partner-api-sandbox.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime

from clario.errors import RequestRefused
from clario.services.ports import Report, ReportRequest
from clario.spapi.operations import (
    CREATE_REPORT,
    GET_ORDER_ITEMS,
    GET_ORDERS,
    GET_SHIPMENT_ITEMS,
    GET_SHIPMENTS,
    LIST_FINANCIAL_EVENTS,
    LIST_TRANSACTIONS,
    SEARCH_ORDERS,
    Operation,
)
from clario.spapi.orders import INCLUDED
from clario.spapi.seller_api import AmazonSellerApi

SAMPLE_REPORT_ID = "ID323"
SAMPLE_ORDER_ID = "TEST_CASE_200"
SAMPLE_REPORT_TYPE = "GET_MERCHANT_LISTINGS_ALL_DATA"
SAMPLE_REPORT = {
    "reportType": SAMPLE_REPORT_TYPE,
    "dataStartTime": "2024-03-10T20:11:24.000Z",
    "marketplaceIds": ["A1PA6795UKMFR9", "ATVPDKIKX0DER"],
}
SAMPLE_TRANSACTIONS = {"postedAfter": "2023-03-07", "nextToken": "jehgri34yo7jr9e8f984tr9i4o"}
SAMPLE_EVENTS = {"MaxResultsPerPage": "10", "NextToken": "jehgri34yo7jr9e8f984tr9i4o"}
SAMPLE_SHIPMENTS = {"MarketplaceId": "ATVPDKIKX0DER", "QueryType": "SHIPMENT"}
SAMPLE_SHIPMENT_ITEMS = {**SAMPLE_SHIPMENTS, "NextToken": "NextToken"}
SAMPLE_ORDERS_V0 = {"CreatedAfter": "TEST_CASE_200", "MarketplaceIds": "ATVPDKIKX0DER"}
# Amazon has this one with buyer and recipient. We do not ask for them here either, so it may have no sample for us.
SAMPLE_ORDERS = {
    "createdAfter": "2024-12-25T00:00:00Z",
    "marketplaceIds": "A1VC38T7YXB528",
    "includedData": INCLUDED,
}


class SandboxSellerApi(AmazonSellerApi):
    """Asks for the samples, whatever was to be asked for; where there is none, the answer is empty.

    A sample is one page: its page token leads nowhere. The seller's marketplaces are asked for as ever, since that
    request has no parameters, and so is the inventory, of which the sandbox knows what its user put there.
    """

    def find_reports(
        self,
        report_types: list[str],
        marketplace_ids: tuple[str, ...],
        since: datetime,
    ) -> list[Report]:
        """None: the sample is about reports of types that nobody here reads."""
        return []

    def create_report(self, request: ReportRequest) -> str:
        """Ask for the sample; the answer is its id."""
        with _nothing_if_unknown():
            self._client.call(CREATE_REPORT, body=SAMPLE_REPORT)
        return SAMPLE_REPORT_ID

    def get_report(self, report_id: str) -> Report:
        """The sample is being made for ever: as long as it is not done, there is no data."""
        with _nothing_if_unknown():
            report = super().get_report(report_id)
            if report.status == "DONE":
                return report
        return Report(report_id, SAMPLE_REPORT_TYPE, "CANCELLED", self._clock.now(), (), None, None, None, None)

    def transaction_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        return self._sample(LIST_TRANSACTIONS, SAMPLE_TRANSACTIONS)

    def financial_event_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        return self._sample(LIST_FINANCIAL_EVENTS, SAMPLE_EVENTS)

    def inventory_pages(self, marketplace_id: str) -> Iterator[bytes]:
        """Of a sandbox that keeps no inventory either: nothing."""
        with _nothing_if_unknown():
            yield from super().inventory_pages(marketplace_id)

    def order_pages(
        self,
        marketplace_ids: tuple[str, ...],
        after: datetime,
        before: datetime,
    ) -> Iterator[bytes]:
        return self._sample(SEARCH_ORDERS, SAMPLE_ORDERS)

    def order_pages_v0(
        self,
        marketplace_ids: tuple[str, ...],
        after: datetime,
        before: datetime,
    ) -> Iterator[bytes]:
        yield from self._sample(GET_ORDERS, SAMPLE_ORDERS_V0)
        yield from self._sample(GET_ORDER_ITEMS, {}, {"order": SAMPLE_ORDER_ID})

    def inbound_shipment_pages(
        self,
        marketplace_id: str,
        after: datetime,
        before: datetime,
    ) -> Iterator[bytes]:
        return self._sample(GET_SHIPMENTS, SAMPLE_SHIPMENTS)

    def inbound_item_pages(
        self,
        marketplace_id: str,
        after: datetime,
        before: datetime,
    ) -> Iterator[bytes]:
        return self._sample(GET_SHIPMENT_ITEMS, SAMPLE_SHIPMENT_ITEMS)

    def _sample(
        self, operation: Operation, params: Mapping[str, str], path: Mapping[str, str] | None = None
    ) -> Iterator[bytes]:
        with _nothing_if_unknown():
            yield self._client.call(operation, path, params).body


@contextmanager
def _nothing_if_unknown() -> Iterator[None]:
    """The sandbox answers 400 to what none of its cases is."""
    try:
        yield
    except RequestRefused as refusal:
        if refusal.status != 400:
            raise
