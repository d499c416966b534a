"""Tells secrets from what people type where they were asked for a secret."""

import re
import zlib
from itertools import pairwise

# What Django's own check asks for. `secrets.token_urlsafe(50)` and `openssl rand -hex 32` give more.
SHORTEST_SECRET = 50  # characters
FEWEST_CHARACTERS = 10  # different ones
# What zlib cannot leave out of a text is a rough measure of how much of it is random. In bytes.
SMALLEST_CONTENT_OF_SECRET, SMALLEST_CONTENT_OF_KEY = 33, 28
ZLIB_FRAME = len(zlib.compress(b""))

# Parts of the secrets of tutorials, templates and documentation.
EXAMPLES = re.compile(
    rb"django-insecure|change[-_ ]?me|change[-_ ]?this|your[-_ ]|secret|password|passwort|example|default|insecure"
    rb"|not[-_ ]so|replace|placeholder|development|qwerty|lorem",
    re.IGNORECASE,
)


def is_weak_secret(secret: str) -> bool:
    """Whether a secret is too short, too regular, or contains what examples of secrets contain."""
    return len(secret) < SHORTEST_SECRET or _is_regular(secret.encode(), SMALLEST_CONTENT_OF_SECRET)


def is_weak_key(key: bytes) -> bool:
    """Whether the 32 bytes of a key are too regular, or contain what examples of keys contain."""
    return _is_regular(key, SMALLEST_CONTENT_OF_KEY)


def _is_regular(key: bytes, smallest_content: int) -> bool:
    """Whether a key has few different bytes, repeats itself, counts up or down, or is taken from an example."""
    steps = [following - byte for byte, following in pairwise(key)]
    straight = sum(step == following for step, following in pairwise(steps))
    content = len(zlib.compress(key, 9)) - ZLIB_FRAME
    regular = len(set(key)) < FEWEST_CHARACTERS or content < smallest_content or straight > len(key) / 3
    return regular or bool(EXAMPLES.search(key))
