"""An imitation of Coliving's Integrations API v2, below `/coliving/v2/`.

Its page prints the version in the base URL and in the paths: `/coliving/v2/v2/` leads to the same.
"""

from starlette.routing import Mount

from sandbox.channel import Channel, Sandbox
from sandbox.coliving.availability import Availability
from sandbox.coliving.bookings import Bookings
from sandbox.coliving.envelope import RETRY_AFTER_SECONDS, Failure, failed, refuse
from sandbox.coliving.keys import PORTFOLIO_IDS, Me, account_of, credentials_of
from sandbox.coliving.rates import Rates
from sandbox.coliving.rooms import Rooms
from sandbox.coliving.switches import Switches
from sandbox.limits import RateLimit


def channel(sandbox: Sandbox) -> Channel:
    switches, rooms = Switches(sandbox), Rooms(sandbox)
    operations = [
        Me().route(),
        *Rates(sandbox, rooms, switches).routes(),
        Availability(sandbox, rooms, switches).route(),
        *Bookings(sandbox, switches).routes(),
    ]
    return Channel(
        name="coliving",
        routes=[switches.route(), Mount("/v2/v2", routes=operations), Mount("/v2", routes=operations)],
        refuse=refuse,
        account_of=account_of,
        credentials=[credentials_of(portfolio) for portfolio in PORTFOLIO_IDS],
        error_handlers={Failure: failed},
        # Nothing is documented; whoever waits as long as told finds the window empty.
        limit_per_account=RateLimit(requests=50, seconds=RETRY_AFTER_SECONDS),
    )
