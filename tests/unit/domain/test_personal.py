"""Who a buyer is and where gets no further than the wire."""

import ast
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clario
from clario.domain.columns import column_name
from clario.domain.personal import KEPT_COLUMNS, is_personal, without_personal_columns, without_personal_fields
from clario.domain.sources import ReportSource
from clario.spapi.operations import OPERATIONS
from local_amazon.server.sandbox import cases
from tests.fixtures.documents import SOURCES, document, normalized

PLANTED = ("Quill", "Elm Street", "89999", "999.999.999-99", "PO-4711", "quill@example.com", "4242")
TELLING_REPORTS = [name for name, source in SOURCES.items() if isinstance(source, ReportSource) and source.personal]
TELLING_PAGES = [name for name, source in SOURCES.items() if not isinstance(source, ReportSource) and source.personal]


def scrubbed(name: str, raw: bytes | None = None) -> bytes:
    return b"".join(without_personal_columns(name, (raw or document(name)).splitlines(keepends=True)))


def traces(raw: bytes) -> list[str]:
    return [word for word in PLANTED if word in raw.decode()]


def test_every_report_that_tells_of_buyers_says_which_columns_are_kept() -> None:
    assert set(KEPT_COLUMNS) == set(TELLING_REPORTS)


@pytest.mark.parametrize("name", TELLING_REPORTS)
def test_a_report_loses_what_it_tells_of_buyers_and_no_row(name: str) -> None:
    assert traces(document(name))
    assert not traces(scrubbed(name))
    assert normalized(name, scrubbed(name)) == normalized(name)


@pytest.mark.parametrize("name", TELLING_REPORTS)
def test_a_column_nobody_knows_is_dropped_because_it_may_be_about_a_person(name: str) -> None:
    header, *lines = document(name).splitlines()
    raw = b"\n".join([header + b"\tKundenname", *(line + b"\tFrau Quill" for line in lines)])
    assert scrubbed(name, raw) == scrubbed(name)


@pytest.mark.parametrize("name", TELLING_REPORTS)
def test_of_a_line_that_does_not_fit_its_header_nothing_is_kept_but_that_it_was_there(name: str) -> None:
    raw = document(name) + b"a comment of Mrs Quill\tthat goes on\n\n"
    kept = scrubbed(name, raw).splitlines()
    assert kept[-2].startswith(b"[removed]: 2 cells where the header has")
    assert kept[-1] == b""
    assert len(kept) == len(raw.splitlines())
    assert not traces(scrubbed(name, raw))


def test_a_tab_in_the_last_columns_comment_loses_no_row() -> None:
    name = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
    raw = document(name).replace(b"too blue", b"too\tblue")
    assert scrubbed(name, raw) == scrubbed(name)


def test_a_cell_too_many_elsewhere_may_have_moved_the_buyers_cells_so_nothing_is_kept() -> None:
    name = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
    raw = document(name).replace(b"Blue cup", b"Blue\tcup")
    assert scrubbed(name, raw).count(b"[removed]") == 3
    assert not traces(scrubbed(name, raw))


def test_a_mark_and_line_ends_of_windows_do_not_hide_a_column() -> None:
    name = TELLING_REPORTS[0]
    raw = b"\xef\xbb\xbf" + document(name).replace(b"\n", b"\r\n")
    assert scrubbed(name, raw) == scrubbed(name)


def test_an_empty_report_stays_without_columns() -> None:
    assert list(without_personal_columns(TELLING_REPORTS[0], [])) == [b"\n"]


@pytest.mark.parametrize("name", TELLING_PAGES)
def test_pages_lose_what_they_tell_of_persons_and_nothing_that_is_read(name: str) -> None:
    assert traces(document(name))
    pages = [json.dumps(without_personal_fields(json.loads(page))).encode() for page in document(name).splitlines()]
    assert not traces(b"".join(pages))
    assert normalized(name, pages) == normalized(name)


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_whatever_a_page_looks_like_no_field_about_a_person_is_left(value: object) -> None:
    left = json.dumps(
        without_personal_fields({"BuyerInfo": value, "list": [{"ShippingAddress": value, "kept": value}]})
    )
    assert '"BuyerInfo"' not in left
    assert '"ShippingAddress"' not in left
    assert '"kept"' in left


def test_columns_are_told_by_name_whatever_their_spelling() -> None:
    assert column_name("Ship-Postal_Code ") == "shippostalcode"
    assert is_personal("deliveryAddress")
    assert not is_personal("orderItems")


@pytest.mark.parametrize(
    "name",
    [
        "BuyerCompanyName",
        "AddressLine1",
        "Phone",
        "PurchaseOrderNumber",
        "CardBrand",
        "RegulatedInformation",
        "AccountTail",
        "paymentReference",
    ],
)
def test_a_field_of_amazons_models_about_a_person_or_a_bank_account_is_known(name: str) -> None:
    assert without_personal_fields({name: "Quill", "kept": 1}) == {"kept": 1}


@pytest.mark.parametrize(
    "name", ["sellerSku", "MarketplaceId", "PaymentMethod", "HasRegulatedItems", "ShipServiceLevel"]
)
def test_a_field_about_the_goods_stays(name: str) -> None:
    assert without_personal_fields({name: "kept"}) == {name: "kept"}


@pytest.mark.parametrize("name", [name for name in SOURCES if name in OPERATIONS])
def test_an_operation_whose_sample_of_amazons_tells_of_a_person_loses_that(name: str) -> None:
    operation = OPERATIONS[name]
    told = any(is_personal(json.dumps(case["response"])) for case in cases()[f"{operation.method} {operation.path}"])
    assert SOURCES[name].personal or not told


def texts(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


@pytest.mark.parametrize("path", sorted(Path(clario.__file__).parent.rglob("*.py")), ids=lambda path: path.name)
def test_nowhere_is_a_restricted_data_token_or_data_of_a_buyer_asked_for(path: Path) -> None:
    asking = re.compile(r"restrictedDataToken|\b(BUYER|RECIPIENT|PACKAGES|buyerInfo|shippingAddress)\b")
    assert not [text for text in texts(path) if asking.search(text)]
