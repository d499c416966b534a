"""Start a server and run commands against it: `against_server <command> -- <command> …`.

`{}` in a command stands for the server's base URL, `{public}` for the id of a public listing. The command `onboard`
runs `make demo`, which connects an account. The exit status is not 0 if a command fails or if the server logs an
unhandled exception.
"""

import subprocess
import sys
from itertools import groupby

from tests.running_server import running_server, unhandled_exceptions


def main(words: list[str]) -> int:
    commands = [list(group) for is_divider, group in groupby(words, lambda word: word == "--") if not is_divider]
    # Several onboardings in a row would exceed the limit of a channel, and the next connect would be answered 502.
    with running_server(LIMITS="off") as server:
        for command in commands:
            if command == ["onboard"]:
                server.onboard()
                continue
            public = server.public_listing_id() if any("{public}" in word for word in command) else ""
            filled = [word.replace("{}", server.base_url).replace("{public}", public) for word in command]
            subprocess.run(filled, check=True)
        failures = unhandled_exceptions(server)
        print("\n".join(failures))
        return bool(failures)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
