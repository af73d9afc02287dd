"""What an answer of Amazon may say of a buyer, or of a person at the seller's: dropped before anything is written.

We ask for none of it. Some reports have such columns all the same, and answers could.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from .columns import column_name

# The columns kept of the reports that tell of buyers. What is not named here is dropped: a new column, or a known one
# under another language's name, may be about a person.
KEPT_COLUMNS: dict[str, frozenset[str]] = {
    report_type: frozenset(column_name(name) for name in names.split())
    for report_type, names in {
        "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": """
            return-date order-id sku asin fnsku product-name quantity fulfillment-center-id detailed-disposition reason
            status license-plate-number
        """,
        "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA": """
            shipment-date sku fnsku asin fulfillment-center-id quantity amazon-order-id currency item-price-per-unit
            shipping-price gift-wrap-price
        """,
        "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": """
            amazon-order-id merchant-order-id purchase-date last-updated-date order-status fulfillment-channel
            sales-channel order-channel ship-service-level product-name sku asin item-status quantity currency
            item-price item-tax shipping-price shipping-tax gift-wrap-price gift-wrap-tax item-promotion-discount
            ship-promotion-discount ship-country promotion-ids is-business-order price-designation
        """,
    }.items()
}
REMOVED = "[removed]"

# Fields of JSON answers by what their names hold. Among them: how somebody paid, what was prescribed to somebody, and
# the last digits of bank accounts.
_PERSONAL_FIELD = (
    "buyer",
    "recipient",
    "address",
    "customiz",
    "customis",
    "giftmessage",
    "phone",
    "email",
    "taxregistration",
    "purchaseorder",
    "cancelreason",
    "cardbrand",
    "authorizationcode",
    "acquirer",
    "prescription",
    "regulatedinformation",
    "deliverypreference",
    "dropofflocation",
    "chargeinstrument",
    "accounttail",
    "traceid",
    "paymentreference",
)


def without_personal_columns(report_type: str, lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of an unquoted report with the kept columns only.

    Of a line that does not have as many cells as the header nobody knows which of them are about whom; nothing of it
    is kept but that it was there. Too many of them are a comment with a tab in it where the last column is one.
    """
    source = iter(lines)
    header = next(source, b"").rstrip(b"\r\n")
    names = header.removeprefix(b"\xef\xbb\xbf").split(b"\t")
    kept = [place for place, name in enumerate(names) if _column(name) in KEPT_COLUMNS[report_type]]
    yield b"\t".join(names[place] for place in kept) + b"\n"
    ends_in_comments = len(names) - 1 not in kept
    for line in source:
        cells = line.rstrip(b"\r\n").split(b"\t")
        if len(cells) == len(names) or (len(cells) > len(names) and ends_in_comments):
            yield b"\t".join(cells[place] for place in kept) + b"\n"
        else:
            yield f"{REMOVED}: {len(cells)} cells where the header has {len(names)}\n".encode() if any(cells) else b"\n"


def _column(name: bytes) -> str:
    return column_name(name.decode("utf-8", "replace"))


def without_personal_fields(value: Any) -> Any:
    """A JSON value without the fields whose name says that they are about a person."""
    if isinstance(value, dict):
        return {name: without_personal_fields(child) for name, child in value.items() if not is_personal(name)}
    return [without_personal_fields(child) for child in value] if isinstance(value, list) else value


def is_personal(text: str) -> bool:
    """Whether a field's name, or anything in a whole page, looks like that."""
    told = text.lower()
    return any(word in told for word in _PERSONAL_FIELD)
