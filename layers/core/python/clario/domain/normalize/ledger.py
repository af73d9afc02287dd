"""Inventory ledger, detail view (`GET_LEDGER_DETAIL_VIEW_DATA`): quoted, dates as MM/DD/YYYY in the marketplace's days.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.stock import LedgerEvent
from .context import Context
from .fields import integer, moment, optional_integer, us_date
from .flat_file import Row, read_records, read_rows

REQUIRED = ("date", "fnsku", "eventtype", "quantity")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Ledger lines as `LedgerEvent`s; equal lines get ordinals."""
    ordinals = Ordinals()
    rows = read_rows(lines, context, required=REQUIRED, quoted=True)
    return read_records(rows, lambda row: _event(row, ordinals), _day)


def _day(row: Row) -> date:
    return us_date(row.text("date"), "date")


def _event(row: Row, ordinals: Ordinals) -> LedgerEvent:
    occurred_on = _day(row)
    occurred_at = moment(text, "date and time") if (text := row.text("dateandtime")) else None
    quantity = integer(row.text("quantity"), "quantity")
    fnsku, event_type = row.required("fnsku"), row.required("eventtype")
    reconciled = optional_integer(row.text("reconciledquantity"), "reconciled quantity")
    unreconciled = optional_integer(row.text("unreconciledquantity"), "unreconciled quantity")
    msku, reference, center = row.text("msku"), row.text("referenceid"), row.text("fulfillmentcenter")
    disposition, reason, country = row.text("disposition"), row.text("reason"), row.text("country")
    key = natural_key(
        occurred_on, occurred_at, fnsku, msku, event_type, reference, quantity, center, disposition, reason, country
    )
    return LedgerEvent(
        line=row.line,
        occurred_on=occurred_on,
        event_key=key,
        ordinal=ordinals.next(key),
        occurred_at=occurred_at,
        fnsku=fnsku,
        asin=row.text("asin"),
        msku=msku,
        title=row.text("title"),
        event_type=event_type,
        reference_id=reference,
        quantity=quantity,
        fulfillment_center=center,
        disposition=disposition,
        reason=reason,
        country=country,
        reconciled_quantity=reconciled,
        unreconciled_quantity=unreconciled,
        store=row.text("store"),
    )
