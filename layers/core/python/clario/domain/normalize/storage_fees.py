"""Storage: a month's charges (`GET_FBA_STORAGE_FEE_CHARGES_DATA`) and surcharges for aged inventory
(`GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA`). Both are unquoted.

Columns: https://developer-docs.amazon.com/sp-api/docs/fba-payments-reports-attributes.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from ..records import Ordinals, Record, Rejected, natural_key
from ..records.money import AgedInventoryCharge, StorageCharge
from .context import Context
from .fields import month, written_day
from .flat_file import Row, read_records, read_rows

STORAGE_REQUIRED = ("asin", "fnsku", "month_of_charge", "currency", "estimated_monthly_storage_fee")
AGED_REQUIRED = ("snapshot-date", "fnsku", "currency", "qty-charged", "amount-charged")


def normalize_storage(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Charge lines as `StorageCharge`s of the first day of their month."""
    ordinals = Ordinals()
    rows = read_rows(lines, context, required=STORAGE_REQUIRED)
    return read_records(rows, lambda row: _storage(row, ordinals), _month)


def _month(row: Row) -> date:
    return month(row.text("month_of_charge"), "month_of_charge")


def _storage(row: Row, ordinals: Ordinals) -> StorageCharge:
    charged, asin, fnsku = _month(row), row.required("asin"), row.required("fnsku")
    longest, median, shortest, weight, volume, total_volume = (row.optional_amount(column) for column in _MEASURES)
    units, pending, ratio = (row.optional_amount(column) for column in _AVERAGES)
    base, surcharge, rate, fee, incentive = (row.optional_amount(column) for column in _MONEY)
    center, country = row.text("fulfillment_center"), row.text("country_code")
    dangerous = row.text("dangerous_goods_storage_type")
    key = natural_key(asin, fnsku, center, country, dangerous)
    return StorageCharge(
        line=row.line,
        month=charged,
        row_key=key,
        ordinal=ordinals.next((charged, key)),
        asin=asin,
        fnsku=fnsku,
        product_name=row.text("product_name"),
        fulfillment_center=center,
        country=country,
        longest_side=longest,
        median_side=median,
        shortest_side=shortest,
        dimension_unit=row.text("measurement_units"),
        weight=weight,
        weight_unit=row.text("weight_units"),
        item_volume=volume,
        volume_unit=row.text("volume_units"),
        size_tier=row.text("product_size_tier"),
        average_units=units,
        average_units_pending_removal=pending,
        total_volume=total_volume,
        utilization_ratio=ratio,
        base_rate=base,
        utilization_surcharge_rate=surcharge,
        storage_rate=rate,
        currency=row.text("currency"),
        storage_fee=fee,
        dangerous_goods_type=dangerous,
        incentive_amount=incentive,
    )


_MEASURES = ("longest_side", "median_side", "shortest_side", "weight", "item_volume", "estimated_total_item_volume")
_AVERAGES = ("average_quantity_on_hand", "average_quantity_pending_removal", "storage_utilization_ratio")
_MONEY = (
    "base_rate",
    "utilization_surcharge_rate",
    "storage_rate",
    "estimated_monthly_storage_fee",
    "total_incentive_fee_amount",
)


def normalize_aged(lines: Iterable[bytes], context: Context) -> Iterator[Record | Rejected]:
    """Surcharge lines as `AgedInventoryCharge`s."""
    ordinals = Ordinals()
    rows = read_rows(lines, context, required=AGED_REQUIRED)
    return read_records(rows, lambda row: _aged(row, ordinals), _counted_on)


def _counted_on(row: Row) -> date:
    """The day as written: the time behind it is midnight, in no zone that is told."""
    return written_day(row.text("snapshot-date"), "snapshot-date")


def _aged(row: Row, ordinals: Ordinals) -> AgedInventoryCharge:
    charged_on, fnsku, units = _counted_on(row), row.required("fnsku"), row.integer("qty-charged")
    volume, amount, rate = (
        row.optional_amount(column) for column in ("per-unit-volume", "amount-charged", "rate-surcharge")
    )
    sku, country, tier = row.text("sku"), row.text("country"), row.text("surcharge-age-tier")
    key = natural_key(sku, fnsku, country, tier)
    return AgedInventoryCharge(
        line=row.line,
        charged_on=charged_on,
        row_key=key,
        ordinal=ordinals.next((charged_on, key)),
        sku=sku,
        fnsku=fnsku,
        asin=row.text("asin"),
        product_name=row.text("product-name"),
        condition=row.text("condition"),
        unit_volume=volume,
        volume_unit=row.text("volume-unit"),
        currency=row.text("currency"),
        country=country,
        units_charged=units,
        amount_charged=amount,
        age_tier=tier,
        surcharge_rate=rate,
    )
