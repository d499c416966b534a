"""Signatures: HMAC-SHA256 over a request's timestamp, method, path, idempotency key and body."""

import hashlib
import hmac
import time

from starlette.requests import Request

from sandbox.direct.errors import Refused

PORTFOLIO_IDS = (30003, 30040, 31000)
TOLERANCE_SECONDS = 300
KEY_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "x-channel-key", "x-channel-timestamp", "x-channel-signature"
IDEMPOTENCY_HEADER = "idempotency-key"


def api_key_of(portfolio: int) -> str:
    """The API key that a manager hands to a client: `<key id>.<secret>`."""
    return f"{portfolio}.sandbox-secret-of-the-direct-channel"


SECRETS = {str(portfolio): api_key_of(portfolio).partition(".")[2] for portfolio in PORTFOLIO_IDS}


def key_id_of(request: Request) -> str | None:
    """The key id of a request; None if it is unknown. The signature is not checked."""
    key_id = request.headers.get(KEY_HEADER)
    return key_id if key_id in SECRETS else None


async def signed_by(request: Request) -> int:
    """The portfolio whose key signed the request. Raises Refused 401.

    Timestamps are compared with the machine's time, because the client does not know the sandbox's clock.
    """
    key_id = key_id_of(request)
    if key_id is None:
        raise Refused(401, "unknown_key", f"{KEY_HEADER} names no key.")
    timestamp = request.headers.get(TIMESTAMP_HEADER, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        raise Refused(401, "stale_timestamp", f"{TIMESTAMP_HEADER} is the time in unix seconds.")
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        raise Refused(401, "stale_timestamp", f"The request was signed more than {TOLERANCE_SECONDS} seconds from now.")
    expected = signature(SECRETS[key_id], timestamp, request, await request.body())
    if not hmac.compare_digest(expected.encode(), request.headers.get(SIGNATURE_HEADER, "").encode()):
        raise Refused(401, "bad_signature", "The signature does not match.")
    return int(key_id)


def signature(secret: str, timestamp: str, request: Request, body: bytes) -> str:
    query = request.scope["query_string"]
    lines = (
        timestamp.encode(),
        request.method.encode(),
        request.scope["raw_path"] + (b"?" + query if query else b""),
        request.headers.get(IDEMPOTENCY_HEADER, "").encode(),
        hashlib.sha256(body).hexdigest().encode(),
    )
    return "v1=" + hmac.new(secret.encode(), b"\n".join(lines), hashlib.sha256).hexdigest()
