import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

import clock
from oauth.management.applications import find_application
from oauth.models import PersonalAccessToken


class Command(BaseCommand):
    help = "Lists personal access tokens with their owners, scopes and dates, newest first. Their text is not stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--application", metavar="CLIENT_ID", help="only those of this application's users")
        parser.add_argument("--user", type=int, metavar="ID", help="only those of this user")
        parser.add_argument("--json", action="store_true", help="print a JSON array, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        tokens = PersonalAccessToken.objects.select_related("credential__user__application").order_by("-id")
        if options["application"]:
            tokens = tokens.filter(credential__user__application=find_application(options["application"]))
        if options["user"] is not None:
            tokens = tokens.filter(credential__user=options["user"])
        now = clock.real_now()
        shown = [_described(token, now) for token in tokens]
        if options["json"]:
            self.stdout.write(json.dumps(shown, indent=2))
            return
        for token in shown:
            self.stdout.write(
                f"{token['id']}  {token['name']}\n"
                f"    state       {token['state']}\n"
                f"    owner       user {token['user_id']}, credential {token['credential_id']}\n"
                f"    application {token['client_id']}\n"
                f"    scopes      {' '.join(token['scopes'])}\n"
                f"    created     {token['created_at']}\n"
                f"    expires     {token['expires_at'] or 'never'}"
            )


def _described(token: PersonalAccessToken, now: Any) -> dict[str, Any]:
    credential, expires_at = token.credential, token.expires_at
    state = "valid"
    if token.revoked_at:
        state = "revoked"
    elif expires_at and expires_at <= now:
        state = "expired"
    elif not credential.is_active or credential.user.application.disabled_at:
        state = "disabled"
    return {
        "id": token.pk,
        "name": token.name,
        "state": state,
        "user_id": credential.user_id,
        "credential_id": credential.pk,
        "client_id": credential.user.application.client_id,
        "scopes": token.scope.split(),
        "created_at": token.created_at.isoformat(),
        "expires_at": expires_at.isoformat() if expires_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
    }
