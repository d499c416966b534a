"""`python -m sandbox`: the sandbox as a separate process."""

import argparse
import sqlite3
import sys

from sandbox.server import Server, listen
from sandbox.settings import Settings


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="Imitations of the channels' own APIs.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8001, help="0 selects a free port")
    parser.add_argument(
        "--data-dir", default="var", help="folder for the clients' writes; :memory: keeps them in memory only"
    )
    parser.add_argument("--seed", type=int, default=1, help="another seed gives another world")
    parser.add_argument(
        "--limits", choices=["on", "off"], default="on", help="whether the channels' rate limits are enforced"
    )
    chosen = parser.parse_args()
    try:
        listener = listen(chosen.host, chosen.port)
    except (OSError, OverflowError) as error:
        print(f"The sandbox cannot listen on {chosen.host}:{chosen.port}: {error}", file=sys.stderr)
        return 1
    try:
        server = Server(Settings(data_dir=chosen.data_dir, seed=chosen.seed, limits=chosen.limits == "on"))
    except (OSError, sqlite3.OperationalError) as error:
        print(f"The sandbox cannot write to {chosen.data_dir}: {error}", file=sys.stderr)
        return 1
    # From here on the socket queues connections, so a client may connect as soon as it reads this line.
    print(f"Sandbox ready on http://{chosen.host}:{listener.getsockname()[1]} (GET / lists credentials)", flush=True)
    server.run(sockets=[listener])
    return 0


if __name__ == "__main__":
    sys.exit(main())
