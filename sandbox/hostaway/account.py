"""Whose listings and reservations a request may touch: what every operation looks up first."""

import asyncio
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from sandbox.hostaway.envelope import Fail
from sandbox.hostaway.listing_object import is_archived
from sandbox.hostaway.tokens import Tokens
from sandbox.state import Sandbox
from sandbox.world.listings import Listing
from sandbox.world.portfolios import PORTFOLIOS, Portfolio
from sandbox.world.stays import STAY, Stay


@dataclass(frozen=True, slots=True)
class Account:
    """The caller of one request."""

    sandbox: Sandbox
    portfolio: Portfolio

    @property
    def now(self) -> int:
        """Unix seconds; asked anew each time, because others may have written while the request was read."""
        return self.sandbox.clock.now()

    @property
    def id(self) -> int:
        return self.portfolio.id

    async def settle(self) -> None:
        """Make ready all reservations: for a thousand listings, the first time, that takes seconds."""
        for _ in self.sandbox.world.settling(self.id, at=self.now):
            await asyncio.sleep(0)

    def listing(self, listing_id: int) -> Listing:
        """Raises Fail 404 for an unknown listing and for somebody else's, in the same words."""
        listing = self.sandbox.world.listing(listing_id, at=self.now)
        if listing is None or listing.portfolio != self.id:
            raise Fail(404, f"Listing {listing_id} not found.")
        return listing

    def listing_to_change(self, listing_id: int) -> Listing:
        """Raises Fail 404, and 400 for an archived one."""
        listing = self.listing(listing_id)
        if is_archived(listing, self.now):
            raise Fail(400, f"Listing {listing_id} is archived.")
        return listing

    def reservation(self, reservation_id: int) -> Stay:
        """Raises Fail 404."""
        stay = self.sandbox.world.stay(self.id, reservation_id, at=self.now)
        if stay is None:
            raise Fail(404, f"Reservation {reservation_id} not found.")
        return stay

    def kept_of_reservation(self, stay: Stay) -> dict[str, Any]:
        return self.sandbox.world.kept(STAY, stay.id, at=self.now) if stay.written else {}


class Accounts:
    def __init__(self, sandbox: Sandbox, tokens: Tokens) -> None:
        self._sandbox = sandbox
        self._tokens = tokens

    def of(self, request: Request) -> Account:
        """Raises Fail 403 without a token that holds."""
        return Account(self._sandbox, PORTFOLIOS[self._tokens.portfolio_of(request)])
