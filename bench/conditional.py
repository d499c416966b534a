"""Answers that a client has already: the 304 against the full answer, plain and compressed."""

import sys
from typing import Any

from bench import calls, data
from bench.timing import in_turn
from listings.models import Listing, ListingTally
from listings.tallies import compact


def measure(listings: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, database, full_ms, gzip_ms, hit_ms}` of each request. Raises AssertionError without a 304."""
    from django.db import connection

    application = data.make(listings)
    for group in set(ListingTally.objects.values_list("application_id", "enabled", "day")):
        compact(*group)  # as the daily job does
    listing = Listing.objects.filter(application=application).earliest("created_at")
    handler, token = calls.application(None), f"{data.TOKEN}-{application.name}"
    measured = []
    for name, path in {
        "page of 100 listings": "/api/v1/listings/?page[size]=100",
        "page of 100 listings with include=owner": "/api/v1/listings/?page[size]=100&include=owner",
        "page of 100 users": "/api/v1/users/?page[size]=100",
        "one listing": f"/api/v1/listings/{listing.pk}/",
    }.items():
        headers: dict[str, str] = {}
        calls.document(calls.caller(handler, "GET", path, token, received=headers))
        hit = calls.caller(handler, "GET", path, token, known=headers["ETag"])
        assert hit() == (304, b""), name
        variants = {
            "full": calls.caller(handler, "GET", path, token),
            "gzip": calls.caller(handler, "GET", path, token, encoding="gzip"),
            "hit": hit,
        }
        found = in_turn(variants, rounds=rounds)
        row = {"name": name, "database": connection.vendor, **{f"{key}_ms": round(ms, 3) for key, ms in found.items()}}
        measured.append(row)
        print(row, file=sys.stderr)
    return measured
