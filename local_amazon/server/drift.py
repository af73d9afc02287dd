"""What can be odd about a report document: faults that change its columns, cells or encoding.

Amazon says that columns vary by region, marketplace and seller, and that clients must read them by name
(https://developer-docs.amazon.com/sp-api/docs/report-type-values-fba); localised names and decimal commas are met in
European files (https://github.com/airbytehq/airbyte, source-amazon-seller-partner).
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import chain

from local_amazon.server.document import Batch, Column, Document, Meaning

GERMAN = {
    "Date": "Datum",
    "Title": "Titel",
    "Event Type": "Ereignistyp",
    "Reference ID": "Referenznummer",
    "Quantity": "Menge",
    "Fulfillment Center": "Versandzentrum",
    "Disposition": "Zustand",
    "Reason": "Grund",
    "Country": "Land",
    "approval-date": "Genehmigungsdatum",
    "reimbursement-id": "Erstattungsnummer",
    "amazon-order-id": "Bestellnummer",
    "order-id": "Bestellnummer",
    "reason": "Grund",
    "product-name": "Produktname",
    "condition": "Zustand",
    "currency-unit": "Währung",
    "currency": "Währung",
    "amount-per-unit": "Betrag pro Einheit",
    "amount-total": "Gesamtbetrag",
    "return-date": "Rückgabedatum",
    "quantity": "Menge",
    "shipment-date": "Versanddatum",
    "request-date": "Anforderungsdatum",
    "fulfillment-center-id": "Versandzentrum",
}
"""Names as a German file might have them."""

ADDITIONAL = (("program", "FBA"), ("x-preview-attribute", ""))
UNKNOWN = "UNHEARD_OF"
BAD_CELL = "abc"
SWAPPED = str.maketrans(",.", ".,")


def drifted(document: Document, kinds: set[str]) -> Document:
    """The document with these oddities, each where it has something to change."""
    for kind, change in CHANGES.items():
        if kind in kinds:
            document = change(document)
    return document


def _with_row(document: Document, meaning: Meaning, cell: str) -> Document:
    """One more row: a copy of one of the first batch, right before it, with that cell in the column of that meaning."""
    place = next((n for n, column in enumerate(document.columns) if column.meaning == meaning), None)
    if place is None:
        return document
    return replace(document, batches=_doubled(document, place, cell))


def _doubled(document: Document, place: int, cell: str) -> Iterator[Batch]:
    """A copy elsewhere would be a second fault: some reports keep the rows of an order or a settlement together."""
    batches = iter(document.batches)
    first: Batch = next(batches, [[] for _ in document.columns])
    middle = len(first[0]) // 2
    row = [cells[middle] if len(cells) else "" for cells in first]
    row[place] = cell
    wider: Batch = [[*cells[:middle], text, *cells[middle:]] for cells, text in zip(first, row, strict=True)]
    return chain([wider], batches)


def _reordered(document: Document) -> Document:
    """The second half before the first."""
    half = len(document.columns) // 2
    turned = (batch[half:] + batch[:half] for batch in document.batches)
    return replace(document, columns=document.columns[half:] + document.columns[:half], batches=turned)


def _additional(document: Document) -> Document:
    extra = [Column((name,)) for name, _ in ADDITIONAL]
    wider = ([*batch, *([cell] * len(batch[0]) for _, cell in ADDITIONAL)] for batch in document.batches)
    return replace(document, columns=[*document.columns, *extra], batches=wider)


def _missing(document: Document) -> Document:
    return replace(document, columns=document.columns[:-1], batches=(batch[:-1] for batch in document.batches))


def _localised(document: Document) -> Document:
    names = [
        column._replace(names=tuple(GERMAN.get(name, name) for name in column.names)) for column in document.columns
    ]
    return replace(document, columns=names)


def _commas(document: Document) -> Document:
    money = [column.meaning == "money" for column in document.columns]
    swapped = (
        [list(map(german_amount, cells)) if is_money else cells for is_money, cells in zip(money, batch, strict=True)]
        for batch in document.batches
    )
    return replace(document, batches=swapped)


def german_amount(text: str) -> str:
    """1234.56 as 1.234,56."""
    return f"{Decimal(text):,}".translate(SWAPPED) if text else ""


CHANGES: dict[str, Callable[[Document], Document]] = {
    "bad_row": lambda document: _with_row(document, "quantity", BAD_CELL),
    "unknown_code": lambda document: _with_row(document, "code", UNKNOWN),
    "decimal_commas": _commas,
    "reordered_columns": _reordered,
    "missing_column": _missing,
    "additional_columns": _additional,
    "localised_columns": _localised,
    "cp1252": lambda document: replace(document, charset="cp1252"),
    "bom": lambda document: replace(document, bom=True),
}
