"""Receipts: the seller sends new stock before a listing runs out, so that every unit that leaves has been there."""

from datetime import timedelta
from random import Random

from local_amazon.world.model import Journal, LedgerRow, Window, moment, stream

SAFETY = 3


def replenish(seed: int, window: Window, journal: Journal) -> None:
    """Add the receipts that keep the sellable stock of every listing above zero at every moment."""
    by_listing: dict[str, list[LedgerRow]] = {}
    for row in journal.rows:
        by_listing.setdefault(row.listing.fnsku, []).append(row)
    for fnsku, rows in by_listing.items():
        journal.rows += _receipts(stream(seed, fnsku, "receipts"), window, rows)


def _receipts(rng: Random, window: Window, rows: list[LedgerRow]) -> list[LedgerRow]:
    rows.sort(key=lambda row: (row.at, row.quantity))
    batch = max(24, -sum(row.quantity for row in rows if row.event == "Shipments") // 8)
    receipts = [_receipt(rng, rows[0], batch)]
    receipts[0].at = moment(window.first, 6, 30)
    receipts[0].visible_at = receipts[0].at + timedelta(hours=6)
    sellable = batch
    for row in rows:
        if row.disposition != "SELLABLE":
            continue
        sellable += row.quantity
        if sellable < SAFETY:
            receipts.append(_receipt(rng, row, batch))
            sellable += batch
    return receipts


def _receipt(rng: Random, before: LedgerRow, units: int) -> LedgerRow:
    """A receipt a little earlier than the row that needs it."""
    at = before.at - timedelta(minutes=rng.randrange(5, 50))
    return LedgerRow(
        at=at,
        visible_at=at + timedelta(hours=6),
        listing=before.listing,
        event="Receipts",
        reference=f"FBA{rng.randrange(15, 19)}" + "".join(rng.choices("BCDFGHJKLMNPQRSTVWXYZ0123456789", k=7)),
        quantity=units,
        center=before.center,
        disposition="SELLABLE",
    )
