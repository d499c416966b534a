"""Fetches files of public data over HTTP into temporary files, with bounds on size and time."""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

TIMEOUT = httpx.Timeout(20.0, connect=10.0)  # seconds without data
LONGEST = 900.0  # seconds for a file
CHUNK = 1 << 16
MOST_REDIRECTS = 3


class CannotFetch(Exception):
    """The file did not come. The text says why. `later` tells whether another attempt can succeed."""

    def __init__(self, message: str, *, later: bool) -> None:
        super().__init__(message)
        self.later = later


def client(*, redirects: bool) -> httpx.Client:
    return httpx.Client(timeout=TIMEOUT, follow_redirects=redirects, max_redirects=MOST_REDIRECTS)


@contextmanager
def fetched(
    http: httpx.Client, url: str, *, most_bytes: int, tick: Callable[[], None] = lambda: None
) -> Iterator[Path]:
    """A temporary file with the answer's body as it came, until the block ends. Raises CannotFetch.

    `tick` is called after each piece. The file keeps the name of the URL's last segment, for messages.
    """
    with tempfile.TemporaryDirectory(prefix="market-") as folder:
        path = Path(folder) / (Path(httpx.URL(url).path).name or "file")
        with path.open("wb") as file:
            for piece in _pieces(http, url, most_bytes):
                file.write(piece)
                tick()
        yield path


def fetched_bytes(http: httpx.Client, url: str, *, most_bytes: int) -> bytes:
    """A small answer's body. Raises CannotFetch."""
    return b"".join(_pieces(http, url, most_bytes))


def _pieces(http: httpx.Client, url: str, most_bytes: int) -> Iterator[bytes]:
    until, size = time.monotonic() + LONGEST, 0
    try:
        # Without a content coding: files are packed already, and the bound must be on what arrives.
        with http.stream("GET", url, headers={"Accept-Encoding": "identity"}) as answer:
            if not answer.is_success:
                later = answer.status_code >= 500 or answer.status_code in (408, 429)
                raise CannotFetch(f"{url} answers with status {answer.status_code}.", later=later)
            for piece in answer.iter_raw(CHUNK):
                size += len(piece)
                if size > most_bytes:
                    raise CannotFetch(f"{url} is larger than {most_bytes:,} bytes.", later=False)
                if time.monotonic() > until:
                    raise CannotFetch(f"{url} took more than {LONGEST:.0f} seconds.", later=True)
                yield piece
            expected = answer.headers.get("content-length", "")
            if expected.isdecimal() and size < int(expected):
                raise CannotFetch(f"{url} ended after {size:,} of {expected} bytes.", later=True)
    except httpx.InvalidURL as error:
        raise CannotFetch(f"{url} is not a URL: {error}.", later=False) from error
    except httpx.HTTPError as error:
        raise CannotFetch(f"{url} does not answer: {str(error) or type(error).__name__}.", later=True) from error
