"""Which operation a request is, and the order in which Amazon checks it: token, usage plan, then the parameters."""

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from local_amazon.seller import CLIENT_ID, Seller
from local_amazon.server import (
    catalog,
    consent,
    finances,
    finances_v0,
    inbound_v0,
    inventory,
    orders_2026,
    orders_v0,
    product_fees,
    sellers,
)
from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, Refused, Request
from local_amazon.server.call import Call
from local_amazon.server.clock import Clock
from local_amazon.server.control import PREFIX, Control
from local_amazon.server.downloads import PATH, Downloads
from local_amazon.server.faults import ANSWERING, Faults, answer_of, denied
from local_amazon.server.page import home
from local_amazon.server.plans import UsagePlans, quota_exceeded
from local_amazon.server.reports import WAITS, Reports
from local_amazon.server.routes import Route, Router
from local_amazon.server.sandbox import sandbox_answer
from local_amazon.server.tokens import Tokens

REGIONS = ("na", "eu", "fe")
WITH_RATE = (200, 201, 202, 204, 400, 404)


def routes(reports: Reports) -> tuple[Route, ...]:
    """Every operation that is served."""
    return (
        *sellers.ROUTES,
        *inventory.ROUTES,
        *finances.ROUTES,
        *finances_v0.ROUTES,
        *orders_v0.ROUTES,
        *orders_2026.ROUTES,
        *inbound_v0.ROUTES,
        *reports.routes,
        *product_fees.ROUTES,
        *catalog.ROUTES,
    )


class LocalAmazon:
    """The whole local Amazon as a function from a request to an answer; one request at a time.

    A path may begin with a region (`/eu/orders/...`), as Amazon has a host for each: then only sellers of that region
    are known there.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        clock: Clock,
        scale: float = 1,
        *,
        sandbox: bool = False,
        waits: tuple[int, int] = WAITS,
    ) -> None:
        self.clock, self._sandbox = clock, sandbox
        self._accounts = {account.seller.selling_partner_id: account for account in accounts}
        self._faults, self._plans = Faults(), UsagePlans(scale, sandbox=sandbox)
        self._tokens = Tokens([account.seller for account in accounts])
        self._downloads = Downloads()
        self._router = Router(routes(Reports(self._downloads, scale, waits)))
        self._control = Control(self._accounts, clock, self._faults, self._plans, self._tokens)
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        """Never raises for anything a client can send."""
        with self._lock:
            answer = _refusable(lambda: self._route(*_region(request)))
        return answer.with_header("x-amzn-RequestId", secrets.token_hex(16))

    def _route(self, region: str | None, request: Request) -> Answer:
        now = self.clock.now()
        if request.path == "/":
            return home(list(self._accounts.values()), now)
        if request.path.startswith(PREFIX):
            return self._control.answer(request)
        if request.path.startswith(PATH):
            return self._download(request)
        if (request.method, request.path) == ("POST", "/auth/o2/token"):
            return self._guarded("token", lambda: self._tokens.grant(request, now))
        if (request.method, request.path) == ("GET", consent.PATH):
            signed_in = [account.seller for account in self._accounts.values()]
            wanted = [seller for seller in signed_in if region in (None, seller.region)]
            return consent.consent(request.query, wanted, self._tokens, now)
        return self._operate(region, request)

    def _guarded(
        self, operation: str, act: Callable[[], Answer], report_type: str | None = None, seller: str | None = None
    ) -> Answer:
        """Count the call; a queued fault answers instead of Amazon, or breaks Amazon's answer off."""
        self._plans.calls[operation] += 1
        fault = self._faults.strike(operation, ANSWERING, self.clock.now(), report_type, seller)
        if fault is None:
            return act()
        if fault.kind == "throttle":
            self._plans.throttled[operation] += 1
        return answer_of(fault, lambda: _refusable(act))

    def _operate(self, region: str | None, request: Request) -> Answer:
        """An SP-API operation: its token and its usage plan first."""
        route, ids = self._router.find(request)

        def act() -> Answer:
            seller = self._tokens.seller(request, self.clock.now())
            if region not in (None, seller.region):
                raise Refused(denied(""))
            if not self._plans.take(seller.selling_partner_id, CLIENT_ID, route.operation, self.clock.now()):
                return quota_exceeded()
            answer = _refusable(lambda: self._perform(route, request, seller, ids))
            if answer.status not in WITH_RATE:
                return answer
            return answer.with_header("x-amzn-RateLimit-Limit", f"{self._plans.rate(route.operation):.6g}")

        return self._guarded(route.operation, act, seller=self._tokens.owner(request))

    def _perform(self, route: Route, request: Request, seller: Seller, ids: tuple[str, ...]) -> Answer:
        if self._sandbox:
            return sandbox_answer(route, request, ids)
        account = self._accounts[seller.selling_partner_id]
        return route.act(Call(route.operation, request, ids, account, self.clock.now(), self._faults))

    def _download(self, request: Request) -> Answer:
        now = self.clock.now()
        partner, _, document_id = request.path.removeprefix(PATH).partition("/")
        self._downloads.check(request, now)
        account = self._accounts[partner]
        job = account.jobs.of_document(document_id, now)
        return self._guarded(
            "document",
            lambda: self._downloads.content(account, job, request, self._faults, now),
            job.type,
            partner,
        )


def _refusable(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except Refused as refused:
        return refused.answer


def _region(request: Request) -> tuple[str | None, Request]:
    """The region that the path begins with, and the request without it."""
    first, _, rest = request.path.removeprefix("/").partition("/")
    return (first, replace(request, path=f"/{rest}")) if first in REGIONS else (None, request)
