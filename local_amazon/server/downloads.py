"""Document links: presigned in S3's manner, valid five minutes, answered without SP-API credentials."""

import gzip
import hashlib
import hmac
import json
import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from local_amazon.server.answers import Answer, Refused, json_answer, stamp
from local_amazon.server.faults import Fault, Faults
from local_amazon.server.reports import Job
from local_amazon.world.build import World

LINK_LIFE = timedelta(minutes=5)
PATH = "/_documents/"
SIGNED_AT = "%Y%m%dT%H%M%SZ"
STRIKES = ("torn_gzip", "bad_row", "cp1252")
FATAL_TEXT = json.dumps({"errorDetails": "The report could not be created. Check the requested range and options."})


class Downloads:
    """Signs links and serves what they point to."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world, self._faults = world, faults
        self._secret = secrets.token_bytes(16)

    def link(self, job: Job, base_url: str, query: dict[str, str], now: datetime) -> Answer:
        """getReportDocument."""
        encoded = "gzip" if query.get("enableContentEncodingUrlHeader") == "true" else "identity"
        signed = {
            "X-Amz-Date": now.astimezone(UTC).strftime(SIGNED_AT),
            "X-Amz-Expires": str(int(LINK_LIFE.total_seconds())),
            "response-content-encoding": encoded,
        }
        signed["X-Amz-Signature"] = self._signature(job.document_id, signed)
        url = f"{base_url}{PATH}{job.document_id}?{urlencode(signed)}"
        return json_answer({"reportDocumentId": job.document_id, "url": url, "compressionAlgorithm": "GZIP"})

    def check(self, document_id: str, query: dict[str, str], now: datetime) -> None:
        """Refuse a link that is too old or not ours, as S3 does."""
        signed = {name: value for name, value in query.items() if name != "X-Amz-Signature"}
        if not hmac.compare_digest(self._signature(document_id, signed), query.get("X-Amz-Signature", "")):
            raise Refused(_xml("SignatureDoesNotMatch", "The request signature we calculated does not match"))
        issued = datetime.strptime(signed["X-Amz-Date"], SIGNED_AT).replace(tzinfo=UTC)
        if now >= issued + LINK_LIFE:
            raise Refused(_expired(issued + LINK_LIFE, now))

    def content(self, job: Job, query: dict[str, str], now: datetime) -> Answer:
        """The document, compressed, perhaps spoiled by a fault."""
        fault = self._faults.strike("document", STRIKES, job.type)
        charset = "Cp1252" if fault and fault.kind == "cp1252" else "UTF-8"
        body = gzip.compress(self._text(job, fault, now).encode(charset), compresslevel=6, mtime=0)
        if fault and fault.kind == "torn_gzip":
            body = body[: fault.at_byte if fault.at_byte is not None else len(body) // 2]
        answer = Answer(200, body, f"text/plain;charset={charset}")
        if query.get("response-content-encoding") == "gzip":
            return answer.with_header("Content-Encoding", "gzip")
        return answer

    def _text(self, job: Job, fault: Fault | None, now: datetime) -> str:
        if job.status(self._world, now) == "FATAL":
            return FATAL_TEXT
        table = job.table(self._world)
        return (table.spoiled() if fault and fault.kind == "bad_row" else table).text()

    def _signature(self, document_id: str, signed: dict[str, str]) -> str:
        message = f"{document_id}?{urlencode(sorted(signed.items()))}"
        return hmac.new(self._secret, message.encode(), hashlib.sha256).hexdigest()


def _expired(end: datetime, now: datetime) -> Answer:
    extra = (
        f"<X-Amz-Expires>{int(LINK_LIFE.total_seconds())}</X-Amz-Expires>"
        f"<Expires>{stamp(end)}</Expires><ServerTime>{stamp(now)}</ServerTime>"
    )
    return _xml("AccessDenied", "Request has expired", extra)


def _xml(code: str, message: str, extra: str = "") -> Answer:
    """An error as S3 writes it (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html)."""
    request_id = f"<RequestId>{secrets.token_hex(8).upper()}</RequestId>"
    body = f"<Error><Code>{code}</Code><Message>{message}</Message>{extra}{request_id}</Error>"
    return Answer(403, f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(), "application/xml")
