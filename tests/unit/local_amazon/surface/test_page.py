"""The page at `/`."""

from html.parser import HTMLParser

from local_amazon.world.discrepancies import Discrepancy
from tests.unit.local_amazon.surface.rows import tables
from tests.unit.local_amazon.surface.small_world import LAMP, Client, at, day, world

UNCLOSED = {"meta", "br", "input"}


class Outline(HTMLParser):
    """Checks that every element is closed in its place, and gathers the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in UNCLOSED:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data + "\n"


def page(client: Client) -> str:
    answer = client.get("/")
    assert (answer.status, answer.content_type) == (200, "text/html;charset=UTF-8")
    outline = Outline()
    outline.feed(answer.body.decode())
    assert outline.open == []
    return outline.text


def test_the_page_shows_what_the_seller_holds(shop: Client) -> None:
    text = page(shop)
    for word in ("Local Test Store", "MUG-1", "LAMP-1", "FBA15", "Lost_Warehouse", "111-2222222-3333330", "USD 25.00"):
        assert word in text


def test_the_page_needs_no_token_and_shows_none(shop: Client) -> None:
    token, shop.token = shop.token, ""
    text = shop.get("/").body.decode()
    assert token not in text
    assert "Atzr|" not in text
    assert "<script" not in text


def test_every_seller_has_a_section() -> None:
    text = page(Client(world(**tables()), world("eu"), regions=("na", "eu")))
    assert "ALOCALSELLER1" in text and "ALOCALSELLER2" in text
    assert "Amazon.de" in text


def test_the_truth_stands_apart_and_says_so() -> None:
    known = world(**tables())
    known.truth.add(Discrepancy("lost_warehouse", LAMP, 0, 3, day(days=5), at(days=5), at(days=5), 900))
    text = page(Client(known))
    truth = text.partition("Truth, for development only")[2]
    assert "lost warehouse" in truth
