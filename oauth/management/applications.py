"""What the commands about applications share: finding one, and printing one."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError

from oauth.models import Application
from oauth.services import old_secret_works


def find_application(client_id: str) -> Application:
    """The application with this client id, also if it is disabled or deleted. Raises CommandError."""
    application: Application | None = Application.objects.filter(client_id=client_id).first()
    if application is None:
        raise CommandError(f"There is no application {client_id}. `list_applications` shows all of them.")
    return application


def described(application: Application, now: datetime) -> dict[str, Any]:
    """The application as JSON, without secrets."""
    ends_at = application.previous_secret_ends_at
    return {
        "client_id": application.client_id,
        "name": application.name,
        "mode": application.mode,
        "state": "deleted" if application.deleted_at else "disabled" if application.disabled_at else "enabled",
        "scopes": application.enabled_scopes,
        "require_user_scoped_tokens": application.require_user_scoped_tokens,
        "ip_allowlist": application.ip_allowlist,
        "rate_limit_per_minute": application.rate_limit_per_minute,
        "old_secret_works": old_secret_works(application, now),
        "old_secret_ends_at": ends_at.isoformat() if ends_at and old_secret_works(application, now) else None,
        "created_at": application.created.isoformat(),
    }


def lines(shown: dict[str, Any]) -> list[str]:
    """The lines that a terminal shows for a `described` application."""
    limit = shown["rate_limit_per_minute"]
    until = shown["old_secret_ends_at"]
    kept = f"works until {until or 'end_old_secret'}"
    users = f", {shown['users']} users" if "users" in shown else ""
    return [
        f"{shown['client_id']}  {shown['name']}",
        f"    mode        {shown['mode']}{users}",
        *([f"    state       {shown['state']}"] if shown["state"] != "enabled" else []),
        *([f"    old secret  {kept}"] if shown["old_secret_works"] else []),
        f"    scopes      {' '.join(shown['scopes'])}",
        *(["    tokens      user-level scopes need a user_id"] if shown["require_user_scoped_tokens"] else []),
        f"    callers     {' '.join(shown['ip_allowlist']) or 'any address'}",
        f"    rate limit  {f'{limit} a minute' if limit else 'the default'}",
    ]
