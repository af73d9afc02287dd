"""Errors by what the caller can do about them.

    ClarioError
    ├── RetryableError          try again later: the state machine does so by itself
    │   ├── Throttled           Amazon said 429, or our own usage-plan clock is ahead
    │   ├── UpstreamUnavailable 5xx, a broken connection, a torn document
    │   └── DatabaseUnavailable Postgres does not answer, or broke off
    ├── FatalError              trying again cannot help: the slice fails alone and says why
    │   ├── RequestRefused      Amazon refused the request as it stands (400, 404, ...), or for a role that is missing
    │   ├── ReportFailed        Amazon gave up on a report (FATAL)
    │   ├── DocumentUnreadable  a document is not of its stream's format
    │   ├── AmazonKeepsFailing  so many tries failed that the next one is left to the next sync
    │   └── AuthorizationRevoked  the seller took the authorisation back: reconnect
    ├── Refusal                 the person asking must do something else first; `code` is the API's word for it
    │   ├── AmazonNotConnected, SyncInProgress, SyncNotFound, SyncNotRunning, DetectionNotFound
    ├── ExecutionEnded          an execution's name is used up
    └── ConfigurationError      a wrong setting: the start stops with one line

A bad row is not an error but a value (`clario.domain.records.Rejected`); "not ready yet" is a result.
Step Functions compares the exact class name and ignores inheritance, so the step decorator raises the
canonical `RetryableError` or `FatalError` (`clario.aws.step`).
"""

from datetime import datetime


class ClarioError(Exception):
    """Everything this package raises on purpose. The message is safe to show: it never holds a secret."""


class RetryableError(ClarioError):
    """The same call may succeed later."""


class Throttled(RetryableError):
    """Amazon's usage plan is exhausted.

    `prepaid` names an operation for each place already taken in its usage plan, the last of them for `until`: who waits
    until then sends those calls without reserving again. Who reserved again would queue behind all the other waiters,
    each time. `failure` says what Amazon answered to the last try that failed before; None: all went well, and the wait
    is nobody's fault.
    """

    def __init__(
        self,
        message: str,
        until: datetime | None = None,
        prepaid: tuple[str, ...] = (),
        failure: str | None = None,
    ) -> None:
        super().__init__(message)
        self.until = until
        self.prepaid = prepaid
        self.failure = failure


class UpstreamUnavailable(RetryableError):
    """Amazon or the way to it is out of order for now."""


class DatabaseUnavailable(RetryableError):
    """Postgres does not answer, or broke the connection."""


class FatalError(ClarioError):
    """The same call will fail again."""


class RequestRefused(FatalError):
    """Amazon refuses the request as it stands. `status` is the HTTP status of the answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ReportFailed(FatalError):
    """Amazon ended a report as FATAL."""


class DocumentUnreadable(FatalError):
    """A document as a whole is not of its stream's format."""


class AmazonKeepsFailing(FatalError):
    """So many tries of a slice failed since it last got on that it is given up."""


class AuthorizationRevoked(FatalError):
    """The connection's authorisation is gone; only the seller can renew it."""


class ExecutionEnded(ClarioError):
    """The name belongs to an execution that has ended, or that runs with another payload."""


class ConfigurationError(ClarioError):
    """A setting is wrong or missing. The message names it and the fix."""


class Refusal(ClarioError):
    """What was asked for cannot be done now. `code` is the stable word of the API for it."""

    code = "invalid_state"


class AmazonNotConnected(Refusal):
    """The seller has no usable connection to Amazon."""

    code = "amazon_not_connected"


class SyncInProgress(Refusal):
    """One sync of this seller already runs."""

    code = "sync_in_progress"

    def __init__(self, sync_id: str) -> None:
        super().__init__(f"A sync is already running: {sync_id}")
        self.sync_id = sync_id


class SyncNotFound(Refusal):
    """No such sync of this seller."""

    code = "sync_not_found"


class SyncNotRunning(Refusal):
    """The sync has already ended."""

    code = "sync_not_running"


class DetectionNotFound(Refusal):
    """No such detection of this seller."""

    code = "detection_not_found"
