"""The `SellerApi` port on Amazon's Selling Partner API."""

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from types import TracebackType

import httpx

from clario.services.ports import AccessTokens, Clock, Report, ReportRequest, UsagePlans
from clario.spapi import documents, financial_events, inbound, inventory, orders, reports, transactions
from clario.spapi.auth import LoginWithAmazon, LwaCredentials
from clario.spapi.client import Client
from clario.spapi.operations import GET_MARKETPLACE_PARTICIPATIONS
from clario.spapi.wire import promised_shape


class AmazonSellerApi:
    """One connection's calls to Amazon; close it, or use it as a context manager.

    Args:
        base_url: the region's host.
        token_url: Login with Amazon, https://api.amazon.com/auth/o2/token in every region.
        rate_scale: how much faster than Amazon the other side is; divides every back-off.
        prepaid: an operation for each place in its usage plan that was taken before (`Throttled`) and has come.
        transport: where requests really go; the network when None.
    """

    def __init__(
        self,
        base_url: str,
        credentials: LwaCredentials,
        token_url: str,
        tokens: AccessTokens,
        usage_plans: UsagePlans,
        clock: Clock,
        rate_scale: float = 1.0,
        prepaid: Iterable[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        auth = LoginWithAmazon(credentials, token_url, tokens, clock)
        self._client = Client(base_url, auth, usage_plans, clock, rate_scale, prepaid, transport)
        self._clock = clock

    def __enter__(self) -> "AmazonSellerApi":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._client.close()

    def marketplace_ids(self) -> list[str]:
        """The marketplaces the seller takes part in, Amazon's order."""
        answer = self._client.call(GET_MARKETPLACE_PARTICIPATIONS)
        with promised_shape(GET_MARKETPLACE_PARTICIPATIONS.name):
            return [
                str(entry["marketplace"]["id"])
                for entry in answer.data["payload"]
                if entry["participation"]["isParticipating"]
            ]

    def find_reports(self, report_types: list[str], marketplace_ids: tuple[str, ...], since: datetime) -> list[Report]:
        """Reports of these types (at most 10) created since then that are queued, running or done, newest first."""
        return reports.find_reports(self._client, report_types, marketplace_ids, since, self._clock.now())

    def create_report(self, request: ReportRequest) -> str:
        """Ask for a report; the answer is its id. Not repeated after a failure that leaves open whether it arrived."""
        return reports.create_report(self._client, request)

    def get_report(self, report_id: str) -> Report:
        """How far the report is."""
        return reports.get_report(self._client, report_id)

    def open_document(self, document_id: str) -> AbstractContextManager[Iterator[bytes]]:
        """The document's plain bytes, decompressed, streamed; see `documents.open_document`."""
        return documents.open_document(self._client, document_id)

    def transaction_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `transactions.transaction_pages`."""
        return transactions.transaction_pages(self._client, posted_after, posted_before)

    def inventory_pages(self, marketplace_id: str) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `inventory.inventory_pages`."""
        return inventory.inventory_pages(self._client, marketplace_id)

    def financial_event_pages(self, posted_after: datetime, posted_before: datetime) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `financial_events.financial_event_pages`."""
        return financial_events.financial_event_pages(self._client, posted_after, posted_before)

    def order_pages(self, marketplace_ids: tuple[str, ...], after: datetime, before: datetime) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `orders.order_pages`."""
        return orders.order_pages(self._client, marketplace_ids, after, before)

    def order_pages_v0(self, marketplace_ids: tuple[str, ...], after: datetime, before: datetime) -> Iterator[bytes]:
        """The JSON body of each page of orders and of their items; see `orders.order_pages_v0`."""
        return orders.order_pages_v0(self._client, marketplace_ids, after, before)

    def inbound_shipment_pages(self, marketplace_id: str, after: datetime, before: datetime) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `inbound.shipment_pages`."""
        return inbound.shipment_pages(self._client, marketplace_id, after, before)

    def inbound_item_pages(self, marketplace_id: str, after: datetime, before: datetime) -> Iterator[bytes]:
        """The JSON body of each page, in order; see `inbound.item_pages`."""
        return inbound.item_pages(self._client, marketplace_id, after, before)
