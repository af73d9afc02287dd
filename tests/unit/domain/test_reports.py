"""Every report of the stream table, however its file looks: columns by name, every encoding, nothing lost unseen."""

import re
from collections.abc import Callable

import pytest

from clario.domain.errors import UnreadableDocument
from clario.domain.records import Record, Rejected
from clario.domain.sources import FoundReportSource, ReportSource
from clario.domain.tables import tables_of
from tests.fixtures.documents import JAPAN, SOURCES, context, document, normalized

REPORTS = [name for name, source in SOURCES.items() if isinstance(source, ReportSource | FoundReportSource)]
QUOTED = ("GET_LEDGER_DETAIL_VIEW_DATA", "GET_LEDGER_SUMMARY_VIEW_DATA")
NUMBER_COLUMN = {
    "GET_LEDGER_SUMMARY_VIEW_DATA": "Lost",
    "GET_FBA_REIMBURSEMENTS_DATA": "quantity-reimbursed-cash",
    "GET_FBA_ESTIMATED_FBA_FEES_TXT_DATA": "estimated-fee-total",
    "GET_FBA_STORAGE_FEE_CHARGES_DATA": "estimated_monthly_storage_fee",
    "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA": "qty-charged",
    "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA": "requested-quantity",
    "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA": "shipped-quantity",
    "GET_LEDGER_DETAIL_VIEW_DATA": "Quantity",
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2": "amount",
}

Cells = list[list[str]]


def table(name: str) -> Cells:
    text = document(name).decode()
    return [[cell.strip('"') if name in QUOTED else cell for cell in line.split("\t")] for line in text.splitlines()]


def written(name: str, cells: Cells, end: str = "\n") -> str:
    quote = '"' if name in QUOTED else ""
    return "".join("\t".join(f"{quote}{cell}{quote}" for cell in row) + end for row in cells)


def reversed_columns(cells: Cells) -> Cells:
    first, *rest = [list(reversed(row)) for row in cells]
    return [first, *rest]


def more_columns(cells: Cells) -> Cells:
    return [[row[0], "?" if number else "program", *row[1:]] for number, row in enumerate(cells)]


def decimal_commas(cells: Cells) -> Cells:
    return [[re.sub(r"^(-?\d+)\.(\d+)$", r"\1,\2", cell) for cell in row] for row in cells]


def other_headers(cells: Cells) -> Cells:
    return [[re.sub(r"[-_ ]", "", name).title() for name in cells[0]], *cells[1:]]


def is_settlement(name: str) -> bool:
    """A settlement file is known to begin by its first column."""
    return name.startswith("GET_V2_SETTLEMENT")


@pytest.mark.parametrize("change", [reversed_columns, more_columns, decimal_commas, other_headers])
@pytest.mark.parametrize("name", REPORTS)
def test_columns_in_another_order_or_spelling_new_ones_and_decimal_commas_change_nothing(
    name: str, change: Callable[[Cells], Cells]
) -> None:
    expected = normalized(name)
    assert expected
    assert not any(isinstance(row, Rejected) for row in expected)
    assert normalized(name, written(name, change(table(name))).encode()) == expected


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(
    ("encoding", "start", "end"),
    [("utf-8", b"\xef\xbb\xbf", "\r\n"), ("cp1252", b"", "\n"), ("utf-8", b"", "\r\n")],
    ids=["utf-8 with mark", "cp1252", "utf-8"],
)
def test_every_encoding_and_line_end_gives_the_same_rows(name: str, encoding: str, start: bytes, end: str) -> None:
    raw = start + written(name, table(name), end).encode(encoding)
    assert normalized(name, raw) == normalized(name)


@pytest.mark.parametrize("name", REPORTS)
def test_a_japanese_file_is_read_in_its_own_encoding(name: str) -> None:
    text = written(name, table(name)).replace("Grüne Schale", "緑のボウル").replace("Blue cup", "青いカップ")
    about = context(JAPAN)
    in_shift_jis, in_utf_8 = normalized(name, text.encode("cp932"), about), normalized(name, text.encode(), about)
    assert in_shift_jis == in_utf_8
    assert not any(isinstance(row, Rejected) for row in in_shift_jis)


@pytest.mark.parametrize("name", REPORTS)
def test_a_number_that_is_none_is_rejected_with_its_line_and_the_others_are_read(name: str) -> None:
    column = NUMBER_COLUMN.get(name, "quantity")
    cells = table(name)
    spoilt = list(cells[-1])
    spoilt[cells[0].index(column)] = "abc"
    found = normalized(name, written(name, [*cells, spoilt]).encode())
    bad = [row for row in found if isinstance(row, Rejected)]
    assert [(row.line, row.raw) for row in bad] == [(len(cells) + 1, written(name, [spoilt], end=""))]
    assert bad[0].reason.endswith(": abc")
    assert bad[0].reason.lower().startswith(column.lower())
    assert [row for row in found if not isinstance(row, Rejected)] == normalized(name)


@pytest.mark.parametrize("name", REPORTS)
def test_a_line_that_breaks_off_is_rejected(name: str) -> None:
    cells = table(name)
    found = normalized(name, written(name, [*cells, cells[-1][:2]]).encode())
    [bad] = [row for row in found if isinstance(row, Rejected)]
    assert bad.reason == f"2 cells where the header has {len(cells[0])}"


@pytest.mark.parametrize("name", REPORTS)
def test_a_file_whose_columns_have_other_names_is_no_report_rather_than_an_empty_one(name: str) -> None:
    cells = table(name)
    keep = 1 if is_settlement(name) else 0
    strange = [[*cells[0][:keep], *(f"Spalte {number}" for number in range(len(cells[0]) - keep))], *cells[1:]]
    with pytest.raises(UnreadableDocument, match="the header lacks"):
        normalized(name, written(name, strange).encode())


@pytest.mark.parametrize("name", REPORTS)
def test_a_header_alone_has_no_rows(name: str) -> None:
    assert normalized(name, written(name, table(name)[:1]).encode()) == []


@pytest.mark.parametrize("name", REPORTS)
def test_every_row_belongs_to_a_table_of_its_source_and_to_its_line(name: str) -> None:
    records = [row for row in normalized(name) if isinstance(row, Record)]
    assert {type(row) for row in records} == {entry.record for entry in tables_of(SOURCES[name])}
    assert {row.line for row in records} <= set(range(2, len(table(name)) + 1))


@pytest.mark.parametrize("name", [name for name in REPORTS if SOURCES[name].dataset != "orders"])
def test_identical_lines_are_told_apart(name: str) -> None:
    cells = table(name)
    one, other = normalized(name, written(name, [cells[0], cells[1], cells[1]]).encode())
    [entry] = tables_of(SOURCES[name])
    assert {getattr(one, column) for column in entry.key} != {getattr(other, column) for column in entry.key}
