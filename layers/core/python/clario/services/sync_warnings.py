"""Warnings about whole connections, which planning keeps with the sync."""

from .failure import NOTES
from .records import SyncWarning

STATIC_SANDBOX_WARNING = SyncWarning(
    "amazon_spapi",
    "static_sandbox",
    "info",
    "Amazon's static sandbox has fixed samples and no reports: nothing that was loaded is a seller's",
)


def connection_warning(region: str, error_class: str, detail: str) -> SyncWarning:
    """The connection of that region cannot be used; nothing of it was loaded."""
    return SyncWarning(f"connection_{region}", NOTES.get(error_class, "load_failed"), "error", detail)


def revoked_warning(region: str) -> SyncWarning:
    """The seller took the authorisation of that region back, in this sync or before."""
    detail = f"the authorisation for Amazon's region {region.upper()} is revoked: connect it again"
    return connection_warning(region, "AuthorizationRevoked", detail)
