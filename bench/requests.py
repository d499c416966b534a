"""The same requests to the API, to the stock stack, and to raw SQL with orjson, on one database."""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bench import calls, data
from bench.timing import in_turn
from listings.models import ChannelCalendar, Listing, Reservation

Call = Callable[[], tuple[int, bytes]]

STOCK_MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"]


def measure(listings: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, database, ours_ms, stock_ms, floor_ms}` of each request.

    Raises AssertionError if the documents differ.
    """
    from django.db import connection

    application = data.make(listings)
    measured = []
    for name, variants, compared in requests(application):
        documents = {key: calls.document(call) for key, call in variants.items()}
        if compared:
            same_documents(name, documents)
        found = in_turn(variants, rounds=rounds)
        row = {"name": name, "database": connection.vendor, **{f"{key}_ms": round(ms, 3) for key, ms in found.items()}}
        measured.append(row)
        print(row, file=sys.stderr)
    return measured


def requests(application: Any) -> list[tuple[str, dict[str, Call], bool]]:
    """Return the name, the three variants, and whether their documents must be equal."""
    token = f"{data.TOKEN}-{application.name}"
    listing = Listing.objects.filter(application=application).order_by("created_at")[5]
    with_bookings(listing)
    handlers = {
        "ours": calls.application(None),
        "stock": calls.application(STOCK_MIDDLEWARE),
        "floor": calls.application([]),
    }
    prefixes = {"ours": "/api/v1", "stock": "/stock", "floor": "/floor"}

    def variants(method: str, path: str, *bodies: bytes) -> dict[str, Call]:
        return {
            name: calls.caller(handler, method, prefixes[name] + path, token, bodies or (b"",))
            for name, handler in handlers.items()
        }

    reads = {
        "page of 100": "/listings/?page[size]=100",
        "page of 25": "/listings/?page[size]=25",
        "one listing": f"/listings/{listing.pk}/",
        "page of 100 with include=owner": "/listings/?page[size]=100&include=owner",
        "calendar of 100 nights": f"/listings/{listing.pk}/calendar/?page[size]=100",
    }
    found = [(name, variants("GET", path), True) for name, path in reads.items()]
    found.append(
        ("PATCH of an activation", variants("PATCH", f"/listings/{listing.pk}/activation/", *patches(listing)), False)
    )
    form = f"grant_type=client_credentials&client_id={application.client_id}&client_secret={data.SECRET}".encode()
    paths = {"ours": "/o/token/", "stock": "/stock/token/", "floor": "/floor/token/"}
    tokens = {
        name: calls.caller(handler, "POST", paths[name], "", (form,), "application/x-www-form-urlencoded")
        for name, handler in handlers.items()
    }
    return [*found, ("token request", tokens, False)]


def patches(listing: Listing) -> list[bytes]:
    """Two bodies with different base prices: sent in turn, each changes the price."""
    return [
        json.dumps(
            {
                "data": {
                    "type": "listing-activations",
                    "id": str(listing.pk),
                    "attributes": {"enabled": listing.enabled, "base-price": price},
                }
            }
        ).encode()
        for price in (100, 101)
    ]


def with_bookings(listing: Listing) -> None:
    """Give the listing two years of nights and 40 stays, for the calendar."""
    Listing.objects.filter(pk=listing.pk).update(enabled=False)
    listing.refresh_from_db()
    today, account = timezone.now().date(), listing.channel_listings.get_queryset()[0].account
    ChannelCalendar.objects.create(listing=listing, first_night=today, availability="aab" * 240)
    Reservation.objects.bulk_create(
        Reservation(listing=listing, account=account, channel_reservation_id=f"bench-{n}", status="booked",
                    check_in=today + timedelta(days=8 * n), check_out=today + timedelta(days=8 * n + 3),
                    total=36_000, currency="EUR", booked_at=timezone.now() - timedelta(days=n))
        for n in range(40)
    )  # fmt: skip


def same_documents(name: str, documents: dict[str, Any]) -> None:
    """Raise AssertionError if the documents differ, because a faster wrong answer does not count."""
    shown = {key: comparable(document) for key, document in documents.items()}
    if name == "one listing":  # the stock detail has the collection's fields
        for key in shown:
            shown[key]["data"]["attributes"].pop("sync-status", None)
    for other in ("stock", "floor"):
        assert shown["ours"] == shown[other], f"{name}: ours and {other} differ"


def comparable(document: Any) -> Any:
    """Return the document without the allowed differences: the URLs, and names that stock does not dasherize."""
    if isinstance(document, dict):
        return {key.replace("_", "-"): comparable(value) for key, value in document.items()}
    if isinstance(document, list):
        return [comparable(value) for value in document]
    if isinstance(document, str) and document.startswith("http://localhost/"):
        return document.partition("/listings/")[2]
    return document
