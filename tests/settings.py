"""The settings of tests: the development profile, on SQLite unless DATABASE_URL says otherwise."""

import os
import tempfile

os.environ.setdefault("PROFILE", "development")
# Not the folder of a server that runs beside the tests. A worker of pytest-xdist finds the first process's choice.
os.environ.setdefault("DATA_DIR", tempfile.mkdtemp(prefix="partners-test-"))

from partners.settings import *  # noqa: F403

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    # A file and not memory: tests with worker processes and racing threads share it as production does.
    _name = f"partners-test-{os.getpid()}.sqlite3"
    DATABASES["default"]["TEST"] = {"NAME": os.path.join(tempfile.gettempdir(), _name)}  # noqa: F405

WHITENOISE_AUTOREFRESH = True  # else each test client looks through the packages' static files before its first request
