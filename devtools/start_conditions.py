"""The port, the data folder and the choices that `make serve` needs, checked before anything starts."""

import fcntl
import os
import socket
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from clock.moved import EARLIEST, LATEST

HOST = "127.0.0.1"


class CannotStart(Exception):
    """The reason, in one line, why the server cannot start."""


def read_port(text: str) -> int:
    """The port in `text`, or 8000 if it is empty. Raises CannotStart."""
    if text and not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65534):
        raise CannotStart(f"PORT must be a number from 1 to 65534, not {text!r}.")
    return int(text or 8000)


def prepare(folder: str) -> Path:
    """Creates the data folder if it does not exist. Raises CannotStart if it is not writable."""
    path = Path(folder).absolute()
    try:
        path.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path).close()
    except OSError as error:
        raise CannotStart(f"DATA_DIR {folder} cannot be written: {error.strerror}.") from error
    return path


def check_free(port: int, user: str) -> None:
    """Raises CannotStart if the port is in use. `user` is what needs the port, such as `the API`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} cannot be used by {user} ({error.strerror}). Choose another port with PORT=; the sandbox "
                "uses the next one."
            ) from error


def hold(data_dir: Path) -> int:
    """Keeps other servers off the data folder while this process lives. Raises CannotStart if one uses it.

    Returns the file descriptor of the lock, which the system releases when the process ends, also if it is killed.
    """
    lock = os.open(data_dir / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        user = os.pread(lock, 100, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise CannotStart(
            f"Another server{user and f' ({user})'} uses DATA_DIR {data_dir}. Stop it, or choose another folder with "
            "DATA_DIR=."
        ) from error
    os.truncate(lock, 0)
    os.pwrite(lock, f"process {os.getpid()}".encode(), 0)
    return lock


def read_clock(text: str) -> datetime | None:
    """The instant in `text`, such as `2027-01-15T08:00:00Z`, at which the clock starts; None for `real`.

    Raises CannotStart.
    """
    if text == "real":
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise CannotStart(f"CLOCK must be an instant such as 2027-01-15T08:00:00Z, or real, not {text!r}.")
    if not EARLIEST <= instant.timestamp() <= LATEST:
        first, last = (datetime.fromtimestamp(end, UTC) for end in (EARLIEST, LATEST))
        raise CannotStart(f"CLOCK must be between {first:%Y-%m-%d} and {last:%Y-%m-%d}.")
    return instant


def read_limits(text: str) -> bool:
    """Whether the channels' limits are kept, on both sides; so without a choice. Raises CannotStart."""
    if text not in ("", "on", "off"):
        raise CannotStart(f"LIMITS must be on or off, not {text!r}.")
    return text != "off"
