"""`manage.py rotate_credential_keys`: run it after adding a new first key to `CREDENTIAL_KEYS`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from sync.models import AccountConnection
from sync.secrets import Undecryptable, reencrypt


class Command(BaseCommand):
    help = "Encrypts the channel credentials of all accounts with the first key of CREDENTIAL_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, lost = 0, []
        for account_id in AccountConnection.objects.order_by("pk").values_list("pk", flat=True).iterator():
            try:
                self._rotate(account_id)
            except Undecryptable:
                lost.append(str(account_id))
            else:
                rotated += 1
        self.stdout.write(f"{rotated} accounts are encrypted with the first key.")
        if lost:
            raise CommandError(f"No key opens the credentials of accounts {', '.join(lost)}.")

    @transaction.atomic
    def _rotate(self, account_id: int) -> None:
        connection = AccountConnection.objects.select_for_update().filter(pk=account_id).first()
        if connection is None:
            return  # disconnected meanwhile
        connection.encrypted_channel_credentials = reencrypt(connection.encrypted_channel_credentials)
        connection.encrypted_session = reencrypt(connection.encrypted_session)
        connection.save(update_fields=["encrypted_channel_credentials", "encrypted_session"])
