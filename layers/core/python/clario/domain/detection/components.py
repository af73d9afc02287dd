"""Cuts a seller's facts into independent parts: items that share an ASIN, FNSKU or SKU settle each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date

from clario.domain.detection.facts import ComponentFacts, LedgerRow, ReimbursementRow, Row, SellerFacts

Id = tuple[str, str]


class _Unions:
    """Disjoint sets of identifiers; the smallest one names its set, whatever the order of joining."""

    def __init__(self) -> None:
        self._parent: dict[Id, Id] = {}

    def root(self, node: Id) -> Id:
        parent = self._parent.setdefault(node, node)
        while parent != node:
            self._parent[node] = self._parent[parent]
            node, parent = parent, self._parent[parent]
        return node

    def join(self, ids: Iterable[Id]) -> None:
        low, *others = sorted({self.root(node) for node in ids})
        for other in others:
            self._parent[other] = low


def components(facts: SellerFacts, until: date) -> Iterator[ComponentFacts]:
    """The facts up to and including `until`, one component after the other; independent of the order of rows.

    The SKU joins too: a reimbursement may come without FNSKU and ASIN. A row without any identifier is left out.
    """
    ledger = [line for line in facts.ledger if line.occurred_on <= until and _ids(line)]
    granted = [line for line in facts.reimbursements if line.approved_on <= until and _ids(line)]
    unions = _Unions()
    rows: list[Row] = [*ledger, *granted]
    for row in rows:
        unions.join(_ids(row))
    parts: defaultdict[Id, tuple[list[LedgerRow], list[ReimbursementRow]]] = defaultdict(lambda: ([], []))
    for moved in sorted(ledger, key=lambda r: r.key):
        parts[unions.root(_ids(moved)[0])][0].append(moved)
    for paid in sorted(granted, key=lambda r: r.key):
        parts[unions.root(_ids(paid)[0])][1].append(paid)
    for root in sorted(parts):
        yield ComponentFacts(root[1], tuple(parts[root][0]), tuple(parts[root][1]))


def _ids(row: Row) -> list[Id]:
    sku = row.msku if isinstance(row, LedgerRow) else row.sku
    return [node for node in (("asin", row.asin), ("fnsku", row.fnsku), ("sku", sku)) if node[1]]
