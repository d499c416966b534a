"""Queues the jobs that send deliveries.

A delivery is a row; a job only wakes the sender of an endpoint. Whoever writes deliveries looks for a job of the
endpoint that is ready or running, and queues one if there is none. Its key is unique: with one key for each endpoint,
a transaction would wait for every other one that has queued the same job, until that one ends, and could deadlock with
it. Two jobs for one endpoint are harmless, because the second one finds the first one sending and ends.

No delivery is missed: writing it locks its endpoint's row at once (the foreign key, by migration 0002), and a job ends
only under a lock of this row, which it does not get while such a transaction is open (webhooks/delivering.py).
"""

from collections.abc import Collection
from datetime import datetime
from uuid import uuid4

from jobs.keys import key_of
from jobs.models import Job
from jobs.parties import Party
from jobs.queue import NewJob, accounts_with_work, enqueue_unless_queued
from webhooks.models import WebhookEndpoint

DELIVER_EVENTS = "deliver_events"  # arguments: endpoint_id
PRIORITIES = (Job.Priority.DELIVERY, Job.Priority.SLOW_DELIVERY)


def queue_sending(application_id: int, endpoints: Collection[WebhookEndpoint], *, now: datetime) -> None:
    """Queue a job for each endpoint of the application that has none, in the caller's transaction.

    Call it after the deliveries are written. An endpoint that rests has a job that is due when the rest is over.
    """
    resting = {endpoint.pk for endpoint in endpoints if endpoint.rests_until is not None and endpoint.rests_until > now}
    if resting:
        # Again, as the rest may have ended meanwhile: with the deliveries written, that job cannot miss them any more.
        still = WebhookEndpoint.objects.filter(pk__in=resting, rests_until__gt=now)
        resting = set(still.values_list("pk", flat=True))
    awake = accounts_with_work(DELIVER_EVENTS, PRIORITIES, application_id) | resting
    asleep = [endpoint for endpoint in endpoints if endpoint.pk not in awake]
    for priority in PRIORITIES:
        jobs = {
            f"{key_of(DELIVER_EVENTS, endpoint.pk)}:{uuid4().hex}": NewJob(
                {"endpoint_id": endpoint.pk}, party_of(endpoint)
            )
            for endpoint in asleep
            if priority_of(endpoint) == priority
        }
        if jobs:
            enqueue_unless_queued(DELIVER_EVENTS, jobs, priority=priority, now=now)


def party_of(endpoint: WebhookEndpoint) -> Party:
    """Endpoints share the places of their application like accounts."""
    return Party(endpoint.application_id, account_id=endpoint.pk)


def priority_of(endpoint: WebhookEndpoint) -> Job.Priority:
    return Job.Priority.SLOW_DELIVERY if endpoint.is_slow else Job.Priority.DELIVERY
