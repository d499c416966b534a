"""How client secrets are hashed."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class RandomSecretHasher(PBKDF2PasswordHasher):
    """PBKDF2 with few rounds, for secrets that the server itself made of 384 random bits.

    Many rounds slow down guessing, which such a secret makes hopeless anyway; here they would only let anyone keep
    the token endpoint's processors busy with wrong secrets. Passwords, which people choose, keep Django's default.
    """

    algorithm = "pbkdf2_sha256_random_secret"
    iterations = 1000
