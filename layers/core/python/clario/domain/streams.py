"""The stream table: every data set we load, where its rows come from, how often, and where they go.

Every other layer reads it; only this module knows streams. A new stream is a row here, a normaliser in
`domain/normalize/` and a table in `domain/tables.py`; `docs/streams.md` shows how.
"""

from collections.abc import Mapping
from datetime import timedelta

from .sources import FoundReportSource, PagedSource, ReportSource, Source, Stream, Unit

DAILY, MONTHLY = timedelta(days=1), timedelta(days=30)
NEAR_REAL_TIME = timedelta(minutes=30)

# How long page tokens live is told by users, by errors and by Amazon's models; some of it is left for slow answers.
# https://github.com/amzn/selling-partner-api-models/issues/4867 (finances 2024-06-19: five minutes),
# https://github.com/amzn/selling-partner-api-docs/issues/981 (finances v0: 3 to 25 minutes).
# Of the others nobody says it, or it is a day: what counts there is how long a worker may wait for its next call.
FINANCES_TOKENS, OLD_FINANCES_TOKENS = timedelta(minutes=4), timedelta(minutes=2)
WORKERS_PATIENCE = timedelta(minutes=1)

# "Orders from the last 48 hours might not be included in financial events":
# https://developer-docs.amazon.com/sp-api/reference/listfinancialevents
FINANCES_LATE = 3

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        Stream(
            "ledger",
            band="inventory",
            cadence=DAILY,
            health_source="amazon_spapi_inventory",
            sources=(
                ReportSource(
                    # 18 months of history, both dates needed, one window for all event types.
                    name="GET_LEDGER_DETAIL_VIEW_DATA",
                    tables=("ledger_events",),
                    normaliser="ledger",
                    slice_days=184,
                    trailing_days=92,  # reconciled and unreconciled quantities change in place
                ),
            ),
        ),
        Stream(
            "ledger_summary",
            band="inventory",
            cadence=DAILY,
            health_source="amazon_spapi_ledger_summary",
            sources=(
                ReportSource(
                    name="GET_LEDGER_SUMMARY_VIEW_DATA",
                    tables=("ledger_balances",),
                    normaliser="ledger_summary",
                    slice_days=186,
                    trailing_days=32,  # this month and the last
                    unit=Unit.MONTH,
                    options={"aggregatedByTimePeriod": "MONTHLY", "aggregateByLocation": "COUNTRY"},
                ),
            ),
        ),
        Stream(
            "inventory",
            band="inventory",
            cadence=timedelta(minutes=15),
            health_source="amazon_spapi_inventory",
            sources=(
                PagedSource(
                    name="getInventorySummaries",
                    tables=("inventory",),
                    normaliser="inventory",
                    slice_days=1,
                    trailing_days=1,
                    per_marketplace=True,
                    present_only=True,
                    page_rows=50,  # https://github.com/amzn/selling-partner-api-models/issues/2312
                    rows_per_order=0.005,
                    paged_within=WORKERS_PATIENCE,
                ),
            ),
        ),
        Stream(
            "inbound_shipments",
            band="inventory",
            cadence=timedelta(minutes=30),
            health_source="amazon_spapi_shipments",
            sources=(
                PagedSource(
                    # By the day of the last change: what changes comes again in a newer window.
                    name="getShipments",
                    tables=("inbound_shipments", "inbound_shipment_statuses"),
                    normaliser="inbound_shipments",
                    slice_days=30,
                    trailing_days=7,
                    per_marketplace=True,
                    personal=True,
                    page_rows=50,  # https://github.com/amzn/selling-partner-api-models/issues/822
                    rows_per_order=0.002,
                    paged_within=WORKERS_PATIENCE,
                ),
                PagedSource(
                    # Narrow windows: its page tokens are lost now and then
                    # (https://github.com/amzn/selling-partner-api-docs/issues/2758).
                    name="getShipmentItems",
                    tables=("inbound_shipment_items", "inbound_shipment_plans"),
                    normaliser="inbound_shipment_items",
                    slice_days=7,
                    trailing_days=7,
                    per_marketplace=True,
                    page_rows=50,
                    rows_per_order=0.02,
                    paged_within=WORKERS_PATIENCE,
                ),
            ),
        ),
        Stream(
            "customer_shipments",
            band="inventory",
            cadence=DAILY,
            health_source="amazon_spapi_customer_shipments",
            sources=(
                ReportSource(
                    name="GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
                    tables=("shipped_items",),
                    normaliser="customer_shipments",
                    slice_days=184,
                    trailing_days=7,  # up to a day late
                    cooldown=NEAR_REAL_TIME,
                    personal=True,
                ),
            ),
        ),
        Stream(
            "reimbursements",
            band="claims",
            cadence=DAILY,
            health_source="amazon_spapi_reimbursements",
            sources=(
                ReportSource(
                    name="GET_FBA_REIMBURSEMENTS_DATA",
                    tables=("claims",),
                    normaliser="reimbursements",
                    slice_days=184,
                    trailing_days=184,  # reversals and late approvals
                ),
            ),
        ),
        Stream(
            "returns",
            band="claims",
            cadence=DAILY,
            health_source="amazon_spapi_returns",
            sources=(
                ReportSource(
                    name="GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
                    tables=("returns",),
                    normaliser="returns",
                    slice_days=184,
                    trailing_days=60,  # returns are told late, and their status changes
                    personal=True,
                ),
            ),
        ),
        Stream(
            "replacements",
            band="claims",
            cadence=DAILY,
            health_source="amazon_spapi_replacements",
            sources=(
                ReportSource(
                    name="GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_REPLACEMENT_DATA",
                    tables=("replacements",),
                    normaliser="replacements",
                    slice_days=184,
                    trailing_days=30,
                ),
            ),
        ),
        Stream(
            "removals",
            band="claims",
            cadence=DAILY,
            health_source="amazon_spapi_removals",
            sources=(
                # Amazon does not say which of their dates the windows of these two are cut by; of parcels users tell
                # that it is the day their order was made (https://github.com/amzn/selling-partner-api-docs/issues/3020).
                ReportSource(
                    name="GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA",
                    tables=("removal_orders",),
                    normaliser="removal_orders",
                    slice_days=184,
                    trailing_days=120,  # an order is worked on for weeks
                    cooldown=NEAR_REAL_TIME,
                ),
                ReportSource(
                    name="GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
                    tables=("removal_shipments",),
                    normaliser="removal_shipments",
                    slice_days=184,
                    trailing_days=120,
                    cooldown=NEAR_REAL_TIME,
                ),
            ),
        ),
        Stream(
            "fees",
            band="fees",
            cadence=DAILY,
            health_source="amazon_spapi_fees",
            sources=(
                ReportSource(
                    # Made within 72 hours, so that at least as much must be asked for
                    # (https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba).
                    name="GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA",
                    tables=("fee_previews",),
                    normaliser="fees",
                    slice_days=1,
                    trailing_days=1,
                    present_only=True,
                    cooldown=timedelta(hours=24),
                    days_before=4,
                ),
            ),
        ),
        Stream(
            "storage_fees",
            band="fees",
            cadence=MONTHLY,
            health_source="amazon_spapi_storage_fees",
            sources=(
                # A month's charges are published in the middle of the next one.
                ReportSource(
                    name="GET_FBA_STORAGE_FEE_CHARGES_DATA",
                    tables=("storage_charges",),
                    normaliser="storage_charges",
                    slice_days=186,
                    trailing_days=62,
                    unit=Unit.MONTH,
                ),
                ReportSource(
                    name="GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
                    tables=("aged_inventory_charges",),
                    normaliser="aged_inventory_charges",
                    slice_days=186,
                    trailing_days=62,
                    unit=Unit.MONTH,
                ),
            ),
        ),
        Stream(
            "orders",
            band="finances",
            cadence=timedelta(minutes=5),
            health_source="amazon_spapi_orders",
            sources=(
                ReportSource(
                    # At most 30 days a report, the days asked for on both sides included
                    # (https://developer-docs.amazon.com/sp-api/docs/report-type-values-order).
                    name="GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
                    tables=("orders", "order_items"),
                    normaliser="orders",
                    slice_days=28,
                    trailing_days=2,
                    cooldown=timedelta(0),
                    personal=True,
                ),
                PagedSource(
                    name="searchOrders",
                    tables=("orders", "order_items"),
                    normaliser="orders_2026",
                    slice_days=1,
                    trailing_days=2,
                    version="2026-01-01",
                    personal=True,
                    page_rows=100,
                    rows_per_order=1,
                    paged_within=WORKERS_PATIENCE,
                ),
                PagedSource(
                    name="getOrders",
                    tables=("orders", "order_items"),
                    normaliser="orders_v0",
                    slice_days=1,
                    trailing_days=2,
                    version="v0",
                    personal=True,
                    page_rows=100,
                    rows_per_order=1,
                    paged_within=WORKERS_PATIENCE,
                    also_called="getOrderItems",
                ),
            ),
        ),
        Stream(
            "financial_events",
            band="finances",
            cadence=timedelta(minutes=5),
            health_source="amazon_spapi_orders",
            sources=(
                PagedSource(
                    name="listTransactions",
                    tables=("financial_events",),
                    normaliser="financial_events",
                    slice_days=7,
                    trailing_days=30,  # DEFERRED rows are released within weeks
                    version="2024-06-19",
                    personal=True,
                    page_rows=480 * 5,  # so many transactions users have seen, of some five lines each
                    rows_per_order=6.5,
                    paged_within=FINANCES_TOKENS,
                    late_days=FINANCES_LATE,
                ),
                PagedSource(
                    # By week, always the same ones: some events have no date and are known by their window.
                    name="listFinancialEvents",
                    tables=("financial_events",),
                    normaliser="financial_events_v0",
                    slice_days=7,
                    trailing_days=30,
                    unit=Unit.WEEK,
                    version="v0",
                    personal=True,
                    page_rows=100 * 5,
                    rows_per_order=6.5,
                    paged_within=OLD_FINANCES_TOKENS,
                    late_days=FINANCES_LATE,
                ),
                FoundReportSource(
                    # By the day it was made; Amazon keeps reports for 90 days.
                    name="GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
                    tables=("settlement_lines",),
                    normaliser="settlements",
                    slice_days=14,
                    trailing_days=3,
                    kept_days=89,
                ),
            ),
        ),
    )
}


def source_of(stream: str, name: str) -> Source:
    """Raises `KeyError` when the stream has no such source."""
    for source in STREAMS[stream].sources:
        if source.name == name:
            return source
    raise KeyError(f"the stream {stream} has no source {name}")


def ways(stream: Stream, versions: Mapping[str, str]) -> dict[str, list[Source]]:
    """The stream's sources by dataset: each dataset must be loaded, by any one of its sources.

    Args:
        versions: the generation of Amazon's API to read, by stream.
    """
    found: dict[str, list[Source]] = {}
    for source in stream.sources:
        if source.version in (None, versions.get(stream.name)):
            found.setdefault(source.dataset, []).append(source)
    return found
