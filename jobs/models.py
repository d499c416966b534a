"""Jobs and workers as database rows."""

from django.db import models
from django.db.models import Q

LIVE_STATES = ["queued", "running"]


class Job(models.Model):
    """A piece of work. It is stored in the same transaction as the change that causes it.

    A worker takes a due job by setting `leased_until`, and renews this lease while it works. When a worker dies, its
    lease expires and the job is due again. `kind` selects the handler (jobs/handlers.py), `key` identifies the work
    (jobs/keys.py), and `arguments` are the data for the handler.

    `ready` marks queued jobs whose time has come, so that a claim never passes over jobs that are due later
    (jobs/claiming.py). `priority` and the three ids (jobs/parties.py) decide whose turn it is.

    `attempts` is the number of times that a worker took the job; it distinguishes one worker's turn from the next.
    `failures` is the number of attempts that ended with an error or a dead worker. An orderly stop is not a failure.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        SUCCEEDED = "succeeded"
        FAILED = "failed"

    class Priority(models.IntegerChoices):
        """Who waits, and for what. Of the first three, a higher number goes first.

        Deliveries have places of their own (jobs/places.py), because they wait for the receivers of partners.
        """

        REGULAR = 0  # nobody: nightly work
        AWAITED = 1  # somebody: the first sync of an account, or a refresh by request
        QUICK = 2  # somebody, and it takes seconds: pushing a change, reading one listing again
        DELIVERY = 3  # sending events to a receiver
        SLOW_DELIVERY = 4  # the same, to a receiver that fails or answers slowly

    kind = models.CharField(max_length=32)
    key = models.CharField(max_length=128)
    arguments = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=16, choices=State.choices, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    priority = models.PositiveSmallIntegerField(
        choices=Priority.choices, default=Priority.REGULAR, db_default=Priority.REGULAR
    )
    application_id = models.BigIntegerField(default=0, db_default=0)
    user_id = models.BigIntegerField(default=0, db_default=0)
    account_id = models.BigIntegerField(default=0, db_default=0)
    due_at = models.DateTimeField()
    ready = models.BooleanField(default=False, db_default=False)
    leased_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    progress = models.JSONField(
        default=dict, blank=True, help_text="Numbers that the handler reports, such as synced listings."
    )
    error = models.TextField(blank=True, default="")
    attempts_log = models.JSONField(
        null=True, blank=True, help_text="The last attempts that were ended in order (jobs/attempts.py), oldest first."
    )
    channel_requests = models.JSONField(
        null=True,
        blank=True,
        help_text="What was counted of the job's requests to channels in all attempts, by account id "
        "(connectors.observing.Tally).",
    )
    traceparent = models.CharField(
        max_length=55,
        null=True,
        blank=True,
        help_text="Of what caused the job (W3C Trace Context).",
    )

    class Meta:
        constraints = [
            # If two requests for the same work race, the second insert fails.
            models.UniqueConstraint(fields=["key"], condition=Q(state__in=LIVE_STATES), name="one_live_job_per_key"),
        ]
        indexes = [
            models.Index(
                fields=["priority", "application_id", "user_id", "account_id", "due_at", "id"],
                condition=Q(state="queued", ready=True),
                name="job_ready",
            ),
            models.Index(fields=["due_at"], condition=Q(state="queued", ready=False), name="job_due_later"),
            models.Index(fields=["leased_until"], condition=Q(state="running"), name="job_running"),
            models.Index(fields=["key", "-id"], name="job_of_key"),
            models.Index(fields=["finished_at"], condition=~Q(finished_at=None), name="job_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Schedule(models.Model):
    """When something periodic was last started. Whoever changes the row first does it, however many workers there are.

    See jobs/periodic.py.
    """

    name = models.CharField(max_length=32, unique=True)
    started_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker process. It updates its row every few seconds, and deletes it when it stops."""

    name = models.CharField(max_length=255, unique=True, help_text="Host and process id.")
    last_seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
