"""The agreements on a listing besides its price: commission, exclusivity, the landlord's feed (S13-S17)."""

from typing import Any

from sandbox.spotahome.bodies import Member, number, object_of, one_of, optional, text
from sandbox.spotahome.operations import BASE, Authorization, Call, Operation
from sandbox.spotahome.paths import LEGACY, LISTING

EXCLUSIVITY_TYPES = ("basic", "exclusive", "guaranteed")
EMBEDDED = "sah:real_state:listing:exclusivity_types"
"""The documentation has this spelling."""


def put_commission(call: Call) -> None:
    """S13."""
    commission = {"type": call.body["type"], "value": call.body.get("value")}
    call.ads.keep(call.ads.ad(call.id), "AdDetailsWereUpdated", {"landlordCommission": commission})


def put_exclusivity(call: Call) -> None:
    """S14."""
    chosen = {"exclusivityDealType": call.body["type"]}
    call.ads.keep(call.ads.ad(call.id), "ListingExclusivityWasUpdated", chosen)


def exclusivity_types(call: Call) -> dict[str, Any]:
    """S15: all types, on one page."""
    href = {"href": f"{call.request.scope['root_path']}{BASE}/listings/legacy/exclusivity-types?page=1"}
    return {
        "count": len(EXCLUSIVITY_TYPES),
        "total": len(EXCLUSIVITY_TYPES),
        "_links": {"self": href, "first": href, "last": href},
        "_embedded": {EMBEDDED: [{"type": name} for name in EXCLUSIVITY_TYPES]},
    }


def feed_id(call: Call) -> dict[str, str | None]:
    """S16."""
    return {"feedId": call.ads.ad(call.id).kept.get("feedId")}


def put_feed_id(call: Call) -> None:
    """S17."""
    call.ads.keep(call.ads.ad(call.id), "AdDetailsWereUpdated", {"feedId": call.body["feedId"]})


COMMISSION_BODY = object_of({"type": Member(one_of("fixed", "percentage")), "value": optional(number)})
EXCLUSIVITY_BODY = object_of({"type": Member(one_of(*EXCLUSIVITY_TYPES))})
FEED_BODY = object_of({"feedId": Member(text)})
OPERATIONS = (
    Operation(
        "S13",
        "PUT",
        f"{LISTING}/landlord-commission",
        put_commission,
        204,
        frozenset({401, 404, 422, 500}),
        COMMISSION_BODY,
        Authorization.OPTIONAL,
    ),
    Operation(
        "S14",
        "PUT",
        f"{LISTING}/exclusivity-type",
        put_exclusivity,
        204,
        frozenset({400, 401, 404, 500}),
        EXCLUSIVITY_BODY,
    ),
    Operation("S15", "GET", f"{LEGACY}/exclusivity-types", exclusivity_types, 200, frozenset({401, 500})),
    Operation("S16", "GET", f"{LEGACY}/{{listing_id:id}}/feed-id", feed_id, 200, frozenset({401, 404, 500})),
    Operation(
        "S17",
        "PUT",
        f"{LEGACY}/{{listing_id:id}}/feed-id",
        put_feed_id,
        204,
        frozenset({400, 401, 404, 500}),
        FEED_BODY,
    ),
)
