"""`make soak`: a busy day in short. Many partners read and write, and the channels misbehave at random."""

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence

from reliability.house import API_PROCESSES, WORKERS, House
from reliability.ledger import Ledger
from reliability.load import Answer, Load, capacity, quantile, run_for
from reliability.memory import Memory
from reliability.operations import DOCUMENTED
from reliability.partners import onboard
from reliability.report import Report, table

CAPACITY_SECONDS = 10
SHARE_OF_CAPACITY = 0.7
SLOWEST_PARTNER = 2.0  # at most this many times the median partner's 95th percentile
GROWTH = 1.1  # of memory
# A shorter run only shows latencies and memory: it has few requests, and caches are still being filled.
LONG_SECONDS = 300


def soak(seconds: float) -> Report:
    report = Report("soak", f"{seconds:.0f} s")
    with House() as house:
        partners = onboard(house)
        ledger = Ledger(partners)
        most = capacity(house.url, partners, ledger, min(CAPACITY_SECONDS, seconds))
        rate = most * SHARE_OF_CAPACITY
        house.misbehave()
        with Memory(house) as memory:
            answers = run_for(Load(house.url, partners, ledger, rate, seed=2), seconds)
        report.note(
            f"{API_PROCESSES} API processes, {WORKERS} workers, {len(partners)} applications; {most:.0f} requests/s "
            f"were the most, {rate:.0f} were sent each second, {len(answers)} in all, half of them by the first "
            f"application. Writes: {', '.join(f'{number} {outcome}' for outcome, number in ledger.writes.items())}."
        )
        check_statuses(report, answers)
        check_partners(report, answers, promised=seconds >= LONG_SECONDS)
        check_memory(report, memory, promised=seconds >= LONG_SECONDS)
        begun = time.monotonic()
        report.promise("no write is lost or doubled, and the channels have all prices", ledger.faults(house))
        report.note(f"The background work was done {time.monotonic() - begun:.0f} s after the last request.")
        if report.broken:
            house.keep_logs()
    return report


def check_statuses(report: Report, answers: Sequence[Answer]) -> None:
    statuses = Counter(answer.status for answer in answers)
    counts = [f"{number} x {status or 'none'}" for status, number in statuses.most_common()]
    report.note(f"Answers: {', '.join(counts)}.")
    wrong = Counter((answer.operation, answer.status) for answer in answers if answer.status not in DOCUMENTED)
    report.promise(
        "every request gets a documented answer: no 500, and no connection that ends without an answer",
        [f"{operation}: {number} x {status or 'no answer'}" for (operation, status), number in wrong.items()],
    )


def check_partners(report: Report, answers: Sequence[Answer], *, promised: bool) -> None:
    seconds = defaultdict(list)
    for answer in answers:
        if answer.operation != "connect_refused":  # waits for the channel
            seconds[answer.partner].append(answer.seconds)
    p95 = {partner: quantile(each, 95) for partner, each in seconds.items()}
    median = statistics.median(p95.values())
    report.note(
        *table(
            ["application", "requests", "p50, ms", "p95, ms", "p99, ms", "p95 / median p95"],
            [
                [name, len(each), quantile(each, 50), p95[name], quantile(each, 99), f"{p95[name] / median:.2f}"]
                for name, each in sorted(seconds.items())
            ],
        )
    )
    if promised:
        report.promise(
            f"no application's p95 is more than {SLOWEST_PARTNER:g} times the median application's",
            [f"{name}: {each:.0f} ms" for name, each in p95.items() if each > SLOWEST_PARTNER * median],
        )


def check_memory(report: Report, memory: Memory, *, promised: bool) -> None:
    growth = memory.growth()
    report.note(
        *table(
            ["processes", "MB in the second quarter", "MB in the last quarter"],
            [[name, f"{early:.0f}", f"{late:.0f}"] for name, (early, late) in growth.items()],
        )
    )
    if promised:
        report.promise(
            f"memory grows by at most {GROWTH - 1:.0%} from the second to the last quarter",
            [
                f"{name}: {early:.0f} MB to {late:.0f} MB"
                for name, (early, late) in growth.items()
                if late > GROWTH * early
            ],
        )
