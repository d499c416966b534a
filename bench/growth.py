"""Whole requests of an application with a thousand listings and of one with many more, in turn, on PostgreSQL.

Each application has a database of its own: the larger database is a copy of the smaller one with multiplied rows.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone
from oauth2_provider.models import set_token_value

from bench import calls, data
from bench.multiplying import multiplied
from bench.timing import in_turn
from listings.models import Listing
from oauth.models import AccessToken
from oauth.scopes import SCOPES
from users.models import User
from users.services.users import login_of

SMALL, OWNERS, PAGE_SIZE = 1_000, 10, 25
FLAT, MIDDLE = 1.5, 10.0  # goals: how many times longer a request of the larger application may take

# Name, query, page (a number, or a fraction of the pages), the same filter for the ORM, goal.
Case = tuple[str, str, int | float, dict[str, Any], float | None]


def measure(large: int, rounds: int) -> list[dict[str, Any]]:
    """Return `{name, small, large, small_ms, large_ms, goal}` of each request: listings, medians, largest ratio.

    Raises AssertionError if a document's count differs from COUNT(*).
    """
    application = data.make(SMALL, owners=OWNERS, name="Growth")
    owner = User.objects.filter(application=application).earliest("pk")
    tokens = {False: f"{data.TOKEN}-{application.name}", True: token_of(owner)}
    with multiplied(large // SMALL) as larger:
        databases = {"small": connections["default"], "large": larger}
        measured = [measure_case(case, databases, tokens["token" in case[0]], rounds) for case in cases(owner)]
        connections["default"] = databases["small"]
    return measured


def measure_case(case: Case, databases: dict[str, Any], token: str, rounds: int) -> dict[str, Any]:
    name, query, page, conditions, goal = case
    variants: dict[str, Callable[[], object]] = {}
    counts = {}
    for size, database in databases.items():
        connections["default"] = database
        counts[size] = Listing.objects.filter(deleted_at=None, **conditions).count()
        pages = -(-counts[size] // (100 if "page[size]=100" in query else PAGE_SIZE))
        number = page if isinstance(page, int) else max(1, round(page * pages))
        url = f"/api/v1/listings/?page[number]={number}&{query}".rstrip("&")
        call = calls.caller(calls.application(None), "GET", url, token)
        assert calls.document(call)["meta"]["pagination"]["count"] == counts[size], f"{name}: not the exact count"
        variants[size] = at(database, call)
    found = in_turn(variants, rounds=rounds)
    row = {"name": name, **counts, **{f"{size}_ms": round(ms, 3) for size, ms in found.items()}, "goal": goal}
    print(row, file=sys.stderr)
    return row


def cases(owner: User) -> Iterator[Case]:
    yield "page 1", "", 1, {}, FLAT
    yield "page 10", "", 10, {}, FLAT
    yield "middle page", "", 0.5, {}, MIDDLE
    yield "middle page of 100", "page[size]=100", 0.5, {}, MIDDLE
    yield "last page", "", 1.0, {}, FLAT
    for field in ("created-at", "updated-at", "title", "city", "base-price"):
        for sort in (field, f"-{field}"):
            yield f"sort={sort}", f"sort={sort}", 1, {}, FLAT
    for enabled in ("true", "false"):
        query = f"filter[enabled]={enabled}"
        yield query, query, 1, {"enabled": enabled == "true"}, FLAT
    owned = f"filter[owner]={owner.pk}"
    yield "one owner", owned, 1, {"owner": owner}, FLAT
    yield "one owner, enabled", f"{owned}&filter[enabled]=true", 1, {"owner": owner, "enabled": True}, FLAT
    yield "one owner's token", "", 1, {"owner": owner}, FLAT
    yield "one owner's token, sort=title", "sort=title", 1, {"owner": owner}, FLAT
    yield "middle page, sort=title", "sort=title", 0.5, {}, None
    yield "last page, sort=-city", "sort=-city", 1.0, {}, FLAT
    yield "middle page, filter[enabled]=true", "filter[enabled]=true", 0.5, {"enabled": True}, MIDDLE
    yield "last page, filter[enabled]=true", "filter[enabled]=true", 1.0, {"enabled": True}, FLAT


def at(database: Any, call: Callable[[], object]) -> Callable[[], object]:
    """Return the call, made with the given database as the default connection."""

    def call_there() -> object:
        connections["default"] = database
        return call()

    return call_there


def token_of(owner: User) -> str:
    """Create a token for the listings of one owner."""
    login = login_of(owner.application_id, owner.email)
    credential = owner.credentials.create(email=owner.email, login=login, is_primary=True, created_at=owner.created_at)
    token = AccessToken(
        application_id=owner.application_id,
        user=credential,
        scope=" ".join(SCOPES),
        expires=timezone.now() + timedelta(days=1),
    )
    plain = f"{data.TOKEN}-of-one-owner"
    set_token_value(token, plain)
    token.save()
    return plain
