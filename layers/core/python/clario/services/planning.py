"""What a sync must load, and by which way: needs from coverage, prices from Amazon's usage plans."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ..domain.pricing import ASSUMED_ORDERS_A_DAY, Load, Need, plan_loads
from ..domain.slices import missing_days, scheduled_days, scopes
from ..domain.sources import PagedSource, Source, Stream
from ..domain.streams import STREAMS, ways
from ..domain.values import MARKETPLACES, DayRange, home_marketplace, local_day
from .work import Work


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """`history_days`: how far back the first sync reaches. `marketplace_ids`: instead of asking Amazon. `versions`: the
    generation of Amazon's API to read, by stream. `static_sandbox`: Amazon has nothing but samples."""

    history_days: int
    marketplace_ids: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    static_sandbox: bool = False

    def marketplaces_in(self, region: str) -> tuple[str, ...]:
        """Those of `marketplace_ids` that Amazon serves in that region."""
        return tuple(entry for entry in self.marketplace_ids if MARKETPLACES[entry].region == region)


@dataclass(frozen=True, slots=True)
class Planning:
    """One connection's loads.

    Args:
        connection_id: None plans for a seller who has connected nothing yet.
        scheduled: nobody asked for this sync: what is young enough is not read again.
        orders_a_day: what is assumed while no order is loaded.
    """

    work: Work
    settings: PlanSettings
    connection_id: int | None
    marketplace_ids: tuple[str, ...]
    now: datetime
    scheduled: bool = False
    orders_a_day: float = ASSUMED_ORDERS_A_DAY

    def loads(self) -> list[Load]:
        """The fastest way for everything that is missing or may have changed, in the order of the stream table.

        Priced by Amazon's own usage plans whatever the speed of the Amazon we talk to, so that the plan is the same.
        """
        return plan_loads(self.needs())

    def needs(self) -> Iterator[Need]:
        rates = self._measured()
        orders = sum(rate for (dataset, _), rate in rates.items() if dataset == "orders") or self.orders_a_day
        for stream in STREAMS.values():
            for sources in ways(stream, self.settings.versions).values():
                asked = scopes(sources[0], self.marketplace_ids)
                for scope in asked:
                    rate = rates.get((sources[0].dataset, scope), _assumed(sources, orders / len(asked)))
                    for days in self._days(stream, sources[0], scope):
                        yield Need(stream.name, tuple(sources), scope, days, rate)

    def _days(self, stream: Stream, source: Source, scope: str) -> list[DayRange]:
        today = local_day(self.now, home_marketplace(scope.split(",")).zone)
        history = DayRange(today - timedelta(days=self.settings.history_days - 1), today)
        covered = self._covered(source.dataset, scope)
        if self.scheduled:
            return scheduled_days(source, stream.cadence, history, covered, self.now)
        return missing_days(source, history, covered)

    def _covered(self, dataset: str, scope: str) -> dict[date, datetime]:
        if self.connection_id is None:
            return {}
        return self.work.loads.covered_days(self.connection_id, dataset, scope)

    def _measured(self) -> dict[tuple[str, str], float]:
        return self.work.loads.rows_a_day(self.connection_id) if self.connection_id is not None else {}


def _assumed(sources: list[Source], orders_a_day: float) -> float:
    """Rows a day of a dataset that was never loaded; only pages are priced by them."""
    return next((way.rows_per_order * orders_a_day for way in sources if isinstance(way, PagedSource)), 0.0)
