"""Feeds that misbehave: they repeat items, change their order, or send the reader back to the start.

The gate passes these faults to the channel, because only the channel knows the form of its feed.
"""

from collections.abc import Sequence
from typing import TypeVar

from starlette.requests import Request

from sandbox.faults import FaultKind

FEED_FAULTS = "sandbox.feed_faults"
"""Key of the request's faults in its ASGI scope."""
Item = TypeVar("Item")


def goes_back(request: Request) -> bool:
    """Whether the feed must start again from the beginning."""
    return FaultKind.FEED_GOES_BACK in request.scope[FEED_FAULTS]


def with_feed_faults(request: Request, items: Sequence[Item]) -> list[Item]:
    """A page of the feed, with items repeated or reversed if the request has such a fault."""
    faults = request.scope[FEED_FAULTS]
    page = [item for item in items for _ in range(2)] if FaultKind.FEED_REPEATS in faults else list(items)
    return page[::-1] if FaultKind.FEED_REORDERS in faults else page
