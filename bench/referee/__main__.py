"""`python -m bench.referee`: what prices earn in the sandbox's world, through real syncs and pushes.

python -m bench.referee                                39 listings for a year; most of an hour
python -m bench.referee --client-id 10003 --days 60    three listings, two months
python -m bench.referee --seeds 4 --json               four worlds, as JSON

docs/price-quality.md explains it.
"""

import argparse
import json
import os
import sys
import time
from datetime import date

from bench.referee.measuring import Year, measure_all
from bench.referee.plain import STATIC_LEVELS
from bench.referee.table import tables

# After the maintenance nights of January, in the low season of most markets.
OPENING = date(2027, 1, 25)
SMOKE = bool(os.environ.get("SMOKE"))  # very little, to check that everything works


def main() -> None:
    arguments = parsed()
    begun = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - begun:6.0f} s  {what}", file=sys.stderr, flush=True)

    seeds = list(range(arguments.first_seed, arguments.first_seed + arguments.seeds))
    levels = STATIC_LEVELS[::6] if SMOKE else STATIC_LEVELS
    years = [Year(seed, arguments.client_id, arguments.opening, arguments.days, levels) for seed in seeds]
    found = measure_all(years, say=say)
    what = {"client_id": arguments.client_id, "opening": f"{arguments.opening}", "days": arguments.days, "seeds": seeds}
    if arguments.json:
        json.dump(found | {"what": what, "seconds": time.monotonic() - begun}, sys.stdout)
    else:
        print("\n".join(tables(found["rows"])))


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.referee", description="What prices earn in the sandbox.")
    parser.add_argument("--client-id", type=int, default=10003 if SMOKE else 10040, help="the account at the sandbox")
    parser.add_argument("--opening", type=date.fromisoformat, default=OPENING, help="the first day")
    parser.add_argument("--days", type=int, default=5 if SMOKE else 365)
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    main()
