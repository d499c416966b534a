"""`manage.py rotate_credential_keys`: with a new first key in `CREDENTIAL_KEYS`, before the old one goes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from users.models import Account
from users.secrets import Undecryptable, reencrypt


class Command(BaseCommand):
    help = "Encrypts the channel credentials of all accounts with the first key of CREDENTIAL_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        rotated, lost = 0, []
        for account_id in Account.objects.order_by("pk").values_list("pk", flat=True).iterator():
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
        account = Account.objects.select_for_update().get(pk=account_id)
        account.encrypted_credentials = reencrypt(account.encrypted_credentials)
        account.encrypted_session = reencrypt(account.encrypted_session)
        account.save(update_fields=["encrypted_credentials", "encrypted_session"])
