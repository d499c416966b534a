"""The threads that answer requests, and the bounded queue in front of them."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any


class Overloaded(Exception):
    """No thread became free in time, or too many requests already wait for one."""


class Threads:
    """A fixed number of threads, so that each keeps its database connection.

    At most `most_waiting` calls wait for a thread, each for at most `patience` seconds.
    """

    def __init__(self, number: int, *, most_waiting: int, patience: float) -> None:
        self._number, self._most_waiting, self._patience = number, most_waiting, patience
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()

    def start(self) -> None:
        for number in range(self._number):
            threading.Thread(target=self._work, name=f"requests-{number + 1}", daemon=True).start()

    def stop(self) -> None:
        """Ends each thread after its present call."""
        for _ in range(self._number):
            self._queue.put(None)

    async def run(self, function: Callable[[], None]) -> None:
        """Calls the function in a thread. Raises Overloaded if it was not called, and what it raises."""
        if self._queue.qsize() >= self._most_waiting:
            raise Overloaded
        loop = asyncio.get_running_loop()
        call = _Call(function, loop)
        self._queue.put(call)
        impatience = loop.call_later(self._patience, call.abandon)
        try:
            await call.done
        finally:
            impatience.cancel()
            call.claim()  # a request that was cancelled while it waited is not carried out

    def _work(self) -> None:
        while (call := self._queue.get()) is not None:
            if call.claim():
                call.carry_out()


class _Call:
    """A call that waits for a thread. It is carried out or abandoned, whichever claims it first."""

    __slots__ = ("_claimed", "_function", "_loop", "done")

    def __init__(self, function: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        self._function, self._loop = function, loop
        self._claimed = threading.Lock()
        self.done: asyncio.Future[None] = loop.create_future()

    def claim(self) -> bool:
        return self._claimed.acquire(blocking=False)

    def abandon(self) -> None:
        if self.claim():
            self._settle(Overloaded())

    def carry_out(self) -> None:
        problem: BaseException | None = None
        try:
            self._function()
        except BaseException as raised:  # noqa: BLE001  raised again where the call is awaited
            problem = raised
        try:
            self._loop.call_soon_threadsafe(self._settle, problem)
        except RuntimeError:  # the loop was closed: the process ends
            return

    def _settle(self, problem: BaseException | None) -> Any:
        if self.done.done():
            return
        if problem is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(problem)
