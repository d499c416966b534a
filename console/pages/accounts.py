"""Accounts: their state in words, and what an operator can do about it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from console.operations import Operation
from console.operator_admin import OperatorAdmin
from console.selectors.accounts import IN_STATE, STATES, AccountPage, account_page, last_error, shown, state_of
from console.site import ConsoleSite
from console.tables import Table, instant, link, table
from jsonapi.refusals import Refusal
from sync.services.accounts import refresh_account
from sync.services.pausing import pause_account, resume_account
from users.models import Account

# The theme's colours of labels.
COLOURS = {
    "In order": "success",
    "Syncing": "info",
    "Waits for its first sync": "info",
    "Paused": "warning",
    "Last sync failed": "danger",
    "Credentials refused": "danger",
}


class StateFilter(SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, admin: Any) -> Sequence[tuple[str, str]]:
        return list(STATES.items())

    def queryset(self, request: HttpRequest, accounts: QuerySet[Account]) -> QuerySet[Account]:
        condition = IN_STATE.get(self.value() or "")
        return accounts if condition is None else accounts.filter(condition)


class ChannelFilter(SimpleListFilter):
    title = "channel"
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, admin: Any) -> Sequence[tuple[str, str]]:
        channels = Account.objects.order_by("channel").values_list("channel", flat=True).distinct()
        return [(channel, channel) for channel in channels]

    def queryset(self, request: HttpRequest, accounts: QuerySet[Account]) -> QuerySet[Account]:
        return accounts.filter(channel=self.value()) if self.value() else accounts


def _refresh(account: Account, cleaned: Mapping[str, Any], now: datetime) -> str:
    refresh_account(account, recent_sync_threshold_minutes=0, now=now)
    return "A sync of all listings is queued."


def _pause(account: Account, cleaned: Mapping[str, Any], now: datetime) -> str:
    pause_account(account, now=now)
    return "The account is paused: nothing is read from its channel and no price is pushed to it."


def _resume(account: Account, cleaned: Mapping[str, Any], now: datetime) -> str:
    resume_account(account, now=now)
    return "The account is resumed, and a sync is queued."


class AccountAdmin(OperatorAdmin):
    list_display = ("name", "channel", "owner", "state", "last_sync", "error")
    list_filter = (StateFilter, ChannelFilter)
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("=id", "label", "channel_account_id", "user__email", "user__application__name")
    search_help_text = "Id, label, id at the channel, email of the owner, or application"
    fields = ("label", "channel", "channel_account_id", "owner", "application", "state", "last_sync", "error",
              "created", "deleted")  # fmt: skip
    readonly_fields = ("owner", "application", "state", "last_sync", "error", "created", "deleted")
    change_form_outer_after_template = "console/sections.html"
    operations = (
        Operation(
            "refresh", "Refresh", _refresh, refusals=(Refusal,), in_lists=True,
            applies=lambda account: state_of(account) not in ("disconnected", "refused", "paused"),
            explanation="Queues a sync of all listings of the account.",
        ),
        Operation(
            "pause", "Pause", _pause, refusals=(Refusal,), in_lists=True, is_dangerous=True,
            applies=lambda account: state_of(account) not in ("disconnected", "paused"),
            explanation="Until the account is resumed, nothing is read from its channel and no price is pushed to it.",
        ),
        Operation(
            "resume", "Resume", _resume, refusals=(Refusal,), in_lists=True,
            applies=lambda account: state_of(account) == "paused",
        ),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Account]:
        return shown(super().get_queryset(request))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id) if object_id else None
        sections = sections_of(account_page(account)) if account else []
        return super().changeform_view(request, object_id, form_url, {"sections": sections, **(extra_context or {})})

    @display(description="Account", ordering="label")
    def name(self, account: Account) -> str:
        return account.label or f"Account {account.pk}"

    @display(description="Owner", ordering="user__last_name")
    def owner(self, account: Account) -> str:
        user = account.user
        return f"{user.first_name} {user.last_name} (user {user.pk})" if user.deleted_at is None else f"user {user.pk}"

    @display(description="Application")
    def application(self, account: Account) -> str:
        return str(account.user.application.name)

    @display(description="State", label=COLOURS)
    def state(self, account: Account) -> str:
        return STATES[state_of(account)]

    @display(description="Last sync", ordering="last_successful_sync_at")
    def last_sync(self, account: Account) -> str:
        return instant(account.last_successful_sync_at)

    @display(description="Created")
    def created(self, account: Account) -> str:
        return instant(account.created_at)

    @display(description="Deleted")
    def deleted(self, account: Account) -> str:
        return instant(account.deleted_at)

    @display(description="Last error")
    def error(self, account: Account) -> str:
        return last_error(account) or "—"


def sections_of(page: AccountPage) -> list[tuple[str, Table]]:
    """The tables of one account's page with their titles."""
    of_all = f" (the first {len(page.listings)} of {page.listings_in_all})"
    return [
        (
            "Listings" + (of_all if page.listings_in_all > len(page.listings) else ""),
            table(
                ("Listing", "At the channel", "Active", "Last sync", "Last failure"),
                (
                    (
                        link(each.listing.title or f"Listing {each.listing_id}", "listing", each.listing_id),
                        each.channel_listing_id,
                        "yes" if each.listing.enabled else "no",
                        instant(each.last_successful_sync_at),
                        each.failure or "—",
                    )
                    for each in page.listings
                ),
            ),
        ),
        (
            "Last jobs",
            table(
                ("Job", "State", "Attempts", "Due", "Ended", "Error"),
                (
                    (
                        link(f"{job.kind} {job.pk}", "jobs_job_change", job.pk),
                        job.state,
                        job.attempts,
                        instant(job.due_at),
                        instant(job.finished_at),
                        job.error or "—",
                    )
                    for job in page.jobs
                ),
            ),
        ),
        (
            "Requests to the channel",
            table(
                ("Job", "Requests", "Mean", "Longest", "Answers"),
                (
                    (
                        link(f"{each.job.kind} {each.job.pk}", "jobs_job_change", each.job.pk),
                        each.requests,
                        f"{each.mean_ms} ms",
                        f"{each.longest_ms} ms",
                        each.statuses,
                    )
                    for each in page.requests
                ),
            ),
        ),
    ]


def register(site: ConsoleSite) -> None:
    site.register(Account, AccountAdmin)
    site.add_to_menu("Operation", "Accounts", "hub", "users_account_changelist")
