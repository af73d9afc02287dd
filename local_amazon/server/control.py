"""`/_control/...`: the way tests and demos steer the local Amazon and learn the truth. The product never uses it.

GET, PUT clock {"now": ISO} · GET stats · GET, POST, DELETE faults (see `faults`) · GET truth · GET costs.csv ·
GET seller
"""

import csv
import io
from collections.abc import Callable

from local_amazon.seller import CLIENT_ID, CLIENT_SECRET, SELLER
from local_amazon.server.answers import Answer, Refused, Request, bad_request, error, json_answer, moment
from local_amazon.server.clock import Clock
from local_amazon.server.faults import Faults
from local_amazon.server.plans import UsagePlans
from local_amazon.world.build import World
from local_amazon.world.model import CURRENCY
from local_amazon.world.truth import truth

PREFIX = "/_control/"


def costs_csv(world: World) -> str:
    """What the seller pays for the products, as a file to upload: sku, unitCost, currency, validFrom."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("sku", "unitCost", "currency", "validFrom"))
    writer.writerows((sku, f"{cents / 100:.2f}", CURRENCY, day.isoformat()) for sku, cents, day in world.costs)
    return out.getvalue()


class Control:
    """The steering wheel."""

    def __init__(self, world: World, clock: Clock, faults: Faults, plans: UsagePlans) -> None:
        self._world, self._clock, self._faults, self._plans = world, clock, faults, plans
        self._routes: dict[str, Callable[[Request], Answer]] = {
            "GET clock": self._show_clock,
            "PUT clock": self._set_clock,
            "GET stats": self._stats,
            "GET faults": self._show_faults,
            "POST faults": self._add_fault,
            "DELETE faults": self._clear_faults,
            "GET truth": lambda _: json_answer(truth(world, clock.now())),
            "GET costs.csv": lambda _: Answer(200, costs_csv(world).encode(), "text/csv;charset=UTF-8"),
            "GET seller": self._seller,
        }

    def answer(self, request: Request) -> Answer:
        route = self._routes.get(f"{request.method} {request.path.removeprefix(PREFIX)}")
        if route is None:
            raise Refused(error(404, "NotFound", "No such control"))
        return route(request)

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
        return json_answer({"faults": self._faults.remaining()})

    def _add_fault(self, request: Request) -> Answer:
        self._faults.add(request.json())
        return self._show_faults(request)

    def _clear_faults(self, request: Request) -> Answer:
        self._faults.clear()
        return self._show_faults(request)

    def _seller(self, _: Request) -> Answer:
        return json_answer(
            {
                "sellingPartnerId": SELLER.selling_partner_id,
                "refreshToken": SELLER.refresh_token,
                "marketplaceIds": list(SELLER.marketplace_ids),
                "clientId": CLIENT_ID,
                "clientSecret": CLIENT_SECRET,
            }
        )
