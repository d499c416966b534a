"""Threads of one process take turns at SQLite's write lock, instead of waiting in no order until one gives up."""

import threading
import time

import pytest
from django.db import connection, transaction

from partners.sqlite3.base import Turns
from tests.factories import ApplicationFactory
from users.models import User

WRITERS, EACH = 12, 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite has a single writer")
def test_many_threads_write_long_transactions_and_none_gives_up() -> None:
    application = ApplicationFactory()
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 300")  # much shorter than all writers together take
            for turn in range(EACH):
                with transaction.atomic():
                    User.objects.create(
                        application=application,
                        email=f"host-{number}-{turn}@example.com",
                        created_at="2030-01-01T00:00:00Z",
                    )
                    time.sleep(0.03)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert User.objects.count() == WRITERS * EACH


def test_turns_come_in_the_order_of_arrival() -> None:
    turns, order = Turns(), []

    def wait(number: int) -> None:
        turns.take()
        order.append(number)
        turns.give()

    turns.take()
    threads = [threading.Thread(target=wait, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    turns.give()
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]
    assert turns.take(0)


def test_a_turn_that_does_not_come_in_time_is_given_up() -> None:
    turns = Turns()
    turns.take()

    assert not turns.take(0.01)
    turns.give()
    assert turns.take(0.01)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_fails_or_loses_its_connection_gives_its_turn_back() -> None:
    for end in (ValueError, None):
        try:
            with transaction.atomic():
                ApplicationFactory()
                if end is None:
                    connection.close()
                else:
                    raise end
        except Exception:  # noqa: BLE001, S110  whichever error
            pass
        connection.close()

    with transaction.atomic():
        ApplicationFactory()
