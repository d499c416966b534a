"""Ctrl-C and SIGTERM as a flag."""

import signal
from types import FrameType


class Interrupted:
    """Becomes true when the process receives SIGINT (Ctrl-C), SIGTERM, or one of `others`."""

    def __init__(self, *others: signal.Signals) -> None:
        self._signals = 0
        for signum in (signal.SIGINT, signal.SIGTERM, *others):
            signal.signal(signum, self._notice)

    def _notice(self, signum: int, frame: FrameType | None) -> None:
        self._signals += 1

    def __bool__(self) -> bool:
        return self._signals > 0
