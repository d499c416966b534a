"""`python -m reliability soak`, `faults` or `attack`. SECONDS sets the length, RECORD=1 writes the figures to the docs.

Exit code 1: a promise is broken; the last lines name it.
"""

import os
import signal
import sys
from types import FrameType

from reliability import attack, faults, soak
from reliability.report import Report


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    seconds = float(os.environ.get("SECONDS") or 0)
    commands = {
        "soak": lambda: soak.soak(seconds or 1800),
        "faults": lambda: faults.faults(seconds or 20),
        "attack": lambda: attack.attack(seconds or 15),
    }
    if sys.argv[1:] not in [[name] for name in commands]:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        report: Report = commands[sys.argv[1]]()
    except KeyboardInterrupt:
        return 130
    return report.finish()


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
