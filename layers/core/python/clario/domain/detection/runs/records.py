"""What a run looks at in one go, what components must know of each other, and what is remembered of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from clario.domain.detection.money.fee_cells import Observation
from clario.domain.detection.rows.facts import Names
from clario.domain.detection.rows.unit_rows import InboundRow, LedgerRow, OrderRow, RemovalRow, ReturnRow, ShippedRow
from clario.domain.detection.runs.incremental import ComponentState
from clario.domain.detection.runs.plain_sales import Usual

Named = Sequence[tuple[Names, int]]
"""How many rows have which names."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """A component's last run: its state, what held for it then, and what it says of the fee tables.

    `groups` are the product groups it is of: what Amazon pays for others is nothing to it. `named` tells how many of
    its rows have which names; few are ever asked for it. `usual` is what its sales agree on, None where they do not, or
    where nothing happened that it must be known for.
    """

    state: ComponentState
    conditions: str
    observations: tuple[Observation, ...]
    groups: frozenset[str]
    named: Named
    usual: Usual | None


@dataclass(frozen=True, slots=True)
class Batch:
    """What is looked at in one go: components, and the stored claims that their result is held against.

    Attributes:
        lean: components whose sales are the usual ones (`plain_sales.py`): they are looked at without plain ones.
        gone: components that are no more.
        touched: the notes of touched items that are settled with it.
    """

    keys: frozenset[str]
    lean: frozenset[str]
    fingerprints: frozenset[str]
    gone: frozenset[str]
    touched: frozenset[int]


@dataclass(frozen=True)
class Shared:
    """The rows that tell what components must know of each other (`neighbours.py`).

    Attributes:
        inbound: all lines of each shipment of which a unit may be missing; `ledger`: the receipts of these shipments,
            and redefinitions.
        returns: those whose order, as far as it is known, has no such SKU; `sold`: the lines of their orders.
        liquidated: removals whose money has come: that is told by rows about no item.
        shipments: by SKU, what its lines are told by rows of their shipments: another text whenever that is another.
    """

    inbound: Sequence[InboundRow]
    ledger: Sequence[LedgerRow]
    returns: Sequence[ReturnRow]
    sold: Sequence[OrderRow | ShippedRow]
    liquidated: Sequence[RemovalRow]
    shipments: Mapping[str, str]
