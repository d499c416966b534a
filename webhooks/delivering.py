"""Sends the deliveries of one endpoint: a job's turn.

- One job at a time sends to an endpoint. It writes its id into the endpoint's row; other jobs that find it there end.
- Several requests are under way at once, but never two of one listing: a later event of a listing waits for the
  earlier one. When that one fails, later ones become due together with it, until it has failed ORDERED_ATTEMPTS times.
- What came of the requests is stored in batches. If the process dies before, those deliveries are sent again, with the
  same `webhook-id`.
- After several failures in a row the endpoint rests, and is then tried with one request at a time. The first success
  makes everything due that waits.
- A job ends under the full lock of the endpoint's row, which no transaction with a new delivery can pass
  (webhooks/services/queueing.py). So it sees every delivery whose writer did not queue another job.
"""

import logging
import time
from collections import deque
from collections.abc import Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from django.db import transaction
from django.db.models import F, Min, QuerySet
from standardwebhooks import Webhook

from audit.actions import Action
from audit.services import record
from jobs.models import Job
from jobs.running import LeaseLost, RunningJob, Stopping
from oauth.encryption import Undecryptable
from webhooks.audited import audited_endpoint
from webhooks.documents import document
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.receiver import Outcome, Receiver, Tuning, tuning
from webhooks.retrying import (
    DISABLED_AFTER,
    FAILURES_IN_A_ROW,
    ORDERED_ATTEMPTS,
    rest_after,
    retry_after,
    wait_after,
)
from webhooks.services.queueing import DELIVER_EVENTS, priority_of
from webhooks.signing import signed_headers, valid_secrets

logger = logging.getLogger(__name__)

PENDING, SUCCEEDED, FAILED = (
    WebhookDelivery.State.PENDING,
    WebhookDelivery.State.SUCCEEDED,
    WebhookDelivery.State.FAILED,
)
PAGE = 100  # deliveries that are loaded at once
MOST_LOADED = 500  # deliveries, of which many may be of one listing
STORED_AT_ONCE = 50  # outcomes
STORED_AFTER = 0.2  # seconds
ENDED_AT_ONCE = 500  # deliveries of a disabled endpoint
SLOW = 1000  # milliseconds
WAIT_WHEN_STOPPING = 5.0  # seconds; a worker hands its jobs back a little later
# While an application is disabled, or its secrets cannot be read, its endpoints are looked at again after this time.
LOOK_AGAIN = timedelta(minutes=10)
GONE = "The receiver answered 410 Gone."
FAILED_TOO_LONG = "No delivery has succeeded for three days."


def deliver_events(job: RunningJob) -> None:
    """Handle the job `deliver_events`: send what is due to the endpoint `endpoint_id`."""
    endpoint = _begin(job)
    if endpoint is not None:
        _Turn(job, endpoint, tuning()).run()


@transaction.atomic
def _begin(job: RunningJob) -> WebhookEndpoint | None:
    """Become the sender of the endpoint. None if there is nothing to send now; then the job is closed."""
    # The endpoint's row is locked before the job's, as by all who write deliveries.
    endpoint = _locked(job.arguments["endpoint_id"])
    if endpoint is None:
        job.succeed()
        return None
    if endpoint.sender_job_id not in (0, job.id) and _is_running(endpoint.sender_job_id, job.real_now()):
        job.succeed()  # The other job sees what this one was queued for.
        return None
    application = endpoint.application
    if endpoint.deleted_at or application.deleted_at or not endpoint.enabled:
        _end_pending(job, endpoint)
        return None
    if application.disabled_at is not None:
        _rest(job, endpoint, job.now() + LOOK_AGAIN)
        return None
    if endpoint.rests_until is not None and endpoint.rests_until > job.now():
        _rest(job, endpoint, endpoint.rests_until)
        return None
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sender_job_id=job.id)
    endpoint.sender_job_id = job.id
    job.fence()
    return endpoint


def _locked(endpoint_id: int) -> WebhookEndpoint | None:
    """The endpoint with its application. The lock keeps off other jobs and changes, but not new deliveries."""
    return (
        WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
        .select_related("application")
        .filter(pk=endpoint_id)
        .first()
    )


def _is_running(job_id: int, now: datetime) -> bool:
    return Job.objects.filter(pk=job_id, state=Job.State.RUNNING, leased_until__gt=now).exists()


def _end_pending(job: RunningJob, endpoint: WebhookEndpoint) -> None:
    """End some deliveries of an endpoint to which nothing is sent any more. Another turn of the job goes on."""
    some = list(_pending(endpoint.pk).order_by("pk").values_list("pk", flat=True)[:ENDED_AT_ONCE])
    WebhookDelivery.objects.filter(pk__in=some, state=PENDING).update(state=FAILED, finished_at=job.now())
    if some or not no_delivery_is_being_written(endpoint.pk):
        job.postpone("The deliveries of the endpoint are ended.", after=timedelta(seconds=0 if some else 1))
    else:
        job.succeed()


def no_delivery_is_being_written(endpoint_id: int) -> bool:
    """Whether no other transaction has written a delivery. None can until the caller's transaction ends, if so.

    Such a transaction saw that this job is running, and queued no other one.
    """
    # The full lock of the row. The foreign key of a new delivery locks it as well, at once (migration 0002).
    # Waiting for it could take long.
    return WebhookEndpoint.objects.select_for_update(skip_locked=True).filter(pk=endpoint_id).first() is not None


def _rest(job: RunningJob, endpoint: WebhookEndpoint, until: datetime) -> None:
    """End the job with another turn at `until`. Before, events of the endpoint queue no jobs."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(rests_until=until, sender_job_id=0)
    _leave(job, endpoint, until)


def _leave(job: RunningJob, endpoint: WebhookEndpoint, due_at: datetime) -> None:
    """End the job with another turn at `due_at`, unless another job of the endpoint comes as early."""
    if _has_other_job(job, due_at):
        job.succeed()
    else:
        after = max(due_at - job.now(), timedelta(0))
        job.postpone("Deliveries are due later.", after=after, priority=priority_of(endpoint))


def _has_other_job(job: RunningJob, due_at: datetime) -> bool:
    others = Job.objects.filter(
        kind=DELIVER_EVENTS,
        state=Job.State.QUEUED,
        application_id=job.party.application_id,
        account_id=job.party.account_id,
        due_at__lte=due_at,
    )
    return others.exclude(pk=job.id).exists()


def _pending(endpoint_id: int) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(endpoint=endpoint_id, state=PENDING)


@dataclass(slots=True)
class _Sent:
    """A request whose outcome is not stored yet."""

    delivery: WebhookDelivery
    at: datetime
    outcome: Outcome


class _Turn:
    """The state of one turn. Only the thread of the job uses it and the database; other threads send requests."""

    def __init__(self, job: RunningJob, endpoint: WebhookEndpoint, tuning: Tuning) -> None:
        self._job = job
        self._endpoint = endpoint
        self._changed_at = endpoint.updated_at
        self._tuning = tuning
        self._signers: Sequence[Webhook] = ()
        self._signers_until: datetime | None = None
        self._began = self._active = time.monotonic()
        # Deliveries that wait for a thread, by listing. Those without a listing have a key of their own.
        self._chains: dict[int, deque[WebhookDelivery]] = {}
        self._under_way: dict[Future[Outcome], tuple[WebhookDelivery, datetime]] = {}
        self._unstored: list[_Sent] = []
        self._next_look = self._store_at = 0.0
        self._in_a_row = 0  # failures
        # A failing endpoint is tried with one request at a time.
        self._on_trial = endpoint.failing_since is not None
        self._was_resting = endpoint.rests_until is not None
        self._over = False  # Nothing more is sent in this turn.

    def run(self) -> None:
        try:
            self._signers = self._current_signers()
        except Undecryptable:
            logger.error("%s: its secrets cannot be decrypted with CREDENTIAL_KEYS", self._endpoint)
            with transaction.atomic():
                _rest(self._job, self._endpoint, self._job.now() + LOOK_AGAIN)
            return
        receiver = Receiver(self._endpoint.url, self._tuning)
        pool = ThreadPoolExecutor(self._tuning.concurrency, thread_name_prefix=str(self._endpoint))
        try:
            while not self._job.closed:
                self._job.keep_lease()
                self._step(receiver, pool)
        except Stopping:
            self._finish_before_stop()
            raise
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            receiver.close()

    def _step(self, receiver: Receiver, pool: ThreadPoolExecutor) -> None:
        if time.monotonic() - self._began > self._tuning.turn:
            self._over = True
        if not self._over:
            self._look()
            self._send_some(receiver, pool)
        self._await_some()
        if self._unstored and (
            len(self._unstored) >= STORED_AT_ONCE or time.monotonic() >= self._store_at or not self._under_way
        ):
            self._store()
        if not self._under_way and (self._over or not self._chains):
            self._end_or_linger()

    # Loading

    def _look(self) -> None:
        """Load deliveries that are due, if there is room for them and it is time."""
        waiting = sum(map(len, self._chains.values()))
        enough = len(self._chains) >= 2 * self._tuning.concurrency or waiting >= MOST_LOADED
        if enough or time.monotonic() < self._next_look:
            return
        if self._unstored:
            self._store()
            if self._over:
                return
        now = self._job.now()
        page = list(
            _pending(self._endpoint.pk)
            .filter(due_at__lte=now)
            .exclude(pk__in=self._known())
            .select_related("event")
            .order_by("due_at", "pk")[:PAGE]
        )
        self._next_look = 0.0 if len(page) == PAGE else time.monotonic() + self._tuning.poll
        if page and self._may_send():
            for delivery in self._not_held_back(page, now):
                self._chains.setdefault(delivery.listing_id or -delivery.pk, deque()).append(delivery)

    def _known(self) -> list[int]:
        waiting = [delivery.pk for chain in self._chains.values() for delivery in chain]
        return waiting + [delivery.pk for delivery, _ in self._under_way.values()]

    def _may_send(self) -> bool:
        """Whether the endpoint is as it was at the beginning of the turn. If not, the next turn begins anew."""
        as_it_was = WebhookEndpoint.objects.filter(
            pk=self._endpoint.pk, updated_at=self._changed_at, enabled=True, application__disabled_at=None
        )
        if not as_it_was.exists():
            self._stop_sending()
        return not self._over

    def _not_held_back(self, page: Sequence[WebhookDelivery], now: datetime) -> list[WebhookDelivery]:
        """Those without an earlier delivery of the same listing that waits for a retry. The others wait with it."""
        listings = {delivery.listing_id for delivery in page if delivery.listing_id}
        waiting: dict[int, list[tuple[int, datetime]]] = {}
        if listings:
            rows = _pending(self._endpoint.pk).filter(
                listing_id__in=listings, due_at__gt=now, attempts_made__gt=0, attempts_made__lt=ORDERED_ATTEMPTS
            )
            for listing_id, pk, due_at in rows.values_list("listing_id", "pk", "due_at"):
                waiting.setdefault(listing_id, []).append((pk, due_at))
        free = []
        for delivery in page:
            until = max((due for pk, due in waiting.get(delivery.listing_id, ()) if pk < delivery.pk), default=None)
            if until is None:
                free.append(delivery)
            else:
                _pending(self._endpoint.pk).filter(pk=delivery.pk).update(due_at=until)
        return free

    # Sending

    def _send_some(self, receiver: Receiver, pool: ThreadPoolExecutor) -> None:
        most = 1 if self._on_trial else self._tuning.concurrency
        busy = {delivery.listing_id for delivery, _ in self._under_way.values() if delivery.listing_id}
        for key in list(self._chains):
            if len(self._under_way) >= most:
                return
            if key in busy:
                continue
            delivery = self._chains[key].popleft()
            if not self._chains[key]:
                del self._chains[key]
            now = self._job.now()
            body = orjson.dumps(document(delivery.event, now))
            # Receivers compare the timestamp with their own clocks, which no test clock moves.
            signers, signed_at = self._signers_at(now), self._job.real_now()
            headers = signed_headers(delivery.event.webhook_id, body, signers, signed_at)
            self._under_way[pool.submit(copy_context().run, receiver.send, body, headers)] = (delivery, now)

    def _current_signers(self) -> Sequence[Webhook]:
        now = self._job.now()
        ends_at = self._endpoint.previous_secret_ends_at
        self._signers_until = ends_at if ends_at is not None and ends_at > now else None
        return [Webhook(secret) for secret in valid_secrets(self._endpoint, now)]

    def _signers_at(self, now: datetime) -> Sequence[Webhook]:
        if self._signers_until is not None and now >= self._signers_until:
            self._signers = self._current_signers()
        return self._signers

    def _await_some(self) -> None:
        if not self._under_way:
            return
        done, _ = wait(self._under_way, timeout=self._tuning.poll, return_when=FIRST_COMPLETED)
        for future in done:
            delivery, at = self._under_way.pop(future)
            self._note(_Sent(delivery, at, future.result()))

    def _note(self, sent: _Sent) -> None:
        if not self._unstored:
            self._store_at = time.monotonic() + STORED_AFTER
        self._unstored.append(sent)
        self._active = time.monotonic()
        if sent.outcome.is_success:
            self._in_a_row, self._on_trial = 0, False
            return
        self._in_a_row += 1
        if sent.delivery.attempts_made + 1 < ORDERED_ATTEMPTS:
            # Storing the failure makes them wait.
            self._chains.pop(sent.delivery.listing_id, None)
        # How the endpoint goes on is decided where this is stored.
        if sent.outcome.status == 410 or _asks_to_wait(sent) or self._must_rest(sent.outcome):
            self._stop_sending()

    def _must_rest(self, last: Outcome) -> bool:
        """Whether the endpoint rests after this failure. On trial, a single request without an answer suffices."""
        return self._in_a_row >= FAILURES_IN_A_ROW or (self._on_trial and last.status is None)

    def _stop_sending(self) -> None:
        self._over = True
        self._chains.clear()

    # Storing

    @transaction.atomic
    def _store(self) -> None:
        """Store what came of requests. Raises LeaseLost if another job sends now."""
        endpoint = self._locked()
        self._job.fence()
        unstored, self._unstored = self._unstored, []
        ids = [sent.delivery.pk for sent in unstored]
        # Deliveries of erased users are gone; those of a deleted endpoint may have ended.
        locked = WebhookDelivery.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
        states = dict(locked.values_list("pk", "state"))
        kept = [sent for sent in unstored if sent.delivery.pk in states]
        WebhookAttempt.objects.bulk_create(map(_attempt, kept))
        current = [sent for sent in kept if states[sent.delivery.pk] == PENDING]
        succeeded = [sent.delivery.pk for sent in current if sent.outcome.is_success]
        if succeeded:
            WebhookDelivery.objects.filter(pk__in=succeeded).update(
                state=SUCCEEDED, finished_at=self._job.now(), attempts_made=F("attempts_made") + 1
            )
        self._store_failures([sent for sent in current if not sent.outcome.is_success])
        self._store_health(endpoint, unstored)

    def _store_failures(self, failures: Sequence[_Sent]) -> None:
        now = self._job.now()
        for sent in failures:
            delivery = sent.delivery
            delivery.attempts_made += 1
            after = wait_after(delivery.attempts_made, retry_after=retry_after(sent.outcome.retry_after, now))
            if after is None:
                delivery.state, delivery.finished_at = FAILED, now
            else:
                delivery.due_at = now + after
        WebhookDelivery.objects.bulk_update(
            [sent.delivery for sent in failures], ["attempts_made", "state", "finished_at", "due_at"]
        )
        for delivery in [sent.delivery for sent in failures]:
            if delivery.listing_id and delivery.state == PENDING and delivery.attempts_made < ORDERED_ATTEMPTS:
                later = _pending(self._endpoint.pk).filter(listing_id=delivery.listing_id, pk__gt=delivery.pk)
                later.filter(due_at__lt=delivery.due_at).update(due_at=delivery.due_at)

    def _store_health(self, endpoint: WebhookEndpoint, unstored: Iterable[_Sent]) -> None:
        """Store how the endpoint does, and whether it rests or is disabled."""
        now = self._job.now()
        before = _health(endpoint)
        last = None
        for last in unstored:
            if last.outcome.is_success:
                endpoint.failing_since = endpoint.rests_until = None
                if self._was_resting:
                    _pending(endpoint.pk).filter(due_at__gt=now).update(due_at=now)
                    self._was_resting = False
            else:
                endpoint.failing_since = endpoint.failing_since or last.at
        if last is None:
            return
        failing_for = now - endpoint.failing_since if endpoint.failing_since else None
        if last.outcome.status is None or last.outcome.duration >= SLOW:
            endpoint.is_slow = True
        elif last.outcome.duration < SLOW / 2:
            endpoint.is_slow = False
        if any(sent.outcome.status == 410 for sent in unstored):
            _disable(endpoint, GONE, now)
        elif failing_for is not None and failing_for >= DISABLED_AFTER:
            _disable(endpoint, FAILED_TOO_LONG, now)
        elif failing_for is not None and self._must_rest(last.outcome):
            endpoint.rests_until = now + rest_after(failing_for)
        asked = [retry_after(sent.outcome.retry_after, now) for sent in unstored if _asks_to_wait(sent)]
        for wait_asked in filter(None, asked):
            endpoint.rests_until = max(endpoint.rests_until or now, now + wait_asked)
        if _health(endpoint) != before:
            names = ["failing_since", "rests_until", "is_slow", "enabled", "disabled_at", "disabled_reason"]
            endpoint.save(update_fields=names)
        if not endpoint.enabled or priority_of(endpoint) != self._job.priority:
            self._stop_sending()  # or go on at a place for slow receivers
        # Changes by others since the beginning of the turn are not taken over here: `_may_send` looks for them.
        for name in ("failing_since", "rests_until", "is_slow"):
            setattr(self._endpoint, name, getattr(endpoint, name))

    # Ending

    def _end_or_linger(self) -> None:
        if self._over:
            self._hand_over()
        elif time.monotonic() - self._active < self._tuning.linger:
            time.sleep(self._tuning.poll)
        elif not self._end():
            time.sleep(self._tuning.poll)  # A new delivery is about to be committed.

    @transaction.atomic
    def _hand_over(self) -> None:
        """End this turn and leave the endpoint to another one: at once, or when it has rested."""
        endpoint = self._locked()
        if endpoint.rests_until is not None and endpoint.rests_until > self._job.now():
            _rest(self._job, endpoint, endpoint.rests_until)
            return
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sender_job_id=0)
        self._job.release(priority=priority_of(endpoint))

    @transaction.atomic
    def _end(self) -> bool:
        """End the job, with another turn when a delivery is due. False if it cannot end now."""
        endpoint = self._locked()
        if not no_delivery_is_being_written(endpoint.pk):
            return False
        next_due = _pending(endpoint.pk).aggregate(first=Min("due_at"))["first"]
        if next_due is not None and next_due <= self._job.now():
            return False
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(sender_job_id=0)
        if next_due is None:
            self._job.succeed()
        else:
            _leave(self._job, endpoint, next_due)
        return True

    def _locked(self) -> WebhookEndpoint:
        """The endpoint, locked. Raises LeaseLost if another job sends now."""
        endpoint = _locked(self._endpoint.pk)
        if endpoint is None or endpoint.sender_job_id != self._job.id:
            raise LeaseLost(str(self._job))
        return endpoint

    def _finish_before_stop(self) -> None:
        """Wait a little for requests that are under way, so that they are not repeated."""
        until = time.monotonic() + WAIT_WHEN_STOPPING
        self._stop_sending()
        while self._under_way and time.monotonic() < until:
            self._await_some()
        if self._unstored:
            self._store()


def _attempt(sent: _Sent) -> WebhookAttempt:
    outcome = sent.outcome
    return WebhookAttempt(
        delivery=sent.delivery,
        at=sent.at,
        status=outcome.status,
        duration=outcome.duration,
        answer=outcome.answer,
        error=outcome.error,
    )


def _asks_to_wait(sent: _Sent) -> bool:
    """Whether the receiver asks for fewer requests, and not only for a retry of this one."""
    return sent.outcome.status in (429, 503) and retry_after(sent.outcome.retry_after, sent.at) is not None


def _health(endpoint: WebhookEndpoint) -> tuple[object, ...]:
    return endpoint.failing_since, endpoint.rests_until, endpoint.is_slow, endpoint.enabled


def _disable(endpoint: WebhookEndpoint, reason: str, now: datetime) -> None:
    endpoint.enabled, endpoint.disabled_at, endpoint.disabled_reason = False, now, reason
    endpoint.rests_until = None
    changes = {"enabled": [True, False], "disabled_reason": [None, reason]}
    record(Action.WEBHOOK_ENDPOINT_CHANGED, audited_endpoint(endpoint), changes, now=now)
    logger.warning("%s is disabled: %s", endpoint, reason)
