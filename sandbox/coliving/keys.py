"""API keys in either of two headers, and `/me`."""

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.coliving.envelope import Failure, data
from sandbox.coliving.rooms import houses_of
from sandbox.world.places import PLACES
from sandbox.world.portfolios import PORTFOLIOS

PORTFOLIO_IDS = (20003, 20040, 21000)
HOST_SINCE = datetime(2021, 3, 15, 8, tzinfo=UTC)


def api_key_of(portfolio: int) -> str:
    return f"sk_live_sandbox_{portfolio}"


def credentials_of(portfolio: int) -> dict[str, object]:
    """What a client has to be told: beside the key also where the houses are, when they are all in one city."""
    credentials: dict[str, object] = {
        "api_key": api_key_of(portfolio),
        "provider": "sandbox",
        "listing_ids": [str(house) for house in houses_of(portfolio)],
    }
    city, *others = PORTFOLIOS[portfolio].listings
    if others:
        return credentials
    place = PLACES[city]
    return credentials | {"city": city, "country": place.country, "timezone": place.timezone}


PORTFOLIO_OF_KEY = {api_key_of(portfolio): portfolio for portfolio in PORTFOLIO_IDS}


def account_of(request: Request) -> str | None:
    """`X-API-Key` has precedence; nothing is documented."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    key = request.headers.get("x-api-key") or (bearer.strip() if scheme.lower() == "bearer" else "")
    portfolio = PORTFOLIO_OF_KEY.get(key)
    return None if portfolio is None else str(portfolio)


def portfolio_of(request: Request) -> int:
    """The host behind a request. Raises Failure 401."""
    account = account_of(request)
    if account is None:
        raise Failure(401, "Invalid API Key")
    return int(account)


class Me:
    def route(self) -> Route:
        return Route("/me", self.me, methods=["GET"])

    async def me(self, request: Request) -> Response:
        host = PORTFOLIOS[portfolio_of(request)]
        return data(
            {"name": host.contact, "email": host.email, "created_at": f"{HOST_SINCE:%Y-%m-%dT%H:%M:%SZ}"},
        )
