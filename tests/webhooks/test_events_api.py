"""GET /api/v1/events/: the outbox as a resource, which a reader follows without missing an event."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from tests.factories import EPOCH, AccountFactory, CredentialFactory, ListingFactory
from tests.partner import Answer, Partner
from webhooks.documents import body
from webhooks.models import Event
from webhooks.ordering import settled
from webhooks.outbox import record

pytestmark = pytest.mark.django_db


def made(partner: Partner, **values: Any) -> Event:
    """A new event of the partner, which `record` stores."""
    return Event(
        **{
            "application": partner.application,
            "type": "listing.created",
            "body": body({"title": "Flat"}, {}),
            "occurred_at": EPOCH,
            **values,
        }
    )


def ids(answer: Answer) -> list[int]:
    assert answer.status == 200
    return [int(resource["id"]) for resource in answer.data]


def settle(but: Event | None = None) -> None:
    """Wait until the order of all events is certain. Other tests have transactions on the same server."""
    newest = Event.objects.exclude(pk=but.pk if but else 0).aggregate(Max("transaction_id"))["transaction_id__max"]
    deadline = time.monotonic() + 120
    while connection.vendor == "postgresql" and not Event.objects.filter(settled("default"), transaction_id=newest):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def follow(partner: Partner, answer: Answer) -> Answer:
    url = urlsplit(answer.document["links"]["next"])
    return partner.get("/events/", dict(parse_qsl(url.query, keep_blank_values=True)))


def test_an_event_has_the_body_of_its_deliveries(partner: Partner, django_assert_num_queries: Any) -> None:
    account = AccountFactory(user__application=partner.application)
    listing = ListingFactory(owner=account.user)
    event = made(
        partner,
        user=account.user,
        account=account,
        listing_id=listing.pk,
        body=body({"base-price": 90}, {"listing": ("listings", listing.pk)}),
    )
    record([event], now=EPOCH)

    with django_assert_num_queries(2):  # the token, the event
        answer = partner.get(f"/events/{event.pk}/")

    assert answer.attributes == {
        "event-type": "listing.created",
        "occurred-at": "2030-01-01T00:00:00Z",
        "webhook-id": f"evt_{event.pk}",
        "payload": {"base-price": 90},
    }
    assert answer.data["relationships"] == {
        "user": {"data": {"type": "users", "id": str(account.user_id)}},
        "account": {"data": {"type": "accounts", "id": str(account.pk)}},
        "listing": {"data": {"type": "listings", "id": str(listing.pk)}},
    }


def test_relationships_are_null_where_there_are_none(partner: Partner) -> None:
    event = made(partner, type="webhook_endpoint.test")
    record([event], now=EPOCH)

    relationships = partner.get(f"/events/{event.pk}/").data["relationships"]

    assert relationships == {name: {"data": None} for name in ("user", "account", "listing")}


@pytest.mark.django_db(transaction=True)
class TestFollowing:
    """Not in a transaction of the test: a transaction that is open hides what it has written."""

    def test_pages_are_oldest_first(self, partner: Partner, django_assert_num_queries: Any) -> None:
        events = [made(partner, occurred_at=EPOCH + timedelta(minutes=-minute)) for minute in range(5)]
        for event in events:
            record([event], now=EPOCH)
        settle()

        with django_assert_num_queries(2):  # the token, the page
            first = partner.get("/events/", {"page[after]": "", "page[size]": 3})
        second = follow(partner, first)

        assert ids(first) + ids(second) == [event.pk for event in events]
        assert second.document["links"]["next"] is None

    def test_a_reader_goes_on_from_its_last_event(self, partner: Partner) -> None:
        record([made(partner), made(partner)], now=EPOCH)
        settle()
        cursor = partner.get("/events/", {"page[after]": ""}).data[-1]["meta"]["page"]["cursor"]
        assert ids(partner.get("/events/", {"page[after]": cursor})) == []

        later = made(partner)
        record([later], now=EPOCH)
        settle()

        assert ids(partner.get("/events/", {"page[after]": cursor})) == [later.pk]

    def test_filters(self, partner: Partner, other_partner: Partner) -> None:
        user = CredentialFactory(user__application=partner.application).user
        events = [
            made(partner, user=user, listing_id=7),
            made(partner, type="account.created", user=user),
            made(partner, listing_id=7, occurred_at=EPOCH + timedelta(days=1)),
        ]
        record([*events, made(other_partner)], now=EPOCH)
        settle()

        def found(**filters: Any) -> list[int]:
            query = {f"filter[{name.replace('_', '-')}]": value for name, value in filters.items()}
            pks = ids(partner.get("/events/", query))
            assert ids(partner.get("/events/", {**query, "page[after]": ""})) == pks
            return [[event.pk for event in events].index(pk) for pk in pks]

        assert found() == [0, 1, 2]
        assert found(user=user.pk) == [0, 1]
        assert found(listing=7) == [0, 2]
        assert found(event_type="account.created") == [1]
        assert found(since="2030-01-02") == [2]
        assert found(since="2030-01-01", user=user.pk, listing=7) == [0]

    @pytest.mark.parametrize(
        ("name", "value"), [("event-type", "listing.sold"), ("user", "x"), ("listing", "1.5"), ("since", "today")]
    )
    def test_a_bad_filter_is_refused(self, partner: Partner, name: str, value: str) -> None:
        answer = partner.get("/events/", {f"filter[{name}]": value})

        assert answer.status == 400
        assert answer.error["source"] == {"parameter": f"filter[{name}]"}


class Writer:
    """Another session of the database, with a transaction that stays open until `end`."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1)
        self._block = transaction.atomic()
        self._run(self._block.__enter__)

    def record(self, event: Event) -> None:
        self._run(lambda: record([event], now=EPOCH))

    def end(self, *, commit: bool = True) -> None:
        if not commit:
            self._run(lambda: transaction.set_rollback(True))
        self._run(lambda: self._block.__exit__(None, None, None))
        self._run(lambda: connection.close())
        self._thread.shutdown()

    def _run(self, work: Callable[[], Any]) -> None:
        self._thread.submit(work).result(timeout=30)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Only PostgreSQL has writers at the same time.")
@pytest.mark.django_db(transaction=True)
class TestWritersAtTheSameTime:
    def test_an_event_that_commits_late_is_not_missed(self, partner: Partner) -> None:
        late, early = made(partner), made(partner)

        writer = Writer()
        writer.record(late)  # takes the lower id
        record([early], now=EPOCH)  # commits first
        assert late.pk < early.pk
        assert ids(partner.get("/events/", {"page[after]": ""})) == []  # the order is not certain yet
        writer.end()

        settle()
        assert ids(partner.get("/events/", {"page[after]": ""})) == [late.pk, early.pk]

    def test_an_id_that_an_old_transaction_takes_late_is_not_missed(self, partner: Partner) -> None:
        """The order of ids is not the order of transactions: whoever sorts by ids misses one of these."""
        before, early, late, another, after = (made(partner) for _ in range(5))
        record([before], now=EPOCH)
        settle()

        writer = Writer()
        writer.record(early)  # the older transaction …
        record([late], now=EPOCH)  # the younger one commits
        first = partner.get("/events/", {"page[after]": ""})
        assert ids(first) == [before.pk]
        writer.record(another)  # … writes again, with a higher id
        writer.end()
        record([after], now=EPOCH)

        settle()
        cursor = first.data[-1]["meta"]["page"]["cursor"]
        rest = partner.get("/events/", {"page[after]": cursor})
        assert another.pk > late.pk
        assert ids(rest) == [early.pk, another.pk, late.pk, after.pk]

    def test_what_is_rolled_back_never_appears(self, partner: Partner) -> None:
        writer, event = Writer(), made(partner)
        writer.record(made(partner))
        writer.end(commit=False)
        record([event], now=EPOCH)

        settle()
        assert ids(partner.get("/events/", {"page[after]": ""})) == [event.pk]

    def test_numbers_go_on_after_the_database_has_moved(self, partner: Partner, settings: Any) -> None:
        """Another server counts its transactions from the beginning; EVENTS_EPOCH puts them behind the old ones."""
        moved, event = made(partner), made(partner)
        record([moved], now=EPOCH)
        Event.objects.update(transaction_id=2**40)  # of the old server, which was older
        assert ids(partner.get("/events/", {"page[after]": ""})) == []

        settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"events_epoch": 1})
        record([event], now=EPOCH)

        settle(but=moved)
        assert ids(partner.get("/events/", {"page[after]": ""})) == [moved.pk, event.pk]


def test_the_order_has_an_index(partner: Partner) -> None:
    record([made(partner) for _ in range(3)], now=EPOCH)
    rows = Event.objects.filter(application=partner.application).order_by("transaction_id", "id")

    plan = rows.explain()

    assert settings.ENVIRONMENT.events_epoch == 0
    assert connection.vendor == "postgresql" or "event_of_application" in plan
