"""The changelogs of a listing, and the notification of its publication (S24, S42, S43)."""

from typing import Any

from sandbox.spotahome.operations import Call, Operation
from sandbox.spotahome.paths import LEGACY
from sandbox.spotahome.problems import Problem


def unit_changelog(call: Call) -> list[dict[str, Any]]:
    """S24: the changes by clients, oldest first. New bookings are not in it."""
    try:
        return call.ads.changes(call.ads.ad(int(call.id)))
    except (Problem, ValueError):
        return call.nothing()


def publication_notification(call: Call) -> None:
    """S42: it refuses listings that are not published."""
    if not call.ads.ad(call.id).is_published:
        raise Problem(400)


def listing_changelog(call: Call) -> None:
    """S43: it has no body, although it is documented as a view."""
    call.ads.ad(call.id)


OPERATIONS = (
    Operation("S24", "GET", f"{LEGACY}/units/{{id}}/changelog", unit_changelog, 200, frozenset({401, 500})),
    Operation(
        "S42",
        "POST",
        f"{LEGACY}/{{id:id}}/publication-notification",
        publication_notification,
        204,
        frozenset({400, 401, 404, 500}),
    ),
    Operation("S43", "GET", f"{LEGACY}/{{id:id}}/changelog", listing_changelog, 204, frozenset({401, 404, 500})),
)
