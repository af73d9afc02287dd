"""What a report is asked for, and how many types are looked for at once."""

from datetime import UTC, date, datetime

from clario.domain.slices import Slice, SliceState
from clario.domain.streams import STREAMS
from clario.domain.values import DayRange
from clario.services.plan import PlanSettings, report_request, reports_at_hand
from clario.services.ports import Report

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


class Finder:
    """Keeps which types were asked for together."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def find_reports(self, types: list[str], marketplaces: tuple[str, ...], since: datetime) -> list[Report]:
        self.asked.append(types)
        return []


def a_slice(stream: str, start: date, end: date) -> Slice:
    source = STREAMS[stream].sources[0].name
    return Slice(1, "sync_1", 1, stream, source, "A,B", DayRange(start, end), SliceState.PLANNED)


def test_a_report_is_asked_for_with_a_day_more_on_both_sides() -> None:
    request = report_request(a_slice("returns", date(2026, 6, 1), date(2026, 6, 7)), NOW)
    assert (request.data_start, request.data_end) == (
        datetime(2026, 5, 31, tzinfo=UTC),
        datetime(2026, 6, 9, tzinfo=UTC),
    )
    assert (request.marketplace_ids, request.options) == (("A", "B"), {})


def test_fees_are_asked_for_from_more_than_72_hours_before_today_until_now() -> None:
    request = report_request(a_slice("fees", date(2026, 7, 1), date(2026, 7, 1)), NOW)
    assert (request.data_start, request.data_end) == (datetime(2026, 6, 27, tzinfo=UTC), NOW)


def test_balances_are_asked_for_by_month() -> None:
    request = report_request(a_slice("ledger_summary", date(2026, 6, 1), date(2026, 6, 30)), NOW)
    assert request.options == {"aggregatedByTimePeriod": "MONTHLY", "aggregateByLocation": "COUNTRY"}


def test_an_order_report_is_never_of_more_than_30_days() -> None:
    longest = STREAMS["orders"].sources[0].slice_days
    request = report_request(a_slice("orders", date(2026, 5, 1), date(2026, 5, longest)), NOW)
    assert (request.data_end - request.data_start).days <= 30


def test_no_more_than_ten_types_are_looked_for_at_once() -> None:
    finder = Finder()
    reports_at_hand(finder, ("A",), NOW, PlanSettings(548))  # type: ignore[arg-type]
    assert finder.asked
    assert max(map(len, finder.asked)) <= 10
