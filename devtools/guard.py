"""Leads the process group of what `make serve` starts, and ends it when `serve` is gone, however it went.

A process that is killed can clean up nothing; the end of the pipe that it held is noticed by whoever reads from it.
"""

import os
import signal
import sys
import time

STOP_SECONDS = 10


def main() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, signal.SIG_IGN)
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGTERM)
    time.sleep(STOP_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
