"""Reimbursements (`GET_FBA_REIMBURSEMENTS_DATA`): what Amazon granted, one line per reimbursement and SKU, unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.money import Reimbursement
from ..values import local_day
from .context import Context
from .fields import integer, moment, optional_amount
from .flat_file import Row, read_records, read_rows

REQUIRED = (
    "approvaldate",
    "reimbursementid",
    "reason",
    "quantityreimbursedcash",
    "quantityreimbursedinventory",
)


def normalize(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Reimbursement lines as `Reimbursement`s; `approved_on` is the day in the marketplace's calendar."""
    ordinals = Ordinals()

    def day(row: Row) -> date:
        return local_day(moment(row.text("approvaldate"), "approval-date"), context.zone)

    rows = read_rows(lines, context, required=REQUIRED)
    return read_records(rows, lambda row: _reimbursement(row, day(row), ordinals), day)


def _reimbursement(row: Row, approved_on: date, ordinals: Ordinals) -> Reimbursement:
    reimbursement_id, reason = row.required("reimbursementid"), row.required("reason")
    sku, fnsku = row.text("sku"), row.text("fnsku")
    cash = integer(row.text("quantityreimbursedcash"), "quantity-reimbursed-cash")
    inventory = integer(row.text("quantityreimbursedinventory"), "quantity-reimbursed-inventory")
    per_unit = optional_amount(row.text("amountperunit"), "amount-per-unit")
    total = optional_amount(row.text("amounttotal"), "amount-total")
    key = natural_key(sku, fnsku, reason)
    return Reimbursement(
        line=row.line,
        approved_on=approved_on,
        reimbursement_id=reimbursement_id,
        row_key=key,
        ordinal=ordinals.next((reimbursement_id, key)),
        approved_at=moment(row.text("approvaldate"), "approval-date"),
        case_id=row.text("caseid"),
        order_id=row.text("amazonorderid"),
        reason=reason,
        sku=sku,
        fnsku=fnsku,
        asin=row.text("asin"),
        product_name=row.text("productname"),
        condition=row.text("condition"),
        currency=row.text("currencyunit"),
        amount_per_unit=per_unit,
        amount_total=total,
        quantity_cash=cash,
        quantity_inventory=inventory,
        quantity_total=cash + inventory,
        original_reimbursement_id=row.text("originalreimbursementid"),
        original_reimbursement_type=row.text("originalreimbursementtype"),
    )
