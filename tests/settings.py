"""The settings of tests: the development profile, on SQLite unless DATABASE_URL names another database."""

import os
import tempfile

os.environ.setdefault("PROFILE", "development")
# Not the folder of a server that runs at the same time. Workers of pytest-xdist inherit the first process's folder, but
# each has counters of its own, which tests clear.
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="partners-test-"))
if _worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["DATA_DIR"] = os.path.join(os.environ["DATA_DIR"], _worker)
    _server, _, _number = os.environ.get("REDIS_URL", "").rpartition("/")
    if _number.isdigit():  # gw0 has this database of Redis, gw1 the second below it
        os.environ["REDIS_URL"] = f"{_server}/{int(_number) - 2 * int(_worker.removeprefix('gw'))}"

from partners.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file, not memory, because worker processes and concurrent threads of the tests share it, as in production.
    _name = f"partners-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(tempfile.gettempdir(), _name)}  # noqa: F405

# Without this, each test client scans the static files of all packages before its first request.
WHITENOISE_AUTOREFRESH = True
