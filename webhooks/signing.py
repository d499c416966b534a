"""Secrets of endpoints, and signatures by Standard Webhooks (https://www.standardwebhooks.com)."""

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from standardwebhooks import Webhook

from oauth.encryption import decrypt, encrypt
from webhooks.models import WebhookEndpoint

SECRET_BYTES = 32  # Standard Webhooks asks for 24 to 64
PREFIX = "whsec_"


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def encrypted(current: str, previous: str | None = None) -> str:
    """What an endpoint stores of its secrets."""
    return encrypt({"current": current, **({"previous": previous} if previous else {})})


def current_secret(endpoint: WebhookEndpoint) -> str:
    """Raises oauth.encryption.Undecryptable."""
    return str(decrypt(endpoint.encrypted_secrets)["current"])


def valid_secrets(endpoint: WebhookEndpoint, now: datetime) -> Sequence[str]:
    """The secrets that sign at `now`: the current one, and the previous one while it is valid. Raises Undecryptable."""
    stored = decrypt(endpoint.encrypted_secrets)
    ends_at = endpoint.previous_secret_ends_at
    names = ["current", "previous"] if ends_at is not None and now < ends_at else ["current"]
    return [str(stored[name]) for name in names if name in stored]


def signed_headers(webhook_id: str, body: bytes, signers: Sequence[Webhook], now: datetime) -> Mapping[str, str]:
    """The three headers of Standard Webhooks, with a signature for each secret."""
    text = body.decode()
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signer.sign(webhook_id, now, text) for signer in signers),
    }
