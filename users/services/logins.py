"""Notes when a token of a credential was last issued or used."""

from datetime import datetime, timedelta

from django.db.models import Q

from users.models import Credential

LOGIN_NOTED_EVERY = timedelta(hours=1)


def note_login(credential_id: int, now: datetime) -> None:
    """Set the credential's `last_login`, unless another request has noted a login within the hour."""
    late = Q(last_login=None) | Q(last_login__lt=now - LOGIN_NOTED_EVERY)
    Credential.objects.filter(late, pk=credential_id).update(last_login=now)
