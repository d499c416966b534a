"""Run Schemathesis against a live server with a synced account: all checks, valid and invalid data, links.

Usage: run.py <seconds> [seed]. The exit status is not 0 if Schemathesis finds a failure or if the server logs an
unhandled exception.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.running_server import ROOT, running_server, unhandled_exceptions

HERE = Path(__file__).parent


def main(seconds: str, *seed: str) -> int:
    with running_server() as server:
        server.onboard()
        command: list[str | Path] = [
            Path(sys.executable).with_name("schemathesis"),
            "--config-file",
            HERE / "schemathesis.toml",
            "run",
            f"{server.base_url}/api/v1/schema/?format=json",
            f"--header=Authorization: Bearer {server.token()}",
            f"--max-time={seconds}",
            *(f"--seed={number}" for number in seed),
        ]
        # Schemathesis writes files into its working folder.
        found = subprocess.run(
            command, cwd=server.log.parent, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False
        ).returncode
        failures = unhandled_exceptions(server)
        print("\n".join(failures))
        return found or bool(failures)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
