"""What detection reads, and what tells it that there is something new to read."""

from clario.db.facts import FACT_TABLES
from clario.db.statements import statement
from clario.db.touched import RESTATED, names_items
from clario.domain.detection.rows.facts import TABLES as LISTS
from clario.domain.tables import TABLES


def test_every_list_of_facts_is_read_from_a_table():
    assert FACT_TABLES.keys() == {table.name for table in LISTS}


def test_every_table_that_is_read_notes_the_items_of_its_rows():
    """But shipments as a whole: they belong to the account's own component, which is always due, and a survey tells
    their lines of them."""
    read = {table.table for table in FACT_TABLES.values()}
    assert {name for name in read if not names_items(TABLES[name])} == {"inbound_shipments"}


def test_a_table_that_is_not_read_notes_nothing():
    assert not names_items(TABLES["inventory"])
    assert not names_items(TABLES["settlement_lines"])


def test_the_days_that_say_the_same_are_told_by_the_columns_that_touch_an_item():
    told = ", ".join(f"p.{column}" for column in RESTATED["fee_previews"])
    assert f"ROW({told})" in " ".join(statement("preview_facts").split())
