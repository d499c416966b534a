"""The floor: the same documents from hand-written SQL and orjson, without any of the API's checks."""

import hashlib
import json
import secrets
from datetime import timedelta
from typing import Any

import orjson
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from jsonapi.media_types import JSON_API
from listings.calendar import READ_WITH, calendar_range, price_calendar_nights
from listings.models import Listing

ATTRIBUTES = {
    "title": "title", "image": "image", "neighborhood": "neighborhood", "city": "city", "state": "state",
    "country": "country", "room-type": "room_type", "bedrooms": "bedrooms", "bathrooms": "bathrooms",
    "base-price": "base_price", "base-price-updated-at": "base_price_updated_at", "min-price": "min_price",
    "min-price-updated-at": "min_price_updated_at", "max-price": "max_price", "min-stay": "min_stay",
    "extra-guest-fee": "extra_guest_fee", "extra-guest-threshold": "extra_guest_threshold", "latitude": "latitude",
    "longitude": "longitude", "timezone": "timezone", "currency": "currency", "in-active-market": "in_active_market",
    "enabled": "enabled", "address": "address", "created-at": "created_at",
    "updated-at": "updated_at",
}  # fmt: skip
NAMES = tuple(ATTRIBUTES)
COLUMNS = ", ".join(ATTRIBUTES.values())
PLACES = {"bathrooms": 2, "latitude": 8, "longitude": 8}

TOKEN = "SELECT application_id FROM oauth_accesstoken WHERE token_checksum = %s AND expires > %s"  # noqa: S105
COUNT = "SELECT count(*) FROM listings_listing WHERE application_id = %s AND deleted_at IS NULL"
PAGE = f"""SELECT {COLUMNS}, id, owner_id FROM listings_listing WHERE application_id = %s AND deleted_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT %s OFFSET %s"""  # noqa: S608
ONE = f"SELECT {COLUMNS}, id, owner_id FROM listings_listing WHERE id = %s AND application_id = %s"  # noqa: S608
CHILDREN = """SELECT listing_id, channel, channel_listing_id FROM listings_channellisting
WHERE listing_id IN ({ids}) AND removed_at IS NULL ORDER BY id"""
OWNERS = """SELECT id, first_name, last_name, email, locale, created_at, updated_at,
CASE WHEN EXISTS (SELECT 1 FROM users_account a WHERE a.user_id = u.id AND a.valid AND a.deleted_at IS NULL)
    THEN 'active' WHEN EXISTS (SELECT 1 FROM users_account a WHERE a.user_id = u.id) THEN 'inactive' ELSE 'new' END
FROM users_user u WHERE id IN ({ids}) AND deleted_at IS NULL"""


def rows(sql: str, parameters: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def among(sql: str, ids: list[int]) -> list[Any]:
    if connection.vendor == "postgresql":
        return rows(sql.replace("IN ({ids})", "= ANY(%s)"), [ids])
    return rows(sql.replace("{ids}", "SELECT value FROM json_each(%s)"), [json.dumps(ids)])


def application_of(request: HttpRequest) -> int:
    checksum = hashlib.sha256(request.headers["Authorization"][7:].encode()).hexdigest()
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    return int(rows(TOKEN, [checksum, now])[0][0])


def listings(request: HttpRequest) -> HttpResponse:
    application = application_of(request)
    size, number = int(request.GET.get("page[size]", 25)), int(request.GET.get("page[number]", 1))
    ((count,),) = rows(COUNT, [application])
    page = rows(PAGE, [application, size, (number - 1) * size])
    data = resources(page)
    document = {"links": links(request, number, size, count), "data": data}
    if "include" in request.GET:
        document["included"] = owners(list({row[-1] for row in page}))
    document["meta"] = {"pagination": {"page": number, "pages": -(-count // size), "count": count}}
    return answer(document)


def links(request: HttpRequest, number: int, size: int, count: int) -> dict[str, str | None]:
    include = "include=owner&" if "include" in request.GET else ""
    base = f"{request.build_absolute_uri(request.path)}?{include}page%5Bnumber%5D="
    pages, tail = -(-count // size), f"&page%5Bsize%5D={size}"
    return {
        "first": f"{base}1{tail}",
        "last": f"{base}{pages}{tail}",
        "next": f"{base}{number + 1}{tail}" if number < pages else None,
        "prev": f"{base}{number - 1}{tail}" if number > 1 else None,
    }


def listing(request: HttpRequest, pk: int) -> HttpResponse:
    (resource,) = resources(rows(ONE, [pk, application_of(request)]))
    return answer({"data": resource})


def answer(document: Any) -> HttpResponse:
    # SQLite returns times without a zone to a raw cursor; all are UTC.
    content = orjson.dumps(document, option=orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC)
    return HttpResponse(content, content_type=JSON_API)


def resources(page: list[Any]) -> list[dict[str, Any]]:
    children: dict[int, list[dict[str, str]]] = {}
    for listing_id, channel, channel_id in among(CHILDREN, [row[-2] for row in page]):
        children.setdefault(listing_id, []).append({"channel": channel, "channel-id": channel_id})
    found = []
    for row in page:
        attributes = dict(zip(NAMES, row, strict=False))
        for name, places in PLACES.items():
            attributes[name] = f"{attributes[name]:.{places}f}"
        attributes["channel-listings"] = children.get(row[-2], [])
        found.append(
            {
                "type": "listings",
                "id": str(row[-2]),
                "attributes": attributes,
                "relationships": {"owner": {"data": {"type": "users", "id": str(row[-1])}}},
            }
        )
    return found


def owners(ids: list[int]) -> list[dict[str, Any]]:
    names = ("first-name", "last-name", "email", "locale", "created-at", "updated-at", "status")
    found = []
    for row in among(OWNERS, ids):
        attributes = dict(zip(names, row[1:], strict=True))
        found.append({"type": "users", "id": str(row[0]), "attributes": attributes})
    return sorted(found, key=lambda owner: owner["id"])


def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    """The same pricing function with the same inputs; the token, the document and the JSON are done by hand."""
    application_of(request)
    found = Listing.objects.select_related(*READ_WITH).get(pk=pk)
    now, size = timezone.now(), int(request.GET["page[size]"])
    first, last = calendar_range(found, None, None, now)
    nights = price_calendar_nights(found, [first + timedelta(days=n) for n in range(size)], now)
    count = (last - first).days + 1
    data = [
        {
            "type": "calendar-entries",
            "id": night.id,
            "attributes": {
                "date": night.date, "availability": night.availability, "price": night.price,
                "price-posted": night.price_posted, "effective-min-price": night.effective_min_price,
                "effective-max-price": night.effective_max_price,
                "factors": [dict(zip(FACTOR, factor, strict=True)) for factor in night.factors],
                "min-stay": night.min_stay, "max-stay": night.max_stay, "checkin-allowed": night.checkin_allowed,
                "checkout-allowed": night.checkout_allowed,
            },
        }
        for night in nights
    ]  # fmt: skip
    meta = {"pagination": {"page": 1, "pages": -(-count // size), "count": count}}
    return answer({"links": links(request, 1, size, count), "data": data, "meta": meta})


FACTOR = ("key", "order", "ratio", "amount", "reason", "event-impact")


def activation(request: HttpRequest, pk: int) -> HttpResponse:
    """Read and write the row without any check."""
    application_of(request)
    sent = orjson.loads(request.body)["data"]["attributes"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT min_price FROM listings_listing WHERE id = %s", [pk])
        cursor.fetchone()
        cursor.execute(
            "UPDATE listings_listing SET base_price = %s, base_price_updated_at = %s WHERE id = %s",
            [sent["base-price"], timezone.now(), pk],
        )
    return answer({"data": {"type": "listing-activations", "id": str(pk), "attributes": sent}})


def token(request: HttpRequest) -> HttpResponse:
    """Compare one hash and store another."""
    ((application, secret),) = rows(
        "SELECT id, client_secret FROM oauth_application WHERE client_id = %s", [request.POST["client_id"]]
    )
    hashlib.sha256(request.POST["client_secret"].encode() + secret.encode()).hexdigest()
    plain, now = secrets.token_urlsafe(24), timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO oauth_accesstoken (token, token_checksum, application_id, expires, scope, resource, created,"
            " updated) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
            ["", hashlib.sha256(plain.encode()).hexdigest(), application, now, "", "[]", now, now],
        )
    return HttpResponse(orjson.dumps({"access_token": plain, "expires_in": 3600, "token_type": "Bearer"}))


urlpatterns = [
    path("floor/listings/", listings),
    path("floor/listings/<int:pk>/", listing),
    path("floor/listings/<int:pk>/calendar/", calendar),
    path("floor/listings/<int:pk>/activation/", activation),
    path("floor/token/", token),
]
