"""An imitation of Hostaway's Public API, below `/hostaway/v1/`."""

from sandbox.channel import Channel
from sandbox.hostaway.account import Accounts
from sandbox.hostaway.calendar import Calendar
from sandbox.hostaway.deliveries import Deliveries
from sandbox.hostaway.dictionaries import Dictionaries
from sandbox.hostaway.envelope import Fail, answer_fail, refuse
from sandbox.hostaway.finance_fields import FinanceFields
from sandbox.hostaway.listing_settings import ListingSettings
from sandbox.hostaway.listings import Listings
from sandbox.hostaway.price_details import PriceDetails
from sandbox.hostaway.reservations import Reservations
from sandbox.hostaway.seasonal_rules import SeasonalRules
from sandbox.hostaway.tokens import PORTFOLIO_IDS, SECRET, Tokens
from sandbox.hostaway.webhooks import Webhooks
from sandbox.limits import RateLimit
from sandbox.state import Sandbox


def channel(sandbox: Sandbox) -> Channel:
    tokens = Tokens(sandbox)
    accounts = Accounts(sandbox, tokens)
    operations = (
        Listings(accounts),
        Calendar(accounts),
        PriceDetails(accounts),
        Reservations(accounts),
        FinanceFields(accounts),
        ListingSettings(accounts),
        SeasonalRules(accounts),
        Webhooks(accounts),
    )
    routes = [*tokens.routes(), *Dictionaries(sandbox, tokens).routes()]
    for operation in operations:
        routes += operation.routes()
    return Channel(
        name="hostaway",
        routes=routes,
        refuse=refuse,
        account_of=tokens.account_of,
        credentials=[{"client_id": str(portfolio), "client_secret": SECRET} for portfolio in PORTFOLIO_IDS],
        background=Deliveries(sandbox).run,
        error_handlers={Fail: answer_fail},
        limit_per_ip=RateLimit(requests=15, seconds=10),
        limit_per_account=RateLimit(requests=20, seconds=10),
    )
