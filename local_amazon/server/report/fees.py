"""What Amazon charges for size and storage: the fee preview, monthly storage, aged inventory.

The fee preview of European marketplaces has columns of its own
(https://developer-docs.amazon.com/sp-api/docs/fba-payments-reports-attributes).
"""

from collections.abc import Iterator

from local_amazon.server import cells
from local_amazon.server.catalog import IMPERIAL, METRIC, Units
from local_amazon.server.cells import Numbers
from local_amazon.server.document import Batch as Cells
from local_amazon.server.document import Document, columns
from local_amazon.server.report.ask import Ask
from local_amazon.world.store import Batch

EUROPE = ("GB", "DE", "FR", "IT", "ES")
UNKNOWN = "--"
FUTURE = "estimated-future-fee (Current Selling on Amazon + Future Fulfillment fees)"
PREVIEW_HEAD = ("sku", "fnsku", "asin")
PREVIEW_SIZE = (
    "your-price",
    "sales-price",
    "longest-side",
    "median-side",
    "shortest-side",
    "length-and-girth",
    "unit-of-dimension",
    "item-package-weight",
    "unit-of-weight",
)
PREVIEW_US = (
    *PREVIEW_HEAD,
    "amazon-store",
    "product-name",
    "product-group",
    "brand",
    "fulfilled-by",
    *PREVIEW_SIZE,
    "product-size-tier",
    "currency",
    "estimated-fee-total",
    "estimated-referral-fee-per-unit",
    "estimated-variable-closing-fee",
    "estimated-order-handling-fee-per-order",
    "estimated-pick-pack-fee-per-unit",
    "estimated-weight-handling-fee-per-unit",
    "expected-fulfillment-fee-per-unit",
    FUTURE,
    "estimated-future-order-handling-fee-per-order",
    "estimated-future-pick-pack-fee-per-unit",
    "estimated-future-weight-handling-fee-per-unit",
    "expected-future-fulfillment-fee-per-unit",
)
EFN = tuple(f"expected-efn-fulfilment-fee-per-unit-{country}" for country in ("uk", "de", "fr", "it", "es", "se"))
PREVIEW_EU = (
    *PREVIEW_HEAD,
    "amazon-store",
    "product-name",
    "product-group",
    "brand",
    "fulfilled-by",
    "has-local-inventory",
    *PREVIEW_SIZE,
    "product-size-weight-band",
    "currency",
    "estimated-fee-total",
    "estimated-referral-fee-per-unit",
    "estimated-variable-closing-fee",
    "expected-domestic-fulfilment-fee-per-unit",
    *EFN,
)
PREVIEW_MONEY = ("your-price", "sales-price", "estimated-fee-total", "estimated-referral-fee-per-unit")
STORAGE = (
    "asin",
    "fnsku",
    "product_name",
    "fulfillment_center",
    "country_code",
    "longest_side",
    "median_side",
    "shortest_side",
    "measurement_units",
    "weight",
    "weight_units",
    "item_volume",
    "volume_units",
    "product_size_tier",
    "average_quantity_on_hand",
    "average_quantity_pending_removal",
    "estimated_total_item_volume",
    "month_of_charge",
    "storage_utilization_ratio",
    "storage_utilization_ratio_units",
    "base_rate",
    "utilization_surcharge_rate",
    "storage_rate",
    "currency",
    "estimated_monthly_storage_fee",
    "dangerous_goods_storage_type",
    "eligible_for_inventory_discount",
    "qualifies_for_inventory_discount",
    "total_incentive_fee_amount",
    "breakdown_incentive_fee_amount",
    "average_quantity_customer_orders",
)
AGED = (
    "snapshot-date",
    "sku",
    "fnsku",
    "asin",
    "product-name",
    "condition",
    "per-unit-volume",
    "currency",
    "volume-unit",
    "country",
    "qty-charged",
    "amount-charged",
    "surcharge-age-tier",
    "rate-surcharge",
)


def preview(ask: Ask) -> Document:
    """A snapshot of today, whatever dates are asked for."""
    names = PREVIEW_EU if ask.home.country in EUROPE else PREVIEW_US
    meant = columns(*names, money=PREVIEW_MONEY, quantity="longest-side", code="product-size-tier")
    return Document(meant, _preview(ask, names))


def _preview(ask: Ask, names: tuple[str, ...]) -> Iterator[Cells]:
    batch = ask.account.tables.fee_previews(ask.as_of, ask.markets)
    units = _units(ask)
    known = {**_sizes(batch, units), **_prices(ask, batch), **_who(ask, batch)}
    yield [known.get(name, [UNKNOWN] * len(batch)) for name in names]


def _who(ask: Ask, batch: Batch) -> dict[str, list[str]]:
    products = [ask.account.world.products[ask.account.world.listings[n].product] for n in batch["listing"].tolist()]
    return {
        **{name: ask.product(batch, name).tolist() for name in PREVIEW_HEAD},
        "amazon-store": ask.store(batch).tolist(),
        "product-name": ask.product(batch, "title").tolist(),
        "product-group": [product.category for product in products],
        "brand": [product.brand for product in products],
        "fulfilled-by": ["Amazon"] * len(batch),
        "has-local-inventory": ["Yes"] * len(batch),
        "product-size-tier": batch.words("tier"),
        "product-size-weight-band": batch.words("tier"),
    }


def _sizes(batch: Batch, units: Units) -> dict[str, list[str]]:
    sides = {name: batch[name] for name in ("longest", "median", "shortest")}
    girth = batch["longest"] + 2 * (batch["median"] + batch["shortest"])
    return {
        **{f"{name}-side": _measures(side, units.per_inch) for name, side in sides.items()},
        "length-and-girth": _measures(girth, units.per_inch),
        "unit-of-dimension": [units.length] * len(batch),
        "item-package-weight": _measures(batch["weight"], units.per_pound),
        "unit-of-weight": [units.weight] * len(batch),
    }


def _prices(ask: Ask, batch: Batch) -> dict[str, list[str]]:
    fulfilment = cells.hundredths(batch["fulfilment"]).tolist()
    nothing = ["0.00"] * len(batch)
    return {
        "your-price": cells.hundredths(batch["price"]).tolist(),
        "sales-price": cells.hundredths(batch["price"]).tolist(),
        "currency": ask.market(batch, "currency").tolist(),
        "estimated-fee-total": cells.hundredths(batch["total"]).tolist(),
        "estimated-referral-fee-per-unit": cells.hundredths(batch["referral"]).tolist(),
        "estimated-variable-closing-fee": nothing,
        "expected-fulfillment-fee-per-unit": fulfilment,
        "expected-domestic-fulfilment-fee-per-unit": fulfilment,
    }


def storage(ask: Ask) -> Document:
    """The months that the days touch, as far as they are published."""
    window = ask.first.year * 100 + ask.first.month, ask.last.year * 100 + ask.last.month + 1
    meant = columns(
        *STORAGE,
        money=("estimated_monthly_storage_fee",),
        quantity="average_quantity_on_hand",
        code="product_size_tier",
    )
    return Document(meant, (_storage(ask, batch) for batch in ask.rows("storage_charges", window)))


def _storage(ask: Ask, batch: Batch) -> Cells:
    units = _units(ask)
    known = {
        **{name: ask.product(batch, name).tolist() for name in ("asin", "fnsku")},
        "product_name": ask.product(batch, "title").tolist(),
        "fulfillment_center": batch.words("center"),
        "country_code": ask.market(batch, "country").tolist(),
        **{f"{side}_side": _measures(batch[side], units.per_inch) for side in ("longest", "median", "shortest")},
        "measurement_units": [units.length] * len(batch),
        "weight": _measures(batch["weight"], units.per_pound),
        "weight_units": [units.weight] * len(batch),
        "item_volume": cells.thousandths(batch["volume"]).tolist(),
        "volume_units": ["cubic feet"] * len(batch),
        "product_size_tier": batch.words("tier"),
        "average_quantity_on_hand": cells.hundredths(batch["average"]).tolist(),
        "average_quantity_pending_removal": ["0.00"] * len(batch),
        "estimated_total_item_volume": cells.thousandths(batch["total_volume"]).tolist(),
        "month_of_charge": cells.each(batch["month"], lambda month: f"{month // 100}-{month % 100:02d}").tolist(),
        "base_rate": cells.thousandths(batch["rate"], 2).tolist(),
        "storage_rate": cells.thousandths(batch["rate"], 2).tolist(),
        "currency": ask.market(batch, "currency").tolist(),
        "estimated_monthly_storage_fee": cells.hundredths(batch["fee"]).tolist(),
        "dangerous_goods_storage_type": [UNKNOWN] * len(batch),
        "eligible_for_inventory_discount": ["N"] * len(batch),
        "qualifies_for_inventory_discount": ["N"] * len(batch),
    }
    return [known.get(name, [""] * len(batch)) for name in STORAGE]


def aged(ask: Ask) -> Document:
    meant = columns(*AGED, money=("amount-charged",), quantity="qty-charged", code="surcharge-age-tier")
    return Document(meant, (_aged(ask, batch) for batch in ask.rows("aged_charges", ask.days())))


def _aged(ask: Ask, batch: Batch) -> Cells:
    return [
        cells.days(batch["day"], "%Y-%m-%dT00:00:00+00:00").tolist(),
        *(ask.product(batch, name).tolist() for name in ("sku", "fnsku", "asin", "title")),
        ["NewItem"] * len(batch),
        cells.thousandths(batch["volume"]).tolist(),
        ask.market(batch, "currency").tolist(),
        ["cubic feet"] * len(batch),
        ask.market(batch, "country").tolist(),
        cells.whole(batch["quantity"]),
        cells.hundredths(batch["amount"]).tolist(),
        batch.words("tier"),
        cells.thousandths(batch["rate"], 2).tolist(),
    ]


def _units(ask: Ask) -> Units:
    return IMPERIAL if ask.home.country == "US" else METRIC


def _measures(thousandths: Numbers, per_unit: float) -> list[str]:
    texts: list[str] = cells.each(thousandths, lambda value: f"{value * per_unit / 1000:.2f}").tolist()
    return texts
