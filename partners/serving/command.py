"""The command line of Granian, the same for production, `make serve` and the benchmarks."""

import resource

APPLICATION = "partners.rsgi:application"
# A connection without a request is closed after this time, and so is one whose headers are not complete by then.
HEADER_TIMEOUT_MS = 30_000
MOST_CONNECTIONS = 4096  # of one process; more wait until others are closed
STOP_SECONDS = 30  # an answer that takes longer is broken off when the server stops


def granian(
    host: str, port: int | str, processes: int, *, application: str = APPLICATION, stop_seconds: int = STOP_SECONDS
) -> list[str]:
    """The arguments of Python that start the server. A process that fails is replaced."""
    return [
        "-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(port), "--workers", str(processes),
        "--http", "1", "--no-ws", "--http1-header-read-timeout", str(HEADER_TIMEOUT_MS),
        "--backlog", "2048", "--backpressure", str(MOST_CONNECTIONS),
        "--respawn-failed-workers", "--workers-kill-timeout", str(stop_seconds),
        "--no-access-log", "--log-level", "warning", application,
    ]  # fmt: skip


def allow_connections() -> None:
    """Raises this process's limit of open files as far as it is allowed to. Each connection is one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MOST_CONNECTIONS if hard == resource.RLIM_INFINITY else min(hard, 2 * MOST_CONNECTIONS)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
