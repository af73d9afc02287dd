"""Login with Amazon: POST /auth/o2/token, and what SP-API says to a request's access token.

Facts: https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api (an hour for an access
token), https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow (five minutes for a code, a year
for an authorisation) and https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html (errors).
"""

import hashlib
import hmac
import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from local_amazon.seller import CLIENT_ID, CLIENT_SECRET, Seller
from local_amazon.server.answers import Answer, Refused, Request, error, json_answer
from local_amazon.server.faults import EXPIRED, REVOKED, denied

LIFE = timedelta(seconds=3600)
CODE_LIFE = timedelta(minutes=5)
AUTHORISATION_LIFE = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code: good once, for the redirect it was sent to."""

    seller: Seller
    redirect_uri: str
    issued: datetime


@dataclass(frozen=True, slots=True)
class Access:
    """An access token's seller, the authorisation it came from, and its end."""

    seller: Seller
    era: int
    ends: datetime


class Tokens:
    """All codes and tokens. Refresh tokens are signed, so that a server that starts again still knows them."""

    def __init__(self, sellers: list[Seller]) -> None:
        self._sellers = {seller.selling_partner_id: seller for seller in sellers}
        self._codes: dict[str, Code] = {}
        self._access: dict[str, Access] = {}
        self._eras: Counter[str] = Counter()
        """How often each seller revoked the application: tokens of an earlier era are refused."""

    def code(self, seller: Seller, redirect_uri: str, now: datetime) -> str:
        """What the consent page hands over."""
        code = "A" + secrets.token_hex(10)
        self._codes[code] = Code(seller, redirect_uri, now)
        return code

    def revoke(self, seller: Seller) -> None:
        """The seller ends all authorisations; a new consent is good again."""
        self._eras[seller.selling_partner_id] += 1

    def restore(self, seller: Seller) -> None:
        """Take every revocation back."""
        del self._eras[seller.selling_partner_id]

    def grant(self, request: Request, now: datetime) -> Answer:
        """Answer a token request."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            raise _refusal(400, "invalid_request", "The request must be form-encoded.")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            raise _refusal(401, "invalid_client", "Client authentication failed")
        if "grant_type" not in form:
            raise _missing("grant_type")
        if form["grant_type"] == "refresh_token":
            return self._refreshed(form.get("refresh_token", ""), now)
        if form["grant_type"] == "authorization_code":
            return self._exchanged(form, now)
        raise _refusal(400, "unsupported_grant_type", "The authorization server does not support this grant type.")

    def seller(self, request: Request, now: datetime) -> Seller:
        """Whose request it is; `Refused` (403) without a valid token."""
        token = request.headers.get("x-amz-access-token")
        if not token:
            raise Refused(error(403, "MissingAuthenticationToken", "Access to requested resource is denied."))
        access = self._access.get(token)
        if access is None or access.era < self._eras[access.seller.selling_partner_id]:
            raise Refused(denied(REVOKED))
        if now >= access.ends:
            raise Refused(denied(EXPIRED))
        return access.seller

    def owner(self, request: Request) -> str | None:
        """The selling partner whose token the request bears, good or not."""
        access = self._access.get(request.headers.get("x-amz-access-token", ""))
        return access.seller.selling_partner_id if access else None

    def _refreshed(self, refresh_token: str, now: datetime) -> Answer:
        for seller in self._sellers.values():
            if refresh_token == seller.refresh_token:
                return self._answer(seller, 0, refresh_token, now)
        seller, era, issued = self._read(refresh_token)
        if now - issued >= AUTHORISATION_LIFE:
            raise _invalid_grant("refresh_token")
        return self._answer(seller, era, refresh_token, now)

    def _exchanged(self, form: dict[str, str], now: datetime) -> Answer:
        for name in ("code", "redirect_uri"):
            if name not in form:
                raise _missing(name)
        code = self._codes.pop(form["code"], None)
        if code is None or now - code.issued >= CODE_LIFE or form["redirect_uri"] != code.redirect_uri:
            raise _invalid_grant("code")
        return self._answer(code.seller, *self._refresh_token(code.seller, now), now)

    def _answer(self, seller: Seller, era: int, refresh_token: str, now: datetime) -> Answer:
        """A new access token, unless the seller has revoked since."""
        if era < self._eras[seller.selling_partner_id]:
            raise _invalid_grant("refresh_token")
        token = "Atza|" + secrets.token_urlsafe(48)
        self._access[token] = Access(seller, era, now + LIFE)
        body = {"access_token": token, "refresh_token": refresh_token}
        return json_answer({**body, "token_type": "bearer", "expires_in": int(LIFE.total_seconds())})

    def _refresh_token(self, seller: Seller, now: datetime) -> tuple[int, str]:
        era = self._eras[seller.selling_partner_id]
        claim = f"{seller.selling_partner_id}.{era}.{int(now.timestamp())}"
        return era, f"Atzr|{claim}.{_signature(claim)}"

    def _read(self, refresh_token: str) -> tuple[Seller, int, datetime]:
        """Seller, era and date of a token of ours."""
        claim, _, signature = refresh_token.removeprefix("Atzr|").rpartition(".")
        if not hmac.compare_digest(signature.encode(), _signature(claim).encode()):
            raise _invalid_grant("refresh_token")
        partner, era, issued = claim.split(".")
        if partner not in self._sellers:
            raise _invalid_grant("refresh_token")
        return self._sellers[partner], int(era), datetime.fromtimestamp(int(issued), tz=UTC)


def _signature(claim: str) -> str:
    return hmac.new(CLIENT_SECRET.encode(), claim.encode(), hashlib.sha256).hexdigest()[:32]


def _invalid_grant(name: str) -> Refused:
    return _refusal(400, "invalid_grant", f"The request has an invalid grant parameter : {name}")


def _missing(name: str) -> Refused:
    return _refusal(400, "invalid_request", f"The request is missing a required parameter : {name}")


def _refusal(status: int, code: str, description: str) -> Refused:
    return Refused(json_answer({"error": code, "error_description": description}, status))
