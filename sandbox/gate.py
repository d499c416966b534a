"""The gate in front of a channel: each request passes the log, the faults and the limits."""

import asyncio
from collections.abc import Hashable
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.channel import Channel, Refusal
from sandbox.connections import reset_connection
from sandbox.faults import Fault, FaultKind
from sandbox.feed import FEED_FAULTS
from sandbox.limits import RateLimit
from sandbox.requestlog import LoggedRequest
from sandbox.state import Sandbox
from sandbox.wrong_types import with_wrong_types


class Gate:
    """The ASGI application of one channel."""

    def __init__(self, sandbox: Sandbox, channel: Channel) -> None:
        self._sandbox = sandbox
        self._channel = channel
        self._app = _application(channel)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope["root_path"])
        answered = False
        resets = self._sandbox.resets

        def log(status: int | None) -> None:
            if self._sandbox.resets != resets:
                return  # a request from before a reset is not in the log that began with it
            query = scope["query_string"].decode("latin-1")
            self._sandbox.log.add(LoggedRequest(self._channel.name, scope["method"], path, query, status))

        async def watched_send(message: Message) -> None:
            nonlocal answered
            if message["type"] == "http.response.start":
                answered = True
                log(message["status"])  # before the client can see the answer
            await send(message)

        self._sandbox.follow_clock()
        try:
            faults = self._sandbox.faults.take(self._channel.name, scope["method"], path)
            scope[FEED_FAULTS] = {fault.kind for fault in faults}
            await self._answer(faults, scope, receive, watched_send)
        finally:
            if not answered:
                log(None)

    async def _answer(self, faults: list[Fault], scope: Scope, receive: Receive, send: Send) -> None:
        for fault in faults:
            match fault.kind:
                case FaultKind.SLOW:
                    resets = self._sandbox.resets
                    await asyncio.sleep(fault.seconds)
                    if self._sandbox.resets != resets:  # its world is gone; it must not change the new one
                        await reset_connection(scope, receive)
                        return
                case FaultKind.RESET:
                    await reset_connection(scope, receive)
                    return
                case FaultKind.SERVER_ERROR | FaultKind.RATE_LIMITED | FaultKind.EXPIRED_TOKEN:
                    await self._channel.refuse(Refusal(fault.kind.value))(scope, receive, send)
                    return
                case FaultKind.MALFORMED_JSON | FaultKind.WRONG_TYPES:
                    await _spoil(fault, await _recorded(self._within_limits, scope, receive), send)
                    return
        await self._within_limits(scope, receive, send)

    async def _within_limits(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._sandbox.limiter.admit(self._limits(Request(scope))):
            await self._app(scope, receive, send)
        else:
            await self._channel.refuse(Refusal.RATE_LIMITED)(scope, receive, send)

    def _limits(self, request: Request) -> dict[Hashable, RateLimit]:
        limits: dict[Hashable, RateLimit] = {}
        if self._channel.limit_per_ip and request.client:
            limits[self._channel.name, "ip", request.client.host] = self._channel.limit_per_ip
        if self._channel.limit_per_account and (account := self._channel.account_of(request)):
            limits[self._channel.name, "account", account] = self._channel.limit_per_account
        return limits


def _application(channel: Channel) -> ASGIApp:
    async def no_route(request: Request, error: HTTPException) -> Response:
        return channel.refuse(Refusal.WRONG_METHOD if error.status_code == 405 else Refusal.NO_SUCH_PATH)

    async def broken(request: Request, error: Exception) -> Response:
        return channel.refuse(Refusal.SERVER_ERROR)

    handlers: dict[Any, Any] = {HTTPException: no_route, Exception: broken, **channel.error_handlers}
    app = Starlette(routes=list(channel.routes), exception_handlers=handlers)
    app.router.redirect_slashes = False
    return app


async def _recorded(app: ASGIApp, scope: Scope, receive: Receive) -> tuple[int, bytes]:
    status, body = 500, b""

    async def record(message: Message) -> None:
        nonlocal status, body
        if message["type"] == "http.response.start":
            status = message["status"]
        else:
            body += message.get("body", b"")

    await app(scope, receive, record)
    return status, body


async def _spoil(fault: Fault, answer: tuple[int, bytes], send: Send) -> None:
    status, body = answer
    if fault.kind is FaultKind.MALFORMED_JSON:
        body = body[: len(body) // 2]
    elif body:
        body = orjson.dumps(with_wrong_types(orjson.loads(body), fault.fields))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
