"""`/_control/...`: the way tests and demos steer the local Amazon and learn the truth. The product never uses it.

GET, PUT clock {"now": ISO} · GET stats · GET, POST, DELETE faults (see `faults`) · GET sellers · POST, DELETE
sellers/ID/revocation; and of one seller, the first unless `?seller=ID` names another: GET seller · GET truth ·
GET costs.csv
"""

import csv
import io
from collections.abc import Callable

from local_amazon.seller import APPLICATION_ID, CLIENT_ID, CLIENT_SECRET
from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, Refused, Request, bad_request, error, json_answer, moment
from local_amazon.server.clock import Clock
from local_amazon.server.faults import KINDS, Faults
from local_amazon.server.plans import UsagePlans
from local_amazon.server.tokens import Tokens
from local_amazon.world.truth import truth
from local_amazon.world.world import World

PREFIX = "/_control/"
REVOCATION = "/revocation"


def costs_csv(world: World) -> str:
    """What the seller pays for the products, as a file to upload: sku, unitCost, currency, validFrom."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("sku", "unitCost", "currency", "validFrom"))
    writer.writerows(
        (sku, f"{cents / 100:.2f}", currency, day.isoformat()) for sku, cents, currency, day in world.costs
    )
    return out.getvalue()


class Control:
    """The steering wheel."""

    def __init__(
        self, accounts: dict[str, Account], clock: Clock, faults: Faults, plans: UsagePlans, tokens: Tokens
    ) -> None:
        self._accounts, self._clock, self._faults, self._plans, self._tokens = accounts, clock, faults, plans, tokens
        self._routes: dict[str, Callable[[Request], Answer]] = {
            "GET clock": self._show_clock,
            "PUT clock": self._set_clock,
            "GET stats": self._stats,
            "GET faults": self._show_faults,
            "POST faults": self._add_fault,
            "DELETE faults": self._clear_faults,
            "GET sellers": lambda _: json_answer({"sellers": [_shown(each) for each in accounts.values()]}),
            "GET seller": lambda request: json_answer(_shown(self._account(request))),
            "GET truth": lambda request: json_answer(truth(self._account(request).world, clock.now())),
            "GET costs.csv": self._costs,
        }

    def answer(self, request: Request) -> Answer:
        path = request.path.removeprefix(PREFIX)
        if path.startswith("sellers/") and path.endswith(REVOCATION):
            return self._revocation(request, path.removeprefix("sellers/").removesuffix(REVOCATION))
        route = self._routes.get(f"{request.method} {path}")
        if route is None:
            raise Refused(error(404, "NotFound", "No such control"))
        return route(request)

    def _account(self, request: Request) -> Account:
        named = request.query.get("seller", next(iter(self._accounts)))
        if named not in self._accounts:
            raise Refused(error(404, "NotFound", f"No seller {named}"))
        return self._accounts[named]

    def _revocation(self, request: Request, partner: str) -> Answer:
        """The seller takes the application's authorisation away (POST), or that is undone (DELETE)."""
        account = self._account(Request("GET", "", {"seller": partner}, {}, b""))
        if request.method not in ("POST", "DELETE"):
            raise Refused(error(405, "MethodNotAllowed", "A revocation is POSTed or DELETEd"))
        (self._tokens.revoke if request.method == "POST" else self._tokens.restore)(account.seller)
        return json_answer({"sellingPartnerId": partner, "revoked": request.method == "POST"})

    def _show_clock(self, _: Request) -> Answer:
        return json_answer({"now": self._clock.now().isoformat()})

    def _set_clock(self, request: Request) -> Answer:
        body = request.json()
        if not isinstance(body, dict) or "now" not in body:
            raise bad_request('the clock is set with {"now": ISO date-time}')
        self._clock.set(moment(str(body["now"]), "now"))
        return self._show_clock(request)

    def _stats(self, _: Request) -> Answer:
        calls = {
            name: {"calls": count, "throttled": self._plans.throttled[name]}
            for name, count in self._plans.calls.items()
        }
        return json_answer({"operations": calls})

    def _show_faults(self, _: Request) -> Answer:
        return json_answer({"faults": self._faults.remaining(), "kinds": KINDS})

    def _add_fault(self, request: Request) -> Answer:
        self._faults.add(request.json())
        return self._show_faults(request)

    def _clear_faults(self, request: Request) -> Answer:
        self._faults.clear()
        return self._show_faults(request)

    def _costs(self, request: Request) -> Answer:
        return Answer(200, costs_csv(self._account(request).world).encode(), "text/csv;charset=UTF-8")


def _shown(account: Account) -> dict[str, object]:
    seller = account.seller
    return {
        "sellingPartnerId": seller.selling_partner_id,
        "refreshToken": seller.refresh_token,
        "region": seller.region,
        "marketplaceIds": list(seller.marketplace_ids),
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "applicationId": APPLICATION_ID,
    }
