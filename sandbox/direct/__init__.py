"""The reference implementation of the direct protocol (docs/building-a-channel.md), below `/direct/v1/`."""

from sandbox.channel import Channel
from sandbox.direct.calendar import Calendar
from sandbox.direct.errors import Refused, answer_refused, refuse
from sandbox.direct.listings import Listings
from sandbox.direct.reservations import Reservations
from sandbox.direct.signatures import PORTFOLIO_IDS, api_key_of, key_id_of
from sandbox.limits import RateLimit
from sandbox.state import Sandbox


def channel(sandbox: Sandbox) -> Channel:
    listings = Listings(sandbox)
    return Channel(
        name="direct",
        routes=[
            *listings.routes(),
            *Calendar(sandbox, listings).routes(),
            *Reservations(sandbox, listings).routes(),
        ],
        refuse=refuse,
        account_of=key_id_of,
        credentials=[{"api_key": api_key_of(portfolio)} for portfolio in PORTFOLIO_IDS],
        error_handlers={Refused: answer_refused},
        limit_per_account=RateLimit(requests=100, seconds=10),
    )
