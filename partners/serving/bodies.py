"""Request bodies, which are read before a thread is taken."""

import asyncio
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO, cast

MOST_IN_MEMORY = 64 * 1024  # bytes; a larger body waits in a file, so that slow senders cannot fill the memory
# A client reads the 413 only after it has sent its body, so the rest is read and dropped, up to this multiple of the
# limit. For a longer body the connection is closed.
MOST_DROPPED = 4


class TooLarge(Exception):
    """The body has more bytes than allowed."""


class TooSlow(Exception):
    """The body did not arrive in time."""


class Broken(Exception):
    """The connection ended within the body, or its chunks are malformed."""


@dataclass(frozen=True, slots=True)
class Body:
    """`is_declared`: the request has a length or is chunked, though it may be empty."""

    content: BinaryIO
    length: int
    is_declared: bool = True


NOTHING = Body(BytesIO(), 0, is_declared=False)


async def read_body(scope: Any, proto: Any, *, most: int, seconds: float) -> Body:
    """Reads the whole body. Raises TooLarge beyond `most` bytes, TooSlow after `seconds`, and Broken."""
    headers = scope.headers
    declared = headers.get("content-length")
    if declared in (None, "0") and "transfer-encoding" not in headers:
        return Body(BytesIO(), 0, is_declared=declared is not None)
    size = int(declared) if declared else None
    if size is not None and size > most and "expect" in headers:
        raise TooLarge  # the client asks before it sends the body
    try:
        async with asyncio.timeout(seconds):
            if size is not None and size <= MOST_IN_MEMORY:
                content = await proto()
                return Body(BytesIO(content), len(content))
            return await _spooled(proto, most, size)
    except TimeoutError:
        raise TooSlow from None
    except RuntimeError as error:  # granian's RSGIProtocolError and RSGIProtocolClosed
        raise Broken from error


async def _spooled(proto: Any, most: int, declared: int | None) -> Body:
    with ExitStack() as stack:
        file = cast(BinaryIO, stack.enter_context(tempfile.SpooledTemporaryFile(MOST_IN_MEMORY)))
        length = empty_chunks = 0
        async for chunk in proto:
            length += len(chunk)
            empty_chunks += not chunk
            if length > most * MOST_DROPPED:
                break
            if max(length, declared or 0) <= most:
                file.write(chunk)
        if max(length, declared or 0) > most:
            raise TooLarge
        # Granian marks the end with one empty chunk, and what it cannot read (errors, trailers) with another.
        if empty_chunks > 1 or declared not in (None, length):
            raise Broken
        file.seek(0)
        stack.pop_all()
        return Body(file, length)
