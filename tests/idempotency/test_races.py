"""Twins with one Idempotency-Key, at the same time, and processes that are killed at any step."""

import threading
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from idempotency.models import IdempotencyKey
from jsonapi.refusals import Refusal
from sync.services import accounts
from tests.factories import ApplicationFactory, UserFactory
from tests.idempotency.test_once import create
from tests.partner import Answer, Partner
from tests.reliability.test_races import at_once
from tests.test_all_or_nothing import MOST_STEPS, outage_after
from users.models import User

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite admits one writer at a time")
def test_one_of_fifty_twins_runs() -> None:
    partner = Partner(ApplicationFactory())

    answers = at_once(partner, create)

    assert User.objects.count() == 1
    assert set(Counter(answer.status for answer in answers)) <= {201, 409}
    assert all(answer.error["code"] == "idempotency_key_in_use" for answer in answers if answer.status == 409)
    assert sum(answer.status == 201 and not answer.header("Idempotency-Replayed") for answer in answers) == 1
    assert create(partner).header("Idempotency-Replayed") == "true"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite admits one writer at a time")
def test_the_channel_is_asked_once_for_twins(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = Partner(ApplicationFactory())
    user = UserFactory(application=partner.application)
    asked, twin_is_answered = list[int](), threading.Event()

    def ask(application_id: int, **attributes: Any) -> Any:
        asked.append(application_id)
        twin_is_answered.wait(10)
        raise Refusal("The channel does not accept these credentials.")

    monkeypatch.setattr(accounts, "ask_channel", ask)
    document = {"data": {"type": "accounts", "attributes": {"channel": "hostaway", "credentials": {}}}}

    def connect() -> Answer:
        caller = Partner(partner.application, token=partner.token)
        return caller.call("POST", f"/users/{user.pk}/accounts/", document, idempotency_key="twin")

    def first() -> None:
        try:
            connect()
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    while not asked:
        thread.join(0.01)
    second = connect()
    twin_is_answered.set()
    thread.join()

    assert (second.status, second.error["code"]) == (409, "idempotency_key_in_use")
    assert len(asked) == 1


def test_a_request_that_breaks_off_at_any_step_did_nothing_or_everything() -> None:
    """The database goes away one step later each time. The repetition of the request always ends with one user."""
    for steps in count():
        partner = Partner(ApplicationFactory())
        with outage_after(steps):
            first = create(partner)
        users = User.objects.filter(application=partner.application).count()
        key = IdempotencyKey.objects.filter(application=partner.application).first()
        assert users == (key is not None and key.answered_at is not None), f"after {steps} steps"
        assert first.status in (201, 503)

        if key is not None and key.answered_at is None:
            assert create(partner).status == 409
            IdempotencyKey.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        assert create(partner).status == 201
        assert User.objects.filter(application=partner.application).count() == 1
        if first.status == 201:
            break
        assert steps < MOST_STEPS
