"""Document links, and the oddities of documents on order."""

import csv
import gzip
import zlib

import pytest

from local_amazon.server.drift import german_amount
from local_amazon.server.faults import DOCUMENTS
from local_amazon.server.report.types import LEDGER, REIMBURSEMENTS
from tests.unit.local_amazon.surface.small_world import Client


@pytest.fixture
def url(shop: Client) -> str:
    return shop.link(shop.report(LEDGER)["reportDocumentId"])


@pytest.fixture
def money_url(shop: Client) -> str:
    return shop.link(shop.report(REIMBURSEMENTS)["reportDocumentId"])


def text(shop: Client, url: str, charset: str = "utf-8") -> str:
    return gzip.decompress(shop.download(url)[1]).decode(charset)


def rows(document: str) -> list[dict[str, str]]:
    return list(csv.DictReader(document.splitlines(), delimiter="\t"))


def test_a_link_lives_five_minutes(shop: Client, url: str) -> None:
    shop.later(seconds=299)
    assert shop.download(url)[0].status == 200
    shop.later(seconds=1)
    expired, _ = shop.download(url)
    assert (expired.status, expired.content_type) == (403, "application/xml")
    assert b"Request has expired" in expired.body


def test_a_forged_link_is_refused(shop: Client, url: str) -> None:
    assert shop.download(url.replace("X-Amz-Expires=300", "X-Amz-Expires=900"))[0].status == 403
    assert shop.download(url.replace("ALOCALSELLER1", "ALOCALSELLER2"))[0].status == 403


def test_a_link_needs_no_token_and_gives_the_same_bytes_each_time(shop: Client, url: str) -> None:
    shop.token = ""
    assert shop.download(url)[1] == shop.download(url)[1]


def test_content_encoding_is_told_when_it_is_asked_for(shop: Client) -> None:
    document_id = shop.report(LEDGER)["reportDocumentId"]
    path = f"/reports/2021-06-30/documents/{document_id}"
    encoded = shop.json(path, enableContentEncodingUrlHeader="true")["url"]
    assert shop.download(encoded)[0].headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in shop.download(shop.link(document_id))[0].headers


@pytest.mark.parametrize("at_byte", [100, -5])
def test_a_torn_document_ends_early_and_is_whole_the_next_time(shop: Client, url: str, at_byte: int) -> None:
    whole = shop.download(url)[1]
    shop.fault(operation="document", kind="torn_gzip", at_byte=at_byte)
    torn = shop.download(url)[1]
    assert torn == whole[:at_byte]
    with pytest.raises((EOFError, zlib.error)):
        gzip.decompress(torn)
    assert shop.download(url)[1] == whole


@pytest.mark.parametrize(
    ("kind", "column", "cell"), [("bad_row", "Quantity", "abc"), ("unknown_code", "Reason", "UNHEARD_OF")]
)
def test_a_spoilt_row_is_one_more_right_before_the_row_it_is_a_copy_of(
    shop: Client, url: str, kind: str, column: str, cell: str
) -> None:
    whole = rows(text(shop, url))
    shop.fault(operation="document", kind=kind)
    odd = rows(text(shop, url))
    [place] = [number for number, row in enumerate(odd) if row[column] == cell]
    assert place > 0
    assert odd[:place] + odd[place + 1 :] == whole
    assert odd[place] == {**whole[place], column: cell}


def test_another_encoding_is_named_in_the_content_type(shop: Client, url: str) -> None:
    shop.fault(operation="document", kind="cp1252")
    answer, packed = shop.download(url)
    assert answer.content_type == "text/plain;charset=Cp1252"
    assert "Café" in gzip.decompress(packed).decode("cp1252")


def test_a_byte_order_mark_comes_first(shop: Client, url: str) -> None:
    plain = text(shop, url)
    shop.fault(operation="document", kind="bom")
    assert gzip.decompress(shop.download(url)[1]) == b"\xef\xbb\xbf" + plain.encode()


def test_reordered_columns_say_the_same(shop: Client, url: str) -> None:
    plain = text(shop, url)
    shop.fault(operation="document", kind="reordered_columns")
    turned = text(shop, url)
    assert turned.splitlines()[0] != plain.splitlines()[0]
    assert rows(turned) == rows(plain)


def test_additional_columns_say_nothing_known(shop: Client, url: str) -> None:
    plain = rows(text(shop, url))
    shop.fault(operation="document", kind="additional_columns")
    wider = rows(text(shop, url))
    assert set(wider[0]) - set(plain[0]) == {"program", "x-preview-attribute"}
    assert [{name: row[name] for name in plain[0]} for row in wider] == plain


def test_a_missing_column_is_the_last_one(shop: Client, url: str) -> None:
    shop.fault(operation="document", kind="missing_column")
    assert "Store" not in rows(text(shop, url))[0]


def test_localised_columns_keep_their_cells(shop: Client, url: str) -> None:
    plain = rows(text(shop, url))
    shop.fault(operation="document", kind="localised_columns")
    german = rows(text(shop, url))
    assert [row["Menge"] for row in german] == [row["Quantity"] for row in plain]


def test_decimal_commas_stand_in_money_only(shop: Client, money_url: str) -> None:
    shop.fault(operation="document", kind="decimal_commas")
    found = rows(text(shop, money_url))
    assert [row["amount-total"] for row in found] == ["25,00", "-25,00"]
    assert [row["quantity-reimbursed-cash"] for row in found] == ["1", "-1"]


@pytest.mark.parametrize(
    ("plain", "german"), [("1234.56", "1.234,56"), ("-0.50", "-0,50"), ("-1234567.00", "-1.234.567,00"), ("", "")]
)
def test_an_amount_in_german(plain: str, german: str) -> None:
    assert german_amount(plain) == german


def test_several_oddities_come_together(shop: Client, url: str) -> None:
    for kind in ("bom", "reordered_columns", "additional_columns"):
        shop.fault(operation="document", kind=kind)
    body = gzip.decompress(shop.download(url)[1])
    assert body.startswith(b"\xef\xbb\xbf")
    assert "program" in body.decode("utf-8-sig").splitlines()[0]


def test_a_fault_of_another_report_type_leaves_a_document_alone(shop: Client, url: str) -> None:
    plain = shop.download(url)[1]
    for kind in DOCUMENTS:
        shop.fault(operation="document", kind=kind, report_type=REIMBURSEMENTS)
    assert shop.download(url)[1] == plain


def test_every_oddity_changes_a_document(shop: Client, money_url: str) -> None:
    def seen() -> tuple[str, bytes]:
        answer, body = shop.download(money_url)
        return answer.content_type, body

    plain = seen()
    for kind in DOCUMENTS:
        shop.fault(operation="document", kind=kind)
        assert seen() != plain, kind


@pytest.mark.parametrize(
    ("kind", "status", "has_document"),
    [
        ("cancelled", "CANCELLED", False),
        ("fatal", "FATAL", True),
        ("fatal_bare", "FATAL", False),
        ("header_only", "DONE", True),
        ("slow", "IN_PROGRESS", False),
    ],
)
def test_a_report_can_be_ordered_to_end_otherwise(shop: Client, kind: str, status: str, has_document: bool) -> None:
    shop.fault(operation="createReport", kind=kind, report_type=LEDGER)
    assert shop.report(REIMBURSEMENTS)["processingStatus"] == "DONE"
    shown = shop.report(LEDGER)
    assert (shown["processingStatus"], "reportDocumentId" in shown) == (status, has_document)
    assert shop.report(LEDGER, days=20)["processingStatus"] == "DONE"


def test_a_header_only_document_has_no_rows(shop: Client) -> None:
    shop.fault(operation="createReport", kind="header_only")
    document = text(shop, shop.link(shop.report(LEDGER)["reportDocumentId"]))
    assert document.count("\n") == 1
    assert rows(document) == []
