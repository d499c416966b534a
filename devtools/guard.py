"""Leads the process group of `make serve`'s processes, and ends the group when `serve` is gone.

A killed process cannot clean up after itself. But the operating system closes its end of the pipe to the guard, and the
guard then reads the end of the file.
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
