"""The audit trail: who changed what, on which resource, and when."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter, TextFilter
from unfold.decorators import display

import clock
from audit.actions import Action
from audit.models import AuditEntry
from console.operator_admin import OperatorAdmin
from console.site import ConsoleSite
from oauth.models import Application

Entries = QuerySet[AuditEntry]

PERIODS = {"1": "Last hour", "24": "Last day", "168": "Last seven days", "720": "Last thirty days"}
LONGEST_VALUE = 80  # characters of a value in the list


class PeriodFilter(SimpleListFilter):
    title = "period"
    parameter_name = "hours"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return list(PERIODS.items())

    def queryset(self, request: HttpRequest, entries: Entries) -> Entries:
        if self.value() not in PERIODS:
            return entries
        return entries.filter(at__gte=clock.now() - timedelta(hours=int(self.value() or 0)))


class ApplicationFilter(DropdownFilter):
    """The application that made the change, or that the resource belongs to."""

    title = "application"
    parameter_name = "application"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Application.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request: HttpRequest, entries: Entries) -> Entries:
        value = self.value() or ""
        if not value.isdecimal():
            return entries
        return entries.filter(Q(owner_application_id=int(value)) | Q(application_id=int(value)))


class ActionFilter(DropdownFilter):
    title = "action"
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(action.value, action.value) for action in sorted(Action)]

    def queryset(self, request: HttpRequest, entries: Entries) -> Entries:
        return entries.filter(action=self.value()) if self.value() else entries


class ResourceFilter(TextFilter):
    title = "resource"
    parameter_name = "resource"

    def queryset(self, request: HttpRequest, entries: Entries) -> Entries:
        kind, _, number = (self.value() or "").strip().partition("/")
        if kind:
            entries = entries.filter(resource_type=kind)
        if number:
            entries = entries.filter(resource_id=int(number)) if number.isdecimal() else entries.none()
        return entries


class StaffFilter(TextFilter):
    title = "staff"
    parameter_name = "staff"

    def queryset(self, request: HttpRequest, entries: Entries) -> Entries:
        return entries.filter(staff=(self.value() or "").strip().lower()) if self.value() else entries


class AuditAdmin(OperatorAdmin):
    list_display = ("moment", "who", "action", "resource", "changed", "address")
    list_filter = (
        PeriodFilter, ApplicationFilter, ActionFilter, ResourceFilter, StaffFilter, ("at", RangeDateTimeFilter),
    )  # fmt: skip
    list_per_page = 50
    ordering = ("-at", "-id")
    search_fields = ("request_id",)
    search_help_text = "Request id, staff, or a resource such as listings/12"
    fields = (
        "moment", "who", "application_id", "credential_id", "token_end", "staff", "command", "os_user", "worker",
        "action", "resource", "owner_application_id", "owner_user_id", "changes_in_full", "address", "request_id",
    )  # fmt: skip
    readonly_fields = ("moment", "who", "resource", "changes_in_full")

    def get_search_results(self, request: HttpRequest, queryset: Entries, search_term: str) -> tuple[Entries, bool]:
        """Whole words, which indexes find: the trail is long."""
        term = search_term.strip()
        kind, _, number = term.partition("/")
        if number.isdecimal():
            return queryset.filter(resource_type=kind, resource_id=int(number)), False
        return (queryset.filter(Q(request_id=term) | Q(staff=term.lower())) if term else queryset), False

    @display(description="Time (UTC)", ordering="at")
    def moment(self, entry: AuditEntry) -> str:
        return f"{entry.at:%Y-%m-%d %H:%M:%S}"

    @display(description="Who")
    def who(self, entry: AuditEntry) -> str:
        return entry.who

    @display(description="Resource")
    def resource(self, entry: AuditEntry) -> str:
        return entry.resource

    @display(description="Changes")
    def changed(self, entry: AuditEntry) -> str:
        return ", ".join(f"{name}: {_shortened(old)} → {_shortened(new)}" for name, (old, new) in entry.changes.items())

    @display(description="Changes: old → new")
    def changes_in_full(self, entry: AuditEntry) -> str:
        lines = ((name, _shown(old), _shown(new)) for name, (old, new) in entry.changes.items())
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {} → {}</li>", lines))


def _shown(value: Any) -> str:
    return "—" if value is None or value == "" else str(value)


def _shortened(value: Any) -> str:
    text = _shown(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def register(site: ConsoleSite) -> None:
    site.register(AuditEntry, AuditAdmin)
    site.add_to_menu("Partners", "Audit", "history", "audit_auditentry_changelist")
