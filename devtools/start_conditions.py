"""The port and the data folder that `make serve` needs, checked before anything starts."""

import socket
import tempfile
from pathlib import Path

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
