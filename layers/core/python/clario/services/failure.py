"""What Step Functions tells about a failed task, as people and programs need it."""

import json
from dataclasses import dataclass

from ..payloads import FailureInfo

# The note of a slice's row and the `code` of a sync's warning, by the class that was raised.
NOTES = {
    "AuthorizationRevoked": "connection_revoked",
    "ReportFailed": "report_failed",
    "RequestRefused": "request_refused",
    "Throttled": "throttled",
    "DocumentUnreadable": "document_unreadable",
    "UpstreamUnavailable": "amazon_unavailable",
    "AmazonKeepsFailing": "amazon_unavailable",
}
CANONICAL = ("RetryableError", "FatalError")
LONGEST_MESSAGE = 1000


@dataclass(frozen=True, slots=True)
class Failure:
    """`kind`: the class raised, `message`: its text without the class, `note`: the word for programs."""

    kind: str
    message: str

    @property
    def note(self) -> str:
        return NOTES.get(self.kind, "load_failed")

    @classmethod
    def of(cls, info: FailureInfo) -> "Failure":
        """Our step decorator sends "Kind: message" under the canonical name; the rest comes from AWS as it is."""
        text = _error_message(info.Cause)
        if info.Error in CANONICAL:
            kind, _, message = text.partition(": ")
            return cls(kind, message[:LONGEST_MESSAGE])
        return cls(info.Error, (text or info.Error)[:LONGEST_MESSAGE])


def _error_message(cause: str) -> str:
    """The Cause of a failed Lambda task is JSON with errorMessage; of a timeout it is text, or nothing."""
    try:
        parsed = json.loads(cause)
    except ValueError:
        return cause
    return str(parsed.get("errorMessage", cause)) if isinstance(parsed, dict) else cause
