"""Who sells here, and the application's credentials: fixed, worthless outside this machine."""

from typing import NamedTuple


class Seller(NamedTuple):
    """A selling partner. One Amazon account reaches the marketplaces of one region; `refresh_token` is always good."""

    selling_partner_id: str
    refresh_token: str
    store_name: str
    region: str  # na, eu or fe
    marketplace_ids: tuple[str, ...]


CLIENT_ID = "amzn1.application-oa2-client.local"
CLIENT_SECRET = "local-secret"  # noqa: S105 - a fixed value for a program that only listens on loopback
APPLICATION_ID = "amzn1.sp.solution.local"


def seller(number: int, region: str, marketplace_ids: tuple[str, ...]) -> Seller:
    """The seller of that number, from 1 up."""
    name = "Local Test Store" if number == 1 else f"Local Test Store {number}"
    return Seller(f"ALOCALSELLER{number}", f"Atzr|local-seller-{number}", name, region, marketplace_ids)
