"""Feeds that misbehave: they tell things twice, in another order, or lead their reader back.

The gate hands these faults to the channel, which alone knows what its feed looks like.
"""

from collections.abc import Sequence
from typing import TypeVar

from starlette.requests import Request

from sandbox.faults import FaultKind

FEED_FAULTS = "sandbox.feed_faults"
Item = TypeVar("Item")


def goes_back(request: Request) -> bool:
    """Whether the feed shall forget how far its reader has come."""
    return FaultKind.FEED_GOES_BACK in request.scope[FEED_FAULTS]


def as_told(request: Request, items: Sequence[Item]) -> list[Item]:
    """A page of the feed as it reaches the reader."""
    faults = request.scope[FEED_FAULTS]
    told = [item for item in items for _ in range(2)] if FaultKind.FEED_REPEATS in faults else list(items)
    return told[::-1] if FaultKind.FEED_REORDERS in faults else told
