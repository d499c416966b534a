"""`python -m bench.prices`: measure what pricing policies earn in simulated markets; docs/price-quality.md explains it.

python -m bench.prices                                           everything, as `make bench ONLY=prices` does
python -m bench.prices --markets beach,slow --seeds 4            some markets, more seeds
python -m bench.prices --use tune --policy engine                only the engine, beside the simple policies
python -m bench.prices --policy package.module:make --seeds 4    a policy of your own: `make()` gives a Policy
"""

import argparse
import json
import os
import sys
import time
from importlib import import_module

from bench.prices.engine import Engine
from bench.prices.markets import BY_NAME, MARKETS
from bench.prices.measuring import measure_market, row_of
from bench.prices.policies import NewPolicy
from bench.prices.table import tables

# Enough for intervals of a few percent in some minutes of one core.
SEEDS, LISTINGS = 2, 4


def main() -> None:
    arguments = parsed()
    chosen = arguments.markets.split(",") if arguments.markets else [market.name for market in MARKETS]
    markets = [BY_NAME[name] for name in chosen if arguments.use in (None, BY_NAME[name].use)]
    policies = {arguments.policy: policy_of(arguments.policy)} if arguments.policy else None
    begun = time.process_time()

    def say(what: str) -> None:
        print(f"{time.process_time() - begun:6.1f} s  {what}", file=sys.stderr)

    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    rows = [row_of(measure_market(market, seeds, arguments.listings, policies, say=say)) for market in markets]
    if arguments.json:
        json.dump({"rows": rows, "seconds": time.process_time() - begun}, sys.stdout)
    else:
        print("\n".join(tables(rows)))


def parsed() -> argparse.Namespace:
    smoke = bool(os.environ.get("SMOKE"))
    parser = argparse.ArgumentParser(prog="python -m bench.prices", description="What pricing policies earn.")
    parser.add_argument(
        "--markets", help="names with commas between them; default: all", default="beach" if smoke else ""
    )
    parser.add_argument("--use", choices=("tune", "report"), help="only the markets of this half")
    parser.add_argument("--policy", help="`engine`, or module:callable that makes a bench.prices.policies.Policy")
    parser.add_argument("--seeds", type=int, default=1 if smoke else SEEDS)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--listings", type=int, default=2 if smoke else LISTINGS, help="measured listings per seed")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser.parse_args()


def policy_of(name: str) -> NewPolicy:
    if name == "engine":
        return Engine
    module, _, attribute = name.partition(":")
    found: NewPolicy = getattr(import_module(module), attribute)
    return found


if __name__ == "__main__":
    main()
