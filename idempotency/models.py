"""The table of idempotency keys and the answers that belong to them."""

from django.conf import settings
from django.db import models

from users.models import User


class IdempotencyKey(models.Model):
    """A key that was sent, with the answer that repetitions get.

    The row is made before the request runs. It belongs to the request whose `claimed_by` it has, until `leased_until`;
    after that time another request with the key may run. When the request has run, `answered_at` is set.
    """

    # SHA-256 of the application, the token's user, the operation and the key: the index stays small, however long the
    # keys are.
    id = models.CharField(primary_key=True, max_length=64)
    application = models.ForeignKey(
        settings.OAUTH2_PROVIDER_APPLICATION_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys"
    )
    user = models.ForeignKey(
        User,
        null=True,
        on_delete=models.CASCADE,
        related_name="idempotency_keys",
        help_text="Whose data the answer may contain. The answer is erased with the user.",
    )
    encrypted_fingerprint = models.TextField(help_text="Encrypted, because requests can contain credentials.")
    claimed_by = models.CharField(max_length=32)
    leased_until = models.DateTimeField()
    created_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    encrypted_answer = models.TextField(
        default="",
        help_text="Encrypted, because answers can contain secrets. Empty after `answered_at`: it was erased.",
    )

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"IdempotencyKey {self.pk[:8]}"
