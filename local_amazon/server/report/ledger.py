"""The inventory ledger: detail view and summary view. Both are written with every cell in quotes.

Names with blanks, the quotes and the date forms are those of live files (see the package). The newest columns are
`Date and Time` and `Store`.
"""

from collections.abc import Iterator

import numpy as np

from local_amazon.server import cells
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Column, Document, columns
from local_amazon.server.report.ask import Ask
from local_amazon.world import names
from local_amazon.world.schema import EVENTS
from local_amazon.world.store import Batch

SEPARATOR = '"\t"'
PRODUCT = Column(("FNSKU", "ASIN", "MSKU", "Title"))
DETAIL = [
    Column(("Date",)),
    PRODUCT,
    *columns(
        "Event Type",
        "Reference ID",
        "Quantity",
        "Fulfillment Center",
        "Disposition",
        "Reason",
        "Country",
        "Reconciled Quantity",
        "Unreconciled Quantity",
        "Date and Time",
        "Store",
        quantity="Quantity",
        code="Reason",
    ),
]
COUNTS = {
    "Starting Warehouse Balance": "starting",
    "In Transit Between Warehouses": "in_transit",
    "Receipts": "receipts",
    "Customer Shipments": "customer_shipments",
    "Customer Returns": "customer_returns",
    "Vendor Returns": "vendor_returns",
    "Warehouse Transfer In/Out": "transfers",
    "Found": "found",
    "Lost": "lost",
    "Damaged": "damaged",
    "Disposed": "disposed",
    "Other Events": "other",
    "Ending Warehouse Balance": "ending",
    "Unknown Events": "unknown",
}
SUMMARY = [
    Column(("Date",)),
    PRODUCT,
    *columns("Disposition", *COUNTS, "Location", "Store", quantity="Ending Warehouse Balance", code="Disposition"),
]
PERIODS = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}


def detail(ask: Ask) -> Document:
    """Every event of the days; options narrow it to one event type or product."""
    return Document(DETAIL, _detail(ask), quoted=True, newline="\r\n")


def _detail(ask: Ask) -> Iterator[Cells]:
    for batch in ask.rows("ledger", ask.days()):
        chosen = batch.where(_wanted(ask, batch))
        yield [
            cells.days(chosen["day"], "%m/%d/%Y").tolist(),
            _product(ask, chosen),
            chosen.words("event"),
            _references(chosen),
            cells.whole(chosen["quantity"]),
            chosen.words("center"),
            chosen.words("disposition"),
            chosen.words("reason"),
            ask.market(chosen, "country").tolist(),
            cells.whole_or_empty(chosen["reconciled"], -1).tolist(),
            cells.whole_or_empty(chosen["unreconciled"], -1).tolist(),
            cells.moments(chosen["time"], ask.zone, colon=False).tolist(),
            ask.store(chosen).tolist(),
        ]


def _wanted(ask: Ask, batch: Batch) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    chosen = np.ones(len(batch), bool)
    if "eventType" in ask.options:
        chosen &= batch["event"] == EVENTS.index(ask.options["eventType"])
    for option, name in {"FNSKU": "fnsku", "MSKU": "sku", "ASIN": "asin"}.items():
        if option in ask.options:
            chosen &= ask.product(batch, name) == ask.options[option]
    return chosen


def _references(batch: Batch) -> list[str]:
    texts = cells.whole(batch["reference"])
    special = np.isin(batch["event"], [EVENTS.index("Receipts"), EVENTS.index("VendorReturns")])
    events = batch["event"].tolist()
    for row in np.flatnonzero(special | (batch["reference"] == 0)).tolist():
        texts[row] = names.ledger_reference(EVENTS[events[row]], int(batch["reference"][row]))
    return texts


def _product(ask: Ask, batch: Batch) -> list[str]:
    texts: list[str] = ask.product(batch, "fnsku", "asin", "sku", "title", separator=SEPARATOR).tolist()
    return texts


def summary(ask: Ask) -> Document:
    """Balances by FNSKU, disposition and place, by month unless asked otherwise."""
    return Document(SUMMARY, _summary(ask), quoted=True, newline="\r\n")


def _summary(ask: Ask) -> Iterator[Cells]:
    by_center = ask.options.get("aggregateByLocation") == "FC"
    period = ask.options.get("aggregatedByTimePeriod", "MONTHLY")
    first, end = ask.days()
    form = "%m/%Y" if period == "MONTHLY" else "%m/%d/%Y"
    for batch in ask.account.tables.ledger_summary(
        first,
        end - 1,
        ask.as_of,
        period=PERIODS[period],  # type: ignore[arg-type]
        place="center" if by_center else "country",
        markets=ask.markets,
    ):
        yield [
            cells.days(batch["day"], form).tolist(),
            _product(ask, batch),
            batch.words("disposition"),
            *(cells.whole(batch[name]) for name in COUNTS.values()),
            batch.words("center") if by_center else ask.market(batch, "country").tolist(),
            ask.store(batch).tolist(),
        ]
