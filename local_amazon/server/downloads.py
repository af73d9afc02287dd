"""Document links: presigned in S3's manner, valid five minutes, answered without SP-API credentials."""

import gzip
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import IO
from urllib.parse import urlencode

from local_amazon.server.account import Account
from local_amazon.server.answers import Answer, Refused, Request, json_answer, stamp
from local_amazon.server.call import Call
from local_amazon.server.drift import drifted
from local_amazon.server.faults import DOCUMENTS, Fault, Faults
from local_amazon.server.jobs import Job
from local_amazon.server.report.types import document_of

LINK_LIFE = timedelta(minutes=5)
PATH = "/_documents/"
SIGNED_AT = "%Y%m%dT%H%M%SZ"
FATAL_TEXT = json.dumps({"errorDetails": "The report could not be created. Check the requested range and options."})


class Downloads:
    """Signs links and serves what they point to."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(16)

    def link(self, call: Call, job: Job) -> Answer:
        """getReportDocument."""
        encoded = "gzip" if call.query.get("enableContentEncodingUrlHeader") == "true" else "identity"
        signed = {
            "X-Amz-Date": call.now.astimezone(UTC).strftime(SIGNED_AT),
            "X-Amz-Expires": str(int(LINK_LIFE.total_seconds())),
            "response-content-encoding": encoded,
        }
        path = f"{PATH}{call.account.seller.selling_partner_id}/{job.document_id}"
        signed["X-Amz-Signature"] = self._signature(path, signed)
        url = f"http://{call.request.headers.get('host', '127.0.0.1')}{path}?{urlencode(signed)}"
        return json_answer({"reportDocumentId": job.document_id, "url": url, "compressionAlgorithm": "GZIP"})

    def check(self, request: Request, now: datetime) -> None:
        """Refuse a link that is too old or not ours, as S3 does."""
        signed = {name: value for name, value in request.query.items() if name != "X-Amz-Signature"}
        sent = request.query.get("X-Amz-Signature", "")
        if not hmac.compare_digest(self._signature(request.path, signed).encode(), sent.encode()):
            raise Refused(_xml("SignatureDoesNotMatch", "The request signature we calculated does not match"))
        issued = datetime.strptime(signed["X-Amz-Date"], SIGNED_AT).replace(tzinfo=UTC)
        if now >= issued + LINK_LIFE:
            raise Refused(_expired(issued + LINK_LIFE, now))

    def content(self, account: Account, job: Job, request: Request, faults: Faults, now: datetime) -> Answer:
        """The document, compressed, with the oddities that were ordered; it is made when the answer is sent."""
        partner = account.seller.selling_partner_id
        struck = {kind: faults.strike("document", (kind,), now, job.type, partner) for kind in DOCUMENTS}
        odd = {kind: fault for kind, fault in struck.items() if fault}
        fatal = job.status(now) == "FATAL"

        def write(file: IO[bytes]) -> None:
            if fatal:
                file.write(gzip.compress(FATAL_TEXT.encode(), mtime=0))
            else:
                drifted(document_of(account, job), set(odd)).write(file)
            _tear(file, odd)

        charset = "Cp1252" if "cp1252" in odd else "UTF-8"
        answer = Answer(200, content_type=f"text/plain;charset={charset}", write=write)
        if request.query.get("response-content-encoding") == "gzip":
            return answer.with_header("Content-Encoding", "gzip")
        return answer

    def _signature(self, path: str, signed: dict[str, str]) -> str:
        message = f"{path}?{urlencode(sorted(signed.items()))}"
        return hmac.new(self._secret, message.encode(), hashlib.sha256).hexdigest()


def _tear(file: IO[bytes], odd: Mapping[str, Fault]) -> None:
    """End the object early where that was ordered."""
    fault, length = odd.get("torn_gzip"), file.tell()
    if fault is not None:
        at = length // 2 if fault.at_byte is None else fault.at_byte
        file.truncate(slice(at).indices(length)[1])
        file.seek(0, 2)


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
