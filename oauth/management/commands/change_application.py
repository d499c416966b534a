from argparse import ArgumentParser, BooleanOptionalAction
from typing import Any

from django.core.management.base import CommandError

import clock
from audit.commands import ChangingCommand
from oauth.incidents import Deleted, change_application
from oauth.management.applications import described, find_application, lines
from oauth.models import Application
from oauth.services import InvalidSetting, normal_network


class Command(ChangingCommand):
    help = (
        "Changes the name, scopes, IP allowlist or rate limit of an OAuth2 client, and prints the result. Tokens that "
        "were issued earlier obey the new values at once. Options that are left out change nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("client_id", help="as list_applications prints it")
        parser.add_argument("--name")
        scopes = parser.add_mutually_exclusive_group()
        scopes.add_argument("--scopes", nargs="+", metavar="SCOPE", help="exactly these scopes")
        scopes.add_argument("--add-scopes", nargs="+", metavar="SCOPE", help="these scopes too")
        scopes.add_argument("--remove-scopes", nargs="+", metavar="SCOPE", help="all but these scopes")
        addresses = parser.add_mutually_exclusive_group()
        addresses.add_argument("--ips", nargs="+", metavar="CIDR", help="allow exactly these addresses or CIDRs")
        addresses.add_argument("--add-ips", nargs="+", metavar="CIDR", help="allow these too")
        addresses.add_argument("--remove-ips", nargs="+", metavar="CIDR", help="no longer allow these")
        addresses.add_argument("--any-ip", action="store_true", help="allow every address")
        limit = parser.add_mutually_exclusive_group()
        limit.add_argument("--rate-limit", type=int, metavar="N", help="requests per minute")
        limit.add_argument("--default-rate-limit", action="store_true", help="the server's limit")
        parser.add_argument(
            "--require-user-scoped-tokens", action=BooleanOptionalAction, help="user-level scopes need a user_id"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        application, now = find_application(options["client_id"]), clock.now()
        try:
            changes = change_application(application, now=now, **_wanted(application, options))
        except (InvalidSetting, Deleted) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines(described(application, now))))
        self.stdout.write(f"Changed: {', '.join(changes)}." if changes else "Nothing changed.")


def _wanted(application: Application, options: dict[str, Any]) -> dict[str, Any]:
    """The columns that the options set. Raises InvalidSetting."""
    wanted: dict[str, Any] = {}
    if options["name"] is not None:
        wanted["name"] = options["name"]
    if options["require_user_scoped_tokens"] is not None:
        wanted["require_user_scoped_tokens"] = options["require_user_scoped_tokens"]
    if options["rate_limit"] is not None or options["default_rate_limit"]:
        wanted["rate_limit_per_minute"] = options["rate_limit"]
    if any(options[name] for name in ("scopes", "add_scopes", "remove_scopes")):
        wanted["enabled_scopes"] = _scopes(application, options)
    if any(options[name] for name in ("ips", "add_ips", "remove_ips", "any_ip")):
        wanted["ip_allowlist"] = _allowlist(application, options)
    return wanted


def _scopes(application: Application, options: dict[str, Any]) -> list[str]:
    if options["scopes"]:
        return list(options["scopes"])
    added = [*application.enabled_scopes, *(options["add_scopes"] or [])]
    return [scope for scope in added if scope not in (options["remove_scopes"] or [])]


def _allowlist(application: Application, options: dict[str, Any]) -> list[str]:
    if options["any_ip"]:
        return []
    if options["ips"]:
        return list(options["ips"])
    removed = {normal_network(entry) for entry in options["remove_ips"] or []}
    left = [entry for entry in [*application.ip_allowlist, *(options["add_ips"] or [])] if entry not in removed]
    if removed and application.ip_allowlist and not left:
        raise InvalidSetting("No address would be left on the list, which allows every address. Use --any-ip for that.")
    return left
