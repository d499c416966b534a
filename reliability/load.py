"""The load: several applications at once, each request sent when it is due and not when the last one was answered."""

import random
import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from reliability.ledger import Ledger
from reliability.operations import Sender
from reliability.partners import Partner

CONNECTIONS = 6  # of each application
CAPACITY_CONNECTIONS = 2
NOISY_SHARE = 0.5  # of all requests come from the first application


@dataclass(frozen=True, slots=True)
class Answer:
    """`at` is the instant at which the request was due (time.monotonic), `seconds` the time from then to its answer.

    So a request that had to wait for a free connection counts with its wait. `status` is None without an answer.
    """

    partner: str
    operation: str
    at: float
    seconds: float
    status: int | None


class Arrivals:
    """The instants at which requests are due: at random, `rate` in a second on average; always now if it is None."""

    def __init__(self, rate: float | None, seed: int) -> None:
        self._rate = rate
        self._chance = random.Random(seed)
        self._lock = threading.Lock()
        self._next = time.monotonic()

    def __next__(self) -> float:
        if self._rate is None:
            return time.monotonic()
        with self._lock:
            self._next += self._chance.expovariate(self._rate)
            return self._next


class Load:
    """Runs from its start to its stop. `rate` is the number of requests a second of all applications; None: as many
    as the server answers."""

    def __init__(self, url: str, partners: Sequence[Partner], ledger: Ledger, rate: float | None, *, seed: int) -> None:
        self.answers: list[Answer] = []
        self._stop = threading.Event()
        self._threads = []
        connections = CONNECTIONS if rate else CAPACITY_CONNECTIONS
        for number, partner in enumerate(partners):
            share = NOISY_SHARE if number == 0 else (1 - NOISY_SHARE) / (len(partners) - 1)
            arrivals = Arrivals(rate and rate * share, seed * 1000 + number)
            for connection in range(connections * (len(partners) - 1 if number == 0 else 1)):
                sender = Sender(url, partner, ledger, hash((seed, number, connection)))
                self._threads.append(threading.Thread(target=self._run, args=(partner.name, sender, arrivals)))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> list[Answer]:
        """Wait for the answers to the requests that were sent, and return all answers."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.answers

    def _run(self, partner: str, sender: Sender, arrivals: Arrivals) -> None:
        while not self._stop.is_set():
            due = next(arrivals)
            if self._stop.wait(max(due - time.monotonic(), 0)):
                return
            operation, status = sender.send()
            self.answers.append(Answer(partner, operation, due, time.monotonic() - due, status))


def run_for(load: Load, seconds: float) -> list[Answer]:
    load.start()
    try:
        time.sleep(seconds)
    finally:
        load.stop()
    return load.answers


def capacity(url: str, partners: Sequence[Partner], ledger: Ledger, seconds: float) -> float:
    """The requests that the server answers in a second if the same mix is sent without a pause."""
    answers = run_for(Load(url, partners, ledger, None, seed=1), seconds)
    return len(answers) / seconds


def quantile(seconds: Sequence[float], percent: int) -> float:
    """A percentile in milliseconds; 0 if there is nothing."""
    if len(seconds) < 2:
        return 1000 * sum(seconds)
    return 1000 * statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]
