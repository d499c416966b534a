"""What the commands about accounts share: finding one, describing them, and changing one."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from jsonapi.refusals import Refusal
from sync.selectors import with_state
from users.models import Account

Change = Callable[..., None]


def accounts() -> Any:
    """The accounts that are not deleted, with what `described` needs, newest first."""
    return with_state(Account.objects.filter(user__deleted_at=None)).select_related("user__application").order_by("-id")


def described(account: Any) -> dict[str, Any]:
    """The account as JSON."""
    return {
        "id": account.pk,
        "client_id": account.user.application.client_id,
        "user_id": account.user_id,
        "channel": account.channel,
        "channel_account_id": account.channel_account_id,
        "label": account.label,
        "state": account.state,
        "sync_state": account.sync_state,
        "error": account.sync_error,
        "last_successful_sync_at": _instant(account.last_successful_sync_at),
        "paused_at": _instant(account.paused_at),
    }


def line(account: Any) -> str:
    """The line that a terminal shows for an account."""
    last = account.last_successful_sync_at
    synced = f"{last:%Y-%m-%d %H:%M:%S}" if last else "never synced"
    error = f"  {' '.join(account.sync_error.split())}" if account.sync_error else ""
    owner = f"{account.user.application.client_id}, user {account.user_id}"
    words = [f"{account.pk:>8}", f"{account.channel:<10}", f"{account.state:<9}", f"{synced:<19}", owner]
    return "  ".join(words) + error


class OneAccountCommand(ChangingCommand):
    """A command that changes one account. `change` takes the account and `now=`; `done` says what it did."""

    change: Change
    done: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("account_id", type=int, metavar="ID", help="as list_accounts prints it")
        parser.add_argument("--json", action="store_true", help="print the account as JSON, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        account_id = options["account_id"]
        account = accounts().filter(pk=account_id).first()
        if account is None:
            raise CommandError(f"There is no account {account_id}. `list_accounts` shows all of them.")
        try:
            type(self).change(account, now=clock.now())
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps(described(accounts().get(pk=account_id)), indent=2))
        else:
            self.stdout.write(f"{self.done} account {account_id}.")


def _instant(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
