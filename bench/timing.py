"""Timing of variants in turn, round by round, so that a machine that slows down slows all of them."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping

MOST_CALLS, LEAST_CALLS, ROUND_MS = 20, 5, 400  # of a round; slow calls are made less often


def in_turn(variants: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Return the milliseconds of a call for each variant: the median of the rounds' medians.

    A single round is not warmed up; it only checks that the variants work.
    """
    medians: dict[str, list[float]] = {name: [] for name in variants}
    calls = {}
    for name, call in variants.items():
        warm = _durations(call, 6 if rounds > 1 else 1)  # psycopg prepares a statement after five executions
        calls[name] = max(LEAST_CALLS, min(MOST_CALLS, round(ROUND_MS / warm[-1]))) if rounds > 1 else 1
    for _ in range(rounds):
        for name, call in variants.items():
            gc.collect()
            medians[name].append(statistics.median(_durations(call, calls[name])))
    return {name: statistics.median(found) for name, found in medians.items()}


def _durations(call: Callable[[], object], calls: int) -> list[float]:
    durations = []
    for _ in range(calls):
        begun = time.perf_counter()
        call()
        durations.append((time.perf_counter() - begun) * 1000)
    return durations
