"""Data contracts: each loaded document is compared with those before it, and what is odd is noted and counted."""

from collections.abc import Collection, Iterable, Mapping

from ..domain.contracts import HEADER, Counts, Note, rejected_share, row_volume, unseen
from ..domain.streams import source_of
from .ports import Metrics
from .records import Document, Stored
from .work import Work

COMPARED = 20  # documents before it
# What the next document of the same marketplaces confirms or takes back.
PASSING = ("rejected_share", "row_volume", "report_shrank")


def watch(document: Document, stored: Stored, work: Work, metrics: Metrics) -> None:
    """Note what is odd about a document that has just been stored; nothing of it stops a sync."""
    found = [
        *unseen(work.health.learn(document, _codes(document, stored))),
        *(settlement.note() for settlement in work.health.unbalanced(document)),
        *_passing(document, stored, work),
    ]
    work.health.forget(document, PASSING, document.scope)
    work.health.note(document, found)
    for note in found:
        metrics.count("SourceDrift", code=note.code, source=document.source)


def _codes(document: Document, stored: Stored) -> Mapping[str, Collection[str]]:
    header = document.header_fingerprint
    return {**stored.codes, HEADER: [header] if header else []}


def _passing(document: Document, stored: Stored, work: Work) -> Iterable[Note]:
    now = Counts(document.days, stored.rows, stored.rejected)
    before = work.health.earlier(document, COMPARED)
    whole = source_of(document.stream, document.source).present_only
    details = {
        "rejected_share": rejected_share(now, before),
        "row_volume": row_volume(now, before, whole=whole) if document.since is None else None,
        "report_shrank": too_few(stored),
    }
    return [Note(code, document.scope, detail) for code, detail in details.items() if detail]


def too_few(stored: Stored) -> str | None:
    """Why the document was not believed; None: it was."""
    if stored.doubted is None:
        return None
    return (
        f"{stored.rows:,} rows where {stored.doubted:,} are known: they stay until a second document, made later, says"
        " the same"
    )
