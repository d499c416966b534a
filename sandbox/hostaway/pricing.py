"""Price details, finance fields, fee and tax settings, pricing settings, seasonal rules."""

from datetime import date, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.hostaway.account import Account, Accounts
from sandbox.hostaway.amounts import amounts_of, component, components
from sandbox.hostaway.arguments import amount, day, flag, json_object, required, text, whole
from sandbox.hostaway.envelope import Fail, page, success
from sandbox.hostaway.paging import read_page
from sandbox.hostaway.reservation_object import finance_fields
from sandbox.markets import Event
from sandbox.world.listings import Listing
from sandbox.world.nights import length_discount
from sandbox.world.stays import Stay

SETTINGS = "hostaway pricing settings"
LOS_FLAGS = ("isAirbnbLOSActive", "isBookingLOSActive", "isVrboLOSActive", "isExpediaLOSActive")
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
LONGEST_STAY = 1125
"""Nights."""


class Pricing:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/v1/listings/{listing_id:id}/calendar/priceDetails", self.price_details, methods=["POST"]),
            Route("/v1/financeField/{reservation_id:id}", self.finance_fields, methods=["GET"]),
            Route("/v1/financeField/{reservation_id:id}/{field_id:id}", self.change_finance_field, methods=["PUT"]),
            Route("/v1/listing/pricingSettings/{listing_id:id}", self.settings, methods=["GET"]),
            Route("/v1/listing/pricingSettings/{listing_id:id}", self.change_settings, methods=["PUT"]),
            Route("/v1/listingFeeSettings/{listing_id:id}", self.fee_settings, methods=["GET"]),
            Route("/v1/listingTaxSettings/{listing_id:id}", self.tax_settings, methods=["GET"]),
            Route("/v1/seasonalRules", self.seasonal_rules, methods=["GET"]),
            Route("/v1/seasonalRules/intervals", self.seasonal_intervals, methods=["GET"]),
        ]

    async def price_details(self, request: Request) -> Response:
        """What a stay would cost; whether the nights are free is not asked."""
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing(request.path_params["listing_id"])
        arrival = required(day(body, "startingDate"), "startingDate")
        departure = required(day(body, "endingDate"), "endingDate")
        guests = required(whole(body, "numberOfGuests", least=1), "numberOfGuests")
        if required(whole(body, "version"), "version") != 2:
            raise Fail(400, "version must be 2.")
        if not 1 <= departure - arrival <= LONGEST_STAY:
            raise Fail(400, "endingDate must be after startingDate.")
        if body.get("reservationCouponId") is not None:
            raise Fail(400, f"Coupon {body['reservationCouponId']} not found.")
        markup = amount(body, "markup", least=1.0) or 1.0
        return success(_price_details(account, listing, arrival, departure, guests, markup))

    async def finance_fields(self, request: Request) -> Response:
        account = self._accounts.of(request)
        return success(_finance_fields(account, account.reservation(request.path_params["reservation_id"])))

    async def change_finance_field(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        stay = account.reservation(request.path_params["reservation_id"])
        account.listing_to_change(stay.listing)
        fields = _finance_fields(account, stay)
        changed = next((field for field in fields if field["id"] == request.path_params["field_id"]), None)
        if changed is None:
            raise Fail(404, f"Finance field {request.path_params['field_id']} not found.")
        value = amount(body, "value", least=-1e12)
        if value is None:
            value = amount(body, "total", least=-1e12)
        if value is not None:
            changed |= {"value": value, "total": value * (changed.get("units") or 1)}
        for name in ("title", "alias"):
            if (words := text(body, name)) is not None:
                changed[name] = words
        changed["isOverriddenByUser"] = 1
        total = sum(field.get("total") or 0 for field in fields if field.get("isIncludedInTotalPrice", 1))
        kept = account.kept_of_reservation(stay) | {"financeField": fields, "totalPrice": round(total, 2)}
        account.sandbox.world.put_stay(stay, kept, at=account.now)
        return success(changed)

    async def settings(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        return success([_settings(account, listing)])

    async def change_settings(self, request: Request) -> Response:
        account, body = self._accounts.of(request), await json_object(request)
        listing = account.listing_to_change(request.path_params["listing_id"])
        flags = {name: int(value) for name in LOS_FLAGS if (value := flag(body, name)) is not None}
        settings = _settings(account, listing) | flags
        account.sandbox.store.put(SETTINGS, listing.id, settings, at=account.now, portfolio=account.id)
        return success(settings)

    async def fee_settings(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        return success(_fee_settings(listing))

    async def tax_settings(self, request: Request) -> Response:
        account = self._accounts.of(request)
        listing = account.listing(request.path_params["listing_id"])
        if not listing.tax_percent:
            return success([])
        tax = {
            "id": listing.id,
            "listingMapId": listing.id,
            "taxType": "propertyRentTax",
            "taxAppliedPer": "reservation",
            "amount": listing.tax_percent,
            "amountType": "percent",
            "applyTo": '["baseRate","priceForExtraPerson"]',
        }
        return success([tax])

    async def seasonal_rules(self, request: Request) -> Response:
        account, query = self._accounts.of(request), request.query_params
        channel_id = whole(query, "channelId")
        rules = [rule for _, rule in _rules(account) if channel_id in (None, rule["channelId"])]
        limit, offset = read_page(query)
        return page(rules[offset : offset + limit], count=len(rules), limit=limit, offset=offset)

    async def seasonal_intervals(self, request: Request) -> Response:
        """The market's events that overlap the range, each with the rule that holds during it."""
        account, query = self._accounts.of(request), request.query_params
        listing = account.listing(required(whole(query, "listingMapId"), "listingMapId"))
        first = date.fromordinal(required(day(query, "startDate"), "startDate"))
        last = date.fromordinal(required(day(query, "endDate"), "endDate"))
        channel_id = whole(query, "channelId")
        market = listing.market
        intervals = [
            {"from": begin.isoformat(), "to": end.isoformat(), "seasonalRule": rule}
            for event, rule in _rules(account)
            if market is not None and event in market.events and channel_id in (None, rule["channelId"])
            for begin, end in _each_year(event, first, last)
        ]
        return success(sorted(intervals, key=lambda interval: interval["from"]))


def _price_details(
    account: Account, listing: Listing, arrival: int, departure: int, guests: int, markup: float
) -> dict[str, Any]:
    nights = departure - arrival
    terms = account.sandbox.world.terms(listing, arrival, departure - 1, at=account.now)
    full_rent = round(sum(night.price for night in terms) * markup, listing.decimals)
    rent = round(full_rent * length_discount(listing, nights), listing.decimals)
    amounts = amounts_of(listing, rent=rent, nights=nights, guests=guests, source="direct")
    parts = components(amounts, discount=round(rent - full_rent, 2))
    deposit = component("fee", "damageDeposit", "Refundable damage deposit", listing.deposit)
    return {
        "totalPrice": amounts.total,
        "originalTotalPrice": amounts.total,
        "selectedComponentsAmount": 0.0,
        "components": [*parts, deposit | {"isIncludedInTotalPrice": 0}],
        "extraComponents": [],
        "selectedComponents": [],
    }


def _finance_fields(account: Account, stay: Stay) -> list[dict[str, Any]]:
    kept = account.kept_of_reservation(stay)
    if "financeField" in kept:
        return [dict(field) for field in kept["financeField"]]
    return finance_fields(stay, account.sandbox.world.listing_as_made(stay.listing, at=account.now))


def _settings(account: Account, listing: Listing) -> dict[str, Any]:
    document = account.sandbox.store.get(SETTINGS, listing.id, at=account.now)
    written = {} if document is None or document.body is None else document.body
    return {"id": listing.id, "listingMapId": listing.id, **dict.fromkeys(LOS_FLAGS, 0), **written}


def _fee_settings(listing: Listing) -> list[dict[str, Any]]:
    fees = [
        ("cleaningFee", "Cleaning fee", "reservation", listing.cleaning_fee),
        ("priceForExtraPerson", "Extra guests", "person_per_night", listing.extra_person_price),
    ]
    return [
        {
            "id": listing.id * 10 + number,
            "listingMapId": listing.id,
            "feeType": type,
            "feeTitle": title,
            "feeAppliedPer": per,
            "amount": fee,
            "amountType": "flat",
            "isMandatory": 1,
            "isQuantitySelectable": 0,
        }
        for number, (type, title, per, fee) in enumerate(fees, 1)
        if fee
    ]


def _rules(account: Account) -> list[tuple[Event, dict[str, Any]]]:
    """A rule for each event in the account's markets: stays over its weekend take at least two nights."""
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
    if last < first or (last - first).days > 366 * 3 or not 2000 <= first.year <= 2100:
        raise Fail(400, "endDate must be on or after startDate, within three years of it and of this century.")
    spans = []
    for year in range(first.year - 1, last.year + 1):
        begin = date(year, event.month, event.day)
        end = begin + timedelta(days=event.nights - 1)
        if begin <= last and end >= first:
            spans.append((begin, end))
    return spans
