"""How much work listings are for workers and the database: `python -m bench.sizing [listings]`.

Starts an installation of its own on PostgreSQL (reliability/house.py), connects a Hostaway account of 3, 40 or 1,000
listings at a sandbox without request limits, and measures the processor time of each kind of work. Processor time
hardly depends on what else the machine does.
"""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from reliability.house import House, until
from reliability.partners import Caller, resource
from reliability.parts import Part

CLIENT_IDS = {3: "10003", 40: "10040", 1000: "11000"}  # the sandbox's managers, by their number of listings
PATIENCE = 1800  # seconds
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Processor seconds of the workers and of PostgreSQL for one piece of work."""

    what: str
    listings: int
    workers: float
    database: float

    def row(self) -> str:
        per_thousand = [f"{1000 * seconds / self.listings:.0f}" for seconds in (self.workers, self.database)]
        return f"| {' | '.join([self.what, str(self.listings), *per_thousand])} |"


def main() -> None:
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with House(HOSTAWAY_REQUESTS_PER_10S="100000") as house:
        house.control_sandbox("limits", enabled=False)
        found = measure(house, CLIENT_IDS[size])
        memory = [part.memory() // 1024 for part in house.workers]
    print(f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}, PostgreSQL")
    print("| work | listings | workers, s per 1,000 listings | PostgreSQL, s per 1,000 listings |")
    print("| --- | --- | --- | --- |")
    for spent in found:
        print(spent.row())
    print(f"memory of the workers at the end: {memory} MB")


def measure(house: House, client_id: str) -> list[Spent]:
    client, secret = house.manage("create_application", "--name", "Sizing", "--rate-limit", "1000000").split()[1::2]
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    token = httpx.post(f"{house.url}/o/token/", data=form, trust_env=False).raise_for_status().json()["access_token"]
    caller = Caller(house.url, token)
    user = caller.post("/users/", "users", first_name="Ada", last_name="Host", email="owner@example.com")["id"]
    accounts = f"/users/{user}/accounts/"
    spent = []

    def timed(what: str, begin: Callable[[], object]) -> None:
        before = house.workers, [house.parts["postgresql"]]
        start = [processor_seconds(parts) for parts in before]
        begin()
        until(lambda: not unfinished(house), what, seconds=PATIENCE)
        workers, database = (processor_seconds(parts) - begun for parts, begun in zip(before, start, strict=True))
        spent.append(Spent(what, int(house.rows("SELECT count(*) FROM listings_listing")[0][0]), workers, database))
        print(spent[-1].row(), file=sys.stderr, flush=True)

    credentials = {"client_id": client_id, "client_secret": "sandbox-secret"}
    timed("first sync", lambda: caller.post(accounts, "accounts", channel="hostaway", credentials=credentials))
    account = int(house.rows("SELECT id FROM users_account")[0][0])
    timed("sync that finds little new", lambda: refresh(caller, f"{accounts}{account}/refresh/"))
    timed("first push of all prices", lambda: enable_all(caller))
    timed("nightly push", lambda: house.manage("enqueue_job", "push_enabled_listings"))
    timed("nightly recommendations", lambda: house.manage("enqueue_job", "write_recommendations"))
    return spent


def refresh(caller: Caller, path: str) -> None:
    status, answer = caller.call("POST", f"{path}?recent_sync_threshold_minutes=0")
    assert status == 202, f"{path}: {status} {answer}"


def enable_all(caller: Caller) -> None:
    for listing in caller.pages("/listings/"):
        document = resource("listing-activations", listing["id"], enabled=True, base_price=100, min_price=50)
        caller.call("PATCH", f"/listings/{listing['id']}/activation/", document)


def unfinished(house: House) -> bool:
    """Whether a job is due or running."""
    query = "SELECT 1 FROM jobs_job WHERE state = 'running' OR (state = 'queued' AND due_at < now() + interval '1 min')"
    return bool(house.rows(query))


def processor_seconds(parts: Sequence[Part]) -> float:
    """Of the parts and of all their descendants, ended ones included."""
    ticks = 0
    for pid in (pid for part in parts for pid in part.pids()):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))  # own and of ended children, in user and system mode
    return ticks / TICKS


if __name__ == "__main__":
    main()
