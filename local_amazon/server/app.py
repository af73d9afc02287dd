"""Which operation a request is, and the order in which Amazon checks it: token, usage plan, then the parameters."""

import re
import secrets
import threading
from collections.abc import Callable

from local_amazon.seller import CLIENT_ID, Seller
from local_amazon.server.answers import Answer, Refused, Request, error
from local_amazon.server.clock import Clock
from local_amazon.server.control import PREFIX, Control
from local_amazon.server.downloads import PATH, Downloads
from local_amazon.server.faults import ANSWERING, Faults, answer_of
from local_amazon.server.finances import Finances
from local_amazon.server.inventory import Inventory
from local_amazon.server.plans import UsagePlans, quota_exceeded
from local_amazon.server.reports import Reports
from local_amazon.server.sellers import participations
from local_amazon.server.tokens import Tokens
from local_amazon.world.build import World

REPORTS = "/reports/2021-06-30"
OPERATIONS = (
    ("GET", re.compile(r"/sellers/v1/marketplaceParticipations"), "getMarketplaceParticipations"),
    ("GET", re.compile(r"/finances/2024-06-19/transactions"), "listTransactions"),
    ("GET", re.compile(r"/fba/inventory/v1/summaries"), "getInventorySummaries"),
    ("POST", re.compile(rf"{REPORTS}/reports"), "createReport"),
    ("GET", re.compile(rf"{REPORTS}/reports"), "getReports"),
    ("GET", re.compile(rf"{REPORTS}/reports/([^/]+)"), "getReport"),
    ("DELETE", re.compile(rf"{REPORTS}/reports/([^/]+)"), "cancelReport"),
    ("GET", re.compile(rf"{REPORTS}/documents/([^/]+)"), "getReportDocument"),
)
WITH_RATE = (200, 201, 202, 204, 400, 404)


class LocalAmazon:
    """The whole local Amazon as a function from a request to an answer; one request at a time."""

    def __init__(self, world: World, clock: Clock, scale: float = 1) -> None:
        self.clock, self.world = clock, world
        self._faults, self._plans, self._tokens = Faults(), UsagePlans(scale), Tokens()
        self._finances = Finances(world.transactions)
        self._inventory = Inventory(world)
        self._reports = Reports(world, self._faults, scale)
        self._downloads = Downloads(world, self._faults)
        self._control = Control(world, clock, self._faults, self._plans)
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Never raises for anything a client can send."""
        with self._lock:
            try:
                answer = self._route(request)
            except Refused as refused:
                answer = refused.answer
        return answer.with_header("x-amzn-RequestId", secrets.token_hex(16))

    def _route(self, request: Request) -> Answer:
        if request.path.startswith(PREFIX):
            return self._control.answer(request)
        if request.path.startswith(PATH):
            return self._guarded("document", lambda: self._download(request), self._document_type(request))
        if (request.method, request.path) == ("POST", "/auth/o2/token"):
            return self._guarded("token", lambda: self._tokens.grant(request, self.clock.now()))
        operation, ids = _operation(request)
        return self._guarded(operation, lambda: self._operate(operation, request, *ids))

    def _guarded(self, operation: str, act: Callable[[], Answer], report_type: str | None = None) -> Answer:
        """Count the call; a queued fault answers instead of Amazon, or breaks Amazon's answer off."""
        self._plans.calls[operation] += 1
        fault = self._faults.strike(operation, ANSWERING, report_type)
        if fault is None:
            return act()
        if fault.kind == "throttle":
            self._plans.throttled[operation] += 1
        return answer_of(fault, act)

    def _operate(self, operation: str, request: Request, *ids: str) -> Answer:
        """An SP-API operation: its token and its usage plan first."""
        now = self.clock.now()
        seller = self._tokens.seller(request, now)
        if not self._plans.take(seller.selling_partner_id, CLIENT_ID, operation, now):
            self._plans.throttled[operation] += 1
            return quota_exceeded()
        try:
            answer = self._perform(operation, request, seller, *ids)
        except Refused as refused:
            answer = refused.answer
        if answer.status not in WITH_RATE:
            return answer
        return answer.with_header("x-amzn-RateLimit-Limit", f"{self._plans.rate(operation):.6g}")

    def _perform(self, operation: str, request: Request, seller: Seller, *ids: str) -> Answer:
        now = self.clock.now()
        actions: dict[str, Callable[..., Answer]] = {
            "getMarketplaceParticipations": lambda: participations(seller),
            "listTransactions": lambda: self._finances.list_transactions(request.query, seller, now),
            "getInventorySummaries": lambda: self._inventory.summaries(request.query, seller, now),
            "createReport": lambda: self._reports.create(request, seller, now),
            "getReports": lambda: self._reports.find(request.query, now),
            "getReport": lambda report_id: self._reports.get(report_id, now),
            "cancelReport": lambda report_id: self._reports.cancel(report_id, now),
            "getReportDocument": lambda document_id: self._link(request, document_id),
        }
        return actions[operation](*ids)

    def _link(self, request: Request, document_id: str) -> Answer:
        now = self.clock.now()
        base_url = f"http://{request.headers.get('host', '127.0.0.1')}"
        return self._downloads.link(self._reports.document(document_id, now), base_url, request.query, now)

    def _download(self, request: Request) -> Answer:
        now, document_id = self.clock.now(), request.path.removeprefix(PATH)
        self._downloads.check(document_id, request.query, now)
        return self._downloads.content(self._reports.document(document_id, now), request.query, now)

    def _document_type(self, request: Request) -> str | None:
        try:
            return self._reports.document(request.path.removeprefix(PATH), self.clock.now()).type
        except Refused:
            return None


def _operation(request: Request) -> tuple[str, tuple[str, ...]]:
    for method, pattern, operation in OPERATIONS:
        match = pattern.fullmatch(request.path)
        if match and method == request.method:
            return operation, match.groups()
    raise Refused(error(404, "NotFound", "The specified resource was not found"))
