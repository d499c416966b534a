"""The bookings of today, for people: what has arrived at the channels since midnight (UTC)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sandbox.state import Sandbox
from sandbox.world.portfolios import NEIGHBOURS, PORTFOLIOS
from sandbox.world.stays import Status

ALWAYS_SHOWN = 10  # listings of an account; to simulate a larger one takes seconds
MOST = 100
NO_BOOKINGS = (Status.INQUIRY, Status.INQUIRY_TIMED_OUT, Status.OWNER)


async def bookings_of_today(sandbox: Sandbox) -> list[dict[str, Any]]:
    """The bookings, latest first, at most MOST: of the smallest accounts, and of those that a client has read."""
    sandbox.follow_clock()
    at = sandbox.clock.now()
    midnight = at - at % 86_400
    shown: list[dict[str, Any]] = []
    for portfolio in _portfolios(sandbox):
        for _ in sandbox.world.settling(portfolio, at=at):
            await asyncio.sleep(0)
        shown += _bookings(sandbox, portfolio, midnight, at)
    return sorted(shown, key=lambda booking: str(booking["booked_at"]), reverse=True)[:MOST]


def _portfolios(sandbox: Sandbox) -> Sequence[int]:
    served = [each for each in PORTFOLIOS.values() if each.id != NEIGHBOURS]
    return [each.id for each in served if each.size <= ALWAYS_SHOWN or sandbox.world.is_simulated(each.id)]


def _bookings(sandbox: Sandbox, portfolio: int, since: int, at: int) -> list[dict[str, Any]]:
    left_out = ", ".join("?" * len(NO_BOOKINGS))
    stays = sandbox.world.stays(
        portfolio,
        at=at,
        where=f"booked_at BETWEEN ? AND ? AND status NOT IN ({left_out})",
        values=[since, at, *NO_BOOKINGS],
        rest=f"ORDER BY booked_at DESC LIMIT {MOST}",
    )
    found = []
    for stay in stays:
        listing = sandbox.world.listing(stay.listing, at=at)
        found.append(
            {
                "manager": PORTFOLIOS[portfolio].manager,
                "listing": listing.name if listing else str(stay.listing),
                "units": listing.units if listing else None,
                "booked_at": datetime.fromtimestamp(stay.booked_at, UTC).isoformat(),
                "arrival": date.fromordinal(stay.arrival).isoformat(),
                "nights": stay.nights,
                "status": stay.status,
                "source": stay.source,
                "rent": stay.rent,
                "currency": listing.currency if listing else None,
            }
        )
    return found
