"""An imitation of Coliving's Integrations API v2, below `/coliving/v2/`.

Its documentation has the version both in the base URL and in the paths, so `/coliving/v2/v2/` is the same.
"""

from starlette.routing import Mount, Router

from sandbox.channel import Channel
from sandbox.coliving.availability import Availability
from sandbox.coliving.bookings import Bookings
from sandbox.coliving.envelope import RETRY_AFTER_SECONDS, Failure, answer_failure, refuse
from sandbox.coliving.keys import PORTFOLIO_IDS, account_of, credentials_of
from sandbox.coliving.me import Me
from sandbox.coliving.rates import Rates
from sandbox.coliving.room_types import RoomTypes
from sandbox.coliving.switches import Switches
from sandbox.limits import RateLimit
from sandbox.state import Sandbox


def channel(sandbox: Sandbox) -> Channel:
    switches, room_types = Switches(sandbox), RoomTypes(sandbox)
    operations = [
        Me().route(),
        *Rates(sandbox, room_types, switches).routes(),
        Availability(sandbox, room_types, switches).route(),
        *Bookings(sandbox, switches).routes(),
    ]
    paths = Router(operations, redirect_slashes=False)
    return Channel(
        name="coliving",
        routes=[switches.route(), Mount("/v2/v2", app=paths), Mount("/v2", app=paths)],
        refuse=refuse,
        account_of=account_of,
        credentials=[credentials_of(portfolio) for portfolio in PORTFOLIO_IDS],
        error_handlers={Failure: answer_failure},
        # No limit is documented. A client that waits for the advised time finds an empty window.
        limit_per_account=RateLimit(requests=50, seconds=RETRY_AFTER_SECONDS),
    )
