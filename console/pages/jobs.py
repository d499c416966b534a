"""Jobs: what waits, runs and has failed, with the log of attempts; retry and cancel."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from console.operations import Operation
from console.operator_admin import OperatorAdmin
from console.selectors.accounts import requests_of
from console.site import ConsoleSite
from console.tables import Table, instant, link, table
from jobs.handlers import kinds
from jobs.models import Job
from jobs.selectors import DELIVERIES
from jobs.services.by_hand import cancel_job, retry_job
from jsonapi.refusals import Refusal

# The theme's colours of labels.
COLOURS = {"queued": "info", "running": "info", "succeeded": "success", "failed": "danger"}
OUTCOMES = {
    "succeeded": "succeeded",
    "failed": "failed for good",
    "retried": "failed, to be retried",
    "postponed": "waits for its channel",
    "returned": "returned to the queue",
}


class StateFilter(SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, admin: Any) -> Sequence[tuple[str, str]]:
        return [("queued", "queued"), ("running", "running"), ("failed", "failed (dead letters)"),
                ("retried", "queued after a failure"), ("succeeded", "succeeded")]  # fmt: skip

    def queryset(self, request: HttpRequest, jobs: QuerySet[Job]) -> QuerySet[Job]:
        if self.value() == "retried":
            return jobs.filter(state=Job.State.QUEUED, failures__gt=0)
        return jobs.filter(state=self.value()) if self.value() else jobs


class KindFilter(SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, admin: Any) -> Sequence[tuple[str, str]]:
        return [(kind, kind) for kind in sorted(kinds())]

    def queryset(self, request: HttpRequest, jobs: QuerySet[Job]) -> QuerySet[Job]:
        return jobs.filter(kind=self.value()) if self.value() else jobs


def _retry(job: Job, cleaned: Mapping[str, Any], now: datetime) -> str:
    retry_job(job.pk, now=now)
    return "The job is queued again."


def _cancel(job: Job, cleaned: Mapping[str, Any], now: datetime) -> str:
    was_running = cancel_job(job.pk, now=now)
    return "The job is cancelled." + (" Its worker stops at its next step." if was_running else "")


class JobAdmin(OperatorAdmin):
    list_display = ("id", "kind", "coloured_state", "account", "attempts", "failures", "due", "ended", "shown_error")
    list_filter = (StateFilter, KindFilter)
    list_per_page = 50
    ordering = ("-pk",)
    search_fields = ("=id", "=key", "=account_id")
    search_help_text = "Id or key of a job, or id of an account"
    fields = ("kind", "key", "coloured_state", "account", "user", "application", "attempts", "failures", "due",
              "leased", "created", "ended", "shown_progress", "shown_error")  # fmt: skip
    readonly_fields = ("coloured_state", "account", "user", "application", "due", "leased", "created", "ended",
                       "shown_progress", "shown_error")  # fmt: skip
    change_form_outer_after_template = "console/sections.html"
    operations = (
        Operation(
            "retry", "Retry", _retry, refusals=(Refusal,), in_lists=True,
            applies=lambda job: job.state == Job.State.FAILED,
            explanation="The job is queued again, due now, as if it had never failed.",
        ),
        Operation(
            "cancel", "Cancel", _cancel, refusals=(Refusal,), in_lists=True, is_dangerous=True,
            applies=lambda job: job.state in (Job.State.QUEUED, Job.State.RUNNING),
            explanation="A queued job is closed. A running one stops at its next step, and stores nothing more.",
        ),
    )  # fmt: skip

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        job = self.get_object(request, object_id) if object_id else None
        sections = sections_of(job) if job else []
        return super().changeform_view(request, object_id, form_url, {"sections": sections, **(extra_context or {})})

    @display(description="State", ordering="state", label=COLOURS)
    def coloured_state(self, job: Job) -> str:
        return job.state

    @display(description="Account")
    def account(self, job: Job) -> str:
        if not job.account_id or job.priority in DELIVERIES:  # the column then holds the id of a webhook endpoint
            return "—"
        return link(job.account_id, "users_account_change", job.account_id)

    @display(description="User id")
    def user(self, job: Job) -> str:
        return str(job.user_id or "—")

    @display(description="Application id")
    def application(self, job: Job) -> str:
        return str(job.application_id or "—")

    @display(description="Leased until")
    def leased(self, job: Job) -> str:
        return instant(job.leased_until)

    @display(description="Created")
    def created(self, job: Job) -> str:
        return instant(job.created_at)

    @display(description="Due", ordering="due_at")
    def due(self, job: Job) -> str:
        return instant(job.due_at)

    @display(description="Ended", ordering="finished_at")
    def ended(self, job: Job) -> str:
        return instant(job.finished_at)

    @display(description="Progress")
    def shown_progress(self, job: Job) -> str:
        return ", ".join(f"{name}: {value}" for name, value in job.progress.items() if value != "") or "—"

    @display(description="Error")
    def shown_error(self, job: Job) -> str:
        return job.error or "—"


def sections_of(job: Job) -> list[tuple[str, Table]]:
    """The tables of one job's page with their titles. An attempt that is missing ended with its worker's death."""
    return [
        (
            "Attempts",
            table(
                ("Attempt", "Began", "Ended", "Outcome", "Error", "Worker"),
                (
                    (
                        attempt["attempt"],
                        instant(datetime.fromisoformat(attempt["started_at"])),
                        instant(datetime.fromisoformat(attempt["ended_at"])),
                        OUTCOMES[attempt["outcome"]],
                        attempt["error"] or "—",
                        attempt["worker"] or "—",
                    )
                    for attempt in job.attempts_log or []
                ),
            ),
        ),
        (
            "Requests to channels",
            table(
                ("Account", "Requests", "Mean", "Longest", "Answers"),
                (
                    (
                        link(account, "users_account_change", account),
                        each.requests,
                        f"{each.mean_ms} ms",
                        f"{each.longest_ms} ms",
                        each.statuses,
                    )
                    for account in job.channel_requests or {}
                    for each in requests_of(job, account)
                ),
            ),
        ),
    ]


def register(site: ConsoleSite) -> None:
    site.register(Job, JobAdmin)
    site.add_to_menu("Operation", "Jobs", "work_history", "jobs_job_changelist")
