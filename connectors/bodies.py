"""Reads the body of a channel's answer, bounded in bytes, pieces and time.

Decompression stops at the bound: a few kilobytes of gzip can stand for gigabytes.
"""

import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

PIECES_OF_ANY_SIZE = 1000
SMALLEST_PIECE = 64  # bytes on average; each piece costs time of the processor, however small it is
PLAIN, GZIP = frozenset({"", "identity"}), frozenset({"gzip", "x-gzip"})


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one answer may have: bytes, before and after decompression, and JSON values.

    A value takes far more memory than the two bytes that it may have in the answer.
    """

    content: int
    values: int


class BadBody(Exception):
    """The body is too large or malformed, or has an encoding that we did not ask for. The text has no subject."""


class TooSlow(Exception):
    """The body did not end in time."""


def read_body(pieces: Iterable[bytes], encoding: str, bounds: Bounds, deadline: float) -> bytes:
    """The body from its pieces, as they came. `encoding` is the header Content-Encoding or an empty text.

    `deadline` is a value of time.monotonic(). Raises BadBody and TooSlow.
    """
    most = bounds.content
    decode = _decoder(encoding)
    content = bytearray()
    received = 0
    for number, piece in enumerate(pieces):
        received += len(piece)
        if received > most:
            raise BadBody("answered more than is believable")
        if number >= PIECES_OF_ANY_SIZE and received < number * SMALLEST_PIECE:
            raise BadBody("answered in too small pieces")
        content += decode(piece, most + 1 - len(content))
        if len(content) > most:
            raise BadBody("answered more than is believable")
        if time.monotonic() > deadline:
            raise TooSlow
    return bytes(content)


def _decoder(encoding: str) -> Callable[[bytes, int], bytes]:
    """A function from a piece and the most bytes that may come out. httpx's own decoders know no such bound."""
    named = encoding.strip().lower()
    if named in PLAIN:
        return lambda piece, _: piece
    if named in GZIP:
        return _gunzip()
    raise BadBody("answered in an encoding that was not asked for")


def _gunzip() -> Callable[[bytes, int], bytes]:
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def gunzip(piece: bytes, most: int) -> bytes:
        try:
            content = b"" if stream.eof else stream.decompress(piece, most)
        except zlib.error as error:
            raise BadBody("gave a malformed answer") from error
        if stream.eof and (not content or stream.unused_data):
            raise BadBody("gave a malformed answer")  # Something follows the end. The decompressor would keep it all.
        return content

    return gunzip
