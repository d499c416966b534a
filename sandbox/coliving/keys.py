"""API keys, which a client sends in one of two headers."""

from starlette.requests import Request

from sandbox.coliving.envelope import Failure
from sandbox.coliving.room_types import houses_of
from sandbox.world.places import PLACES
from sandbox.world.portfolios import PORTFOLIOS

PORTFOLIO_IDS = (20003, 20040, 21000)


def api_key_of(portfolio: int) -> str:
    return f"sk_live_sandbox_{portfolio}"


def credentials_of(portfolio: int) -> dict[str, object]:
    """The credentials that a client needs. They include the location of the houses if all are in one city."""
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
    """The account of a request's key; None if there is no valid key.

    `X-API-Key` takes precedence over `Authorization`. The documentation does not say which one does.
    """
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
