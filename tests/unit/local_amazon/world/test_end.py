"""A world ends: some weeks after its last day nothing changes any more."""

from local_amazon.world.tables import BY, Tables
from local_amazon.world.world import seconds
from tests.unit.local_amazon.world.worlds import NOW, lines, rows, world

DAY = 86_400


def test_three_weeks_after_the_last_day_everything_has_come_to_light() -> None:
    built = world(ahead_days=0)
    first, last = seconds(NOW) + 21 * DAY, seconds(NOW) + 300 * DAY
    for table in BY:
        assert list(lines(rows(built, table, first))) == list(lines(rows(built, table, last))), table


def test_stock_is_still_after_a_month() -> None:
    tables = Tables(world(ahead_days=0))  # one listing is closed after 25 days
    first, last = (list(lines(tables.inventory(0, seconds(NOW) + days * DAY))) for days in (32, 300))
    assert first == last
