"""Inventory ledger, summary view (`GET_LEDGER_SUMMARY_VIEW_DATA`): what moved in a period, quoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba. Periods are written MM/YYYY where months
were asked for, MM/DD/YYYY elsewhere.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.stock import LedgerBalance
from .context import Context
from .fields import us_period
from .flat_file import Row, read_records, read_rows

REQUIRED = ("Date", "FNSKU", "Disposition", "Starting Warehouse Balance", "Ending Warehouse Balance", "Location")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Summary lines as `LedgerBalance`s."""
    ordinals = Ordinals()
    rows = read_rows(lines, context, required=REQUIRED, quoted=True)
    return read_records(rows, lambda row: _balance(row, ordinals), _period)


def _period(row: Row) -> date:
    return us_period(row.text("Date"), "Date")


def _balance(row: Row, ordinals: Ordinals) -> LedgerBalance:
    period_start, starting, ending = _period(row), _units(row, "Starting"), _units(row, "Ending")
    fnsku, msku = row.required("FNSKU"), row.text("MSKU")
    disposition, location = row.text("Disposition"), row.text("Location")
    movements = {field: row.optional_integer(column) for field, column in _MOVEMENTS.items()}
    key = natural_key(fnsku, msku, disposition, location)
    return LedgerBalance(
        line=row.line,
        period_start=period_start,
        row_key=key,
        ordinal=ordinals.next((period_start, key)),
        fnsku=fnsku,
        asin=row.text("ASIN"),
        msku=msku,
        title=row.text("Title"),
        disposition=disposition,
        location=location,
        store=row.text("Store"),
        starting_balance=starting,
        ending_balance=ending,
        **movements,
    )


def _units(row: Row, which: str) -> int:
    return row.integer(f"{which} Warehouse Balance")


_MOVEMENTS = {
    "in_transit": "In Transit Between Warehouses",
    "receipts": "Receipts",
    "customer_shipments": "Customer Shipments",
    "customer_returns": "Customer Returns",
    "vendor_returns": "Vendor Returns",
    "warehouse_transfers": "Warehouse Transfer In/Out",
    "found": "Found",
    "lost": "Lost",
    "damaged": "Damaged",
    "disposed": "Disposed",
    "other_events": "Other Events",
    "unknown_events": "Unknown Events",
}
