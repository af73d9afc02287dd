"""The stream table: every data set we load, one row each. Every other layer reads it; only this module knows streams.

A new stream is a row here, a normaliser in `domain/normalize/`, a record in `domain/records.py` and a table.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from .records import FinancialEvent, Inventory, LedgerEvent, Record, Reimbursement


class WriteMode(StrEnum):
    """How a document's rows meet the rows already stored for its days."""

    REPLACE = "replace"  # the document is the whole truth of a day: rows it no longer names are deleted
    UPSERT = "upsert"  # rows come and change, they do not go
    SNAPSHOT = "snapshot"  # the document is a marketplace's present state: what it no longer names becomes zero


@dataclass(frozen=True, slots=True)
class ReportSource:
    """Rows come from a report of the Reports API.

    `cooldown` is how long Amazon keeps answering with the last build of the report: daily FBA reports are rebuilt at
    most every 4 hours (https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba).
    """

    report_type: str
    cooldown: timedelta = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class PagedSource:
    """Rows come page by page from an operation, read in one go because page tokens live minutes or seconds."""

    operation: str


@dataclass(frozen=True, slots=True)
class History:
    """Where the last state of each day is kept: one row a day of each row that Amazon named that day."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """One data set.

    Attributes:
        slice_days: the longest range one slice loads.
        trailing_days: how far back rows still change at Amazon, so that every sync reads them again.
        record: the shape of its rows; its fields are the columns of `table`.
        key: the columns that identify a row within a connection.
        day: the column that says which day a row belongs to (the fence and `replace` work by day); None in a snapshot,
            whose rows are all of the moment it was taken.
        band: the progress band it counts in (`clario.domain.progress`).
        normaliser: the module in `clario.domain.normalize`.
        per_marketplace: Amazon is asked for one marketplace at a time.
        history: of a snapshot.
    """

    name: str
    source: ReportSource | PagedSource
    slice_days: int
    trailing_days: int
    table: str
    record: type[Record]
    key: tuple[str, ...]
    day: str | None
    mode: WriteMode
    band: str
    normaliser: str
    cadence: timedelta
    health_source: str
    per_marketplace: bool = False
    history: History | None = None


DAILY = timedelta(days=1)

STREAMS: dict[str, Stream] = {
    stream.name: stream
    for stream in (
        Stream(
            name="ledger",
            # 18 months of history, both dates needed, one window for all event types.
            source=ReportSource("GET_LEDGER_DETAIL_VIEW_DATA"),
            slice_days=92,
            trailing_days=92,  # reconciled and unreconciled quantities change in place
            table="ledger_events",
            record=LedgerEvent,
            key=("occurred_on", "event_key", "ordinal"),
            day="occurred_on",
            mode=WriteMode.REPLACE,
            band="inventory",
            normaliser="ledger",
            cadence=DAILY,
            health_source="amazon_spapi_inventory",
        ),
        Stream(
            name="inventory",
            source=PagedSource("getInventorySummaries"),
            slice_days=1,
            trailing_days=1,
            table="inventory",
            record=Inventory,
            key=("marketplace_id", "sku"),
            day=None,
            mode=WriteMode.SNAPSHOT,
            band="inventory",
            normaliser="inventory",
            cadence=timedelta(minutes=15),
            health_source="amazon_spapi_inventory",
            per_marketplace=True,
            history=History(
                "inventory_history",
                (
                    "total_quantity",
                    "fulfillable_quantity",
                    "inbound_working_quantity",
                    "inbound_shipped_quantity",
                    "inbound_receiving_quantity",
                    "reserved_quantity",
                    "researching_quantity",
                    "unfulfillable_quantity",
                ),
            ),
        ),
        Stream(
            name="reimbursements",
            source=ReportSource("GET_FBA_REIMBURSEMENTS_DATA"),
            slice_days=184,
            trailing_days=184,  # reversals and late approvals
            table="claims",
            record=Reimbursement,
            key=("reimbursement_id", "row_key", "ordinal"),
            day="approved_on",
            mode=WriteMode.UPSERT,
            band="claims",
            normaliser="reimbursements",
            cadence=DAILY,
            health_source="amazon_spapi_reimbursements",
        ),
        Stream(
            name="financial_events",
            source=PagedSource("listTransactions"),
            slice_days=7,
            trailing_days=30,  # DEFERRED rows are released within weeks
            table="financial_events",
            record=FinancialEvent,
            key=("event_id",),
            day="posted_on",
            mode=WriteMode.UPSERT,
            band="finances",
            normaliser="financial_events",
            cadence=timedelta(minutes=5),
            health_source="amazon_spapi_orders",
        ),
    )
}
