"""Bounds the requests in which somebody waits for a channel, which can take fifteen seconds.

Each of them holds a thread of an API process. The bound of a process is kept in its memory, so that it
holds whatever happens to the shared counters.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from jsonapi.refusals import Refusal
from throttling.counters import storage
from throttling.slots import shared_slot
from throttling.window import count

# Longer than any such request takes. The slots of a process that was killed are free again after it.
LONGEST_SECONDS = 60
RETRY_AFTER = 2  # seconds


class TooManyWait(Refusal):
    """As many requests to this process wait for channels as may."""

    status = 503
    retry_after = RETRY_AFTER


class TooManyOfApplicationWait(Refusal):
    """As many requests of the application wait for channels as may."""

    status = 429
    retry_after = RETRY_AFTER


class TooManyRefused(Refusal):
    """A channel has refused too many credentials of the application."""

    status = 429


class _Waiting:
    """The requests to this process that wait for a channel, by application."""

    def __init__(self) -> None:
        self._by_application: Counter[int] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def one_more(self, application_id: int, *, most: int, most_of_application: int) -> Iterator[None]:
        with self._lock:
            if self._by_application[application_id] >= most_of_application:
                raise _of_application()
            if self._by_application.total() >= most:
                raise TooManyWait("Too many requests wait for channels at the moment.")
            self._by_application[application_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._by_application[application_id] -= 1
                self._by_application += Counter()  # forgets applications of which none waits


_waiting = _Waiting()


@contextmanager
def asking(application_id: int) -> Iterator[None]:
    """Enter it to ask a channel within a request of the application.

    Raises TooManyWait (503) and TooManyOfApplicationWait (429) without waiting.
    """
    environment = settings.ENVIRONMENT
    most_of_application = environment.channel_waits_per_application
    with (
        _waiting.one_more(
            application_id, most=environment.channel_waits_per_process, most_of_application=most_of_application
        ),
        shared_slot(
            storage(), f"channel-wait:{application_id}", most=most_of_application, longest=LONGEST_SECONDS
        ) as is_free,
    ):
        if not is_free:
            raise _of_application()
        yield


def _of_application() -> TooManyOfApplicationWait:
    return TooManyOfApplicationWait("Too many requests of your application wait for channels at the moment.")


def check_refused(application_id: int, channel: str) -> None:
    """Raises TooManyRefused (429) if the channel has refused as many credentials within a minute as it may."""
    limit = settings.ENVIRONMENT.refused_credentials_per_minute
    window = count(_refused(application_id, channel), limit, amount=0)
    if window.used >= limit:
        detail = f"{channel} has refused {window.used} credentials of your application within a minute."
        raise TooManyRefused(detail, retry_after=window.reset)


def count_refused(application_id: int, channel: str) -> None:
    """Counts credentials that the channel has refused."""
    count(_refused(application_id, channel), settings.ENVIRONMENT.refused_credentials_per_minute)


def _refused(application_id: int, channel: str) -> str:
    return f"application:{application_id}:refused:{channel}"
