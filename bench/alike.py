"""Whether like listings of one owner should be priced together: `python -m bench.alike`.

Guests ask for one night at random times. A share of them compares all vacant listings of the group and takes the best
value; the others look at one listing only. What the group earns is measured with three prices: those of a single
listing, those of one listing with as many units as are vacant in the group (pooled), and the mean of the two.
"""

from math import exp
from random import Random
from statistics import fmean, stdev

from pricing.optimum import scarcity

NIGHTS = 4000
# The price at which no unit is scarce.
PRICE = 100.0
# How differently a guest values like listings, as a standard deviation of the logarithm.
TASTE = 0.1
OWN, HALF, POOLED = 0.0, 0.5, 1.0


def earned(listings: int, requests: float, comparing: float, pooled: float, random: Random) -> float:
    """What a group earns on one night. requests: those for each listing that would accept PRICE."""
    vacant, revenue, at = set(range(listings)), 0.0, 0.0
    while vacant and (at := at + random.expovariate(listings * requests * exp(1))) < 1:
        worth, seen = random.expovariate(1 / PRICE), random.randrange(listings)
        left = requests * (1 - at)
        alone, together = scarcity(left), scarcity(listings * left, len(vacant))
        price = PRICE * ((1 - pooled) * alone + pooled * together)
        if random.random() < comparing:
            value, best = max((worth * exp(random.gauss(0, TASTE)), number) for number in vacant)
        else:
            value, best = worth, seen
        if best in vacant and value >= price:
            vacant.remove(best)
            revenue += price
    return revenue


def gain(listings: int, requests: float, comparing: float, pooled: float) -> tuple[float, float]:
    """The gain over prices of single listings in percent, and its standard error."""
    pairs = [
        [earned(listings, requests, comparing, policy, Random(night)) for policy in (OWN, pooled)]
        for night in range(NIGHTS)
    ]
    single = fmean(own for own, _ in pairs)
    differences = [100 * (other - own) / single for own, other in pairs]
    return fmean(differences), stdev(differences) / NIGHTS**0.5


def main() -> None:
    print("listings  requests  comparing   pooled, %       half, %")
    for listings in (2, 5, 10):
        for requests in (0.5, 1.0, 2.0):
            for comparing in (0.0, 0.25, 0.5, 1.0):
                cells = [gain(listings, requests, comparing, pooled) for pooled in (POOLED, HALF)]
                text = "   ".join(f"{mean:+5.1f} ± {error:3.1f}" for mean, error in cells)
                print(f"{listings:8}  {requests:8}  {comparing:9.0%}   {text}", flush=True)


if __name__ == "__main__":
    main()
