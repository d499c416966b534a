"""Seeded chance: the same key gives the same draws, whatever was drawn before for others."""

import hashlib
import random


def chance(*key: object) -> random.Random:
    """Only `.random()` of it is used: that sequence is the same in every Python version."""
    return random.Random("/".join(map(str, key)))


def number(*key: object) -> int:
    """A well-mixed non-negative number below 2 ** 64."""
    return int.from_bytes(hashlib.blake2b("/".join(map(str, key)).encode(), digest_size=8).digest())
