"""The seller's side of connecting: GET /apps/authorize/consent, where the seller here always agrees.

Parameters, the redirect and the error codes:
https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow and
https://developer-docs.amazon.com/sp-api/docs/authorization-errors. The one parameter of our own is
`selling_partner_id`: who is signed in to Seller Central; without it the first seller of the region is.
"""

from datetime import datetime
from html import escape
from urllib.parse import urlencode, urlsplit

from local_amazon.seller import APPLICATION_ID, Seller
from local_amazon.server.answers import Answer, Refused, html_answer
from local_amazon.server.tokens import Tokens

PATH = "/apps/authorize/consent"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def consent(query: dict[str, str], sellers: list[Seller], tokens: Tokens, now: datetime) -> Answer:
    """302 back to the application with a code, or an error page; `sellers` may be signed in here."""
    seller = _signed_in(query, sellers)
    if query.get("application_id") != APPLICATION_ID:
        raise _error("MD1000", f"There is no published application {query.get('application_id', '')}.")
    redirect_uri = query.get("redirect_uri", "")
    if urlsplit(redirect_uri).hostname not in LOOPBACK:
        raise _error("MD5101", "The redirect URI is not registered: here it must lead to this machine.")
    answer = {
        "state": query.get("state", ""),
        "selling_partner_id": seller.selling_partner_id,
        "spapi_oauth_code": tokens.code(seller, redirect_uri, now),
    }
    joint = "&" if urlsplit(redirect_uri).query else "?"
    return Answer(302).with_header("Location", f"{redirect_uri}{joint}{urlencode(answer)}")


def _signed_in(query: dict[str, str], sellers: list[Seller]) -> Seller:
    wanted = query.get("selling_partner_id")
    for seller in sellers:
        if wanted in (None, seller.selling_partner_id):
            return seller
    raise _error("MD1000", "No such seller sells in this region.")


def _error(code: str, reason: str) -> Refused:
    page = f"<!doctype html><title>Error {code}</title><h1>Error code {code}</h1><p>{escape(reason)}</p>"
    return Refused(html_answer(page, 400))
