"""The password hasher for client secrets."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds, for secrets that the server generates from 384 random bits.

    Many rounds protect weak secrets against guessing. A secret of 384 random bits cannot be guessed, and many rounds
    would allow a caller to load the CPU with wrong secrets. Passwords that people choose keep Django's default.
    """

    algorithm = "pbkdf2_sha256_random_secret"
    iterations = 1000
