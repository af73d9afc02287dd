"""Which names a connection's rows have: counted anew only where something happened."""

from collections.abc import Collection

from clario.domain.detection.rows.components import Id
from clario.domain.detection.runs.survey import Remembered


def ids_with_news(remembered: Collection[Remembered], touched: frozenset[Id]) -> frozenset[Id] | None:
    """The identifiers whose rows must be counted anew: of all components with news, and new ones. None: of all."""
    if not remembered:
        return None
    return touched.union(*(entry.state.ids for entry in remembered if not entry.state.ids.isdisjoint(touched)))
