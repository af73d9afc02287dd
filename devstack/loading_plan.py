"""What the next sync of a seller would load, and how long Amazon's usage plans let it take: `clario plan`."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from clario.bootstrap import Container
from clario.domain.pricing import Load, least_time, predicted_time, total_calls
from clario.services.planning import Planning, PlanSettings
from clario.services.records import Connection

# Whose plan is shown before anything is connected: a seller in the United States.
EXAMPLE = ("ATVPDKIKX0DER",)


def show_plans(container: Container, seller_id: str, days: int, orders_a_day: float, console: Console) -> None:
    """The plan of each of the seller's connections; nothing is asked of Amazon.

    Args:
        days: of history.
        orders_a_day: assumed where no order is loaded yet.
    """
    settings = replace(container.plan_settings, history_days=days)
    with container.database.transaction(seller_id) as work:
        connections = [connection for connection in work.connections.all() if connection.status == "active"]
        for connection in connections or (None,):
            shops = _shops(connection, settings)
            number = connection.connection_id if connection else None
            planning = Planning(work, settings, number, shops, container.clock.now(), orders_a_day=orders_a_day)
            _show(_title(connection, shops), planning.loads(), console)


def _shops(connection: Connection | None, settings: PlanSettings) -> tuple[str, ...]:
    if connection is None:
        return settings.marketplace_ids or EXAMPLE
    return settings.marketplaces_in(connection.region) or connection.marketplace_ids or EXAMPLE


def _title(connection: Connection | None, marketplace_ids: tuple[str, ...]) -> str:
    shops = ", ".join(marketplace_ids)
    if connection is None:
        return f"Nothing is connected yet; a seller in {shops} would load"
    return f"Connection {connection.connection_id} ({connection.region}; {shops}) would load"


def _show(title: str, loads: list[Load], console: Console) -> None:
    console.print(_table(title, "stream", "source", "since", "slices", "calls", "minutes", rows=_loads(loads)))
    console.print(_table("By operation", "operation", "calls", "minutes", rows=_operations(loads)))
    console.print(
        f"All side by side: {_minutes(predicted_time(loads))} minutes; Amazon's usage plans allow no less than"
        f" {_minutes(least_time(total_calls(loads)))}.",
        highlight=False,
    )


def _loads(loads: list[Load]) -> Iterator[tuple[str, ...]]:
    """Each load as if it were the only one."""
    for load in loads:
        slices, calls = str(len(load.slices)), str(sum(load.calls.values()))
        since = str(load.slices[0].start)
        yield load.stream, load.source.name, since, slices, calls, _minutes(predicted_time([load]))


def _operations(loads: list[Load]) -> Iterator[tuple[str, ...]]:
    for name, calls in sorted(total_calls(loads).items()):
        yield name, str(calls), _minutes(least_time({name: calls}))


def _table(title: str, *columns: str, rows: Iterable[tuple[str, ...]]) -> Table:
    table = Table(
        title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False
    )
    for column in columns:
        table.add_column(column, justify="right" if column in ("slices", "calls", "minutes") else "left", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def _minutes(time: timedelta) -> str:
    return f"{time.total_seconds() / 60:,.1f}"
