"""The attackers, in a process of their own: `python -m reliability.attacks <name> <url> <seconds>`.

Each function is one attack. It attacks until it is cancelled, and counts what it gets in `Seen`. Attackers have another
address than the partners. The token in the variable TOKEN is that of a partner who attacks; PORT is where the server
believes a channel to be.
"""

import asyncio
import base64
import gzip
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

ADDRESS = "127.0.0.2"  # those that guess; the others come from many addresses, which no limit of one address stops
CONNECTIONS = 500
BOMB = gzip.compress(bytes(32 * 1024 * 1024))
JSON_API = "application/vnd.api+json"

Seen = Counter[str]
Attack = Callable[[str, Seen], Coroutine[Any, Any, None]]


async def slow_bodies(host: str, seen: Seen) -> None:
    """Announce 100 bytes and send one every few seconds."""
    await _many(lambda: _drip(host, b"POST /o/token/ HTTP/1.1\r\nHost: %b\r\nContent-Length: 100\r\n\r\n", b"x", seen))


async def slow_headers(host: str, seen: Seen) -> None:
    """Send one header line every few seconds, and never the last one."""
    await _many(lambda: _drip(host, b"GET /healthz HTTP/1.1\r\nHost: %b\r\n", b"X-More: x\r\n", seen))


async def idle_connections(host: str, seen: Seen) -> None:
    """Connect and say nothing."""
    await _many(lambda: _drip(host, b"", b"", seen))


async def unending_chunks(host: str, seen: Seen) -> None:
    """Send a chunked body that never ends, as fast as it is taken."""
    head = b"POST /api/v1/users/ HTTP/1.1\r\nHost: %b\r\nTransfer-Encoding: chunked\r\n\r\n"
    await _many(lambda: _drip(host, head, b"4000\r\n%b\r\n" % bytes(0x4000), seen, pause=0), connections=10)


async def large_bodies(host: str, seen: Seen) -> None:
    """Announce 50 MB and send them as fast as they are taken."""
    head = b"POST /api/v1/users/ HTTP/1.1\r\nHost: %b\r\nContent-Length: 50000000\r\n\r\n"
    await _many(lambda: _drip(host, head, bytes(0x4000), seen, pause=0), connections=10)


async def compressed_bombs(host: str, seen: Seen) -> None:
    """Send bodies that are 32 MB when they are decompressed."""
    head = {"Content-Type": JSON_API, "Content-Encoding": "gzip", **_authorization()}
    await _paced(10, lambda: _ask(host, "POST", "/api/v1/users/", seen, BOMB, **head))


async def guesses(host: str, seen: Seen) -> None:
    """Guess the secret of a partner."""
    pair = base64.b64encode(f"{os.environ['CLIENT_ID']}:wrong".encode()).decode()
    head = {"Authorization": f"Basic {pair}", "Content-Type": "application/x-www-form-urlencoded"}
    await _paced(50, lambda: _ask(host, "POST", "/o/token/", seen, b"grant_type=client_credentials", **head))


async def guessed_tokens(host: str, seen: Seen) -> None:
    await _paced(50, lambda: _ask(host, "GET", "/api/v1/listings/", seen, Authorization="Bearer wrong"))


async def wrong_hosts(host: str, seen: Seen) -> None:
    await _paced(50, lambda: _ask(host, "GET", "/api/v1/schema/", seen, Host="evil.example"))


async def bombs_of_a_channel(host: str, seen: Seen) -> None:
    """Connect accounts at a channel whose every answer is 32 MB when it is decompressed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {len(BOMB)}\r\n\r\n"
        writer.write(b"HTTP/1.1 200 OK\r\n" + head.encode() + BOMB)
        with suppress(OSError):
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", int(os.environ["CHANNEL_PORT"])):
        await _paced(4, lambda: _connect(host, seen))


async def hung_channel(host: str, seen: Seen) -> None:
    """Connect accounts at a channel that never answers."""

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    async with await asyncio.start_server(hang, "127.0.0.1", int(os.environ["CHANNEL_PORT"])):
        await _paced(4, lambda: _connect(host, seen))


ATTACKS: tuple[Attack, ...] = (
    slow_bodies, slow_headers, idle_connections, unending_chunks, large_bodies, compressed_bombs, guesses,
    guessed_tokens, wrong_hosts, bombs_of_a_channel, hung_channel,
)  # fmt: skip


async def _many(attack: Callable[[], Coroutine[Any, Any, None]], connections: int = CONNECTIONS) -> None:
    """Keep up this number of connections."""

    async def again() -> None:
        while True:
            await attack()
            await asyncio.sleep(0.1)

    await asyncio.gather(*(again() for _ in range(connections)))


async def _paced(per_second: float, attack: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Begin this many attacks each second, without waiting for their ends."""
    running: set[asyncio.Task[None]] = set()
    while True:
        task = asyncio.create_task(attack())
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.sleep(1 / per_second)


async def _drip(host: str, first: bytes, more: bytes, seen: Seen, *, pause: float = 3) -> None:
    """Send the first bytes, then more of them after each pause, until the server answers or closes the connection."""
    address, port = host.split(":")
    seen["connections"] += 1
    try:
        many = f"127.{random.randrange(1, 255)}.{random.randrange(255)}.{random.randrange(1, 255)}"
        reader, writer = await asyncio.open_connection(address, int(port), local_addr=(many, 0))
    except OSError:
        seen["refused"] += 1
        return

    async def send() -> None:
        writer.write(first.replace(b"%b", host.encode()))
        while True:
            writer.write(more)
            await writer.drain()
            await asyncio.sleep(pause)

    sending = asyncio.create_task(send())
    try:
        seen[(await reader.readline()).decode("latin-1")[9:12] or "closed"] += 1
    except OSError:
        seen["closed"] += 1
    finally:
        sending.cancel()
        with suppress(OSError, asyncio.CancelledError):
            await sending
        writer.close()


async def _ask(host: str, method: str, path: str, seen: Seen, body: bytes = b"", **headers: str) -> None:
    address, port = host.split(":")
    lines = {"Host": host, "Content-Length": str(len(body)), "Connection": "close"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    try:
        reader, writer = await asyncio.open_connection(address, int(port), local_addr=(ADDRESS, 0))
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        seen[(await reader.readline()).decode("latin-1")[9:12] or "closed"] += 1
        writer.close()
    except OSError:
        seen["closed"] += 1


async def _connect(host: str, seen: Seen) -> None:
    attributes = {"channel": "hostaway", "credentials": {"client_id": "10003", "client_secret": "guess"}}
    body = json.dumps({"data": {"type": "accounts", "attributes": attributes}}).encode()
    path = f"/api/v1/users/{os.environ['ATTACKER']}/accounts/"
    await _ask(host, "POST", path, seen, body, **{"Content-Type": JSON_API, **_authorization()})


def _authorization() -> dict[str, str]:
    return {"Authorization": f"Bearer {os.environ['TOKEN']}"}


async def _attack(attack: Attack, host: str, seconds: float) -> Seen:
    seen: Seen = Counter()
    with suppress(TimeoutError):
        await asyncio.wait_for(attack(host, seen), seconds)
    return seen


if __name__ == "__main__":
    chosen = next(attack for attack in ATTACKS if attack.__name__ == sys.argv[1])
    print(json.dumps(asyncio.run(_attack(chosen, urlsplit(sys.argv[2]).netloc, float(sys.argv[3])))))
