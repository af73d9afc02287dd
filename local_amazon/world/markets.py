"""The marketplaces a seller can trade in, and the combinations the world offers.

Ids, currencies and hosts: https://developer-docs.amazon.com/sp-api/docs/marketplace-ids.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Marketplace:
    """A national store. `zone` cuts its days; `parity` is how many units of its currency a US dollar buys here."""

    id: str
    country: str  # as the ledger and the Sellers API write it
    name: str
    domain: str
    language: str
    currency: str
    zone: ZoneInfo
    centers: tuple[str, ...]
    parity: float  # an assumption; prices, costs and fees of the world are dollars times it


_WEST = ZoneInfo("America/Los_Angeles")
US = Marketplace(
    "ATVPDKIKX0DER", "US", "Amazon.com", "www.amazon.com", "en_US", "USD", _WEST,
    ("PHX7", "ONT8", "BFI4", "ABE8", "MDW2", "FTW1"), 1.0,
)  # fmt: skip
CA = Marketplace(
    "A2EUQ1WTGCTBG2", "CA", "Amazon.ca", "www.amazon.ca", "en_CA", "CAD", _WEST, ("YYZ4", "YVR2"), 1.36
)  # fmt: skip
MX = Marketplace(
    "A1AM78C64UM0Y8", "MX", "Amazon.com.mx", "www.amazon.com.mx", "es_MX", "MXN", _WEST, ("MEX5",), 18.4
)  # fmt: skip
UK = Marketplace(
    "A1F83G8C2ARO7P", "GB", "Amazon.co.uk", "www.amazon.co.uk", "en_GB", "GBP", ZoneInfo("Europe/London"),
    ("BHX4", "LTN4", "EDI4"), 0.78,
)  # fmt: skip
DE = Marketplace(
    "A1PA6795UKMFR9", "DE", "Amazon.de", "www.amazon.de", "de_DE", "EUR", ZoneInfo("Europe/Berlin"),
    ("LEJ1", "DTM2", "MUC3"), 0.92,
)  # fmt: skip

PROFILES: dict[str, tuple[Marketplace, ...]] = {"us": (US,), "na": (US, CA, MX), "eu": (UK, DE)}
"""Which marketplaces one connection covers; the first is the seller's home."""
