"""Applications: the partners' clients, with their scopes, limits and secrets."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib.admin import ListFilter, SimpleListFilter
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from unfold.decorators import display

import clock
from console.forms import Lines, choice, choices, number, switch, text
from console.operations import Cleaned, Done, Operation
from console.operator_admin import OperatorAdmin
from console.site import ConsoleSite
from console.tables import instant
from oauth import incidents, services
from oauth.models import Application
from oauth.scopes import SCOPES

SCOPE_CHOICES = [(name, f"{name}: {meaning}") for name, meaning in SCOPES.items()]
KEEP_OLD = {
    "": "stops now",
    "1": "works for one hour more",
    "24": "works for one day more",
    "168": "works for seven days more",
    "forever": "works until an operator ends it",
}


class SettingsForm(forms.Form):
    name = text("Name", max_length=255)
    enabled_scopes = choices("Scopes", SCOPE_CHOICES, help_text="Tokens that were issued earlier obey, too.")
    require_user_scoped_tokens = switch("User-level scopes only in tokens that name a user")
    rate_limit_per_minute = number(
        "Requests per minute", required=False, min_value=1, help_text="Empty: the server's default."
    )
    ip_allowlist = Lines(
        "Allowed callers", required=False, help_text="IP addresses or CIDRs, one a line. Empty: every address."
    )


class CreationForm(SettingsForm):
    mode = choice("Mode", Application.Mode.choices)
    email = forms.EmailField(
        label="Email of the user", required=False, help_text="Only for a personal application, which has one user."
    )
    email.widget = text("").widget


class RotationForm(forms.Form):
    old_secret = choice("The old secret", KEEP_OLD.items(), required=False)
    revoke_tokens = switch("Also revoke all tokens, personal access tokens too")


def create(row: None, cleaned: Cleaned, now: datetime) -> Done:
    wanted = {name: value for name, value in cleaned.items() if name != "enabled_scopes"}
    application, secret = services.create_application(**wanted, scopes=cleaned["enabled_scopes"], now=now)
    return Done(
        f"The application {application.name} was created. Its client id is {application.client_id}.",
        secret=secret,
        secret_label="Client secret",  # noqa: S106
    )


def change(application: Application, cleaned: Cleaned, now: datetime) -> str:
    changes = incidents.change_application(application, now=now, **cleaned)
    return f"Changed: {', '.join(name.replace('_', ' ') for name in changes)}." if changes else "Nothing has changed."


def rotate(application: Application, cleaned: Cleaned, now: datetime) -> Done:
    kept, now = cleaned["old_secret"], clock.real_now()  # a moved clock does not end secrets
    ends_at = now + timedelta(hours=int(kept)) if kept.isdecimal() else None
    secret = services.rotate_secret(application, now=now, keep_old=bool(kept), old_ends_at=ends_at)
    revoked = f" {incidents.revoke_all_tokens(application, now=now)} were revoked." if cleaned["revoke_tokens"] else ""
    return Done(
        f"The application {application.name} has a new secret. The old one {KEEP_OLD[kept]}.{revoked}",
        secret=secret,
        secret_label="Client secret",  # noqa: S106
    )


def end_old_secret(application: Application, cleaned: Cleaned, now: datetime) -> str:
    worked = services.end_old_secret(application, now=clock.real_now())
    return f"The old secret {'no longer works' if worked else 'did not work any more'}."


def disable(application: Application, cleaned: Cleaned, now: datetime) -> str:
    changed = incidents.disable_application(application, now=now)
    return f"{application.name} is {'now' if changed else 'already'} disabled."


def enable(application: Application, cleaned: Cleaned, now: datetime) -> str:
    changed = incidents.enable_application(application, now=now)
    return f"{application.name} is {'now' if changed else 'already'} enabled."


def revoke_tokens(application: Application, cleaned: Cleaned, now: datetime) -> str:
    return f"Revoked {incidents.revoke_all_tokens(application, now=now)}."


def settings_of(application: Application) -> dict[str, Any]:
    return {name: getattr(application, name) for name in SettingsForm.base_fields}


def state_of(application: Application) -> str:
    if application.deleted_at:
        return "deleted"
    return "disabled" if application.disabled_at else "enabled"


class StateFilter(SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("enabled", "Enabled"), ("disabled", "Disabled"), ("deleted", "Deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Application]) -> QuerySet[Application]:
        states = {
            "enabled": Q(disabled_at=None, deleted_at=None),
            "disabled": Q(disabled_at__isnull=False, deleted_at=None),
            "deleted": Q(deleted_at__isnull=False),
        }
        return queryset.filter(states.get(self.value() or "", Q()))


class ApplicationAdmin(OperatorAdmin):
    list_display = ("name", "client_id", "mode", "state", "users", "limit", "made")
    list_filter: tuple[str | type[ListFilter], ...] = (StateFilter, "mode")
    search_fields = ("name", "client_id")
    ordering = ("name", "id")
    fields = (
        "name", "client_id", "mode", "state", "made", "scopes", "require_user_scoped_tokens", "limit", "callers",
        "old_secret",
    )  # fmt: skip
    readonly_fields = ("state", "made", "scopes", "limit", "callers", "old_secret")
    creation = Operation(
        "create",
        "Create an application",
        run=create,
        form=CreationForm,
        initial=lambda row: {"enabled_scopes": list(SCOPES)},
        refusals=(services.InvalidSetting,),
    )
    operations = (
        Operation(
            "change",
            "Change",
            run=change,
            form=SettingsForm,
            initial=settings_of,
            applies=lambda row: row.deleted_at is None,
            refusals=(services.InvalidSetting, incidents.Deleted),
        ),
        Operation(
            "rotate-secret",
            "Rotate the secret",
            run=rotate,
            form=RotationForm,
            applies=lambda row: row.deleted_at is None,
            refusals=(services.InvalidSetting, incidents.Deleted),
            explanation="The partner's programs need the new secret before the old one stops working.",
            is_dangerous=True,
        ),
        Operation(
            "end-old-secret",
            "End the old secret",
            run=end_old_secret,
            applies=lambda row: services.old_secret_works(row, clock.real_now()),
            explanation="Programs that still use the secret from before the last rotation get no more tokens.",
            is_dangerous=True,
        ),
        Operation(
            "revoke-tokens",
            "Revoke all tokens",
            run=revoke_tokens,
            applies=lambda row: row.deleted_at is None,
            explanation="All its tokens stop working now, personal access tokens too. With its secret it can get new "
            "ones.",
            is_dangerous=True,
        ),
        Operation(
            "disable",
            "Suspend",
            run=disable,
            applies=lambda row: row.disabled_at is None,
            refusals=(incidents.Deleted,),
            explanation="Its secret and its tokens are refused until it is enabled. Its accounts go on being synced.",
            is_dangerous=True,
            in_lists=True,
        ),
        Operation(
            "enable",
            "Enable",
            run=enable,
            applies=lambda row: row.disabled_at is not None and row.deleted_at is None,
            refusals=(incidents.Deleted,),
            explanation="Its secret and its tokens from before work again.",
            in_lists=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        live_users = Count("customers", filter=Q(customers__deleted_at=None))
        found: QuerySet[Application] = super().get_queryset(request).annotate(live_users=live_users)
        return found

    @display(description="State", label={"enabled": "success", "disabled": "warning", "deleted": "danger"})
    def state(self, application: Application) -> str:
        return state_of(application)

    @display(description="Created", ordering="created")
    def made(self, application: Application) -> str:
        return instant(application.created)

    @display(description="Users")
    def users(self, application: Any) -> int:
        return int(application.live_users)

    @display(description="Requests per minute")
    def limit(self, application: Application) -> str:
        return str(application.rate_limit_per_minute or "the server's default")

    @display(description="Scopes")
    def scopes(self, application: Application) -> str:
        return ", ".join(application.enabled_scopes)

    @display(description="Allowed callers")
    def callers(self, application: Application) -> str:
        return ", ".join(application.ip_allowlist) or "every address"

    @display(description="Old secret")
    def old_secret(self, application: Application) -> str:
        if not services.old_secret_works(application, clock.real_now()):
            return "does not work"
        ends_at = application.previous_secret_ends_at
        return f"works until {ends_at:%Y-%m-%d %H:%M} UTC" if ends_at else "works until an operator ends it"


def register(site: ConsoleSite) -> None:
    site.register(Application, ApplicationAdmin)
    site.add_to_menu("Partners", "Applications", "apps", "oauth_application_changelist")
