"""`manage.py rotate_credential_keys`: run it after adding a new first key to `CREDENTIAL_KEYS`.

It is in this room because the rows of several rooms are encrypted, and this is the highest of them.
"""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Model

from console.models import SecondFactor
from oauth.encryption import Undecryptable, reencrypt
from sync.models import AccountConnection
from webhooks.models import WebhookEndpoint


class Command(BaseCommand):
    help = (
        "Encrypts the channel credentials of all accounts, and the secrets of all webhook endpoints and second "
        "factors, with the first key of CREDENTIAL_KEYS."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        lost_accounts = self._rotate_all("accounts", AccountConnection, self._rotate_account)
        lost_endpoints = self._rotate_all("webhook endpoints", WebhookEndpoint, self._rotate_endpoint)
        lost_factors = self._rotate_all("second factors", SecondFactor, self._rotate_factor)
        problems = []
        if lost_accounts:
            problems.append(f"No key opens the credentials of accounts {', '.join(lost_accounts)}.")
        if lost_endpoints:
            problems.append(f"No key opens the secrets of webhook endpoints {', '.join(lost_endpoints)}.")
        if lost_factors:
            problems.append(f"No key opens the second factors {', '.join(lost_factors)}: run reset_second_factor.")
        if problems:
            raise CommandError(" ".join(problems))

    def _rotate_all(self, what: str, model: type[Model], rotate: Callable[[int], None]) -> list[str]:
        """Rotate each row, in a transaction of its own; return the ids of those that no key opens."""
        rotated, lost = 0, []
        for pk in model._default_manager.order_by("pk").values_list("pk", flat=True).iterator():
            try:
                rotate(pk)
            except Undecryptable:
                lost.append(str(pk))
            else:
                rotated += 1
        self.stdout.write(f"{rotated} {what} are encrypted with the first key.")
        return lost

    @transaction.atomic
    def _rotate_endpoint(self, endpoint_id: int) -> None:
        endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
        if endpoint is None:
            return  # purged meanwhile
        endpoint.encrypted_secrets = reencrypt(endpoint.encrypted_secrets)
        endpoint.save(update_fields=["encrypted_secrets"])

    @transaction.atomic
    def _rotate_account(self, account_id: int) -> None:
        connection = AccountConnection.objects.select_for_update().filter(pk=account_id).first()
        if connection is None:
            return  # disconnected meanwhile
        connection.encrypted_channel_credentials = reencrypt(connection.encrypted_channel_credentials)
        connection.encrypted_session = reencrypt(connection.encrypted_session)
        connection.save(update_fields=["encrypted_channel_credentials", "encrypted_session"])

    @transaction.atomic
    def _rotate_factor(self, factor_id: int) -> None:
        factor = SecondFactor.objects.select_for_update().filter(pk=factor_id).first()
        if factor is None:
            return  # reset meanwhile
        factor.encrypted_secret = reencrypt(factor.encrypted_secret)
        factor.save(update_fields=["encrypted_secret"])
