"""What Amazon owes, and what syncs did, as tables for a terminal."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from clario.domain.claims import days_remaining
from clario.services.records import Sync, SyncWarning

BIGGEST = 10


def owed(console: Console, detections: list[dict[str, Any]], today: date) -> None:
    """Counts and value by type, by deadline, and the biggest claims that can be filed today."""
    open_claims = [row for row in detections if row["tier"] == "claim" and row["status"] != "resolved"]
    fileable = [row for row in open_claims if row["claimable_from"] <= today <= row["deadline_date"]]
    late = [row for row in open_claims if row["deadline_date"] < today]
    console.print(_by_type(fileable))
    console.print(_by_deadline(fileable, today))
    console.print(_biggest(fileable))
    console.print(
        f"Not in these tables: {len(late)} claims whose deadline has passed"
        f", {sum(row['tier'] == 'review' for row in detections)} to review"
        f", {sum(row['status'] == 'resolved' for row in detections)} resolved.",
        highlight=False,
    )


def warned(console: Console, warnings: Iterable[SyncWarning]) -> None:
    """What went wrong, or is worth knowing, with streams and connections; nothing after a calm sync."""
    for warning in warnings:
        console.print(f"{warning.severity:>7}  {warning.source}: {warning.detail}", highlight=False)


def _named(kind: str) -> str:
    """A kind of claim as people say it."""
    return kind.replace("_", " ").replace(" warehouse", " in warehouse")


def _by_type(claims: list[dict[str, Any]]) -> Table:
    table = _table("What Amazon owes and can be filed today", "type", "claims", "units", "value")
    for (kind, currency), rows in sorted(_grouped(claims, lambda row: (row["anomaly_type"], row["currency"]))):
        table.add_row(_named(kind), *_total_cells(rows, currency))
    for currency, rows in sorted(_grouped(claims, lambda row: row["currency"])):
        table.add_section()
        table.add_row(f"[bold]all, {currency}", *(f"[bold]{cell}" for cell in _total_cells(rows, currency)))
    return table


def _by_deadline(claims: list[dict[str, Any]], today: date) -> Table:
    table = _table("By deadline", "days left", "claims", "units", "value")
    for (week, currency), rows in sorted(
        _grouped(claims, lambda row: (days_remaining(row["deadline_date"], today) // 7, row["currency"]))
    ):
        table.add_row(f"{week * 7}-{week * 7 + 6}", *_total_cells(rows, currency))
    return table


def _biggest(claims: list[dict[str, Any]]) -> Table:
    table = _table(f"The {BIGGEST} biggest", "what", "fnsku", "units", "value", "deadline", "sure")
    for row in sorted(claims, key=lambda row: (-(row["estimated_value"] or 0), row["deadline_date"]))[:BIGGEST]:
        table.add_row(
            _named(row["anomaly_type"]),
            row["fnsku"],
            str(row["quantity"]),
            _money(row["estimated_value"], row["currency"]),
            str(row["deadline_date"]),
            f"{int(row['confidence_score'] * 100)}%",
        )
    return table


def history(console: Console, syncs: list[Sync]) -> None:
    """Syncs, newest first."""
    table = _table("Syncs", "sync", "status", "started", "seconds", "orders", "claims", "message")
    for sync in syncs:
        seconds = f"{(sync.completed_at - sync.started_at).total_seconds():.1f}" if sync.completed_at else ""
        table.add_row(
            sync.sync_id,
            sync.status,
            f"{sync.started_at:%Y-%m-%d %H:%M:%S}",
            seconds,
            str(sync.orders_processed),
            str(sync.claims_detected),
            sync.message,
        )
    console.print(table)


def _grouped(rows: Iterable[dict[str, Any]], key: Any) -> list[tuple[Any, list[dict[str, Any]]]]:
    groups: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return list(groups.items())


def _total_cells(rows: list[dict[str, Any]], currency: str) -> tuple[str, str, str]:
    known = [row["estimated_value"] for row in rows if row["estimated_value"] is not None]
    unknown = len(rows) - len(known)
    value = _money(sum(known, Decimal(0)), currency) + (f" + {unknown} of unknown cost" if unknown else "")
    return str(len(rows)), str(sum(row["quantity"] for row in rows)), value


def _money(value: Decimal | None, currency: str) -> str:
    return "cost unknown" if value is None else f"{value:,.2f} {currency}"


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for column in columns:
        numeric = column in ("claims", "units", "value", "days", "days left", "seconds", "orders", "sure")
        table.add_column(column, justify="right" if numeric else "left", no_wrap=column != "message")
    return table
