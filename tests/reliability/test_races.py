"""Fifty simultaneous requests for something that can happen once. On PostgreSQL they really are simultaneous."""

import fcntl
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from django.db import connection

from jobs.models import Job
from tests.factories import AccountFactory, ApplicationFactory, ChannelListingFactory
from tests.partner import Answer, Partner
from users.models import User

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.slow,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite admits one writer at a time"),
]
AT_ONCE = 50


@pytest.fixture(autouse=True)
def _alone() -> Iterator[None]:
    """PostgreSQL admits 100 connections by default: too few for two of these tests in processes side by side."""
    with (Path(tempfile.gettempdir()) / "partners-races.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def at_once(partner: Partner, request: Callable[[Partner], Answer]) -> list[Answer]:
    """Send the request AT_ONCE times, each in a thread with a connection of its own."""
    start, answers = threading.Barrier(AT_ONCE), list[Answer]()

    def send() -> None:
        start.wait()
        try:
            answers.append(request(Partner(partner.application, token=partner.token)))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def statuses(answers: list[Answer]) -> dict[int, int]:
    return Counter(answer.status for answer in answers)


def test_one_of_fifty_refreshes_of_an_account_is_accepted() -> None:
    account = AccountFactory()
    path = f"/users/{account.user_id}/accounts/{account.pk}/refresh/"

    answers = at_once(Partner(account.user.application), lambda partner: partner.post(path))

    assert statuses(answers) == {202: 1, 409: AT_ONCE - 1}
    assert Job.objects.filter(kind="sync_account").count() == 1


def test_one_of_fifty_users_with_the_same_email_is_created() -> None:
    partner = Partner(ApplicationFactory())

    attributes = {"first-name": "Ada", "last-name": "Host", "email": "Ada@example.com"}
    document = {"data": {"type": "users", "attributes": attributes}}

    answers = at_once(partner, lambda each: each.call("POST", "/users/", document))

    assert statuses(answers) == {201: 1, 409: AT_ONCE - 1}
    assert User.objects.filter(application=partner.application).count() == 1


def test_fifty_refreshes_of_a_listing_queue_it_once() -> None:
    listing = ChannelListingFactory().listing

    answers = at_once(Partner(listing.application), lambda partner: partner.post(f"/listings/{listing.pk}/refresh/"))

    assert statuses(answers) == {202: AT_ONCE}
    assert Job.objects.filter(kind="refresh_listing").count() == 1


def test_one_of_fifty_changes_with_the_same_tag_succeeds() -> None:
    shown = ChannelListingFactory()
    partner, pk = Partner(shown.listing.application), shown.listing_id
    path = f"/listings/{pk}/customizations/base-price/"
    seen = partner.get(path).header("ETag") or ""
    prices = count(200)

    def change(caller: Partner) -> Answer:
        attributes = {"base-price": next(prices)}
        body = {"data": {"type": "base-price-customizations", "id": str(pk), "attributes": attributes}}
        return caller.call("PATCH", path, body, if_match=seen)

    answers = at_once(partner, change)

    assert statuses(answers) == {200: 1, 412: AT_ONCE - 1}
    (stored,) = (answer for answer in answers if answer.status == 200)
    assert partner.get(path).attributes == stored.attributes
    assert partner.get(path).header("ETag") == stored.header("ETag")


def test_one_of_fifty_deletions_with_the_same_tag_succeeds() -> None:
    account = AccountFactory()
    partner = Partner(account.user.application)
    path = f"/users/{account.user_id}/accounts/{account.pk}/"
    seen = partner.get(path).header("ETag") or ""

    answers = at_once(partner, lambda caller: caller.call("DELETE", path, if_match=seen))

    assert statuses(answers) == {204: 1, 404: AT_ONCE - 1}
