"""The report types: what builds each, how often Amazon makes its data anew, and what a request must keep to.

Amazon rebuilds the data of daily FBA reports at most every four hours and of near-real-time ones every thirty minutes
(https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba); the order report's 30 days:
https://developer-docs.amazon.com/sp-api/docs/report-type-values-order.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from local_amazon.server.account import Account
from local_amazon.server.document import Document
from local_amazon.server.jobs import Job
from local_amazon.server.report import customers, fees, ledger, orders, removals, settlements
from local_amazon.server.report.ask import Ask, ask_of

DAILY, NEAR_REAL_TIME, AT_ONCE = timedelta(hours=4), timedelta(minutes=30), timedelta(0)


@dataclass(frozen=True, slots=True)
class ReportType:
    """`needs_dates`: both times must be given; `longest`: more days than that end FATAL."""

    build: Callable[[Ask], Document]
    refresh: timedelta = DAILY
    needs_dates: bool = False
    longest: timedelta | None = None
    requestable: bool = True


LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
LEDGER_SUMMARY = "GET_LEDGER_SUMMARY_VIEW_DATA"
REIMBURSEMENTS = "GET_FBA_REIMBURSEMENTS_DATA"
SETTLEMENT = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"

REPORT_TYPES = {
    LEDGER: ReportType(ledger.detail, needs_dates=True),
    LEDGER_SUMMARY: ReportType(ledger.summary, needs_dates=True),
    REIMBURSEMENTS: ReportType(customers.reimbursements),
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": ReportType(customers.returns),
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA": ReportType(customers.replacements),
    "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA": ReportType(customers.shipments, NEAR_REAL_TIME),
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA": ReportType(removals.orders, NEAR_REAL_TIME),
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA": ReportType(removals.shipments, NEAR_REAL_TIME),
    "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA": ReportType(fees.preview),
    "GET_FBA_STORAGE_FEE_CHARGES_DATA": ReportType(fees.storage),
    "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA": ReportType(fees.aged),
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": ReportType(
        orders.all_orders, AT_ONCE, longest=timedelta(days=30)
    ),
    SETTLEMENT: ReportType(settlements.settlement, requestable=False),
}


def document_of(account: Account, job: Job) -> Document:
    """The document of a job that is done."""
    document = REPORT_TYPES[job.type].build(ask_of(account, job))
    return replace(document, batches=()) if job.empty else document


def has_rows(account: Account, job: Job) -> bool:
    """Whether there is anything to tell."""
    return any(len(batch[0]) for batch in document_of(account, job).batches)
