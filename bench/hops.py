"""`python -m bench.hops`: how many of our files a request passes through, and how often it changes between them.

Prints a line for each request: files entered, hops, and SQL statements. A hop is a call into one of our files whose
nearest caller of ours, through any number of library frames, is in another file. Each request is made twice before it
is counted, so that what a process does once (imports, compiled plans) is left out.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).parent.parent
NOT_COUNTED = ("bench", "tests", "sandbox", "devtools", ".venv")
WARM_UP = 2  # requests
ALREADY_MIGRATED = "--migrated"


class Trace:
    """What happened while `record` was active."""

    def __init__(self) -> None:
        self.files: dict[str, None] = {}
        self.hops: list[tuple[str, str]] = []
        self.statements: list[str] = []

    @contextmanager
    def record(self) -> Iterator[None]:
        from django.db import connection

        with connection.execute_wrapper(self._statement):
            sys.setprofile(self._event)
            try:
                yield
            finally:
                sys.setprofile(None)

    def _event(self, frame: FrameType, event: str, argument: Any) -> None:
        if event != "call" or (entered := own_file(frame)) is None:
            return
        self.files[entered] = None
        caller = frame.f_back
        while caller is not None and own_file(caller) is None:
            caller = caller.f_back
        if caller is not None and (left := own_file(caller)) != entered:
            self.hops.append((str(left), entered))

    def _statement(self, execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if sql.split(maxsplit=1)[0].upper() not in ("BEGIN", "SAVEPOINT", "RELEASE"):
            self.statements.append(sql)
        return execute(sql, parameters, many, context)


def own_file(frame: FrameType) -> str | None:
    """The path, relative to the repository, of a frame's file if the file is ours and counts."""
    name = frame.f_code.co_filename
    if not name.startswith(f"{ROOT}{os.sep}"):
        return None
    path = Path(name).relative_to(ROOT)
    return None if path.parts[0] in NOT_COUNTED else path.as_posix()


def main() -> None:
    """Counts on a database of its own: migrated here, then read by a second process with the settings for it."""
    if ALREADY_MIGRATED in sys.argv:
        count()
        return
    with tempfile.TemporaryDirectory() as folder:
        own = {"PROFILE": "development", "DATABASE_URL": f"sqlite:///{folder}/hops.sqlite3", "DATA_DIR": folder}
        environment = {**os.environ, **own}
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, env=environment, cwd=ROOT, check=True)  # noqa: S603
        again = [sys.executable, "-m", "bench.hops", *sys.argv[1:], ALREADY_MIGRATED]
        subprocess.run(again, env=environment, cwd=ROOT, check=True)  # noqa: S603


def count() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "partners.settings")
    django.setup()
    from bench import calls, data
    from listings.models import Listing

    application = data.make(50)
    token = f"{data.TOKEN}-{application.name}"
    listing = Listing.objects.filter(application=application, enabled=False).order_by("created_at")[5]
    handler = calls.application(None)
    requests = {
        "GET /api/v1/listings/?filter[enabled]=true": calls.caller(
            handler, "GET", "/api/v1/listings/?filter[enabled]=true", token
        ),
        "PATCH /api/v1/listings/<id>/activation/": calls.caller(
            handler, "PATCH", f"/api/v1/listings/{listing.pk}/activation/", token, _switches(listing.pk)
        ),
    }
    for name, call in requests.items():
        for _ in range(WARM_UP):
            calls.document(call)
        trace = Trace()
        with trace.record():
            status, _ = call()
        assert status == 200, status
        print(f"{name}: {len(trace.files)} files, {len(trace.hops)} hops, {len(trace.statements)} statements")
        if "--verbose" in sys.argv:
            for left, entered in trace.hops:
                print(f"    {left} -> {entered}")
            for statement in trace.statements:
                print(f"    {statement}")


def _switches(listing_id: int) -> list[bytes]:
    """Bodies that enable the listing and disable it again, each with another base price: every one is a change."""
    return [
        json.dumps(
            {
                "data": {
                    "type": "listing-activations",
                    "id": str(listing_id),
                    "attributes": {"enabled": enabled, "base-price": price},
                }
            }
        ).encode()
        for enabled, price in ((True, 100), (False, 101))
    ]


if __name__ == "__main__":
    main()
