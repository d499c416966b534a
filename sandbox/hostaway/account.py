"""The account of a request, and its listings and reservations."""

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
        """Unix seconds. It is read from the clock each time, because time passes while a request is read."""
        return self.sandbox.clock.now()

    @property
    def id(self) -> int:
        return self.portfolio.id

    async def settle(self) -> None:
        """Simulate all reservations up to now. The first time, this takes seconds for a thousand listings."""
        for _ in self.sandbox.world.settling(self.id, at=self.now):
            await asyncio.sleep(0)

    def listing(self, listing_id: int) -> Listing:
        """Raises Fail 404, with the same text for an unknown listing and for another account's."""
        listing = self.sandbox.world.listing(listing_id, at=self.now)
        if listing is None or listing.portfolio != self.id:
            raise Fail(404, f"Listing {listing_id} not found.")
        return listing

    def listing_to_change(self, listing_id: int) -> Listing:
        """A listing that can be written. Raises Fail 404, and Fail 400 if the listing is archived."""
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
        """The members of a reservation that only Hostaway knows; empty unless a client wrote it."""
        return self.sandbox.world.kept(STAY, stay.id, at=self.now) if stay.written else {}


class Accounts:
    def __init__(self, sandbox: Sandbox, tokens: Tokens) -> None:
        self._sandbox = sandbox
        self._tokens = tokens

    def of(self, request: Request) -> Account:
        """The account of a request. Raises Fail 403 without a valid token."""
        return Account(self._sandbox, PORTFOLIOS[self._tokens.portfolio_of(request)])
