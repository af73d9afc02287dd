"""How the identifiers of the world are written: each is kept as a number and named only where it is shown."""

from base64 import urlsafe_b64encode
from hashlib import blake2b

_LETTERS = "BCDFGHJKLMNPQRSTVWXYZ0123456789"


def order_id(number: int) -> str:
    """An Amazon order id, 3-7-7 digits; the number has 17 digits."""
    text = f"{number:017d}"
    return f"{text[:3]}-{text[3:10]}-{text[10:]}"


def shipment_id(number: int) -> str:
    """An inbound shipment id: FBA15 and seven characters."""
    return "FBA15" + _spelled(number, 7)


def removal_id(number: int) -> str:
    """A removal order id: ten characters."""
    return _spelled(number, 10)


def tracking_number(number: int) -> str:
    return "1Z" + _spelled(number, 10)


def plate(number: int) -> str:
    """A licence plate number (LPN) of a returned unit; 0: the report leaves it blank."""
    return f"LPNRR{number:09d}" if number else ""


def digits(number: int) -> str:
    """An id of plain digits: order items, reimbursements, cases, ledger references, settlements."""
    return str(number) if number else ""


def ledger_reference(event: str, number: int) -> str:
    """A ledger row's reference: receipts name their inbound shipment, removals their order."""
    if event == "Receipts":
        return shipment_id(number)
    return removal_id(number) if event == "VendorReturns" else digits(number)


def opaque(*parts: object) -> str:
    """A 43-character token that says nothing, as the transactions API uses for ids; the same for the same parts."""
    return urlsafe_b64encode(blake2b(repr(parts).encode(), digest_size=32).digest()).decode().rstrip("=")


def _spelled(number: int, length: int) -> str:
    text = ""
    for _ in range(length):
        number, rest = divmod(number, len(_LETTERS))
        text = _LETTERS[rest] + text
    return text
