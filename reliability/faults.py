"""`make faults`: parts of an installation under load are killed, stopped or frozen, one after the other."""

import signal
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reliability.house import House, answers, until
from reliability.ledger import Ledger
from reliability.load import Answer, Load, capacity
from reliability.operations import DOCUMENTED, Sender
from reliability.partners import Caller, Partner, onboard
from reliability.report import Report, table
from reliability.soak import CAPACITY_SECONDS, SHARE_OF_CAPACITY

RECOVERY_SECONDS = 15  # after the end of a fault, until no request meets it any more
BACKLOG_SECONDS = 120  # until the work that was under way is finished; a lost lease takes 60 seconds of it
CALM_SECONDS = 5
BUSY_SECONDS = 1.5
SQLITE_RATE = 15.0  # requests a second
DISK = "64m"

Harm = Callable[[House, float], None]
"""Does harm to the house, waits for some seconds where that makes sense, and repairs it."""


def kill_worker(house: House, seconds: float) -> None:
    house.workers[0].kill()


def kill_api_process(house: House, seconds: float) -> None:
    pid = house.parts["api"].pids()[-1]
    subprocess.run(["kill", "-KILL", str(pid)], check=True)


def restart_postgresql(house: House, seconds: float) -> None:
    house.parts["postgresql"].stop()
    house.parts["postgresql"].start()
    until(house.database_answers, "PostgreSQL answers")


def stop_postgresql(house: House, seconds: float) -> None:
    house.parts["postgresql"].stop()
    time.sleep(seconds)
    house.parts["postgresql"].start()
    until(house.database_answers, "PostgreSQL answers")


def stop_redis(house: House, seconds: float) -> None:
    _stop(house, "redis", seconds)


def freeze_redis(house: House, seconds: float) -> None:
    _freeze(house, "redis", seconds)


def stop_broker(house: House, seconds: float) -> None:
    _stop(house, "broker", seconds)


def hang_channels(house: House, seconds: float) -> None:
    _freeze(house, "sandbox", seconds)


def fill_disk(house: House, seconds: float) -> None:
    """The disk of the SQLite file has no byte left for a while."""
    filler = Path(house.settings["DATA_DIR"]) / "filler"
    with filler.open("wb", buffering=0) as file:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                file.write(bytes(4096))
            except OSError:  # full; the database may free some bytes again
                time.sleep(0.05)
    filler.unlink()


def _stop(house: House, name: str, seconds: float) -> None:
    house.parts[name].stop()
    time.sleep(seconds)
    house.parts[name].start()


def _freeze(house: House, name: str, seconds: float) -> None:
    house.parts[name].signal(signal.SIGSTOP)
    time.sleep(seconds)
    house.parts[name].signal(signal.SIGCONT)


@dataclass(frozen=True)
class Fault:
    """`allowed` are the statuses that requests may get meanwhile, besides the documented ones; None: no answer."""

    name: str
    harm: Harm
    allowed: frozenset[int | None] = frozenset()


FAULTS = (
    Fault("one of two workers is killed", kill_worker),
    Fault("one of two API processes is killed", kill_api_process, frozenset({None})),
    Fault("PostgreSQL restarts", restart_postgresql),
    Fault("PostgreSQL is away", stop_postgresql),
    Fault("Redis is away", stop_redis),
    Fault("Redis is silent", freeze_redis),
    Fault("all channels hang", hang_channels),
)
BROKER_FAULT = Fault("the broker is away", stop_broker)
DISK_FAULT = Fault(f"the disk of SQLite is full ({DISK} tmpfs)", fill_disk)


@dataclass(frozen=True)
class Survived:
    """What happened at a fault. Seconds count from its end: from the repair, or from the kill."""

    fault: Fault
    seconds: float
    errors: Counter[int | None]
    first_good: float
    last_error: float
    backlog: float
    broken: Sequence[str]


def faults(seconds: float) -> Report:
    """`seconds` is the length of those faults that last."""
    report, survived = Report("faults", f"faults of {seconds:.0f} s"), []
    with House() as house:
        partners = onboard(house)
        ledger = Ledger(partners)
        rate = SHARE_OF_CAPACITY * capacity(house.url, partners, ledger, CAPACITY_SECONDS)
        report.note(f"PostgreSQL, {rate:.0f} requests/s, jobs by {house.engine}.")
        all_faults = [*FAULTS, *([BROKER_FAULT] if "broker" in house.parts else [])]
        survived += survive(house, partners, ledger, rate, all_faults, seconds)
        conclude(report, house, ledger, survived)
    with small_disk() as disk:
        if disk is None:
            report.note("The full disk was not tried: only root can mount a small one.")
        else:
            with House(sqlite=disk) as house:
                partners = onboard(house)
                ledger = Ledger(partners)
                on_sqlite = survive(house, partners, ledger, SQLITE_RATE, [DISK_FAULT], seconds)
                conclude(report, house, ledger, on_sqlite)
                survived += on_sqlite
    report.note("", *table(HEAD, map(row, survived)))
    return report


def survive(
    house: House, partners: list[Partner], ledger: Ledger, rate: float, todo: Sequence[Fault], seconds: float
) -> list[Survived]:
    load = Load(house.url, partners, ledger, rate, seed=3)
    load.start()
    try:
        time.sleep(CALM_SECONDS)
        survived = []
        for fault in todo:
            for number, partner in enumerate(partners):  # work that the fault interrupts
                Sender(house.url, partner, ledger, number).refresh_account("")
            time.sleep(BUSY_SECONDS)
            survived.append(meet(house, partners[0], load.answers, fault, seconds))
        return survived
    finally:
        load.stop()


def meet(house: House, partner: Partner, got: list[Answer], fault: Fault, seconds: float) -> Survived:
    begun, known, under_way = time.monotonic(), len(got), _under_way(house)
    fault.harm(house, seconds)
    ended = time.monotonic()
    broken: list[str] = []
    first_good = _seconds_until(lambda: _good_page(house, partner), broken, "a list page is answered")
    backlog = _seconds_until(lambda: not under_way & _under_way(house), broken, "the work under way is finished")
    time.sleep(max(RECOVERY_SECONDS - (time.monotonic() - ended), 0) + CALM_SECONDS)
    ended_parts = [part for part in house.parts.values() if not part.runs()]
    if fault.harm is not kill_worker:
        broken += [f"{part.name} has ended" for part in ended_parts]
    for part in ended_parts:
        part.start()
    until(lambda: answers(f"{house.url}/readyz"), "the API and a worker are ready")
    met = [answer for answer in got[known:] if answer.operation != "connect_refused" and is_error(answer)]
    errors = Counter(answer.status for answer in met)
    wrong = {status: count for status, count in errors.items() if status not in DOCUMENTED | fault.allowed}
    broken += [f"{count} x {status or 'no answer'}" for status, count in wrong.items()]
    last = max(met, key=lambda answer: answer.at + answer.seconds, default=None)
    last_error = max(last.at + last.seconds - ended, 0) if last else 0.0
    if last and last_error > RECOVERY_SECONDS:
        broken.append(f"{last.operation} was answered {last.status} {last_error:.0f} s after the end")
    met_with = Survived(fault, ended - begun, errors, first_good, last_error, backlog, broken)
    print(*row(met_with), *broken, sep=" | ", flush=True)
    return met_with


def is_error(answer: Answer) -> bool:
    return answer.status in (None, 502, 503) or answer.status not in DOCUMENTED


def _seconds_until(condition: Callable[[], bool], broken: list[str], what: str) -> float:
    try:
        return until(condition, what, seconds=BACKLOG_SECONDS)
    except TimeoutError as error:
        broken.append(str(error))
        return BACKLOG_SECONDS


def _good_page(house: House, partner: Partner) -> bool:
    return Caller(house.url, partner.token).call("GET", "/listings/?page[size]=3")[0] == 200


def _under_way(house: House) -> set[tuple[Any, ...]]:
    """Each turn of a job that is queued and due, or running. A job that is tried again later has another turn."""
    query = (
        "SELECT id, attempts FROM jobs_job WHERE state = 'running' OR state = 'queued' AND due_at < CURRENT_TIMESTAMP"
    )
    return set(house.rows(query))


def conclude(report: Report, house: House, ledger: Ledger, survived: Sequence[Survived]) -> None:
    for each in survived:
        report.promise(f"{each.fault.name}: survived", each.broken)
    report.promise(f"after {len(survived)} faults no write is lost or doubled", ledger.faults(house))
    if report.broken:
        house.keep_logs()


HEAD = [
    "fault",
    "lasted, s",
    "errors meanwhile",
    "first good answer after, s",
    "last error after, s",
    "work under way finished after, s",
]


def row(each: Survived) -> list[object]:
    errors = ", ".join(f"{count} x {status or 'no answer'}" for status, count in each.errors.items())
    times = [f"{seconds:.1f}" for seconds in (each.first_good, each.last_error, each.backlog)]
    return [each.fault.name, f"{each.seconds:.1f}", errors or "none", *times]


@contextmanager
def small_disk() -> Iterator[Path | None]:
    """A folder on a disk of its own, or None if this process may not mount one."""
    with tempfile.TemporaryDirectory(prefix="reliability-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "tmpfs", folder]
        try:
            subprocess.run(mount, check=True, stderr=subprocess.DEVNULL)
        except (OSError, subprocess.CalledProcessError):
            yield None
            return
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
