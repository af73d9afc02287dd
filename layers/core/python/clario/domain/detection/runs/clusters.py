"""Which components a run looks at together."""

from collections import defaultdict
from collections.abc import Iterable, Set

from clario.domain.detection.rows.components import ACCOUNT, Grouping, Id


class Clusters:
    """Components of a grouping and, where several are looked at together, the clusters of them.

    A cluster is called by the smallest identifier in it, be it of a component or of none any more. One component by
    itself is a cluster of its own, called by its key.
    """

    def __init__(self, grouping: Grouping, together: Iterable[Iterable[Id]]) -> None:
        """Components with identifiers in one of `together` are of one cluster."""
        self._grouping = grouping
        several = (ids for ids in together if len({grouping.keys.get(node, node) for node in ids}) > 1)
        self._joined = Grouping(map(self._first, ids) for ids in several).keys
        self._parts: defaultdict[str, set[str]] = defaultdict(set)
        for node, cluster in self._joined.items():
            if (key := ":".join(node)) in grouping.members:
                self._parts[cluster].add(key)

    def of(self, ids: Set[Id]) -> str:
        """The cluster with these identifiers, which are of one; ACCOUNT where no component is of it any more: what is
        left of it is settled with the account's own."""
        if not ids:
            return ACCOUNT
        first = self._first(min(ids))
        cluster = self._joined.get(first, ":".join(first))
        return cluster if cluster in self._parts or cluster in self._grouping.members else ACCOUNT

    def components(self, cluster: str) -> Set[str]:
        """Their keys."""
        return self._parts.get(cluster, {cluster})

    def _first(self, node: Id) -> Id:
        """The smallest identifier of its component, which the key is made of; itself where it is of none."""
        kind, _, value = self._grouping.keys.get(node, ":".join(node)).partition(":")
        return kind, value
