"""Secrets at rest, such as channel credentials: JSON, encrypted under rotatable keys (`CREDENTIAL_KEYS`)."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Undecryptable(Exception):
    """No configured key decrypts it: this process does not have its key (any more), or another server encrypted it."""


def encrypt(secrets: Mapping[str, Any]) -> str:
    """The JSON object encrypted with the first key, as ASCII text."""
    return _keys(settings.ENVIRONMENT.credential_keys).encrypt(json.dumps(dict(secrets)).encode()).decode()


def decrypt(encrypted: str) -> dict[str, Any]:
    """The inverse of `encrypt`, with any of the keys; an empty text is {}. Raises Undecryptable."""
    if not encrypted:
        return {}
    try:
        clear = _keys(settings.ENVIRONMENT.credential_keys).decrypt(encrypted.encode())
    except InvalidToken as error:
        raise Undecryptable("No key in CREDENTIAL_KEYS of this process opens the credentials.") from error
    opened: dict[str, Any] = json.loads(clear)
    return opened


def reencrypt(encrypted: str) -> str:
    """The same secrets under the first key. Raises Undecryptable."""
    return encrypt(decrypt(encrypted)) if encrypted else ""


@lru_cache(maxsize=2)
def _keys(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])
