"""Settlement reports (`GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2`): unquoted, several files one after the other.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-settlement. A file's first row is the
settlement itself; the amounts of its other rows add up to that row's total. A settlement is in one currency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from ..columns import column_name
from ..records import Record, Rejected
from ..records.money import SettlementLine
from .context import Context
from .fields import Unreadable, settlement_moment
from .flat_file import Row, read_records, read_rows

REQUIRED = ("settlement-id", "total-amount", "currency", "transaction-type", "amount-type", "amount", "posted-date")
HEADING = column_name("settlement-id")


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Every row of every file as a `SettlementLine`; rows are counted anew in each file."""
    for start, file in groupby(enumerate(lines), key=_Files()):
        builder = _Builder()
        rows = read_rows((line for _, line in file), context, required=REQUIRED)
        for entry in read_records(rows, builder.build, _no_day):
            yield replace(entry, line=start + entry.line)


class _Files:
    """Tells the lines of one file from those of the next, which begins with its header, by where the file starts."""

    def __init__(self) -> None:
        self._start = 0

    def __call__(self, numbered: tuple[int, bytes]) -> int:
        number, line = numbered
        if _is_header(line):
            self._start = number
        return self._start


def _is_header(line: bytes) -> bool:
    """Columns may come in any order; few lines have to be taken apart to tell."""
    if b"ettlement" not in line:
        return False
    cells = line.removeprefix(b"\xef\xbb\xbf").split(b"\t")
    return any(column_name(cell.decode("ascii", "replace").strip()) == HEADING for cell in cells)


def _no_day(_row: Row) -> date:
    raise Unreadable("these rows belong to their settlement, not to a day")


class _Builder:
    """Builds the rows of one file: all of them are in the currency that the first one names."""

    def __init__(self) -> None:
        self._currency: str | None = None

    def build(self, row: Row) -> SettlementLine:
        self._currency = row.text("currency") or self._currency
        if self._currency is None:
            raise Unreadable("the settlement's own row, which names the currency, is missing or unreadable")
        return SettlementLine(
            line=row.line,
            settlement_id=row.required("settlement-id"),
            row_number=row.line - 1,
            started_at=_moment(row, "settlement-start-date"),
            ended_at=_moment(row, "settlement-end-date"),
            deposited_at=_moment(row, "deposit-date"),
            total_amount=row.optional_amount("total-amount"),
            currency=self._currency,
            transaction_type=row.text("transaction-type"),
            order_id=row.text("order-id"),
            merchant_order_id=row.text("merchant-order-id"),
            adjustment_id=row.text("adjustment-id"),
            shipment_id=row.text("shipment-id"),
            marketplace_name=row.text("marketplace-name"),
            amount_type=row.text("amount-type"),
            amount_description=row.text("amount-description"),
            amount=row.optional_amount("amount"),
            fulfillment_id=row.text("fulfillment-id"),
            posted_at=_moment(row, "posted-date-time", "posted-date"),
            order_item_code=row.text("order-item-code"),
            sku=row.text("sku"),
            quantity=row.optional_integer("quantity-purchased"),
            promotion_id=row.text("promotion-id"),
        )


def _moment(row: Row, *columns: str) -> datetime | None:
    written = row.first(*columns)
    return None if written is None else settlement_moment(written, columns[0])
