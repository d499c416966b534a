"""Background work as rows: what is to be done, who does it until when, and how it ended."""

from django.db import models
from django.db.models import Q

LIVE_STATES = ["queued", "running"]


class Job(models.Model):
    """A piece of work, written in the same transaction as what caused it.

    A worker takes a due job by setting `leased_until` and renews the lease while it works; when a worker dies
    the lease runs out and the job is due again. `kind` names the handler (jobs/handlers.py), `key` the work
    (jobs/keys.py), and `arguments` say what the handler needs to know.

    `attempts` counts how often workers have taken the job, and so tells one worker's turn from the next one's.
    `failures` counts the attempts that ended in an error or with a dead worker; an orderly stop is neither.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(default=dict, blank=True, help_text="Counts, such as listings done of total.")
    error = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            # Of two requests that race for the same work, the second one's insert fails.
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=LIVE_STATES), name="one_live_job_per_key"),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=LIVE_STATES), name="job_due"),
            models.Index(fields=["key", "-id"], name="job_of_key"),
            models.Index(fields=["finished_at"], condition=~Q(finished_at=None), name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Worker(models.Model):
    """A worker process, while it waits for work: says that it lives every few seconds. Gone when it stops."""

    name = models.CharField(max_length=255, unique=True, help_text="Host and process id.")
    last_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
