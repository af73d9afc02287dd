"""The rows that detection reads: statements of `queries/facts.sql` as the row classes of `clario.domain.detection`.

The statements give a row's fields in their order, then its document and line: a row is made of them as they are. They
run behind server-side cursors: of a result only a block is in memory beside the rows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg.rows import tuple_row

from clario.db.statements import Statements, statement
from clario.domain.detection.rows.money_rows import AgedRow, FeePreviewRow, MoneyRow, StorageRow
from clario.domain.detection.rows.source import SourceRef, SourceRow
from clario.domain.detection.rows.unit_rows import (
    BalanceRow,
    InboundRow,
    LedgerRow,
    OrderRow,
    ParcelRow,
    ReimbursementRow,
    RemovalRow,
    ReplacementRow,
    ReturnRow,
    ShipmentRow,
    ShippedRow,
)
from clario.domain.values import MARKETPLACES

BLOCK = 5_000
Cells = tuple[Any, ...]
ASIN_OF_SHIPMENT_LINE, ASIN_OF_REMOVAL, ASIN_OF_PARCEL = (8, 7), (7, 6), (5, 4)
"""Where the row's ASIN belongs, which the report does not give, and where its FNSKU is."""
SIDES_OF_PREVIEW, SIDES_OF_STORAGE = 8, 5
NOTHING_CHOSEN: Mapping[str, object] = {
    **dict.fromkeys(("asins", "fnskus", "skus", "order_ids", "shipment_ids", "sold_on")),
    "account": False,
    "other_money": False,
}


@dataclass(frozen=True, slots=True)
class FactTable:
    """One kind of rows: which statement gives them, from which table, and what makes a row of the cells."""

    query: str
    table: str
    kind: Callable[..., SourceRow]
    asin: tuple[int, int] | None = None
    sides: int | None = None
    store: int | None = None


FACT_TABLES: Mapping[str, FactTable] = {
    "ledger": FactTable("ledger_facts", "ledger_events", LedgerRow),
    "balances": FactTable("balance_facts", "ledger_balances", BalanceRow),
    "reimbursements": FactTable("reimbursement_facts", "claims", ReimbursementRow),
    "returns": FactTable("return_facts", "returns", ReturnRow),
    "replacements": FactTable("replacement_facts", "replacements", ReplacementRow),
    "shipped": FactTable("shipped_facts", "shipped_items", ShippedRow),
    "orders": FactTable("order_facts", "order_items", OrderRow),
    "inbound": FactTable("inbound_facts", "inbound_shipment_items", InboundRow, asin=ASIN_OF_SHIPMENT_LINE),
    "shipments": FactTable("shipment_facts", "inbound_shipments", ShipmentRow),
    "removals": FactTable("removal_facts", "removal_orders", RemovalRow, asin=ASIN_OF_REMOVAL),
    "parcels": FactTable("parcel_facts", "removal_shipments", ParcelRow, asin=ASIN_OF_PARCEL),
    "money": FactTable("money_facts", "financial_events", MoneyRow),
    "previews": FactTable("preview_facts", "fee_previews", FeePreviewRow, sides=SIDES_OF_PREVIEW, store=2),
    "storage": FactTable("storage_facts", "storage_charges", StorageRow, sides=SIDES_OF_STORAGE),
    "aged": FactTable("aged_facts", "aged_inventory_charges", AgedRow),
}
"""By the name of their list in `clario.domain.detection.facts.Rows`."""


class FactReader:
    """Reads rows of one connection in one transaction.

    Args:
        values: what all statements need: connection_id, until (a day), zone, currency.
        asins: the ASIN of each FNSKU.
    """

    def __init__(self, run: Statements, values: Mapping[str, object], asins: Mapping[str, str]) -> None:
        self._run, self._values, self._asins = run, values, asins
        self._raw_objects: dict[int, str] = {}

    def rows(self, name: str, **given: object) -> Iterator[Any]:
        """The rows of a list: those of the items in `asins`, `fnskus` and `skus`, of the orders in `order_ids`, with
        `other_money` all money that is not of sales, of the shipments in `shipment_ids`, of the days in `sold_on`, with
        `account` of no item; what is not given is null there."""
        table = FACT_TABLES[name]
        chosen = {**NOTHING_CHOSEN, **given}
        for block in self._blocks(table.query, chosen):
            self._learn_objects({cells[-2] for cells in block})
            for cells in block:
                yield self._row(table, cells)

    def told_of_shipments(self) -> dict[str, str]:
        """By SKU a text that is another one whenever what is known of its shipments as such is another."""
        return {row["sku"]: row["told"] for row in self._run.rows("told_of_shipments", **self._values)}

    def _blocks(self, query: str, chosen: Mapping[str, object]) -> Iterator[list[Cells]]:
        values = {**self._values, **chosen, "seller_id": self._run.seller_id}
        with self._run.connection.cursor(name=query, row_factory=tuple_row) as cursor:
            cursor.execute(statement(query), values)
            while block := cursor.fetchmany(BLOCK):
                yield block
                if len(block) < BLOCK:
                    break

    def _learn_objects(self, documents: set[int]) -> None:
        unknown = list(documents - self._raw_objects.keys())
        if unknown:
            found = self._run.rows("raw_objects", document_ids=unknown)
            self._raw_objects |= {row["document_id"]: row["raw_object"] for row in found}

    def _row(self, table: FactTable, cells: Cells) -> SourceRow:
        *values, document_id, line = cells
        if table.asin is not None:
            place, fnsku = table.asin
            values[place] = self._asins.get(values[fnsku], "")
        if table.store is not None:
            values[table.store] = _marketplace_id(values[table.store])
        if table.sides is not None:
            first, last = table.sides, table.sides + 3
            sides = tuple(values[first:last])
            values[first:last] = [None if None in sides else sides]
        ref = SourceRef(table.table, document_id, self._raw_objects[document_id], str(line))
        return table.kind(*values, ref)


@cache
def _marketplace_id(store: str) -> str:
    """Amazon's reports call marketplaces by their country, and the United Kingdom UK."""
    country = "GB" if store == "UK" else store
    return next((place.id for place in MARKETPLACES.values() if place.country == country), "")
