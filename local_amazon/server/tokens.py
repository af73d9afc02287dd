"""Login with Amazon: POST /auth/o2/token, and what SP-API says to a request's access token.

Facts: https://developer-docs.amazon.com/sp-api/docs/connecting-to-the-selling-partner-api and
https://developer.amazon.com/docs/login-with-amazon/authorization-code-grant.html (errors).
"""

import secrets
from datetime import datetime, timedelta
from urllib.parse import parse_qs

from local_amazon.seller import CLIENT_ID, CLIENT_SECRET, SELLER, Seller
from local_amazon.server.answers import Answer, Refused, Request, error, json_answer
from local_amazon.server.faults import EXPIRED, REVOKED, denied

LIFE = timedelta(seconds=3600)


class Tokens:
    """The access tokens this server has handed out."""

    def __init__(self) -> None:
        self._expiry: dict[str, datetime] = {}

    def grant(self, request: Request, now: datetime) -> Answer:
        """Answer a token request."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
        if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return _refusal(400, "invalid_request", "The request must be form-encoded.")
        if form.get("client_id") != CLIENT_ID or form.get("client_secret") != CLIENT_SECRET:
            return _refusal(401, "invalid_client", "Client authentication failed")
        if "grant_type" not in form:
            return _refusal(400, "invalid_request", "The request is missing a required parameter : grant_type")
        if form["grant_type"] != "refresh_token":
            return _refusal(400, "unsupported_grant_type", "The authorization server does not support this grant type.")
        if form.get("refresh_token") != SELLER.refresh_token:
            return _refusal(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token")
        token = "Atza|" + secrets.token_urlsafe(48)
        self._expiry[token] = now + LIFE
        body = {"access_token": token, "refresh_token": SELLER.refresh_token}
        return json_answer({**body, "token_type": "bearer", "expires_in": int(LIFE.total_seconds())})

    def seller(self, request: Request, now: datetime) -> Seller:
        """Whose request it is; `Refused` (403) without a valid token."""
        token = request.headers.get("x-amz-access-token")
        if not token:
            raise Refused(error(403, "MissingAuthenticationToken", "Access to requested resource is denied."))
        if token not in self._expiry:
            raise Refused(denied(REVOKED))
        if now >= self._expiry[token]:
            raise Refused(denied(EXPIRED))
        return SELLER


def _refusal(status: int, code: str, description: str) -> Answer:
    return json_answer({"error": code, "error_description": description}, status)
