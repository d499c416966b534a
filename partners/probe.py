"""Health checks of containers: `python -m partners.probe api` and `python -m partners.probe worker`.

Each exits with 0 if its process in the same container is alive, else with 1 and one line on standard error. Only the
standard library is imported: a check runs every few seconds, and Django alone would take a second of processor time.

An unreachable database is no failure here. A restart would not bring it back.
"""

import http.client
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PORT = 8000
WAIT_SECONDS = 3
LONGEST_SILENCE = 60.0  # seconds; a worker waits this long for a database that does not answer


class Unhealthy(Exception):
    """The process does not do its work. The message says why in one line."""


def check_api(environment: Mapping[str, str], *, port: int = PORT) -> None:
    """Ask for /healthz under the first name of ALLOWED_HOSTS, because the server refuses others. Raises Unhealthy."""
    host = environment.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".") or "localhost"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": host, "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unhealthy(f"The API does not answer at port {port}: {error or type(error).__name__}") from error
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        raise Unhealthy(f"The API answers {status} to GET /healthz with Host: {host}.")


def check_worker(environment: Mapping[str, str], *, now: float) -> None:
    """Compare the time of WORKER_LIFE_FILE with `now`, in seconds since the epoch. Raises Unhealthy."""
    file = environment.get("WORKER_LIFE_FILE")
    if not file:
        raise Unhealthy("WORKER_LIFE_FILE is not set.")
    try:
        silence = now - Path(file).stat().st_mtime
    except OSError as error:
        raise Unhealthy(f"{file} cannot be read: {error.strerror}.") from error
    if silence > LONGEST_SILENCE:
        raise Unhealthy(f"The worker has not looked for jobs for {silence:.0f} seconds.")


def main(arguments: Sequence[str]) -> int:
    try:
        match arguments:
            case ["api"]:
                check_api(os.environ)
            case ["api", port] if port.isdigit():
                check_api(os.environ, port=int(port))
            case ["worker"]:
                check_worker(os.environ, now=time.time())
            case _:
                print("Usage: python -m partners.probe api [port] | worker", file=sys.stderr)  # noqa: T201
                return 2
    except Unhealthy as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
