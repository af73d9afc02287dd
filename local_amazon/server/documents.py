"""The report documents: which rows a request gets, and how Amazon writes them.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba with the names that connectors read in
live files. A window is cut in the marketplace's own days: every row of a local day the window touches is in it.
"""

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from local_amazon.world.build import World
from local_amazon.world.model import CURRENCY, LedgerRow, Reimbursement

LEDGER = "GET_LEDGER_DETAIL_VIEW_DATA"
REIMBURSEMENTS = "GET_FBA_REIMBURSEMENTS_DATA"
LEDGER_COLUMNS = [
    "Date",
    "FNSKU",
    "ASIN",
    "MSKU",
    "Title",
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
]
REIMBURSEMENT_COLUMNS = [
    "approval-date",
    "reimbursement-id",
    "case-id",
    "amazon-order-id",
    "reason",
    "sku",
    "fnsku",
    "asin",
    "product-name",
    "condition",
    "currency-unit",
    "amount-per-unit",
    "amount-total",
    "quantity-reimbursed-cash",
    "quantity-reimbursed-inventory",
    "quantity-reimbursed-total",
    "original-reimbursement-id",
    "original-reimbursement-type",
]
EVENT_TYPES = ("Adjustments", "CustomerReturns", "Receipts", "Shipments", "VendorReturns", "WhseTransfers")


class Selection(NamedTuple):
    """What a report shows: local days, both included, as it could be seen at `as_of`, and the report's options."""

    first: date
    last: date
    as_of: datetime
    options: dict[str, str]


class Table(NamedTuple):
    """A document before it is written. `quantity` is the column a malformed row spoils."""

    columns: list[str]
    rows: list[list[str]]
    quoted: bool
    newline: str
    quantity: int

    def text(self) -> str:
        return "".join(self._line(row) for row in [self.columns, *self.rows])

    def spoiled(self) -> "Table":
        """The same table with one more row, of a day in its middle, whose quantity is no number."""
        row = list(self.rows[len(self.rows) // 2] if self.rows else [""] * len(self.columns))
        row[self.quantity] = "abc"
        return self._replace(rows=[row, *self.rows])

    def _line(self, cells: list[str]) -> str:
        quote = '"' if self.quoted else ""
        return "\t".join(f"{quote}{cell}{quote}" for cell in cells) + self.newline


def ledger(world: World, chosen: Selection) -> Table:
    rows = [
        _ledger_cells(row, chosen.as_of)
        for row in world.ledger
        if chosen.first <= row.day <= chosen.last and row.visible_at <= chosen.as_of and _wanted(row, chosen.options)
    ]
    return Table(LEDGER_COLUMNS, rows, quoted=True, newline="\r\n", quantity=LEDGER_COLUMNS.index("Quantity"))


def _wanted(row: LedgerRow, options: dict[str, str]) -> bool:
    has = {
        "eventType": row.event,
        "FNSKU": row.listing.fnsku,
        "MSKU": row.listing.sku,
        "ASIN": row.listing.asin,
    }
    return all(has.get(name, value) == value for name, value in options.items())


def _ledger_cells(row: LedgerRow, now: datetime) -> list[str]:
    reconciled = row.reconciled(now)
    return [
        row.at.strftime("%m/%d/%Y"),
        row.listing.fnsku,
        row.listing.asin,
        row.listing.sku,
        row.listing.title,
        row.event,
        row.reference,
        str(row.quantity),
        row.center,
        row.disposition,
        row.reason,
        "US",
        "" if reconciled is None else str(reconciled),
        "" if reconciled is None else str(abs(row.quantity) - reconciled),
        row.at.strftime("%Y-%m-%dT%H:%M:%S%z"),
        "US",
    ]


def reimbursements(world: World, chosen: Selection) -> Table:
    rows = [
        _reimbursement_cells(row)
        for row in world.reimbursements
        if chosen.first <= row.approved_at.date() <= chosen.last and row.visible_at <= chosen.as_of
    ]
    quantity = REIMBURSEMENT_COLUMNS.index("quantity-reimbursed-total")
    return Table(REIMBURSEMENT_COLUMNS, rows, quoted=False, newline="\n", quantity=quantity)


def _reimbursement_cells(row: Reimbursement) -> list[str]:
    return [
        row.approved_at.isoformat(),
        row.id,
        row.case_id,
        row.order_id,
        row.reason,
        row.listing.sku,
        row.listing.fnsku,
        row.listing.asin,
        row.listing.title,
        "Sellable",
        CURRENCY,
        f"{row.per_unit / 100:.2f}",
        f"{row.amount / 100:.2f}",
        str(row.cash),
        str(row.in_kind),
        str(row.cash + row.in_kind),
        row.original_id,
        row.original_reason,
    ]


TABLES: dict[str, Callable[[World, Selection], Table]] = {LEDGER: ledger, REIMBURSEMENTS: reimbursements}
