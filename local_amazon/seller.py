"""The synthetic seller's identity and the application's credentials: fixed, worthless outside this machine."""

from typing import NamedTuple

from local_amazon.world.model import MARKETPLACE_ID


class Seller(NamedTuple):
    """One selling partner who has authorised the application."""

    selling_partner_id: str
    refresh_token: str
    store_name: str
    marketplace_ids: tuple[str, ...]


CLIENT_ID = "amzn1.application-oa2-client.local"
CLIENT_SECRET = "local-secret"  # noqa: S105 - a fixed value for a program that only listens on loopback
SELLER = Seller("ALOCALSELLER1", "Atzr|local-seller-1", "Local Test Store", (MARKETPLACE_ID,))
