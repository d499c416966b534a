import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand

from audit.models import AuditEntry
from audit.selectors import entries
from oauth.management.applications import find_application
from oauth.models import Application

DEFAULT_LIMIT = 100


class Command(BaseCommand):
    help = "Shows the audit trail: who changed what, and when, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        when = "a date or an instant in ISO 8601, such as 2030-07-01 or 2030-07-01T12:00:00+02:00; UTC unless it says"
        parser.add_argument("--since", type=_instant, metavar="WHEN", help=f"only from then on: {when}")
        parser.add_argument("--until", type=_instant, metavar="WHEN", help="only before then")
        parser.add_argument("--application", metavar="CLIENT_ID", help="only resources of this application")
        parser.add_argument("--user", type=int, metavar="ID", help="only resources of this user")
        parser.add_argument("--resource", type=_resource, metavar="TYPE/ID", help="only this one, such as listings/12")
        parser.add_argument("--action", help="only this action, such as listing.activated; `listing` means all of them")
        parser.add_argument(
            "--limit", type=_count, default=DEFAULT_LIMIT, metavar="N", help=f"{DEFAULT_LIMIT} unless given"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object a line, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        application = options["application"]
        found = entries(
            since=options["since"],
            until=options["until"],
            application_id=None if application is None else find_application(application).pk,
            user_id=options["user"],
            resource=options["resource"],
            action=options["action"],
        )[: options["limit"]]
        rows = list(found)
        client_ids = _client_ids(rows)
        for entry in rows:
            if options["json"]:
                self.stdout.write(json.dumps(_described(entry, client_ids)))
            else:
                self.stdout.write("\n".join(_lines(entry, client_ids)))


def _client_ids(rows: list[AuditEntry]) -> Mapping[int | None, str]:
    """The client ids of the applications that the entries name. Those that were erased are missing."""
    ids = {each for entry in rows for each in (entry.application_id, entry.owner_application_id)}
    return dict(Application.objects.filter(pk__in=ids - {None}).values_list("pk", "client_id"))


def _described(entry: AuditEntry, client_ids: Mapping[int | None, str]) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "resource": entry.resource,
        "changes": entry.changes,
        "by": {
            "application": client_ids.get(entry.application_id),
            "application_id": entry.application_id,
            "credential_id": entry.credential_id,
            "token_end": entry.token_end or None,
            "staff": entry.staff or None,
            "command": entry.command or None,
            "os_user": entry.os_user or None,
            "worker": entry.worker or None,
        },
        "owner": {
            "application": client_ids.get(entry.owner_application_id),
            "application_id": entry.owner_application_id,
            "user_id": entry.owner_user_id,
        },
        "request_id": entry.request_id or None,
        "address": entry.address,
    }


def _lines(entry: AuditEntry, client_ids: Mapping[int | None, str]) -> list[str]:
    """What a terminal shows: the change in one line, and each value that changed in a line below."""
    who = entry.who_with(client_ids.get(entry.application_id) or f"application {entry.application_id}")
    origin = [f"from {entry.address}"] if entry.address else []
    request = [f"[{entry.request_id}]"] if entry.request_id else []
    when = f"{entry.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return [
        "  ".join([when, f"{entry.action:<34}", f"{entry.resource:<28}", who, *origin, *request]),
        *(f"    {name}: {json.dumps(old)} → {json.dumps(new)}" for name, (old, new) in entry.changes.items()),
    ]


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a date or an instant in ISO 8601") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _resource(text: str) -> tuple[str, int]:
    kind, _, number = text.partition("/")
    if not (kind and number.isascii() and number.isdigit() and len(number) < 19):
        raise ArgumentTypeError(f"{text!r} is not TYPE/ID, such as listings/12")
    return kind, int(number)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:10]) < 10**9):
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text[:10])
