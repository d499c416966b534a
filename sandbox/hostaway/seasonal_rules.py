"""`/seasonalRules`: one rule for each event in the account's markets. The rules do not affect bookings."""

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.arguments import day, required, whole
from sandbox.hostaway.envelope import Fail, page, success
from sandbox.hostaway.paging import read_page
from sandbox.markets import Event

WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class SeasonalRules:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/seasonalRules", self.list, methods=["GET"]),
            Route("/v1/seasonalRules/intervals", self.intervals, methods=["GET"]),
        ]

    async def list(self, request: Request) -> Response:
        account, query = self._accounts.of(request), request.query_params
        channel_id = whole(query, "channelId")
        rules = [rule for _, rule in _rules(account) if channel_id in (None, rule["channelId"])]
        limit, offset = read_page(query)
        return page(rules[offset : offset + limit], count=len(rules), limit=limit, offset=offset)

    async def intervals(self, request: Request) -> Response:
        """The events of the listing's market that overlap the range, each with its rule."""
        account, query = self._accounts.of(request), request.query_params
        listing = account.listing(required(whole(query, "listingMapId"), "listingMapId"))
        first = date.fromordinal(required(day(query, "startDate"), "startDate"))
        last = date.fromordinal(required(day(query, "endDate"), "endDate"))
        channel_id = whole(query, "channelId")
        market = listing.market
        intervals: list[dict[str, Any]] = [
            {"from": begin.isoformat(), "to": end.isoformat(), "seasonalRule": rule}
            for event, rule in _rules(account)
            if market is not None and event in market.events and channel_id in (None, rule["channelId"])
            for begin, end in _each_year(event, first, last)
        ]
        return success(sorted(intervals, key=lambda interval: interval["from"]))


def _rules(account: Account) -> list[tuple[Event, dict[str, Any]]]:
    """Each event in the account's markets with its rule, which asks for two nights on Fridays and Saturdays."""
    markets = {listing.city: listing.market for listing in account.sandbox.world.listings(account.id, at=account.now)}
    events = [event for _, market in sorted(markets.items()) if market is not None for event in market.events]
    unique = list(dict.fromkeys(events))
    return [(event, _rule(account.id * 100 + number, event)) for number, event in enumerate(unique, 1)]


def _rule(rule_id: int, event: Event) -> dict[str, Any]:
    return {
        "id": rule_id,
        "title": event.name,
        "channelId": 2000,
        "closedForCheckin": None,
        "closedForCheckout": "['Saturday']",
        "color": "4",
        **{f"minNights{day}": 2 if day in ("Friday", "Saturday") else None for day in WEEKDAYS},
        **{f"maxNights{day}": None for day in WEEKDAYS},
        "minNightsUnspecified": None,
        "maxNightsUnspecified": None,
        "pricingRules": None,
    }


def _each_year(event: Event, first: date, last: date) -> list[tuple[date, date]]:
    """First and last night of the event in each year in which it overlaps the range. Raises Fail 400."""
    if last < first or (last - first).days > 366 * 3 or not 2000 <= first.year <= 2100:
        raise Fail(400, "endDate must be on or after startDate, within three years of it and of this century.")
    spans = []
    for year in range(first.year - 1, last.year + 1):
        begin = date(year, event.month, event.day)
        end = begin + timedelta(days=event.nights - 1)
        if begin <= last and end >= first:
            spans.append((begin, end))
    return spans
