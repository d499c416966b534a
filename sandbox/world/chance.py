"""Seeded chance: a key always gives the same draws, independent of the draws for other keys."""

import hashlib
import random


def seeded_random(*key: object) -> random.Random:
    """Call only `.random()` on the result: Python keeps that sequence the same in every version."""
    return random.Random("/".join(map(str, key)))


def seeded_number(*key: object) -> int:
    """A hash of the key: a number from 0 to 2 ** 64 - 1."""
    return int.from_bytes(hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=8).digest())
