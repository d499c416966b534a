"""What a turn of an endpoint's job sends and stores. The receiver is a real server; the clock stands still."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook
from svix.webhooks import Webhook as SvixWebhook

from jobs.models import Job
from jobs.running import RunningJob
from jobs.worker import JobWorker
from oauth.incidents import disable_application, enable_application
from oauth.models import Application
from tests.jobs.doubles import Clock
from tests.webhooks.conftest import Record
from tests.webhooks.receiving import Received, Reply, TestReceiver
from webhooks import delivering
from webhooks.documents import timestamp
from webhooks.models import EventType, WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.receiver import ANSWER_BYTES, Tuning
from webhooks.retrying import ORDERED_ATTEMPTS, WAITS
from webhooks.services import endpoints
from webhooks.services.deliveries import replay

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

State = WebhookDelivery.State


def states() -> list[str]:
    return list(WebhookDelivery.objects.order_by("pk").values_list("state", flat=True))


def answering(*replies: Reply) -> Callable[[Received], Reply]:
    """The replies in their order; the last one again and again."""
    left = list(replies)
    return lambda received: left.pop(0) if len(left) > 1 else left[0]


def live_jobs() -> int:
    return Job.objects.filter(state__in=["queued", "running"]).count()


class TestSuccess:
    def test_the_request_is_as_the_contract_says(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, application: Application
    ) -> None:
        endpoint, secret = endpoints.create_endpoint(application.pk, url=receiver.url, now=clock())
        (event,) = happen(7)
        clock.advance(seconds=9)

        worker.drain()

        (received,) = receiver.received
        assert received.path == "/hooks"
        assert received.headers["content-type"] == "application/vnd.api+json"
        assert received.headers["user-agent"].startswith("partners-api-webhooks")
        assert received.headers["webhook-id"] == event.webhook_id
        assert received.headers["webhook-timestamp"] == str(int(clock().timestamp()))
        assert received.document["meta"] == {"type": event.type, "sent-at": timestamp(clock())}
        signature = Webhook(secret).sign(event.webhook_id, clock(), received.body.decode())
        assert received.headers["webhook-signature"] == signature
        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempts_made, delivery.finished_at) == (State.SUCCEEDED, 1, clock())
        attempt = WebhookAttempt.objects.get()
        assert (attempt.status, attempt.at, attempt.error) == (204, clock(), None)
        assert attempt.duration < 1000
        endpoint.refresh_from_db()
        assert (endpoint.failing_since, endpoint.sender_job_id, endpoint.is_slow) == (None, 0, False)
        assert not live_jobs()

    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_any_2xx_is_success(
        self, endpoint: WebhookEndpoint, receiver: TestReceiver, happen: Record, worker: JobWorker, status: int
    ) -> None:
        receiver.answer = answering(Reply(status))
        happen(0)

        worker.drain()

        assert states() == [State.SUCCEEDED]

    def test_only_endpoints_that_chose_the_type_and_are_of_the_application_get_it(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, application: Application
    ) -> None:
        chosen: dict[str, list[str]] = {
            "all": [], "this": ["listing.refreshed"], "another": ["listing.created"],
            "both": ["listing.created", "listing.refreshed"],
        }  # fmt: skip
        for path, types in chosen.items():
            endpoints.create_endpoint(application.pk, url=f"{receiver.url}/{path}", event_types=types, now=clock())
        for path in ("disabled", "deleted"):
            made, _ = endpoints.create_endpoint(application.pk, url=f"{receiver.url}/{path}", now=clock())
            if path == "disabled":
                endpoints.change_endpoint(made, {"enabled": False}, now=clock())
            else:
                endpoints.delete_endpoint(made, now=clock())

        happen(1, type=EventType.LISTING_REFRESHED)
        worker.drain()

        assert sorted(each.path for each in receiver.received) == ["/hooks/all", "/hooks/both", "/hooks/this"]

    def test_two_libraries_accept_the_signature_of_each_valid_secret(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, application: Application
    ) -> None:
        clock.instant = now = timezone.now()  # The libraries refuse old timestamps.
        endpoint, old = endpoints.create_endpoint(application.pk, url=receiver.url, now=now)
        new = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=1), now=now)
        happen(1)

        worker.drain()

        (received,) = receiver.received
        for secret in (old, new):
            assert Webhook(secret).verify(received.body, dict(received.headers)) == received.document
            SvixWebhook(secret).verify(received.body, dict(received.headers))
        assert len(received.headers["webhook-signature"].split(" ")) == 2

    def test_a_secret_that_has_ended_signs_nothing(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        new = endpoints.rotate_secret(endpoint, overlap=timedelta(hours=1), now=clock())
        clock.advance(hours=1)
        happen(1)

        worker.drain()

        (received,) = receiver.received
        signature = Webhook(new).sign(received.webhook_id, clock(), received.body.decode())
        assert received.headers["webhook-signature"] == signature

    def test_many_are_sent_at_once_but_not_more_than_the_limit(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint, impatient: Tuning
    ) -> None:
        receiver.answer = answering(Reply(after=0.02))
        happen(*range(1, 61))

        worker.drain()

        assert set(states()) == {State.SUCCEEDED}
        assert len(set(receiver.ids)) == len(receiver.ids) == 60
        assert 2 < receiver.most_at_once <= impatient.concurrency


class TestFailure:
    @pytest.mark.parametrize(
        "reply", [Reply(400), Reply(404), Reply(500, b"sorry"), Reply(301, headers={"Location": "/other"}), Reply(102)]
    )
    def test_what_is_no_success_is_tried_again_with_the_same_id(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint,
        reply: Reply,
    ) -> None:  # fmt: skip
        receiver.answer = answering(reply, Reply(200))
        happen(1)

        worker.drain()

        delivery = WebhookDelivery.objects.get()
        assert (delivery.state, delivery.attempts_made) == (State.PENDING, 1)
        assert WAITS[0] <= delivery.due_at - clock() <= WAITS[0] * 1.1
        assert live_jobs() == 1
        clock.advance(seconds=5.6)
        worker.drain()
        assert states() == [State.SUCCEEDED]
        assert [each.path for each in receiver.received] == ["/hooks", "/hooks"]
        assert len(set(receiver.ids)) == 1
        first, second = (int(each.headers["webhook-timestamp"]) for each in receiver.received)
        assert second > first

    def test_a_silent_receiver_is_given_up_after_the_limit(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(after=3))
        happen(1)
        began = time.monotonic()

        worker.drain()

        assert time.monotonic() - began < 2.5
        attempt = WebhookAttempt.objects.get()
        assert (attempt.status, attempt.error) == (None, "The receiver did not answer in time.")
        endpoint.refresh_from_db()
        assert endpoint.is_slow

    def test_an_answer_in_single_bytes_does_not_hold_the_delivery(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(200, b"x" * 1000, drip=0.1))
        happen(1)

        worker.drain()

        assert states() == [State.SUCCEEDED]  # The status has come.
        assert 900 <= WebhookAttempt.objects.get().duration < 2500

    def test_nobody_listens(self, happen: Record, worker: JobWorker, clock: Clock, application: Application) -> None:
        endpoints.create_endpoint(application.pk, url="http://127.0.0.1:9/", now=clock())
        happen(1)

        worker.drain()

        assert WebhookAttempt.objects.get().error.startswith("The receiver cannot be reached")

    def test_only_the_beginning_of_an_answer_is_kept(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(200, b"\x00\xff" + b"long " * 2_000_000))
        happen(1)

        worker.drain()

        answer = WebhookAttempt.objects.get().answer
        assert len(answer) == ANSWER_BYTES
        assert answer.startswith("\ufffd\ufffdlong")

    def test_all_attempts_take_three_days_and_then_it_has_failed(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(500))
        (event,) = happen(1)
        began = clock()

        for _ in range(200):
            worker.drain()
            delivery = WebhookDelivery.objects.get()
            if delivery.state != State.PENDING:
                break
            clock.instant = max(delivery.due_at, Job.objects.filter(state="queued").get().due_at)

        assert (delivery.state, delivery.attempts_made) == (State.FAILED, len(WAITS) + 1)
        assert timedelta(days=3) < clock() - began < timedelta(days=3.6)
        assert set(receiver.ids) == {event.webhook_id}
        endpoint.refresh_from_db()
        assert not endpoint.enabled
        assert endpoint.disabled_reason == "No delivery has succeeded for three days."
        assert endpoint.disabled_at == clock()

    def test_410_disables_the_endpoint_and_ends_what_is_pending(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(410))
        happen(1, 1, 1)

        worker.drain()
        clock.advance(seconds=2)
        worker.drain()

        endpoint.refresh_from_db()
        assert (endpoint.enabled, endpoint.disabled_reason) == (False, "The receiver answered 410 Gone.")
        assert states() == [State.FAILED] * 3
        assert len(receiver.received) == 1
        assert not live_jobs()

        happen(2)
        assert WebhookDelivery.objects.count() == 3

    def test_retry_after_is_honoured_within_bounds(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(429, headers={"Retry-After": "120"}), Reply(200))
        happen(1, 2)
        worker.drain()

        endpoint.refresh_from_db()
        assert endpoint.rests_until == clock() + timedelta(seconds=120)
        asked = len(receiver.received)
        clock.advance(seconds=119)
        happen(3)
        worker.drain()
        assert len(receiver.received) == asked
        clock.advance(seconds=60)
        worker.drain()
        assert set(states()) == {State.SUCCEEDED}

    def test_a_failing_endpoint_rests_and_is_tried_with_one_request(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint,
        impatient: Tuning,
    ) -> None:  # fmt: skip
        receiver.answer = answering(Reply(500))
        happen(*range(1, 101))

        worker.drain()
        first = len(receiver.received)
        assert 5 <= first <= 5 + impatient.concurrency
        endpoint.refresh_from_db()
        assert endpoint.failing_since == clock()
        assert endpoint.rests_until is not None
        assert endpoint.rests_until > clock()
        assert live_jobs() == 1
        clock.advance(seconds=6)
        worker.drain()
        assert len(receiver.received) == first + 5
        assert live_jobs() == 1

        receiver.answer = answering(Reply(200))
        clock.advance(seconds=6)
        worker.drain()

        assert set(states()) == {State.SUCCEEDED}
        endpoint.refresh_from_db()
        assert (endpoint.failing_since, endpoint.rests_until) == (None, None)

    def test_events_of_a_resting_endpoint_queue_no_jobs(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(500))
        happen(*range(1, 10))
        worker.drain()

        for listing in range(10, 20):
            happen(listing)

        assert live_jobs() == 1

    def test_one_bad_event_does_not_stop_the_others(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        bad, *_ = happen(*range(1, 31))
        receiver.answer = lambda received: Reply(500 if received.webhook_id == bad.webhook_id else 200)

        worker.drain()

        assert states() == [State.PENDING] + [State.SUCCEEDED] * 29


class TestOrder:
    def test_events_of_a_listing_come_in_order_and_one_at_a_time(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(after=0.003))
        events = happen(*[1, 2, 3, 1, 2, 3, 1, 1] * 6)

        worker.drain()

        for listing in (1, 2, 3):
            ids = [event.webhook_id for event in events if event.listing_id == listing]
            assert [each for each in receiver.ids if each in ids] == ids
        assert receiver.most_at_once <= 3

    def test_a_later_event_waits_for_an_earlier_one_that_is_retried(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        first, second, other = happen(1, 1, 2)
        receiver.answer = lambda received: Reply(500 if received.webhook_id == first.webhook_id else 200)

        worker.drain()
        (third,) = happen(1)  # while the first one waits
        worker.drain()
        assert sorted(receiver.ids) == sorted([first.webhook_id, other.webhook_id])

        receiver.answer = answering(Reply(200))
        clock.advance(seconds=6)
        worker.drain()
        assert receiver.ids[2:] == [each.webhook_id for each in (first, second, third)]

    def test_it_does_not_wait_for_ever(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        first, second = happen(1, 1)
        receiver.answer = lambda received: Reply(500 if received.webhook_id == first.webhook_id else 200)

        for attempt in range(1, ORDERED_ATTEMPTS + 1):
            assert second.webhook_id not in receiver.ids
            worker.drain()
            assert receiver.ids.count(first.webhook_id) == attempt
            clock.advance(minutes=6)

        assert receiver.ids[-1] == second.webhook_id
        assert states() == [State.PENDING, State.SUCCEEDED]


class TestChanges:
    def test_a_disabled_endpoint_ends_what_is_pending_and_a_replay_sends_it(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        (event,) = happen(1)
        endpoints.change_endpoint(endpoint, {"enabled": False}, now=clock())
        worker.drain()
        assert states() == [State.FAILED]
        assert not receiver.received

        endpoints.change_endpoint(endpoint, {"enabled": True}, now=clock())
        replay(WebhookDelivery.objects.get(), now=clock())
        worker.drain()

        assert receiver.ids == [event.webhook_id]
        assert states() == [State.FAILED, State.SUCCEEDED]

    def test_a_deleted_endpoint_gets_nothing_more(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        happen(*range(1, 4))
        endpoints.delete_endpoint(endpoint, now=clock())

        worker.drain()

        assert not receiver.received
        assert states() == [State.FAILED] * 3
        assert not live_jobs()

    def test_a_turn_ends_when_the_endpoint_is_changed(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        happen(*range(1, 251))
        begin = delivering._begin

        def begin_before_a_change(job: RunningJob) -> WebhookEndpoint | None:
            found = begin(job)
            WebhookEndpoint.objects.update(url=receiver.url + "/new", updated_at=clock() + timedelta(seconds=1))
            monkeypatch.setattr(delivering, "_begin", begin)
            return found

        monkeypatch.setattr(delivering, "_begin", begin_before_a_change)
        worker.drain()

        assert {each.path for each in receiver.received} == {"/hooks/new"}
        assert set(states()) == {State.SUCCEEDED}

    def test_a_disabled_application_sends_nothing_until_it_is_enabled(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        happen(1)
        disable_application(endpoint.application, now=clock())
        worker.drain()
        happen(2)
        assert not receiver.received
        assert live_jobs() == 1

        enable_application(endpoint.application, now=clock())
        clock.advance(minutes=11)
        worker.drain()

        assert states() == [State.SUCCEEDED] * 2

    def test_a_secret_that_cannot_be_decrypted_waits_for_its_key(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        kept = endpoint.encrypted_secrets
        WebhookEndpoint.objects.update(encrypted_secrets="nothing that a key opens")
        happen(1)
        worker.drain()
        assert live_jobs() == 1
        assert states() == [State.PENDING]

        WebhookEndpoint.objects.update(encrypted_secrets=kept)
        clock.advance(minutes=11)
        worker.drain()

        assert states() == [State.SUCCEEDED]

    def test_a_test_event_does_not_wait_for_the_rest(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(503, headers={"Retry-After": "3000"}), Reply(200))
        happen(1)
        worker.drain()

        endpoints.send_test(endpoint, now=clock())
        worker.drain()

        assert State.PENDING not in states()


class TestPublicAddresses:
    def test_a_private_address_is_refused_when_connecting(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint, impatient: Tuning,
        settings: Settings,
    ) -> None:  # fmt: skip
        settings.WEBHOOK_TUNING = replace(impatient, public_only=True)
        happen(1)

        worker.drain()

        assert not receiver.received
        assert WebhookAttempt.objects.get().error == "The URL does not lead to a public address."

    def test_a_name_that_leads_to_a_private_address_is_refused_on_every_attempt(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, clock: Clock, application: Application,
        impatient: Tuning, settings: Settings,
    ) -> None:  # fmt: skip
        port = receiver.url.rpartition(":")[2]
        endpoints.create_endpoint(application.pk, url=f"http://localhost:{port}", now=clock())
        settings.WEBHOOK_TUNING = replace(impatient, public_only=True)
        happen(1)

        worker.drain()
        clock.advance(seconds=6)
        worker.drain()

        assert not receiver.received
        assert [attempt.error for attempt in WebhookAttempt.objects.all()] == [
            "The URL does not lead to a public address."
        ] * 2

    def test_redirects_are_not_followed(
        self, receiver: TestReceiver, happen: Record, worker: JobWorker, endpoint: WebhookEndpoint
    ) -> None:
        receiver.answer = answering(Reply(307, headers={"Location": receiver.url + "/inside"}))
        happen(1)

        worker.drain()

        assert [each.path for each in receiver.received] == ["/hooks"]
        assert WebhookAttempt.objects.get().status == 307
