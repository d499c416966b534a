"""The threads that answer requests, and the bounded queue in front of them."""

import asyncio
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from throttling.turns import set_turn


class Overloaded(Exception):
    """No thread became free in time, or too many requests already wait for one."""


class Threads:
    """A fixed number of threads, so that each keeps its database connection. At most `number` of them work.

    A call that waits for somebody else can give its turn back (throttling/turns.py). Then one of the `spare` threads
    works in its place. At most `most_waiting` calls wait for a thread, each for at most `patience` seconds.
    """

    def __init__(self, number: int, *, spare: int, most_waiting: int, patience: float) -> None:
        self._number, self._threads = number, number + spare
        self._most_waiting, self._patience = most_waiting, patience
        self._queue: SimpleQueue[_Call | _Return | None] = SimpleQueue()
        self._turns = threading.Semaphore(number)

    def start(self) -> None:
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"requests-{number + 1}", daemon=True).start()

    def stop(self) -> None:
        """Ends the threads that work after their present call."""
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

    def give_back(self) -> None:
        self._turns.release()

    def take_again(self) -> None:
        # The thread that works takes this out of the queue, and gives its turn to the thread that waits here.
        returning = _Return()
        self._queue.put(returning)
        returning.may_go_on.wait()

    def _work(self) -> None:
        set_turn(self)
        self._turns.acquire()
        while (call := self._queue.get()) is not None:
            if isinstance(call, _Return):
                call.may_go_on.set()
                self._turns.acquire()
            elif call.claim():
                call.carry_out()


class _Return:
    """A thread that wants its turn again."""

    __slots__ = ("may_go_on",)

    def __init__(self) -> None:
        self.may_go_on = threading.Event()


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
