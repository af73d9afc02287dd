"""Which names a connection's rows have: counted anew only where there is a new one, or where rows are gone.

How many rows have a name is not exact between two counts: it says how big a component is, and that the name is there.
"""

from collections.abc import Collection

from clario.domain.detection.rows.components import Id
from clario.domain.detection.rows.facts import Names
from clario.domain.detection.runs.records import Remembered


def with_new_names(remembered: Collection[Remembered], touched: Collection[tuple[Id, Names | None]]) -> frozenset[Id]:
    """Those of the touched items by which a row goes (its names are None), or comes with names not known together."""
    ids = frozenset(node for node, _ in touched)
    around = (entry for entry in remembered if not entry.state.ids.isdisjoint(ids))
    known = {names for entry in around for names, _ in entry.named}
    return frozenset(node for node, names in touched if names not in known)


def ids_with_news(remembered: Collection[Remembered], touched: frozenset[Id]) -> frozenset[Id] | None:
    """The identifiers whose rows must be counted anew: of all components with news, and new ones. None: of all."""
    if not remembered:
        return None
    return touched.union(*(entry.state.ids for entry in remembered if not entry.state.ids.isdisjoint(touched)))
