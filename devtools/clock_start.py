"""Where the test clock of `make serve` starts."""

import json
import os
import time
from datetime import datetime
from pathlib import Path

import clock


def start_clock(data_dir: Path, instant: datetime | None) -> None:
    """Let the clock run from an instant; None: with the machine. Call it before the sandbox and the server start.

    It writes the file that the sandbox continues from (clock/moved.py has its form).
    """
    file = data_dir / clock.FILE
    if instant is None:
        file.unlink(missing_ok=True)
        return
    beside = file.with_suffix(".new")
    beside.write_text(json.dumps({"ahead": int(instant.timestamp()) - int(time.time())}))
    os.replace(beside, file)
