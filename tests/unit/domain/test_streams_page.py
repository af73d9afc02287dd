"""docs/streams.md says of every stream what the stream table says."""

from datetime import timedelta
from pathlib import Path

from clario.domain.sources import FoundReportSource, ReportSource, Source, Unit
from clario.domain.streams import STREAMS
from clario.domain.tables import Table, WriteMode, tables_of

PAGE = Path(__file__).parents[3] / "docs" / "streams.md"
BEGIN, END = "<!-- the stream table begins -->\n", "<!-- the stream table ends -->"
MODES = {
    WriteMode.REPLACE: "a document replaces its days",
    WriteMode.UPSERT: "rows come and change",
    WriteMode.SNAPSHOT: "what is not named becomes zero",
}
HEAD = (
    "| stream | from Amazon | how often | how much at once, and again | to table (key): how |\n|---|---|---|---|---|\n"
)


def every(cadence: timedelta) -> str:
    if cadence < timedelta(days=1):
        return f"{cadence // timedelta(minutes=1)} minutes"
    return "month" if cadence > timedelta(days=1) else "day"


def origin(source: Source) -> str:
    kind = "report" if isinstance(source, ReportSource) else "found report"
    text = f"{kind} `{source.name}`" if isinstance(source, ReportSource | FoundReportSource) else f"`{source.name}`"
    if source.version:
        text += f" ({source.version})"
    return text + (", each marketplace alone" if source.per_marketplace else "")


def span(source: Source) -> str:
    if source.present_only:
        return "how things are now"
    units = {Unit.DAY: "", Unit.WEEK: " (whole weeks)", Unit.MONTH: " (whole months)"}
    text = f"{source.slice_days} days{units[source.unit]}; the last {source.trailing_days} again"
    return f"{text}; Amazon has {source.kept_days} days" if source.kept_days else text


def target(table: Table) -> str:
    history = f", each day's last state in `{table.history.table}`" if table.history else ""
    return f"`{table.name}` ({', '.join(table.key)}): {MODES[table.mode]}{history}"


def stream_table() -> str:
    lines = []
    for stream in STREAMS.values():
        for number, source in enumerate(stream.sources):
            name, cadence = ("", "") if number else (f"`{stream.name}`", every(stream.cadence))
            tables = "<br>".join(map(target, tables_of(source)))
            lines.append(f"| {name} | {origin(source)} | {cadence} | {span(source)} | {tables} |\n")
    return HEAD + "".join(lines)


def test_the_page_shows_the_stream_table_as_it_is() -> None:
    page = PAGE.read_text()
    shown = page[page.index(BEGIN) + len(BEGIN) : page.index(END)]
    assert shown == stream_table(), f"put this between the marks of {PAGE.name}:\n{stream_table()}"


def test_the_page_knows_how_many_streams_there_are() -> None:
    assert len(STREAMS) == 13
    assert "thirteen streams" in PAGE.read_text()
