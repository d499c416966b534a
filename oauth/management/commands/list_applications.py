from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count, Q

from oauth.models import Application


class Command(BaseCommand):
    help = "Lists the OAuth2 clients with their scopes, limits and allowlists."

    def handle(self, *args: Any, **options: Any) -> None:
        live_users = Count("customers", filter=Q(customers__deleted_at=None))
        for application in Application.objects.annotate(live_users=live_users).order_by("id"):
            self.stdout.write(f"{application.client_id}  {application.name}")
            self.stdout.write(f"    mode        {application.mode}, {application.live_users} users")
            self.stdout.write(f"    scopes      {' '.join(application.enabled_scopes)}")
            if application.require_user_scoped_tokens:
                self.stdout.write("    tokens      user-level scopes need a user_id")
            self.stdout.write(f"    callers     {' '.join(application.ip_allowlist) or 'any address'}")
            limit = application.rate_limit_per_minute
            self.stdout.write(f"    rate limit  {f'{limit} a minute' if limit else 'the default'}")
