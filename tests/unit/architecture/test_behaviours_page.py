"""docs/spapi-behaviours.md names what there is."""

import re
from pathlib import Path

import clario

ROOT = Path(__file__).parents[3]
PACKAGE = Path(clario.__file__).parent
PAGE = (ROOT / "docs" / "spapi-behaviours.md").read_text(encoding="utf-8")
ROWS = [
    line.strip("| ").split(" | ")
    for line in PAGE.splitlines()
    if line.startswith("| ") and "what Amazon does" not in line
]
NAMED = re.compile(r"`([\w/]+\.(?:py|sql))`")


def test_every_file_it_names_exists() -> None:
    named = set(NAMED.findall(PAGE))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (PACKAGE / name).is_file()] == []


def test_every_row_says_what_amazon_does_how_certain_that_is_what_we_do_where_and_why() -> None:
    assert len(ROWS) > 60
    for row in ROWS:
        assert len(row) == 3, row
        amazon, we, why = row
        assert re.search(r"\b([Ss]ure|[Ll]ikely|[Uu]nsure)\b", amazon), amazon
        assert NAMED.search(we) or we == "As above", we
        assert why


def test_every_source_it_refers_to_has_an_address_and_every_address_is_used() -> None:
    body, _, addresses = PAGE.partition("[models]: ")
    defined = re.findall(r"^\[([\w-]+)\]: https://", "[models]: " + addresses, re.MULTILINE)
    assert set(re.findall(r"\]\[([\w-]+)\]", body)) == set(defined)


def test_the_readme_leads_there() -> None:
    assert "(docs/spapi-behaviours.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
